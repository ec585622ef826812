"""Drafts: reworded phrases that nobody hears yet, one a prompt and language, each with the editor who holds it.

    <root>/<task>/<name>.<language>.json

A draft is written whole or not at all; several processes may use one folder. Knows no registry: whether a wording can
be said, `drafting` tells.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import InvalidRequest, ShelftalkError, TooBusy
from prompts.journal import now
from prompts.states import sync

Texts = tuple[str, ...]
_PLACE = re.compile(r"[a-z0-9_-]{1,60}/[a-z0-9_-]{1,60}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
_PATIENCE = 10.0
"""Seconds that a save waits for another."""


class HeldByOther(ShelftalkError):
    """Somebody else holds the draft. ``holder`` is their name, ``since`` when they began, UTC in ISO form."""

    code = "draft_held"
    status = 409

    def __init__(self, draft: PromptDraft) -> None:
        self.holder, self.since = draft.editor.name, draft.since
        super().__init__(
            f"{self.holder} holds the draft of {draft.name} ({draft.language}) since {self.since}",
            hint="look at it, or take it over; what you typed is still yours to copy",
        )


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits: the id of their browser, and the name that they typed."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PromptDraft:
    """The changed phrases of one prompt in one language, key -> alternatives.

    ``before`` is what was spoken when each was begun, ``begun_from`` the id of that state; ``since`` and ``saved`` are
    UTC in ISO form; ``stamp`` is another one after every save.
    """

    name: str
    language: str
    editor: Editor
    phrases: Mapping[str, Texts] = field(default_factory=dict)
    before: Mapping[str, Texts] = field(default_factory=dict)
    begun_from: str = ""
    since: str = ""
    saved: str = ""
    stamp: str = ""

    @property
    def slot(self) -> tuple[str, str]:
        """Which prompt it is."""
        return (self.name, self.language)


class Drafts:
    """All drafts below ``root``."""

    def __init__(self, root: Path) -> None:
        """Nothing is read or made yet."""
        self.root = root

    def all(self) -> tuple[PromptDraft, ...]:
        """Every draft that can be read, by name."""
        return tuple(draft for path in self._paths() if (draft := _read(path)) is not None)

    def unreadable(self) -> tuple[Path, ...]:
        """The files that are no draft, whatever happened to them."""
        return tuple(path for path in self._paths() if _read(path) is None and path.exists())

    def find(self, name: str, language: str) -> PromptDraft | None:
        """The draft of one prompt. Raises InvalidRequest for what is no name."""
        return _read(self._path(name, language))

    def save(self, draft: PromptDraft, *, take_over: bool = False) -> PromptDraft:
        """Keep a draft in place of the one before; one without phrases is given up. Raises HeldByOther, TooBusy."""
        path = self._path(*draft.slot)
        with self._alone():
            held = self._mine(path, draft.editor, take_over=take_over)
            begun = held.since if held is not None and held.editor.id == draft.editor.id else now()
            kept = replace(draft, since=begun, saved=now(), stamp=secrets.token_hex(8))
            if kept.phrases:
                _write(path, kept)
            else:
                path.unlink(missing_ok=True)
        return kept

    def drop(self, name: str, language: str, editor: Editor, *, take_over: bool = False) -> bool:
        """Give a draft up; whether there was one. Raises HeldByOther."""
        path = self._path(name, language)
        with self._alone():
            held = self._mine(path, editor, take_over=take_over)
            path.unlink(missing_ok=True)
        return held is not None

    def published(self, draft: PromptDraft) -> None:
        """Give up a draft that speaks now, unless it was saved again meanwhile."""
        path = self._path(*draft.slot)
        with self._alone():
            held = _read(path)
            if held is not None and held.stamp == draft.stamp:
                path.unlink(missing_ok=True)

    def _mine(self, path: Path, editor: Editor, *, take_over: bool) -> PromptDraft | None:
        """The draft that is there, which ``editor`` may change."""
        held = _read(path)
        if held is not None and held.editor.id != editor.id and not take_over:
            raise HeldByOther(held)
        return held

    def _paths(self) -> list[Path]:
        return sorted(self.root.glob("*/*.json"))

    def _path(self, name: str, language: str) -> Path:
        if not _PLACE.fullmatch(name) or not _LANGUAGE.fullmatch(language):
            raise InvalidRequest(
                f"{name[:80]!r} ({language[:20]!r}) names no prompt", hint="GET /v1/prompts lists them"
            )
        return self.root / f"{name}.{language}.json"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / ".lock", timeout=_PATIENCE):
                yield
        except Timeout as error:
            raise TooBusy("another draft is being saved", hint="save again in a moment") from error


def _read(path: Path) -> PromptDraft | None:
    """The draft of a file; None for one that is not there, or is none."""
    try:
        told = json.loads(path.read_text("utf-8"))
        texts = {
            part: {str(key): tuple(map(str, one)) for key, one in told[part].items()} for part in ("phrases", "before")
        }
        words = {one: str(told[one]) for one in ("name", "language", "begun_from", "since", "saved", "stamp")}
        draft = PromptDraft(editor=Editor(str(told["editor"]["id"]), str(told["editor"]["name"])), **words, **texts)  # type: ignore[arg-type]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    place = f"{path.parent.name}/{path.name}"
    return draft if place == f"{draft.name}.{draft.language}.json" else None


def _write(path: Path, draft: PromptDraft) -> None:
    """Down to the disk, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{draft.stamp}")
    with fresh.open("w", encoding="utf-8") as out:
        json.dump(asdict(draft), out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    sync(path.parent)

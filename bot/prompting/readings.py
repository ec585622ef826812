"""The prompts as they are shipped, as they are spoken, as a version says them, and as drafts would. Keeps a few."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.prompting.describing import title_of
from bot.prompting.drafting import checked, moved
from bot.prompting.drafts import PromptDraft
from bot.prompting.publishing import Draft
from bot.prompting.refusing import BrokenDraft, told
from prompts import Library, Registry
from prompts.rewriting import reworded
from prompts.states import Content, base_of, files_of

_KEPT = 4
"""Readings that are kept: making one takes a fifth of a second."""
_MOVED = "Somebody published another wording of this phrase since the draft was begun."
_GONE = "This prompt is gone since the draft was begun."


class Readings:
    """All readings of one server's prompts. Safe to use from several threads."""

    def __init__(self, library: Callable[[], Library], place: Path) -> None:
        """``library`` gives the prompts as they are by now; problems of drafts name them below ``place``."""
        self._library = library
        self._place = place
        self._first: Registry | None = None
        self._kept: OrderedDict[str, Registry] = OrderedDict()

    @property
    def shipped(self) -> Registry:
        """As shipped."""
        if self._first is None:
            self._first = self._library().reading("shipped")
        self._first.refresh()
        return self._first

    def spoken(self) -> Registry:
        """What everybody hears now, outside any trial, as it stays while it is edited."""
        with told():
            return self.of(Draft(_spoken_files(self._library()), self._place))

    def version(self, ref: str) -> Registry:
        """A published version by number, label or id, ``shipped`` or ``spoken``. Raises InvalidRequest."""
        library = self._library()
        if ref == "spoken":
            return self.spoken()
        with told():
            found = library.store.find(ref)
            read = self._kept.get(found.id) or library.reading(found.id)
        return self._keep(found.id, read)

    def composed(self, drafts: Sequence[PromptDraft]) -> Draft:
        """The files of what is spoken with drafts over them. Raises BrokenDraft for one that cannot be said."""
        library = self._library()
        if problems := [one for draft in drafts for one in self.problems(draft) if not one["sayable"]]:
            raise BrokenDraft(problems)
        with told():
            files = dict(_spoken_files(library))
        for draft in drafts:
            live = library.prompt(*draft.slot)
            path = _file(draft, files)
            files[path] = reworded(_text(files.get(path, b"")), draft.phrases, live=live).encode()
        return Draft(files, self._place)

    def of(self, draft: Draft) -> Registry:
        """What would be spoken with a draft. Raises InvalidRequest."""
        library = self._library()
        with told():
            state = Content(base_of(library.root), draft.files).id
            read = self._kept.get(state) or library.drafted(draft.files, place=draft.place)
        return self._keep(state, read)

    def problems(self, draft: PromptDraft) -> Iterator[dict[str, Any]]:
        """Everything that is wrong with a draft, with its prompt, phrase and line; ``sayable``: it could be tried."""
        library = self._library()
        place = {"name": draft.name, "language": draft.language, "key": "", "alternative": 0, "line": 0, "must": True}
        if library.at(*draft.slot) is None:
            yield {**place, "where": draft.name, "message": _GONE, "hint": "Give the draft up.", "sayable": False}
            return
        place["where"] = title_of(library, draft.name, draft.language)
        found = checked(library, *draft.slot, draft.phrases, shipped=self.shipped)
        for one in found.problems:
            yield {**place, **asdict(one), "sayable": found.preview[one.key][one.alternative] is not None}
        for key in moved(draft, library):
            hint = "Look at both wordings, and save the draft again."
            yield {**place, "key": key, "message": _MOVED, "hint": hint, "sayable": True}

    def _keep(self, state: str, found: Registry) -> Registry:
        self._kept[state] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found


def _spoken_files(library: Library) -> Mapping[str, bytes]:
    """The files of the version that speaks, or of the folder. Raises PromptError."""
    version = library.version
    folder = library.store.folder(version) if version is not None else library.folder
    return files_of(folder) if folder is not None else {}


def _file(draft: PromptDraft, files: Mapping[str, bytes]) -> str:
    """The file that words a prompt in one language."""
    explicit = f"{draft.name}.{draft.language}.md"
    return explicit if draft.language != "en" or explicit in files else f"{draft.name}.md"


def _text(data: bytes) -> str:
    """A file's text; one that is not UTF-8 speaks nowhere, so nothing of it is kept."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return ""

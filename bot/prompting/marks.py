"""What readers say of what a wording made of a case: a thumb and a comment, kept with the state's hash."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from filelock import FileLock, Timeout

from bot.errors import TooBusy
from prompts.journal import now

Thumb: TypeAlias = Literal["up", "down"]
MOST = 5000
"""Marks that are kept; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One reader's word on one case under one state of the prompts. ``at`` is UTC in ISO form."""

    case: str
    state: str
    mark: Thumb | None
    comment: str = ""
    author: str = ""
    at: str = ""


class Marks:
    """The marks in one file, which appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path

    def all(self) -> tuple[Mark, ...]:
        """Every mark, oldest first; a file that cannot be read has none."""
        try:
            return tuple(Mark(**one) for one in json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return ()

    def find(self, case: str, state: str) -> Mark | None:
        """What is said of a case under a state."""
        return next((one for one in self.all() if (one.case, one.state) == (case, state)), None)

    def put(self, case: str, state: str, *, mark: Thumb | None, comment: str, author: str) -> Mark | None:
        """Say something in place of what was said; nothing takes it back."""
        said = Mark(case, state, mark, comment.strip(), author, now()) if mark or comment.strip() else None
        with self._alone():
            others = [one for one in self.all() if (one.case, one.state) != (case, state)]
            kept = [*others, *([said] if said else [])][-MOST:]
            fresh = self._path.with_name(f".marks.{secrets.token_hex(4)}")
            with fresh.open("w", encoding="utf-8") as out:
                json.dump([asdict(one) for one in kept], out, ensure_ascii=False, indent=1)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self._path)
        return said

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._path.with_suffix(".lock"), timeout=10):
                yield
        except Timeout as error:
            raise TooBusy("another mark is being saved", hint="save again in a moment") from error

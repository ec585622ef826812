"""From a draft to what speaks: the tests of the prompts alone and of whole turns, and publication once they pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import InvalidRequest
from bot.prompting.judging import failures
from bot.prompting.running import Ran
from prompts.golden import golden_of
from prompts.states import files_of
from prompts.store import PRODUCTION
from prompts.testing import Tested, examine

if TYPE_CHECKING:
    from prompts import Library, Registry, Version


class Blocked(InvalidRequest):
    """A must-check fails, so nothing is published. ``problems`` are what is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            f"{len(problems)} checks fail that must hold; nothing was published",
            hint="mend what is named above, try it with `shelftalk prompts test`, and publish again",
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the tests of one version found: of the prompts alone, and of whole turns."""

    alone: Tested
    turns: tuple[Ran, ...] = ()

    @property
    def blocking(self) -> tuple[str, ...]:
        """Everything that must be mended, a line each."""
        return tuple(self._lines(must=True))

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Everything that should be looked at, a line each."""
        return tuple(self._lines(must=False))

    @property
    def passed(self) -> bool:
        """Whether it may be published."""
        return not self.blocking

    def _lines(self, *, must: bool) -> Iterator[str]:
        for finding in self.alone.findings:
            if finding.must == must:
                yield f"{finding}. {finding.hint}".strip()
        for ran in self.turns:
            for one in failures(ran.judged):
                if one.must == must:
                    yield f"{ran.case.name}: {one.check}: {one.found}"


@dataclass(frozen=True, slots=True)
class Draft:
    """Edited prompt files that are not published: ``task/name.md`` -> bytes. ``place`` is where they are edited."""

    files: Mapping[str, bytes]
    place: Path

    @classmethod
    def of(cls, folder: Path) -> Draft:
        """The files of a folder as they are now."""
        return cls(files_of(folder), folder)

    def lacking(self, library: Library, label: str = PRODUCTION) -> tuple[str, ...]:
        """The files of what ``label`` stands on that would be taken back with this draft."""
        version = library.store.label(label)
        folder = library.store.folder(version) if version else None
        return tuple(sorted(set(files_of(folder)) - set(self.files))) if folder else ()


def examine_draft(library: Library, draft: Draft) -> tuple[Registry, Tested]:
    """The draft, read, and what the tests of the prompts alone say of it against those shipped."""
    registry = library.drafted(draft.files, place=draft.place)
    return registry, examine_read(draft, registry, library.reading("shipped"))


def examine_read(draft: Draft, registry: Registry, shipped: Registry) -> Tested:
    """What the tests of the prompts alone say of a draft that was read as ``registry``. Raises `PromptError`."""
    goldens = {name: data for name, data in draft.files.items() if name.endswith(".golden.yaml")}
    return examine(registry, shipped, own=golden_of(goldens))


def publish(
    library: Library,
    draft: Draft,
    found: Examined,
    *,
    why: str,
    author: str,
    label: str = PRODUCTION,
    expected: str | None = None,
) -> Version:
    """Publish a draft as it was tested. ``expected`` is the id that the label stood on when it was begun.

    Raises:
        Blocked: a must-check fails; nothing can force it.
        PromptError: no reason, nothing new, or somebody else published meanwhile.
    """
    if not found.passed:
        raise Blocked(found.blocking)
    version = library.store.publish(draft.files, why=why, author=author, label=label, expected=expected)
    library.refresh()
    return version

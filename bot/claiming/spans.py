"""The nouns of the rules: a sentence with those whom it names, a part of it, and a claim found in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from bot.naming import Word

Ids: TypeAlias = tuple[str, ...]
"""Items of which all that is said has to be true."""
BREAK = re.compile(r"[,;:()—–，；：（）。]|\s-\s|\.(?=\s)")
"""What ends a clause."""


@dataclass(frozen=True, slots=True)
class Mention:
    """An item that a sentence names from ``start`` to ``end``; several ``ids`` where the name fits more than one."""

    start: int
    end: int
    ids: Ids


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule understood between ``start`` and ``end``, and whether the records bear it out."""

    start: int
    end: int
    true: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Items named together: "A and B"."""

    mentions: tuple[Mention, ...]

    @property
    def start(self) -> int:
        """Where the first name begins."""
        return self.mentions[0].start

    @property
    def end(self) -> int:
        """Where the last name ends."""
        return self.mentions[-1].end

    @property
    def options(self) -> list[Ids]:
        """Those whom the names may mean."""
        return [tuple(dict.fromkeys(ids)) for ids in product(*(one.ids for one in self.mentions))]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sentence and those of whom it may speak; its names are blank in ``text``, the whole sentence.

    ``row`` are the words of the stretch, ``names`` the places of the names in it.
    """

    text: str
    start: int
    end: int
    options: tuple[Ids, ...]
    row: tuple[Word, ...]
    names: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, text: str, span: tuple[int, int], row: Sequence[Word], options: Sequence[Ids], names: Iterable[int]
    ) -> Part:
        """The part of ``text`` within ``span``; ``row`` are the words, ``names`` the names of the whole text."""
        start, end = span
        inside = tuple(word for word in row if start <= word.start < end)
        return cls(text, start, end, tuple(options), inside, tuple(one for one in names if start <= one < end))

    @property
    def named(self) -> bool:
        """Whether it names somebody."""
        return bool(self.names)

    @property
    def inside(self) -> str:
        """The stretch alone, every word at its own place."""
        return " " * self.start + self.text[self.start : self.end]

    def without(self, claims: Sequence[Claim]) -> Part:
        """The part with what is already judged replaced by spaces."""
        if not claims:
            return self
        row = tuple(word for word in self.row if not any(one.start <= word.start < one.end for one in claims))
        text = blanked(self.text, ((one.start, one.end) for one in claims))
        return replace(self, text=text, row=row)

    def clause(self, place: int) -> int:
        """The first word of the clause that the word at ``place`` stands in."""
        while place > 0 and not BREAK.search(self.text, self.row[place - 1].end, self.row[place].start):
            place -= 1
        return place

    def clause_end(self, place: int) -> int:
        """The word after the last of the clause that the word at ``place`` stands in."""
        while place + 1 < len(self.row) and not BREAK.search(self.text, self.row[place].end, self.row[place + 1].start):
            place += 1
        return place + 1


@dataclass(frozen=True, slots=True)
class Sentence:
    """A whole sentence, of which ``whole.options`` are those it speaks of without a name, and the groups it names."""

    whole: Part
    groups: tuple[Group, ...]


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span replaced by as many spaces."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text

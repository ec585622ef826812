"""A sheet in the making, with what is right of it: what every source of examples writes into.

Pure. Knows no source of text and draws nothing at random.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.engines.reader.sheet import MATCHES, TYPES, CharSpan, FacetEntry, Sheet, ValueEntry
from bot.training.examples import Example, Targets
from bot.training.shops import ShopFacet

DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
OPERATORS = {"=": "is", "~": "about"}
"""Operators that a mark spells differently from the sheet."""
VERDICTS = {"is": "is", "any": "is", "not": "not", "retract": "retracted"}
"""What the meaning of a mark is as a verdict."""
ABOUT = {"drop": "dropped", "ask": "asked"}
"""What is said of a facet, where a mark spells it differently."""


@dataclass(slots=True)
class Draft:
    """What one message is asked about so far. ``numbers``: where, of which facet (-1: none), under which operator."""

    message: str
    targets: Targets
    facets: list[FacetEntry] = field(default_factory=list)
    values: list[ValueEntry] = field(default_factory=list)
    numbers: list[tuple[CharSpan, int, str]] = field(default_factory=list)
    mentions: dict[CharSpan, set[str]] = field(default_factory=dict)

    def value(
        self, facet: int, words: str, *, verdict: str = "none", match: str = "none", where: CharSpan | None = None
    ) -> None:
        """One more value of facet number ``facet``."""
        if verdict != "none":
            self.targets.verdicts[len(self.values)] = verdict
        self.values.append(ValueEntry(facet, words, MATCHES.index(match), where))

    def number(self, facet: int, meaning: str, where: CharSpan) -> None:
        """A number that is a limit of facet number ``facet``."""
        self.numbers.append((where, facet, OPERATORS.get(meaning, meaning)))

    def about(self, facet: int, meaning: str) -> None:
        """Something said of facet number ``facet`` as a whole."""
        self.targets.about.setdefault(facet, set()).add(ABOUT.get(meaning, meaning))

    def loose_numbers(self, numbers: re.Pattern[str] = DIGITS) -> None:
        """Everything else in the message that looks like a number, as a number of no facet."""
        taken = [where for where, _, _ in self.numbers] + list(self.mentions)
        for found in numbers.finditer(self.message):
            if not any(touch(found.span(), where) for where in taken):
                self.numbers.append((found.span(), -1, "is"))

    def example(self, *, before: str = "", shown: bool = False, family: str = "", source: str = "") -> Example:
        """The finished example; numbers stand in the order of the message."""
        self.numbers.sort()
        self.targets.links = [facet for _, facet, _ in self.numbers]
        self.targets.operators = [operator for _, _, operator in self.numbers]
        self.targets.roles = list(self.mentions.values())
        spans = tuple(where for where, _, _ in self.numbers)
        sheet = Sheet(
            self.message, tuple(self.facets), tuple(self.values), spans, tuple(self.mentions), before, shown=shown
        )
        return Example(sheet, self.targets, family, source)


def touch(one: CharSpan, other: CharSpan) -> bool:
    """Whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]


def entry_of(facet: ShopFacet) -> FacetEntry:
    """A shop's facet as the reader is shown it."""
    return FacetEntry(f"{facet.words[0]} {facet.unit}".strip(), TYPES.index(facet.type))

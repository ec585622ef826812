"""What the records of a few items say: which of them a word, a value or a rank is true of. Knows no message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from bot.engines.lexical.inflection import singulars
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import words
from bot.meeting import meets, number
from vectorstore.base import Constraint, Item

TITLE, VALUES, TEXT = range(3)
"""How deep to look: in titles alone, in the values of facets too, in descriptions as well."""
NEAR = 0.2
"""How far from an amount an item that is called by it may be, as a share of the amount."""
_YEARS = range(1000, 2101)
_PROSE = 5
"""A value of more words than this is a text."""

Ids = frozenset[str]


class Records:
    """The records of the items that may be meant."""

    def __init__(self, items: Sequence[Item]) -> None:
        """Keep the words of each, by depth."""
        self.items = items
        self._said = {item.id: _depths(item) for item in items}

    def meant(self, parts: Sequence[tuple[str, Span | None]], depth: int, *, first: int = TITLE) -> Ids:
        """The items that all ``parts`` are true of, each a word, or words with the finding that covers them.

        From ``first`` down to ``depth`` the layer counts in which any item is found.
        """
        joined = "".join(word for part, _ in parts for word in part.split())
        for level in range(min(first, depth), depth + 1):
            found = [self._true_of(part, span, level) for part, span in parts]
            ids = reduce(frozenset.intersection, found) or self.saying(joined, level, exact=True)
            if ids:
                return ids
        return frozenset()

    def _true_of(self, part: str, span: Span | None, depth: int) -> Ids:
        words = [self.saying(word, depth) for word in part.split()]
        said = reduce(frozenset.intersection, words) if words else Ids()
        return said | self._fitting(span) if span and depth >= VALUES else said

    def saying(self, word: str, depth: int, *, exact: bool = False) -> Ids:
        """The items that say a word, in another number or a like form unless ``exact``."""
        same = (lambda own: own == word) if exact else _alike(word)
        return self._where(lambda item: any(map(same, _upto(self._said[item.id], depth))))

    def _fitting(self, span: Span) -> Ids:
        """The items that meet what a finding asks for, or come near to it."""
        if span.kind == "range":
            return self._where(lambda item: all(_near(item, one) for one in span.constraints))
        readings = [one.constraints for one in (span, *span.rivals) if one.constraints and one.kind != "vague"]
        return self._where(lambda item: any(meets(item, one) for one in readings))

    def holding(self, value: float) -> Ids:
        """The items one of whose numbers is ``value``, or a little less than one more: 44.95 is 44 or 45."""
        held = {item.id: [number(cell) for cell in item.facets.values()] for item in self.items}
        return frozenset(
            id_ for id_, cells in held.items() if any(one is not None and abs(one - value) < 1 for one in cells)
        )

    def ranked(self, span: Span) -> Ids:
        """The one item at the end of a number's scale that a word of degree names; nothing where two are alike."""
        for reading in (span, *span.rivals):
            facet, lowest = _scale(reading)
            held = {item.id: value for item in self.items if (value := number(item.facets.get(facet))) is not None}
            if len(held) > 1:
                end = (min if lowest else max)(held.values())
                found = [id_ for id_, value in held.items() if value == end]
                return frozenset(found if len(found) == 1 else ())
        return frozenset()

    def best(self, parts: Sequence[tuple[str, Span | None]]) -> tuple[Ids, int]:
        """The items that the most of ``parts`` are true of, in any depth, and how many of the parts."""
        hits = [self._true_of(part, span, TEXT) for part, span in parts]
        counts = {item.id: sum(item.id in one for one in hits) for item in self.items}
        most = max(counts.values(), default=0)
        return frozenset(id_ for id_, count in counts.items() if count == most > 0), most

    def _where(self, true: Callable[[Item], bool]) -> Ids:
        return frozenset(item.id for item in self.items if true(item))


def _depths(item: Item) -> tuple[Ids, Ids, Ids]:
    """The words of an item's title, of its values and of its texts."""
    held = [value for cell in item.facets.values() for value in (cell if isinstance(cell, tuple) else (cell,))]
    said = [words(value) for value in held if isinstance(value, str)]
    values = frozenset(word for one in said if len(one) <= _PROSE for word in one)
    prose = frozenset(word for one in said if len(one) > _PROSE for word in one)
    return frozenset(words(item.title)), values, prose | frozenset(words(item.description))


def _upto(said: tuple[Ids, Ids, Ids], depth: int) -> Iterable[str]:
    return (word for layer in said[: depth + 1] for word in layer)


def _alike(word: str) -> Callable[[str], bool]:
    """Whether another word has the stem of ``word``: "squeezy" and "squeeze", "scotts" and "scott"."""
    single = singulars(word)

    def same(own: str) -> bool:
        if own == word or own in single or word in singulars(own):
            return True
        shared = next((n for n, (a, b) in enumerate(zip(word, own, strict=False)) if a != b), min(len(word), len(own)))
        return shared >= max(5, max(len(word), len(own)) - 2)

    return same


def _scale(span: Span) -> tuple[str, bool]:
    """The facet that a word of degree ranks by, and whether the lowest is meant."""
    if span.order:
        return span.order.facet, span.order.direction == "asc"
    if span.relative:
        return span.relative.facet, span.relative.direction == "lower"
    return span.facet, any(one.op in ("<", "<=") for one in span.constraints)


def _near(item: Item, constraint: Constraint) -> bool:
    """Whether an amount is about that of the item."""
    held, asked = number(item.facets.get(constraint.facet)), constraint.value
    if held is None or isinstance(asked, (str, bool)):
        return False
    ends = [float(one) for one in (asked if isinstance(asked, tuple) else (asked,))]
    margin = 0.0 if constraint.op == "between" and min(ends) in _YEARS else NEAR * max(map(abs, ends))
    return min(ends) - margin <= held <= max(ends) + margin

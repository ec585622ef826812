"""What was found where in a message: spans over its tokens, and the board on which they claim their words.

Knows no lexicon: finders make spans, the board keeps those that do not overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.engines.lexical.text import Reading
from bot.types import Mention, Order, Relative
from vectorstore.base import Constraint

Kind: TypeAlias = Literal[
    "value", "person", "range", "vague", "flag", "relative", "order", "title", "reference", "drop"
]


@dataclass(frozen=True, slots=True)
class Span:
    """A finding at the tokens ``start`` up to ``end``.

    ``constraints`` hold when the words are meant, ``opposite`` when they are negated. ``rank`` settles overlaps: a
    higher one wins, then the longer span. ``facet`` names the facet of a relative, an order or a drop. ``soft``
    marks an order that gives way to wishes ("best"); ``name`` is how many words of a person's name were said.
    ``shares``: of a word of degree that is measured among what the rest leaves, the shares wanted and negated.
    ``rivals`` are the other facets that the same words may be about; ``implied`` marks a condition that nobody said in
    so many words ("for my wife"); ``wish`` is what the words say beyond their constraints ("kettle").
    """

    start: int
    end: int
    kind: Kind
    constraints: tuple[Constraint, ...] = ()
    opposite: tuple[Constraint, ...] = ()
    relative: Relative | None = None
    order: Order | None = None
    mentions: tuple[Mention, ...] = ()
    facet: str = ""
    rank: int = 0
    soft: bool = False
    name: int = 0
    shares: tuple[float, float] | None = None
    rivals: tuple[Span, ...] = ()
    implied: bool = False
    wish: str = ""


class Board:
    """The tokens of one message and who claimed them. Lives for one message."""

    def __init__(self, size: int) -> None:
        """An empty board for ``size`` tokens."""
        self.spans: list[Span] = []
        self._taken = [False] * size

    def claim(self, spans: Iterable[Span]) -> None:
        """Keep those of ``spans`` whose tokens are free: higher rank first, then longer, then earlier."""
        for span in sorted(spans, key=lambda span: (-span.rank, span.start - span.end, span.start)):
            if self.free(span.start, span.end):
                self.spans.append(span)
                self.block(span.start, span.end)
        self.spans.sort(key=lambda span: span.start)

    def block(self, start: int, end: int) -> None:
        """Take tokens off the board without a finding."""
        self._taken[start:end] = [True] * (end - start)

    def free(self, start: int, end: int) -> bool:
        """Whether nobody claimed any of these tokens."""
        return not any(self._taken[start:end])

    def replace(self, old: Span, new: Span) -> None:
        """Put ``new`` in the place of ``old``, whose tokens it covers."""
        self.spans = sorted([new if span is old else span for span in self.spans], key=lambda span: span.start)
        self.block(new.start, new.end)

    def swap(self, old: Span, new: Span | None) -> None:
        """Put ``new`` in the place of ``old``, or give its tokens back."""
        self.spans = [one for one in (new if span is old else span for span in self.spans) if one]
        if new is None:
            self._taken[old.start : old.end] = [False] * (old.end - old.start)

    def cover(self, new: Span) -> None:
        """Put ``new`` over all the findings that lie in its tokens."""
        self.spans = [span for span in self.spans if span.end <= new.start or span.start >= new.end]
        self.spans = sorted([*self.spans, new], key=lambda span: span.start)
        self.block(new.start, new.end)

    def remove(self, unwanted: Span) -> None:
        """Take a finding off; its tokens stay taken."""
        self.spans = [span for span in self.spans if span is not unwanted]

    def at(self, index: int) -> Span | None:
        """The span that holds a token."""
        return next((span for span in self.spans if span.start <= index < span.end), None)


def pointing(reading: Reading, start: int, end: int, ids: Sequence[str]) -> Span:
    """The tokens ``start`` up to ``end`` as a reference to items that were shown, or to none of them."""
    text = reading.slice(start, end)
    mentions = tuple(Mention(text, id_, how="reference", confidence=0.95) for id_ in ids or (None,))
    return Span(start, end, "reference", mentions=mentions, rank=2)


def opposite(constraint: Constraint) -> Constraint | None:
    """The constraint that says no to ``constraint``; None where no single one does."""
    flips = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
    if constraint.op in ("is", "any"):
        return Constraint(constraint.facet, "not", constraint.value)
    if constraint.op in flips:
        return Constraint(constraint.facet, flips[constraint.op], constraint.value)  # type: ignore[arg-type]
    return None


def opposites(constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """The opposites of each, those left out that have none."""
    return tuple(found for found in map(opposite, constraints) if found)

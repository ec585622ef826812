"""The parts of a noun phrase that may point at an item: determiners, and the words and findings in it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from bot.engines.lexical.spans import Span

RANKS = ("vague", "relative", "order")
"""Kinds of findings that are words of degree."""


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a phrase, or the words of one finding: the tokens ``start`` up to ``end``."""

    start: int
    end: int
    text: str
    span: Span | None = None

    @property
    def person(self) -> bool:
        """Whether it is somebody's name."""
        return self.span is not None and self.span.kind == "person"

    @property
    def rank(self) -> bool:
        """Whether it is a word of degree."""
        return self.span is not None and self.span.kind in RANKS


@dataclass(frozen=True, slots=True)
class Frame:
    """How a phrase begins: where its own words do, and what stands before them."""

    start: int
    inner: int
    the: bool
    several: bool
    count: int | None

"""Which facet ambiguous words are about, and whether what they imply can be: decided by what else the message asks for.

"A big tent" is one for many people, "a big backpack" one of many litres; "a tent for my wife" is no women's tent where
tents are for anybody. Knows no lexicon.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.engines.lexical.pointers import Scene
from bot.engines.lexical.spans import Board, Span
from bot.meeting import meets
from vectorstore.base import Constraint, Item

if TYPE_CHECKING:
    from bot.understanding import Vocabulary


ENOUGH = 3000
"""Of a larger catalogue every second, third ... item is asked."""
NEARLY = 0.9
"""A facet that this share of all items hold needs no asking."""
USUAL = 0.3
"""The share of items that must hold a facet for a word of degree to be about it."""


class Settler:
    """Settles the spans of a message."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Look things up in ``vocabulary``."""
        self._vocabulary = vocabulary

    def settle(self, board: Board, scene: Scene, negative: Iterable[int] = ()) -> None:
        """Put each ambiguous span's meaning in its place, and take off what no item can meet.

        ``negative``: where the unwanted spans start.
        """
        unwanted = set(negative)
        for span in [span for span in board.spans if _open(span)]:
            others = [one for other in board.spans if other is not span for one in _asked(other, unwanted)]
            board.swap(span, self._settled(span, others, scene))

    def _settled(self, span: Span, others: list[Constraint], scene: Scene) -> Span | None:
        """What a span means beside the others; None where nothing that they leave can have it."""
        if span.implied or span.wish:
            fits = any(meets(item, [*others, *span.constraints]) for item in self._vocabulary.items)
            return span if fits else None
        if span.kind == "range" and self._filled(span.facet) >= NEARLY:
            return span
        ground = self._ground(others, scene)
        meant = self._meant(span, ground)
        held = sum(meant.facet in item.facets for item in ground) / max(1, len(ground))
        least = USUAL if span.kind == "vague" else 0.0
        return None if others and span.kind in ("vague", "range") and held <= least else meant

    def _ground(self, others: list[Constraint], scene: Scene) -> list[Item]:
        """The items that the words are about: those asked for, else those shown, else all."""
        items = self._vocabulary.items[:: 1 + len(self._vocabulary.items) // ENOUGH]
        asked = [item for item in items if meets(item, others)] if others else []
        shown = [self._vocabulary.by_id[id_] for id_ in scene.shown if id_ in self._vocabulary.by_id]
        return asked or shown or list(items)

    def _filled(self, name: str) -> float:
        facet = self._vocabulary.schema.get(name)
        return facet.filled if facet else 0.0

    def _meant(self, span: Span, ground: list[Item]) -> Span:
        """The reading whose facet, or whose very value, most of the items hold; of equals the first."""
        if not span.rivals:
            return span
        readings = (replace(span, rivals=()), *span.rivals)
        if span.kind == "value":
            return max(readings, key=lambda one: sum(meets(item, one.constraints) for item in ground))
        return max(readings, key=lambda one: sum(one.facet in item.facets for item in ground))


def _open(span: Span) -> bool:
    """Whether the rest of the message decides about a span."""
    return bool(span.rivals or span.implied or span.wish or span.shares or span.kind == "range")


def _asked(span: Span, unwanted: set[int]) -> tuple[Constraint, ...]:
    """What a span asks for in words, that other words may be measured by."""
    sure = span.kind in ("value", "person") and not (span.rivals or span.implied)
    return span.constraints if sure and span.start not in unwanted else ()

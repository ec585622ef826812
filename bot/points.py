"""A point: one thing that can be said of an item, before it has words. Knows no evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.phrasing import HAS, Speaker
from bot.senses import sense_of
from vectorstore.base import Facet

FEW = 2
"""Values of one facet in a clause."""


@dataclass(frozen=True, slots=True)
class Point:
    """The phrase and what it takes. ``topics`` are what it is about: two points of one topic say too much.

    ``worth`` orders the points of one item; a ``personal`` one answers something that the visitor said.
    """

    prompt: str
    key: str
    given: tuple[tuple[str, Any], ...]
    topics: tuple[str, ...]
    worth: float
    personal: bool = True


def point(
    prompt: str, key: str, topics: Sequence[str], worth: float, given: Mapping[str, Any], *, personal: bool = True
) -> Point:
    """A point whose variables are hashable."""
    frozen = ((name, tuple(value) if isinstance(value, list) else value) for name, value in given.items())
    return Point(prompt, key, tuple(sorted(frozen)), tuple(topics), worth, personal)


def plainly(speaker: Speaker, facet: Facet) -> tuple[str, str]:
    """The phrase that states a fact."""
    if facet.type in ("number", "date"):
        return HAS, speaker.voice.pick(HAS, sense_of(facet), "number")
    return HAS, speaker.voice.pick(HAS, sense_of(facet), "other")


def share(facet: Facet, value: Any) -> float:
    """The part of the facet's known values that are this one, 0 to 1."""
    counts: Mapping[str, int] = dict(facet.values)
    return counts.get(str(value), 0) / max(1, sum(counts.values()))

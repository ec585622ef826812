"""The one sentence of every card of a reply: which points it makes, and that no two cards say the same or begin alike.

What answers the visitor stands first, then what tells the card from its neighbours; what all cards share is said where
nothing better is. Knows no index; wording comes from the speakers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.phrasing import WISH, Speaker
from bot.points import Point
from bot.repeating import Told, worded
from bot.telling import points

MOST = {"terse": 1}
"""Points in a sentence, by style; three in any other."""
ENOUGH = 2
"""Plain facts fill a sentence up to so many points."""
EXTRA = 1.9
"""A third point has to be worth so much."""
FACT = 1.0
"""A fact of so much worth tells more than what kind of thing it is."""
STALE, REPEATED = 1.6, 0.5
"""What a point loses that every card could make, and for every card that made it already."""


def sentences(speakers: Sequence[Speaker], *, before: str = "") -> list[tuple[str, ...]]:
    """One sentence per card, or none for an item of which nothing is known.

    ``before`` is the previous reply; its clauses are not said again where there are others.
    """
    told = Told(before)
    chosen = zip(speakers, choices(speakers), strict=True)
    return [(worded(speaker, found, told),) if found else () for speaker, found in chosen]


def choices(speakers: Sequence[Speaker]) -> list[list[Point]]:
    """The points that each card makes, the worthiest first; no two cards make the same ones where there are others."""
    offered = [points(speaker) for speaker in speakers]
    counts = Counter(point for found in offered for point in {_bare(point) for point in found})
    shared = {point for point, count in counts.items() if count == len(speakers) > 1}
    made, found = Counter[Point](), list[list[Point]]()
    for speaker, offer in zip(speakers, offered, strict=True):
        worth = {one: one.worth - STALE * (_bare(one) in shared) - REPEATED * made[_bare(one)] for one in offer}
        found.append(_chosen(worth, MOST.get(speaker.voice.style, 3)))
        made.update(map(_bare, found[-1]))
    return found


def _chosen(worth: dict[Point, float], most: int) -> list[Point]:
    """The best points on different topics, those that have to be said among them, the worthiest first."""
    ranked = sorted(worth, key=lambda point: -worth[point])
    due = list(_due(ranked))
    chosen, topics = list[Point](), set[str]()
    for point in [*due, *(one for one in ranked if one not in due)]:
        if len(chosen) == most or (len(chosen) >= ENOUGH and worth[point] < EXTRA):
            break
        if topics.isdisjoint(point.topics):
            chosen.append(point)
            topics.update(point.topics)
    return sorted(chosen, key=lambda point: (not point.personal, -worth[point]))


def _due(ranked: Sequence[Point]) -> Iterator[Point]:
    """A personal point if any is; where that rests on words alone, a fact as well that the visitor asked for."""
    personal = [point for point in ranked if point.personal]
    yield from personal[:1]
    if personal and personal[0].prompt == WISH:
        yield from [point for point in personal if point.prompt != WISH and point.worth >= FACT][:1]


def _bare(point: Point) -> Point:
    """The point without its worth, which the order of the conversation and not its meaning decides."""
    return Point(point.prompt, point.key, point.given, point.topics, 0.0, point.personal)

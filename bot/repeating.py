"""Points in words that a reply has not used yet: no clause twice, no wording twice, no two sentences that begin alike.

Knows no ranking; which points are made is decided before. Deterministic: the same cards get the same words.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.phrasing import REASON, Speaker
from bot.points import Point

_WIDE = re.compile(r"[⺀-￯]")
_AMOUNT = re.compile(r"^[^\w]*\d[\d.,]*\W*$")
_HEAVY = re.compile(r"[,;:“(，；：（]")
CUT = 2
"""Characters that are the beginning of a sentence in a language without spaces."""
LONGEST = 20
"""A sentence of three points and more words loses its last."""

Wording = tuple[str, str, int]


@dataclass(slots=True)
class Told:
    """What a reply has said so far. ``before`` is the text of the one before."""

    before: str = ""
    clauses: set[str] = field(default_factory=set)
    wordings: set[Wording] = field(default_factory=set)
    openings: set[str] = field(default_factory=set)

    def new(self, clause: str, wording: Wording) -> bool:
        """Whether neither the clause nor its wording was used, here or in the reply before."""
        fresh = clause not in self.clauses and wording not in self.wordings
        return fresh and clause.casefold() not in self.before.casefold()


def worded(speaker: Speaker, points: Sequence[Point], told: Told) -> str:
    """The sentence; ``told`` remembers it."""
    order, first = _lead(speaker, points, told)
    said = [first, *(_best(speaker, point, told) for point in order[1:])]
    clauses = [clause for clause, _ in said]
    if len(clauses) > CUT and sum(len(clause.split()) for clause in clauses) > LONGEST:
        clauses = clauses[:CUT]
    told.openings.update((opening(clauses[0]), opening(clauses[0], words=2)))
    told.clauses.update(clauses)
    told.wordings.update(wording for _, wording in said)
    heavy = any(_HEAVY.search(clause) for clause in clauses)
    return speaker.say(REASON, "long" if heavy else "sentence", clauses=clauses)


def opening(clause: str, *, words: int = 1) -> str:
    """What a sentence begins with: its first words, or characters; amounts all begin alike."""
    if _WIDE.search(clause[:CUT]):
        return clause[: CUT * words]
    found = [re.sub(r"^\W+|\W+$", "", word).casefold() for word in clause.split()[:words]]
    return " ".join("#" if _AMOUNT.match(word) else word for word in found)


def _lead(speaker: Speaker, points: Sequence[Point], told: Told) -> tuple[Sequence[Point], tuple[str, Wording]]:
    """The order of the points and the first clause, such that the sentence begins as no other does."""
    turned = [[one, *(other for other in points if other is not one)] for one in points]
    for words in (1, 2):
        for order in turned:
            for clause, wording in _alternatives(speaker, order[0]):
                if told.new(clause, wording) and opening(clause, words=words) not in told.openings:
                    return order, (clause, wording)
    fresh = ((order, one) for order in turned for one in _alternatives(speaker, order[0]))
    unlike = ((order, one) for order, one in fresh if opening(one[0], words=2) not in told.openings)
    return next(unlike, (points, _best(speaker, points[0], told)))


def _best(speaker: Speaker, point: Point, told: Told) -> tuple[str, Wording]:
    """The first alternative that is new, else the first."""
    found = list(_alternatives(speaker, point))
    return next((one for one in found if told.new(*one)), found[0])


def _alternatives(speaker: Speaker, point: Point) -> Iterator[tuple[str, Wording]]:
    """Every wording of a point, beginning at one that the item picks."""
    count = speaker.voice.count(point.prompt, point.key)
    start = zlib.crc32(f"{speaker.item.id}\x1f{point.key}".encode())
    for step in range(count):
        variant = (start + step) % count
        clause = speaker.say(point.prompt, point.key, variant=variant, **dict(point.given))
        yield clause, (point.prompt, point.key, variant)

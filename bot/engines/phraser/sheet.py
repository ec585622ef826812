"""What the phraser is given and answers with: relations, slots, styles, manners. Plain data.

A cue is one thing to be said of an item: how it stands to the visitor (its relation) and the words that may be said of
it (its slots). The network sees the names alone; the words are put in by code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

STYLES = ("plain", "terse", "warm", "playful")
MANNERS = ("listed", "told", "spoken")
"""Clause after clause as the prompts say them; connected sentences; the way people recommend to each other."""
PLACES = ("first", "middle", "last", "alone")

RELATIONS = (
    "asked", "asked.and", "asked.flag", "asked.noflag", "has", "has.flag", "lacks", "like", "like.close", "like.led",
    "near", "wish.said", "wish.quote", "wish.word", "wish.found", "order.first", "order.next", "stand", "stand.lower",
    "stand.higher", "within.below", "within.above", "within.inside", "side.lower", "side.higher", "told", "clause",
)  # fmt: skip
WORDED = (
    "genre", "kind", "director", "cast", "author", "artist", "brand", "publisher", "country", "language", "colour",
    "material", "season", "activity", "audience", "age_rating", "size", "format", "fuel", "place", "other",
)  # fmt: skip
"""Senses of facets that hold words, each a slot of its own."""
NUMBERED = (
    "price", "year", "stock", "runtime", "weight", "volume", "people", "pages", "score", "brightness", "temperature",
    "power", "warranty", "measure", "date", "number",
)  # fmt: skip
"""Senses of facets that hold numbers."""
PARTS = (
    "title", "near", "rest", "shared", "others", "wish", "quote", "words", "order", "rank", "standing", "rivals", "gap",
    "condition", "label", "flag", "clause", "noun",
)  # fmt: skip
SENSES = frozenset({*WORDED, *NUMBERED})
_TWICE = ("label", "flag", "number", "measure", "other", "gap", "condition", "clause")
"""What two cues of one sentence may both hold; the second one's has a mark."""
SECOND = "#2"
SLOTS = (*WORDED, *NUMBERED, *PARTS, *(name + SECOND for name in _TWICE))


@dataclass(frozen=True, slots=True)
class Slot:
    """One of `SLOTS`, the words that stand for it, and whether they have to be said."""

    name: str
    words: str = ""
    due: bool = True


@dataclass(frozen=True, slots=True)
class Cue:
    """One of `RELATIONS` with its slots. At least one of these is said."""

    relation: str
    slots: tuple[Slot, ...]

    @property
    def sense(self) -> str:
        """The sense of the facet that it is about, "" where it is about none."""
        return next((name for slot in self.slots if (name := slot.name.removesuffix(SECOND)) in SENSES), "")

    @property
    def kind(self) -> str:
        """Relation and sense in one word."""
        return f"{self.relation} {self.sense}".strip()


@dataclass(frozen=True, slots=True)
class Frame:
    """All that one sentence is made from. ``noun`` is what the items are called, "" where that tells nothing."""

    cues: tuple[Cue, ...]
    style: str = "plain"
    manner: str = "told"
    place: str = "alone"
    noun: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """Slot -> what stands for it."""
        named = {slot.name: slot.words for cue in self.cues for slot in cue.slots}
        return named | ({"noun": self.noun} if self.noun else {})

    def missing(self, used: Sequence[str]) -> bool:
        """Whether something due is not among the slots ``used``, or a cue without any of its slots."""
        known = set(used)
        return any(
            any(slot.due and slot.name not in known for slot in cue.slots)
            or known.isdisjoint(slot.name for slot in cue.slots)
            for cue in self.cues
        )

    @property
    def kinds(self) -> str:
        """The kinds of its cues, sorted: what a combination is known by."""
        return " + ".join(sorted(cue.kind for cue in self.cues))


def apart(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues with slots that differ; one whose slots cannot be told from those before it is left out."""
    taken, kept = set[str](), list[Cue]()
    for cue in cues:
        slots = tuple(_renamed(slot, taken) for slot in cue.slots)
        names = {slot.name for slot in slots}
        if len(names) == len(slots) and names <= set(SLOTS) and taken.isdisjoint(names):
            taken |= names
            kept.append(replace(cue, slots=slots))
    return tuple(kept)


def _renamed(slot: Slot, taken: set[str]) -> Slot:
    return replace(slot, name=slot.name + SECOND) if slot.name in taken else slot

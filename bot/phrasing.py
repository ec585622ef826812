"""One item's evidence beside the voice that says it: labels, values and conditions in words.

What is worth saying is decided by `reasons` and `details`. Knows no ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.senses import sense_of
from bot.types import Evidence
from bot.wording import condition
from vectorstore.base import Constraint, Facet, Item, Schema

if TYPE_CHECKING:
    from bot.types import DialogueState
    from prompts import Voice

VALUES = 5
"""Values of one facet that are said at most."""
REASON, LABEL, UNMET, DETAILS = "explain/reason", "explain/label", "explain/unmet", "explain/details"
HAS, ASKED, WITHIN, LACKS = "explain/has", "explain/asked", "explain/within", "explain/lacks"
LIKED, WISH, ORDER, STANDING = "explain/liked", "explain/wish", "explain/order", "explain/standing"
CLAUSES = (HAS, ASKED, WITHIN, LACKS, LIKED, WISH, ORDER, STANDING)
"""The prompts whose phrases are clauses of a reason."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things about one item. ``variant`` makes neighbouring cards differ in wording; there are ``among`` cards.

    ``usual`` are the facets that most items of this kind fill: one that is missing is worth a word.
    """

    item: Item
    schema: Schema
    voice: Voice
    evidence: tuple[Evidence, ...]
    state: DialogueState
    variant: int = 0
    among: int = 1
    usual: frozenset[str] = frozenset()

    def of(self, kind: str) -> tuple[Evidence, ...]:
        """The evidence of one kind."""
        return tuple(one for one in self.evidence if one.kind == kind)

    def say(self, name: str, key: str, *, variant: int | None = None, **variables: Any) -> str:
        """A phrase with those of ``variables`` that it takes."""
        needed = self.voice.takes(name, key)
        given = {one: value for one, value in variables.items() if one in needed}
        return self.voice.phrase(name, key, variant=self.variant if variant is None else variant, **given)

    def tradeoff(self) -> str:
        """In what it stands out from the other cards, empty where in nothing."""
        for one in self.of("tradeoff"):
            facet, name = self.schema.get(one.facet), self.label(one.facet)
            sense = sense_of(facet) if facet else "other"
            if one.value not in ("lower", "higher"):
                key = self.voice.pick(LABEL, f"only_{sense}", "only_value")
                return self.say(LABEL, key, value=self.voice.value(one.facet, one.value), label=name)
            keys = (f"{part}_{one.value}" for part in (one.facet, sense, "other"))
            return self.say(LABEL, self.voice.pick(LABEL, *keys), label=name)
        return ""

    def label(self, facet: str) -> str:
        """The facet's name in words."""
        known = self.schema.get(facet)
        return self.voice.label(facet, known.label if known else "")

    def value(self, facet: Facet) -> str:
        """What the item holds of a facet, in words; at most `VALUES` of several."""
        cell = self.item.facets[facet.name]
        return self.voice.value(facet.name, cell[:VALUES] if isinstance(cell, tuple) else cell, facet.unit)

    def words(self, facet: Facet, values: Sequence[Any], joined: str = "and") -> str:
        """Several values as "a, b and c"."""
        spoken = [self.voice.value(facet.name, value, facet.unit) for value in values[:VALUES]]
        return self.voice.listed(list(dict.fromkeys(spoken)), joined)

    def condition(self, constraint: Constraint | None) -> str:
        """A constraint in words."""
        return "" if constraint is None else condition(constraint, self.voice, self.schema)

    def shared(self, one: Evidence) -> list[str]:
        """The values that the item shares with a liked one, in words."""
        return [self.voice.value(facet, value) for facet, value in one.shared]

"""Evidence -> cards: finished sentences in the visitor's language, from the evidence and the record alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.details import details, misses
from bot.phrasing import Speaker
from bot.reasons import sentences
from bot.types import Card, Evidence
from vectorstore.base import Constraint, Item

if TYPE_CHECKING:
    from bot.types import DialogueState, Ranked
    from prompts import Voice
    from vectorstore.index import ItemIndex

USUAL = 0.5
"""A facet that at least this part of the items of one kind fills is missed where a record is silent."""


def draw(
    index: ItemIndex,
    ranked: Sequence[Ranked],
    evidence: Mapping[str, tuple[Evidence, ...]],
    voice: Voice,
    *,
    state: DialogueState,
    before: str = "",
) -> tuple[Card, ...]:
    """One card per ranked item, in order; ``rank`` counts from 0.

    ``before`` is the previous reply, whose clauses are not said again.
    """
    many = len(ranked)
    speakers = [
        Speaker(
            index.items[one.id],
            index.schema,
            voice,
            evidence.get(one.id, ()),
            state,
            variant=number,
            among=many,
            usual=_usual(index, index.items[one.id]),
        )
        for number, one in enumerate(ranked)
    ]
    reasons = sentences(speakers, before=before)
    return tuple(
        Card(
            item=speaker.item,
            rank=number,
            score=one.score,
            reasons=reason,
            unmet=misses(speaker),
            details=details(speaker),
            label=speaker.tradeoff(),
            facts=tuple(_facts(speaker)),
            evidence=speaker.evidence,
            features=one.features,
        )
        for number, (one, speaker, reason) in enumerate(zip(ranked, speakers, reasons, strict=True))
    )


def _usual(index: ItemIndex, item: Item) -> frozenset[str]:
    """The facets that most items of the same kind fill; of all items where there are no kinds."""
    kind = index.schema.kind
    value = item.facets.get(kind.name) if kind else None
    if kind is None or value is None:
        return frozenset(facet.name for facet in index.schema.facets if facet.filled >= USUAL)
    alike = [
        index.items[index.ids[row]] for row in index.columns.mask([Constraint(kind.name, "is", value)]).nonzero()[0]
    ]
    held = Counter(name for one in alike for name in one.facets)
    return frozenset(name for name, count in held.items() if count >= USUAL * len(alike))


def _facts(speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Rows of label and value, in the schema's order."""
    for one in speaker.of("fact"):
        facet = speaker.schema.get(one.facet)
        if facet is not None:
            yield speaker.label(facet.name), speaker.value(facet)

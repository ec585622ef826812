"""Evidence -> cards: finished sentences in the visitor's language, from the evidence and the record alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.details import details, misses
from bot.phrasing import Speaker
from bot.reasons import sentences
from bot.types import Card, Evidence

if TYPE_CHECKING:
    from bot.types import DialogueState, Ranked
    from prompts import Voice
    from vectorstore.index import ItemIndex


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
        Speaker(index.items[one.id], index.schema, voice, evidence.get(one.id, ()), state, variant=number, among=many)
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


def _facts(speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Rows of label and value, in the schema's order."""
    for one in speaker.of("fact"):
        facet = speaker.schema.get(one.facet)
        if facet is not None:
            yield speaker.label(facet.name), speaker.value(facet)

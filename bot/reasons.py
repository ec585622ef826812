"""The one sentence of a card: two or three clauses, the most telling evidence.

Knows no ranking and no index; wording comes from the speaker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.evidence import held
from bot.phrasing import REASON, Speaker
from bot.types import Evidence
from bot.wording import order_words
from vectorstore.base import Facet

CLAUSES = 3
ENOUGH = 2
"""Plain facts fill a sentence up to so many clauses."""
FEW = 2
"""Values of one facet in a plain fact."""
SHORT_QUOTE = 14
"""A quote of so many words stands in the sentence; a longer one only under "Why this?"."""
STALE = 0.9
"""A clause that every card would say is that much less telling."""
_PLAIN = 1.0 - STALE + 0.5


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the sentence. The most ``telling`` are chosen, then set in the order of ``seat``."""

    text: str
    telling: float
    seat: float


def sentences(speakers: Sequence[Speaker]) -> list[tuple[str, ...]]:
    """One sentence per card, or none for an item of which nothing is known."""
    clauses = [_unique(_clauses(speaker)) for speaker in speakers]
    said = Counter(clause.text for found in clauses for clause in found)
    stale = {text for text, count in said.items() if count == len(speakers) > 1}
    return [_sentence(speaker, found, stale) for speaker, found in zip(speakers, clauses, strict=True)]


def _sentence(speaker: Speaker, clauses: Sequence[Clause], stale: set[str]) -> tuple[str, ...]:
    """The chosen clauses as a sentence."""
    worth = {clause: clause.telling - STALE * (clause.text in stale) for clause in clauses}
    ordered = sorted(clauses, key=lambda clause: -worth[clause])[:CLAUSES]
    telling = [clause for clause in ordered if worth[clause] > _PLAIN]
    wanted = CLAUSES if not telling else max(ENOUGH, len(telling))
    chosen = sorted(ordered[:wanted], key=lambda clause: clause.seat)
    return (speaker.say(REASON, "sentence", clauses=[clause.text for clause in chosen]),) if chosen else ()


def _clauses(speaker: Speaker) -> Iterator[Clause]:
    """Everything that the sentence could say."""
    yield from _met(speaker)
    yield from _liked(speaker)
    for one in speaker.of("wish")[:1]:
        short = len(one.quote.split()) <= SHORT_QUOTE
        yield Clause(speaker.say(REASON, "wish_quote" if short else "wish", wish=one.value, quote=one.quote), 2.5, 5)
    for one in speaker.of("order"):
        facet = speaker.schema.get(one.facet)
        if facet is not None and speaker.state.order is not None:
            words = order_words(speaker.state.order, speaker.voice, speaker.schema)
            yield Clause(speaker.say(REASON, "order", value=speaker.value(facet), order=words), 2.2, 2)
    yield from _plain(speaker)


def _met(speaker: Speaker) -> Iterator[Clause]:
    """Constraints that the item meets: one clause per facet, one for what it was to be free of."""
    groups: dict[tuple[str, bool], list[Evidence]] = {}
    for one in speaker.of("constraint"):
        groups.setdefault((one.facet, one.constraint is not None and one.constraint.op == "not"), []).append(one)
    for (name, denied), members in groups.items():
        facet = speaker.schema.get(name)
        if facet is None:
            continue
        place = speaker.schema.facets.index(facet) / 100
        if denied:
            yield Clause(_lacks(speaker, facet, members), 1.0, 3 + place)
        elif facet.type in ("number", "date"):
            yield Clause(_has(speaker, facet), 2.0, 2 + place)
        else:
            yield Clause(_has(speaker, facet, members), 1.6, 1 + place)


def _has(speaker: Speaker, facet: Facet, members: Sequence[Evidence] = ()) -> str:
    """What the item holds of a facet; with ``members`` only what these asked for."""
    cell, label = speaker.item.facets[facet.name], speaker.label(facet.name)
    if facet.type == "flag":
        return speaker.say(REASON, "has_flag" if cell is True else "lacks_flag", label=label)
    key = speaker.voice.pick(REASON, f"has_{facet.name}", f"has_{facet.role}", f"has_{facet.type}", "has_other")
    if isinstance(cell, tuple):
        asked = [held(facet, cell, one.constraint) for one in members if one.constraint is not None]
        values = [value for part in asked for value in (part if isinstance(part, tuple) else (part,))]
        return speaker.say(REASON, key, value=speaker.words(facet, values or cell[:FEW]), label=label)
    return speaker.say(REASON, key, value=speaker.value(facet), label=label)


def _lacks(speaker: Speaker, facet: Facet, members: Sequence[Evidence]) -> str:
    """What the item was to be free of, and is."""
    if facet.type == "flag":
        return _has(speaker, facet)
    named = [one.constraint.value for one in members if one.constraint is not None]
    values = [value for part in named for value in (part if isinstance(part, tuple) else (part,))]
    key = speaker.voice.pick(REASON, f"lacks_{facet.name}", "lacks_other")
    return speaker.say(REASON, key, value=speaker.words(facet, values, "or"), label=speaker.label(facet.name))


def _liked(speaker: Speaker) -> Iterator[Clause]:
    """The liked item that it resembles most, or shares the most with."""
    for one in speaker.of("liked")[:1]:
        key = f"liked_{one.degree}" if one.degree else "liked_shared"
        yield Clause(speaker.say(REASON, key, title=one.value, shared=speaker.shared(one)), 3.0, 4)


def _plain(speaker: Speaker) -> Iterator[Clause]:
    """Facts that nobody asked for: what fills a sentence that would be short.

    Not the year, which stands beside the title, nor stock and popularity, nor what another clause names.
    """
    told = {one.facet for one in (*speaker.of("constraint"), *speaker.of("order"))}
    told |= {facet for one in speaker.of("liked")[:1] for facet, _ in one.shared}
    for place, facet in enumerate(speaker.schema.facets):
        if facet.name in told or facet.name not in speaker.item.facets or facet.role in ("stock", "popularity", "year"):
            continue
        worded = facet.type in ("category", "multi")
        yield Clause(_has(speaker, facet), (0.5 if worded else 0.3) - place / 100, (1 if worded else 2) + place / 100)


def _unique(clauses: Iterator[Clause]) -> list[Clause]:
    """The first of each text."""
    found: dict[str, Clause] = {}
    for clause in clauses:
        found.setdefault(clause.text, clause)
    return list(found.values())

"""What stands under "Why this?": the best grounds for an item and one limit of it, as finished sentences.

Knows no ranking and no index; wording comes from the speaker.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.phrasing import DETAILS, UNMET, Speaker
from bot.types import Evidence

GROUNDS = 2


def details(speaker: Speaker) -> tuple[str, ...]:
    """Two grounds and one limit: at most three sentences."""
    return (*list(_grounds(speaker))[:GROUNDS], *list(_limits(speaker))[:1])


def misses(speaker: Speaker) -> tuple[str, ...]:
    """One sentence per constraint that a near miss does not meet."""
    return tuple(_miss(speaker, one) for one in speaker.of("unmet"))


def _grounds(speaker: Speaker) -> Iterator[str]:
    """Why it is here, the strongest first."""
    without = {one.value: int(one.strength) for one in speaker.of("without")}
    for one in speaker.of("liked")[:1]:
        yield speaker.say(
            DETAILS, "liked", title=one.value, strength=round(one.strength, 2), shared=speaker.shared(one)
        )
        if (place := without.get(one.value)) is not None:
            key = "without_unchanged" if place == speaker.variant + 1 else "without"
            yield speaker.say(DETAILS, key, title=one.value, rank=place)
    for one in [one for one in speaker.of("wish") if one.quote][:1]:
        yield speaker.say(DETAILS, "wish", wish=one.value, quote=one.quote)
    if met := [speaker.condition(one.constraint) for one in speaker.of("constraint")]:
        yield speaker.say(DETAILS, "meets", conditions=met)
    if not any(speaker.of(kind) for kind in ("liked", "wish", "constraint", "unmet")) and not speaker.state.query:
        yield speaker.say(DETAILS, "start")


def _limits(speaker: Speaker) -> Iterator[str]:
    """What speaks against it, or what is not known, or how it differs from the others."""
    for one in speaker.of("unmet"):
        yield speaker.say(DETAILS, "limit", condition=speaker.condition(one.constraint))
    for facet in speaker.schema.facets:
        if facet.name in speaker.usual and facet.name not in speaker.item.facets and facet.role == "attribute":
            key = "unknown_flag" if facet.type == "flag" else "unknown"
            yield speaker.say(DETAILS, key, label=speaker.label(facet.name))
    for one in speaker.of("tradeoff"):
        compared = speaker.schema.get(one.facet)
        if compared is not None and compared.role != "popularity" and one.value in ("lower", "higher"):
            yield speaker.say(DETAILS, "tradeoff", label=speaker.tradeoff(), value=speaker.value(compared))


def _miss(speaker: Speaker, one: Evidence) -> str:
    """One constraint that is not met, and what the record holds instead."""
    facet, words = speaker.schema.get(one.facet), speaker.condition(one.constraint)
    if facet is None or one.facet not in speaker.item.facets or one.constraint is None:
        return speaker.say(UNMET, "unknown", condition=words)
    if one.constraint.op == "not":
        named = one.constraint.value if isinstance(one.constraint.value, tuple) else (one.constraint.value,)
        return speaker.say(UNMET, "excluded", condition=words, value=speaker.words(facet, named))
    return speaker.say(
        UNMET, speaker.voice.pick(UNMET, one.facet, "other"), condition=words, value=speaker.value(facet)
    )

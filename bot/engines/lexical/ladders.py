"""Values that stand in an order and are bounded: "12A or lower", "nothing above a PG", "size L and up".

Works on value spans that others found; knows no negation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spans import Span, opposites
from bot.engines.lexical.text import Reading
from vectorstore.base import Constraint

_FEWEST = 3
"""Steps of a ladder that a facet must hold to have it."""


class Ladders:
    """Bounds the values of facets that have an order."""

    def __init__(self, speeches: Mapping[str, Speech]) -> None:
        """Find the ladder of each facet, and compile the words that bound a step."""
        lists = table("en.ladders")
        self._steps = {name: steps for name, speech in speeches.items() if (steps := _ladder(speech))}
        self._before = Phrases((phrase, op) for op, phrases in lists["before"].items() for phrase in phrases)
        self._after = Phrases((phrase, op) for op, phrases in lists["after"].items() for phrase in phrases)

    def bounded(self, reading: Reading, spans: Sequence[Span]) -> list[Span]:
        """``spans``, those of steps with a bound beside them as the steps that lie within it."""
        return [self._bounded(reading, span) if span.facet in self._steps else span for span in spans]

    def _bounded(self, reading: Reading, span: Span) -> Span:
        start = span.start
        while start > 0 and reading.tokens[start - 1].norm in word_set("ladders_skipped"):
            start -= 1
        before, after = self._before.before(reading.tokens, start), self._after.at(reading.tokens, span.end)
        bound = after or before
        said = span.constraints[0].value if len(span.constraints) == 1 else None
        steps = self._steps[span.facet]
        if bound is None or said not in steps:
            return span
        place = steps.index(str(said))
        low, high = {
            "<=": (0, place + 1),
            "<": (0, place),
            ">=": (place, len(steps)),
            ">": (place + 1, len(steps)),
        }[bound.value]
        within = steps[low:high]
        if not within:
            return span
        value = within[0] if len(within) == 1 else tuple(within)
        constraints = (Constraint(span.facet, "is" if len(within) == 1 else "any", value),)
        ends = min(span.start, bound.start), max(span.end, bound.end)
        return replace(
            span, start=ends[0], end=ends[1], constraints=constraints, opposite=opposites(constraints), rank=1
        )


def _ladder(speech: Speech) -> list[str]:
    """The values of a facet that stand in an order, lowest first; none where it has no ladder."""
    if speech.facet.type not in ("category", "multi"):
        return []
    held = {value.casefold(): value for value, _ in speech.facet.values}
    ladders = table("en.ladders")["ladders"]
    best = max(([held[step.casefold()] for step in steps if step.casefold() in held] for steps in ladders), key=len)
    return best if len(best) >= _FEWEST else []

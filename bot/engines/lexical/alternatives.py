"""Values joined by "or": "comedy or drama" is one condition that either meets. Knows no facets' meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engines.lexical.findings import Findings
from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.spans import Span, opposites
from vectorstore.base import Constraint


def alternatives(findings: Findings, spans: Sequence[Span]) -> list[Span]:
    """The spans, with positive values of one facet that an "or" joins merged into one.

    A bare amount beside a compared one is no condition of its own ("two hours is too long, keep it below 90 minutes").
    """
    found: list[Span] = []
    exact = {span.facet for span in spans if span.kind == "range" and span.rank}
    for span in spans:
        if span.kind == "range" and not span.rank and span.facet in exact:
            continue
        merged = _joined(findings, found[-1], span) if found else None
        if merged:
            found[-1] = merged
        else:
            found.append(span)
    return found


def _joined(findings: Findings, first: Span, second: Span) -> Span | None:
    gap = [token.norm for token in findings.reading.tokens[first.end : second.start]]
    plural = gap == ["and"] and _plural(findings, first) and _plural(findings, second)
    listed = "or" in gap or plural or (gap == [","] and _or_follows(findings, second))
    if first.facet != second.facet or not listed or not set(gap) <= word_set("alternatives_links") | {"and"}:
        return None
    if findings.polarity.negative(first.start) or findings.polarity.negative(second.start):
        return None
    values = [*_values(first), *_values(second)]
    if None in values:
        return None
    constraint = Constraint(first.facet, "any", tuple(dict.fromkeys(filter(None, values))))
    return replace(first, end=second.end, constraints=(constraint,), opposite=opposites((constraint,)))


def _plural(findings: Findings, span: Span) -> bool:
    """Whether a value is named as a kind of things: "comedies and thrillers" are either."""
    word = findings.reading.tokens[span.end - 1].norm
    return span.kind == "value" and word.endswith("s") and not word.endswith("ss")


def _or_follows(findings: Findings, span: Span) -> bool:
    """Whether a list of values goes on to an "or"."""
    rest = findings.reading.tokens[span.end : span.end + 2]
    return any(token.norm == "or" for token in rest)


def _values(span: Span) -> list[str | None]:
    """The words that a span allows; None where it says more than one equality."""
    if len(span.constraints) != 1 or span.constraints[0].op not in ("is", "any"):
        return [None]
    value = span.constraints[0].value
    held = value if isinstance(value, tuple) else (value,)
    return [one if isinstance(one, str) else None for one in held]

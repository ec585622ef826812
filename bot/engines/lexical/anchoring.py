"""Which item a critique is measured against: "older than the second", "the first, but cheaper".

Pure functions over findings; knows no lexicon of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from bot.engines.lexical.deciding import Case
from bot.engines.lexical.findings import Findings
from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.roles import Judged
from bot.engines.lexical.spans import Span
from bot.types import Relative

_OTHER: Mapping[str, Literal["lower", "higher"]] = {"lower": "higher", "higher": "lower"}


def compared(findings: Findings, span: Span) -> bool:
    """Whether an item is only what others are compared with: "older than it"."""
    before = findings.reading.norms(span.start - 2, span.start)
    return before[-1:] == ("than",) or (before[-1:] == ("as",) and before != ("same", "as"))


def measured(findings: Findings, span: Span) -> bool:
    """Whether an item is what others are compared with, or found wanting: "it is too long"."""
    return compared(findings, span) or "too" in findings.reading.norms(span.end, span.end + 3)


def critiques(findings: Findings, case: Case, span: Span) -> tuple[Relative, ...]:
    """The critique that a span is: none where a condition or the words behind it take its place ("not cheaper,
    lighter"), the other way round where nothing may go beyond ("no heavier than the first").
    """
    if any(other.facet == span.facet and other.constraints for other in case.spans):
        return ()
    found = anchored(findings, case, span)
    if not findings.polarity.negative(span.start):
        return (found,)
    after = findings.board.at(span.end + 1)
    instead = findings.reading.norms(span.end + 1, span.end + 2) == ("but",) or (after is not None and after.relative)
    paused = span.end < len(findings.reading.tokens) and findings.reading.tokens[span.end].text == ","
    return () if paused and instead else (replace(found, direction=_OTHER[found.direction]),)


def anchored(findings: Findings, case: Case, span: Span) -> Relative:
    """A critique with the item it is measured against: after "than", or the one to be resembled."""
    assert span.relative is not None
    norms = findings.reading.norms(span.end, span.end + 3)
    pointed = norms[1:2] and norms[1] in word_set("titles_articles") and not findings.board.at(span.end + 1)
    after = findings.board.at(span.end + 1 + bool(pointed)) if norms[:1] in (("than",), ("as",)) else None
    beside = findings.board.at(span.end) if norms[:1] != ("than",) else None
    after = beside if beside and beside.mentions else after
    if after is None and norms[:1] == ("than",) and set(norms[1:2]) & word_set("assembly_pronouns"):
        after = next((one.span for one in reversed(findings.judged) if one.span.end <= span.start), None)
    anchors = [m.item_id for m in after.mentions] if after else []
    if len(anchors) > 1:
        return span.relative
    near = [
        found for found in case.mentions if found.role in ("liked", "mentioned") and not measured(findings, found.span)
    ] or _praised(findings, case)
    anchors += [mention.item_id for judged in near for mention in judged.span.mentions]
    return replace(span.relative, anchor=anchors[0] if anchors else None)


def _praised(findings: Findings, case: Case) -> list[Judged]:
    """The one item that the message praised before: "love the second one, but is there anything cheaper?"."""
    if case.mentions:
        return []
    start = case.clause.clause.start
    earlier = [one for one in findings.judged if one.span.start < start and one.said and one.role == "liked"]
    ids = {mention.item_id for one in earlier for mention in one.span.mentions}
    return earlier[-1:] if len(ids) == 1 else []

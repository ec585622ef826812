"""What the trained reader is asked about one message: candidates that rules and vectors find, on one sheet.

Values come from the lexical engine's findings (exact and by synonym) and from the nearest by vector; titles and
references from its findings alone; amounts, with their units, from its reader of numbers. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bot.engines.lexical.facets import Speech, speeches
from bot.engines.lexical.findings import Findings
from bot.engines.lexical.numbers import Quantities, Quantity
from bot.engines.lexical.roles import Judged
from bot.engines.lexical.spans import Span
from bot.engines.lexical.units import Units
from bot.engines.reader.sheet import TYPES, CharSpan, FacetEntry, Sheet, ValueEntry
from vectorstore.base import Facet, Schema, TextKind, Vectors

if TYPE_CHECKING:
    from bot.engines.lexical.text import Reading

FEW = 8
"""Values of a facet that has no more than so many are all shown where there is room."""
MANY = 300
"""A facet with more values than this is never searched by vector: its values are names."""
BARE = ("", "year")
"""What a number without a unit is read as: "1500" looks like a year, and may be a price."""
NEAREST = 10
"""Values shown because their vectors come near some word of the message."""


class TokenEmbedder(Protocol):
    """An embedder that also gives the vectors of single tokens."""

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), d)`` float32 unit rows."""
        ...

    def token_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """One ``(tokens, d)`` float32 array of unit rows per text."""
        ...


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of the message: what it would be of each number facet that it can be of, in the facet's own unit.

    ``span`` is the range that the rules made of it, if they did.
    """

    worth: Mapping[str, float]
    span: Span | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A sheet, and what its entries stand for: a facet each, a facet's value each, an amount each, a finding each.

    The sheet's last mentions are ``doubtful``: titles for which the rules found too little.
    """

    sheet: Sheet
    facets: tuple[Facet, ...]
    values: tuple[tuple[Facet, str | bool], ...]
    numbers: tuple[Amount, ...]
    mentions: tuple[Judged, ...]
    doubtful: tuple[Span, ...] = ()
    asking: tuple[str, ...] = ()
    """The facets that the words of the message would ask about, were they asked of an item."""


class Proposer:
    """Makes sheets for one catalogue."""

    def __init__(self, schema: Schema, embedder: TokenEmbedder) -> None:
        """Embed the values of every facet that may be searched by vector."""
        self._facets = schema.facets
        self._embedder = embedder
        searched = [facet for facet in schema.facets if _worded(facet) and len(facet.values) <= MANY]
        self._near = [(facet, value) for facet in searched for value, _ in facet.values]
        self._vectors = embedder.embed([value for _, value in self._near], kind="query")
        self._speeches = [speech for speech in speeches(schema).values() if speech.numeric]
        self._quantities = Quantities(Units(self._speeches))

    def sheet(self, findings: Findings, *, before: str, shown: bool) -> Proposed:
        """Everything that is to be judged in one message."""
        reading = findings.reading
        values = self._values(findings)
        by_name = {facet.name: facet for facet in self._facets}
        places = {facet.name: number for number, facet in enumerate(self._facets)}
        entries = tuple(
            ValueEntry(places[name], _words(by_name[name], value), match, span)
            for (name, value), (match, span) in values.items()
        )
        numbers = self._numbers(findings)
        mentions = tuple(judged for judged in findings.judged if judged.span.end > judged.span.start)
        sheet = Sheet(
            reading.text,
            tuple(FacetEntry(_named(facet), TYPES.index(facet.type)) for facet in self._facets),
            entries,
            tuple(where for where, _ in numbers),
            tuple(_characters(reading, span) for span in (*(judged.span for judged in mentions), *findings.doubtful)),
            before,
            shown,
        )
        return Proposed(
            sheet,
            self._facets,
            tuple((by_name[name], value) for name, value in values),
            tuple(amount for _, amount in numbers),
            mentions,
            findings.doubtful,
            findings.asking,
        )

    def _values(self, findings: Findings) -> dict[tuple[str, str | bool], tuple[int, CharSpan | None]]:
        """Values with how they match and where: those found, those near, all flags, then what fills small facets."""
        found: dict[tuple[str, str | bool], tuple[int, CharSpan | None]] = {}
        by_name = {facet.name: facet for facet in self._facets}
        for span in findings.board.spans:
            if span.kind not in ("value", "person", "flag"):
                continue
            where = _characters(findings.reading, span)
            said = findings.reading.text[slice(*where)].casefold()
            for one in span.constraints:
                facet = by_name.get(one.facet)
                several = one.value if isinstance(one.value, tuple) else (one.value,)
                for value in several if facet and _judged(facet) else ():
                    exact = str(value).casefold() in (said, said.removesuffix("s"))
                    found[one.facet, value if isinstance(value, bool) else str(value)] = (2 if exact else 1, where)
        for facet, value in self._nearest(findings.reading.text):
            found.setdefault((facet.name, value), (0, None))
        for facet in self._facets:
            if facet.type == "flag":
                found.setdefault((facet.name, True), (0, None))
        return found

    def _nearest(self, text: str) -> list[tuple[Facet, str]]:
        if not self._near:
            return []
        tokens = self._embedder.token_vectors([text])[0]
        if not len(tokens):
            return []
        best = (self._vectors @ tokens.T).max(1)
        return [self._near[place] for place in np.argsort(-best)[:NEAREST]]

    def _numbers(self, findings: Findings) -> list[tuple[CharSpan, Amount]]:
        """The amounts of the message outside titles and references, with their units: "50 euros", "two hours"."""
        reading = findings.reading
        taken = [judged.span for judged in findings.judged]
        ranges = [span for span in findings.board.spans if span.kind == "range"]
        found: list[tuple[CharSpan, Amount]] = []
        for one in self._quantities.scan(reading, newest=None):
            if one.period or any(span.start < one.end and one.start < span.end for span in taken):
                continue
            worth = {
                speech.name: _worth(speech, one) for speech in self._speeches if one.group in (*BARE, speech.group)
            }
            span = next((span for span in ranges if span.start < one.end and one.start < span.end), None)
            where = reading.tokens[one.start].start, reading.tokens[one.end - 1].end
            found.append((where, Amount(worth, span)))
        return found


def _worth(speech: Speech, quantity: Quantity) -> float:
    """An amount in the unit of a facet; a bare number is in that unit already."""
    return round(quantity.low / speech.factor, 4) if quantity.group not in BARE else quantity.low


def _worded(facet: Facet) -> bool:
    return facet.type in ("category", "multi") and bool(facet.values)


def _judged(facet: Facet) -> bool:
    return facet.type in ("category", "multi", "flag")


def _named(facet: Facet) -> str:
    words = (facet.label or facet.name).replace("_", " ")
    return f"{words} {facet.unit}".strip() if facet.type == "number" else words


def _words(facet: Facet, value: str | bool) -> str:
    return (facet.label or facet.name).replace("_", " ") if isinstance(value, bool) else value


def _characters(reading: Reading, span: Span) -> CharSpan:
    return reading.tokens[span.start].start, reading.tokens[span.end - 1].end

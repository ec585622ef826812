"""Items as a measure: "written after the last one", "priced between the first two". Knows no roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Board, Span, opposites
from bot.engines.lexical.text import Reading, Token
from bot.meeting import numbers
from bot.types import Relative
from vectorstore.base import Constraint

if TYPE_CHECKING:
    from bot.understanding import Vocabulary


class Measuring:
    """Finds what is asked for by the numbers of items that a message names or points at."""

    def __init__(self, vocabulary: Vocabulary, speeches: Mapping[str, Speech]) -> None:
        """Compile the names of the number facets."""
        self._vocabulary = vocabulary
        counted = [speech for speech in speeches.values() if speech.numeric]
        self._year = next((speech.name for speech in counted if speech.yearly), None)
        self._names = Phrases((name, speech.name) for speech in counted for name in (*speech.names, *speech.measures))

    def spans(self, reading: Reading, board: Board) -> list[Span]:
        """Critiques by year, and ranges between two items."""
        found = [span for span in board.spans if any(mention.item_id for mention in span.mentions)]
        dated = (self._dated(reading.tokens, span) for span in found)
        between = self._between(reading.tokens, board, found)
        return [span for span in (*dated, between) if span]

    def _dated(self, tokens: Sequence[Token], item: Span) -> Span | None:
        """Older or newer than an item: "made before the second"."""
        start = item.start - (item.start > 0 and tokens[item.start - 1].norm == "the")
        if self._year is None or start < 2 or tokens[start - 2].norm not in word_set("ranges_dated"):
            return None
        way = {"before": "lower", "after": "higher"}.get(tokens[start - 1].norm)
        critique = Relative(self._year, way) if way else None  # type: ignore[arg-type]
        return Span(start - 2, start, "relative", relative=critique, facet=self._year) if critique else None

    def _between(self, tokens: Sequence[Token], board: Board, found: Sequence[Span]) -> Span | None:
        """What lies between two items, in the number that the message names."""
        name = next((one for one in self._names.scan(tokens) if board.free(one.start, one.end)), None)
        for first, second in pairwise((*found, None)):
            if first is None or name is None or not _opens(tokens, first):
                continue
            joined = second is not None and {t.norm for t in tokens[first.end : second.start]} <= {"and", "the"}
            mentions = (*first.mentions, *(second.mentions if joined and second else ()))
            ids = dict.fromkeys(mention.item_id for mention in mentions if mention.item_id)
            if len(ids) == 2:
                return self._range(name, list(ids))
        return None

    def _range(self, name: Found[str], ids: Sequence[str]) -> Span | None:
        ends = numbers((self._vocabulary.by_id[id_] for id_ in ids), name.value)
        if len(ends) < len(ids) or ends[0] == ends[1]:
            return None
        constraint = Constraint(name.value, "between", (min(ends), max(ends)))
        return Span(name.start, name.end, "range", (constraint,), opposites((constraint,)), facet=name.value, rank=1)


def _opens(tokens: Sequence[Token], item: Span) -> bool:
    """Whether "between" stands before an item."""
    place = item.start - (item.start > 0 and tokens[item.start - 1].norm == "the")
    return place > 0 and tokens[place - 1].norm == "between"

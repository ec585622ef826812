"""What an item is about or set in: words that are a wish even where they look like facet values ("about a family").

Knows no facets; amounts, orders and items end a theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import Reading, Token

_ENDING = frozenset({"range", "title", "relative", "order"})


class Themes:
    """Finds themes."""

    def __init__(self) -> None:
        """Compile the openings of themes and the words that end them."""
        lists = table("en.words")
        self._openings = Phrases((phrase, True) for phrase in lists["themes"])
        self._ends = frozenset(lists["theme_ends"])

    def ranges(self, reading: Reading, spans: Iterable[Span]) -> list[tuple[int, int]]:
        """Token ranges of themes, their openings included."""
        held = list(spans)
        hard = {index for span in held if span.kind in _ENDING for index in range(span.start, span.end)}
        names = {index for span in held if span.kind == "person" for index in range(span.start + 1, span.end)}
        found = []
        for match in self._openings.scan(reading.tokens):
            if match.end not in hard | names and _is_theme(reading.tokens, match):
                found.append((match.start, self._end(reading.tokens, match.end, hard)))
        return found

    def opening(self, tokens: Sequence[Token], start: int) -> int | None:
        """Where the opening of the theme at ``start`` ends; None when none begins there."""
        match = self._openings.at(tokens, start)
        return match.end if match else None

    def _end(self, tokens: Sequence[Token], start: int, hard: set[int]) -> int:
        end = start
        while end < len(tokens) and end not in hard and not tokens[end].stop and tokens[end].norm not in self._ends:
            end += 1
        return end


def _is_theme(tokens: Sequence[Token], opening: Found[bool]) -> bool:
    """Not "tell me about it", not a question that begins with "where"."""
    before = tokens[opening.start - 1].norm if opening.start else ""
    first = tokens[opening.start].norm
    if (first == "about" and before in word_set("themes_telling")) or (first == "where" and not before):
        return False
    after = tokens[opening.end].norm if opening.end < len(tokens) else ""
    return after not in word_set("themes_pointing")

"""The words of a message as titles see them: without marks, with quotes, years in brackets and capitals told apart.

Knows no catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.engines.lexical.text import Reading

_ENDS = frozenset('.!?;"()')
_QUOTES = frozenset("\"'《「"), frozenset("\"'》」")


@dataclass(frozen=True, slots=True)
class TitleWords:
    """The words of a reading: token index and folded form of each; and the ids that were shown last."""

    reading: Reading
    places: tuple[int, ...]
    norms: tuple[str, ...]
    shown: tuple[str, ...] = ()

    def key(self, first: int, last: int) -> tuple[str, ...]:
        """The folded words from ``first`` up to ``last``."""
        return self.norms[first:last]

    def tokens(self, first: int, last: int) -> tuple[int, int]:
        """The token range of the words from ``first`` up to ``last``."""
        return self.places[first], self.places[last - 1] + 1

    def text(self, first: int, last: int) -> str:
        """The words from ``first`` up to ``last`` as written."""
        return self.reading.slice(*self.tokens(first, last))

    def name(self, first: int, last: int) -> str:
        """The words as written, with the article before them where it has a capital: "The Winds of Winter"."""
        led = first > 0 and self.norms[first - 1] in ("the", "a", "an") and self.capital(first - 1)
        return self.text(first - led, last)

    def marks(self, first: int, last: int) -> set[str]:
        """The marks between these words."""
        start, end = self.tokens(first, last)
        return {token.text for token in self.reading.tokens[start:end] if not token.word}

    def broken(self, first: int, last: int) -> bool:
        """Whether a sentence ends between these words."""
        return bool(self.marks(first, last) & _ENDS)

    def capital(self, index: int) -> bool:
        """Whether a word has a capital that says something."""
        return self.reading.tokens[self.places[index]].capital and not self.reading.shouting

    def opens(self, index: int) -> bool:
        """Whether a word opens a sentence, so that its capital says nothing."""
        return self.reading.starts_sentence(self.places[index])

    def after(self, end: int) -> int:
        """The first word at or after the token ``end``."""
        return next((index for index, place in enumerate(self.places) if place >= end), len(self.places))

    def quoted(self, first: int, last: int) -> bool:
        """Whether the words stand in quotes."""
        tokens, (start, end) = self.reading.tokens, self.tokens(first, last)
        held = start > 0 and end < len(tokens)
        return held and tokens[start - 1].text in _QUOTES[0] and tokens[end].text in _QUOTES[1]

    def reach(self, first: int, length: int) -> int | None:
        """Where a key of ``length`` words ends, possessives not counted; None past the end."""
        last, counted = first, 0
        while last < len(self.norms) and counted < length:
            counted += self.norms[last] != "'s"
            last += 1
        return last if counted == length else None


def title_words(reading: Reading, shown: Sequence[str] = ()) -> TitleWords:
    """The words of a reading, and the ids that were shown last."""
    places = tuple(index for index, token in enumerate(reading.tokens) if token.word)
    return TitleWords(reading, places, tuple(reading.tokens[index].norm for index in places), tuple(shown))


def year_after(reading: Reading, end: int) -> tuple[float | None, int]:
    """A year right after a title, in brackets or bare, and where it ends."""
    rest = [token.norm for token in reading.tokens[end : end + 3]]
    if bracketed_year(reading, end):
        return float(rest[1]), end + 3
    return (float(rest[0]), end + 1) if rest and _is_year(rest[0]) else (None, end)


def bracketed_year(reading: Reading, start: int) -> bool:
    """Whether a year in brackets stands at the token ``start``."""
    rest = [token.norm for token in reading.tokens[start : start + 3]]
    return len(rest) == 3 and rest[0] == "(" and rest[2] == ")" and _is_year(rest[1])


def _is_year(norm: str) -> bool:
    return len(norm) == 4 and norm.isdigit() and norm[:2] in ("18", "19", "20")

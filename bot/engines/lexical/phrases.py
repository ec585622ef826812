"""Many phrases at once over tokens: a table from word sequences to values, longest match first.

Knows nothing of what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.engines.lexical.text import Token, words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A phrase at the tokens ``start`` up to ``end``, and what it stands for."""

    start: int
    end: int
    value: T


class Phrases(Generic[T]):
    """A table of phrases. The first value given for a phrase stays."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        """Entries are (phrase, value); phrases are folded and split as messages are."""
        self._values: dict[tuple[str, ...], T] = {}
        for phrase, value in entries:
            key = _key(phrase)
            if key:
                self._values.setdefault(key, value)
        self._lengths = _by_word(self._values, 0)
        self._last = _by_word(self._values, -1)

    def __len__(self) -> int:
        """How many phrases there are."""
        return len(self._values)

    def __contains__(self, phrase: str) -> bool:
        """Whether the whole phrase is in the table."""
        return _key(phrase) in self._values

    def at(self, tokens: Sequence[Token], start: int) -> Found[T] | None:
        """The longest phrase that begins at ``start``."""
        if start >= len(tokens):
            return None
        for length in self._lengths.get(tokens[start].norm, ()):
            key = tuple(token.norm for token in tokens[start : start + length])
            if len(key) == length and key in self._values:
                return Found(start, start + length, self._values[key])
        return None

    def before(self, tokens: Sequence[Token], end: int) -> Found[T] | None:
        """The longest phrase that stops right before ``end``."""
        if end < 1:
            return None
        for length in self._last.get(tokens[end - 1].norm, ()):
            key = tuple(token.norm for token in tokens[max(0, end - length) : end])
            if len(key) == length and key in self._values:
                return Found(end - length, end, self._values[key])
        return None

    def scan(self, tokens: Sequence[Token]) -> list[Found[T]]:
        """Every longest phrase, left to right, none inside another."""
        found, index = [], 0
        while index < len(tokens):
            match = self.at(tokens, index)
            if match:
                found.append(match)
            index = match.end if match else index + 1
        return found

    def everywhere(self, tokens: Sequence[Token]) -> list[Found[T]]:
        """The longest phrase at each start, those inside others included."""
        matches = (self.at(tokens, index) for index in range(len(tokens)))
        return [match for match in matches if match]


def _key(phrase: str) -> tuple[str, ...]:
    return words(phrase) or tuple(phrase.split())


def _by_word(keys: Iterable[tuple[str, ...]], place: int) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for key in keys:
        lengths.setdefault(key[place], set()).add(len(key))
    return {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()}

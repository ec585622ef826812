"""Words and phrases of one language, read from ``<language>.toml`` beside this file, and a finder of phrases. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from bot.naming import Word, words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A phrase at the words ``first`` to ``last`` (that one no longer in it), and all that it stands for."""

    first: int
    last: int
    meant: tuple[T, ...]


class Phrases(Generic[T]):
    """Finds phrases in a row of words; of several that begin alike the longest."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        """``pairs`` of a phrase and what it stands for; a phrase may stand for several things."""
        self._held: dict[str, dict[tuple[str, ...], tuple[T, ...]]] = {}
        for phrase, meant in pairs:
            key = tuple(word.plain for word in words(phrase))
            if key:
                under = self._held.setdefault(key[0], {})
                under[key] = (*under.get(key, ()), meant)

    def find(self, row: Sequence[Word]) -> Iterator[Found[T]]:
        """Every phrase in the row, from left to right, none inside another."""
        place = 0
        while place < len(row):
            found = self.at(row, place)
            if found:
                yield found
            place = found.last if found else place + 1

    def at(self, row: Sequence[Word], place: int) -> Found[T] | None:
        """The longest phrase that begins at a place."""
        if not 0 <= place < len(row):
            return None
        fits = [key for key in self._held.get(row[place].plain, ()) if _same(row, place, key)]
        if not fits:
            return None
        key = max(fits, key=len)
        return Found(place, place + len(key), self._held[key[0]][key])

    def ending(self, row: Sequence[Word], place: int, *, reach: int = 4) -> Found[T] | None:
        """The longest phrase that ends right before a place, of at most ``reach`` words."""
        found = (self.at(row, first) for first in range(max(0, place - reach), place))
        return next((one for one in found if one is not None and one.last == place), None)


def table(locale: str) -> Mapping[str, Any]:
    """The tables of the locale's language, English where there is no such file."""
    return _read(locale.split("-")[0].lower())


@cache
def phrases(locale: str, *path: str) -> Phrases[str]:
    """The phrases of a table of lists, each standing for the name of its list; of a list, each for itself."""
    held: Any = table(locale)
    for name in path:
        held = held.get(name, {})
    if isinstance(held, list):
        return Phrases((phrase, phrase) for phrase in held)
    return Phrases((phrase, name) for name, listed in held.items() if isinstance(listed, list) for phrase in listed)


@cache
def word_set(locale: str, *path: str) -> frozenset[str]:
    """A list of single words; empty where the language has none."""
    held: Any = table(locale)
    for name in path:
        held = held.get(name, {})
    return frozenset(held)


@cache
def _read(language: str) -> Mapping[str, Any]:
    folder = Path(__file__).parent
    path = folder / f"{language}.toml"
    return tomllib.loads((path if path.is_file() else folder / "en.toml").read_text("utf-8"))


def _same(row: Sequence[Word], place: int, key: tuple[str, ...]) -> bool:
    return len(row) - place >= len(key) and all(row[place + at].plain == word for at, word in enumerate(key))

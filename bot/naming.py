"""Finds titles and facet values that a text names. Knows no card and makes no judgement.

Titles made of common words ("It", "Up", "Heat") count as named only where they are written as names. What a catalogue
names is made once for each index and goes when the index goes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from vectorstore.base import Item, Schema
from vectorstore.words import STOP_WORDS, fold, stem

if TYPE_CHECKING:
    from vectorstore.index import ItemIndex

_WORD = re.compile(r"[㐀-鿿]|[^\W_㐀-鿿]+(?:['’][^\W_]+)?")
_OPENERS = tuple('"“‘«《「*_')
_MARKED = re.compile(r"[!?.…,]*[\"”’»》」*_]")
_STARTS = re.compile(r"(?:^|[.!?…:\n。！？：]|[-•*]\s|\d[.)])[\s\"“‘*_(]*$")
SHORTEST = 3
"""Values with fewer letters ("R", "PG") are no words that a text could name by chance."""

SPELLINGS = 4
"""The spellings of the values of one index that are kept: its languages, and words that were edited meanwhile."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: as it stands, folded, its stem, and where it is."""

    text: str
    plain: str
    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """A title that a text names, from ``start`` to ``end``."""

    item_id: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a text in order; every Chinese character is one."""
    found = ((match, fold(match[0]).removesuffix("'s")) for match in _WORD.finditer(text))
    return [Word(match[0], plain, stem(plain), match.start(), match.end()) for match, plain in found]


class Titles:
    """Finds the titles of ``items``; of several that begin alike the longest that fits."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Index the titles by their first word: 10 ms for 1,000 items."""
        self._by_first: dict[str, list[tuple[tuple[Word, ...], str]]] = {}
        self._inner: list[str] = []
        for item in items:
            held = tuple(words(item.title))
            if held:
                self._by_first.setdefault(held[0].plain, []).append((held, item.id))
            if re.search(r"[.!?…]\s", item.title):
                self._inner.append(item.title)
        for found in self._by_first.values():
            found.sort(key=lambda pair: -len(pair[0]))

    def find(self, text: str, *, ours: frozenset[str] = frozenset()) -> list[Named]:
        """The titles that ``text`` names, left to right; of two items of one title, one among ``ours``."""
        held, found, place = words(text), list[Named](), 0
        while place < len(held):
            named = self._at(text, held, place, ours)
            if named is None:
                place += 1
                continue
            count, item_id = named
            found.append(Named(item_id, held[place].start, _closed(text, held[place + count - 1].end)))
            place += count
        return found

    def unfinished(self, before: str, after: str) -> bool:
        """Whether ``before`` ends inside a title that ``after``, the text so far, may yet complete."""
        for title in self._inner:
            for mark in re.finditer(r"[.!?…]\s+", title):
                head, rest = title[: mark.start() + 1], title[mark.end() :]
                if before.endswith(head) and len(after) < len(rest) and rest.startswith(after):
                    return True
        return False

    def _at(self, text: str, held: Sequence[Word], place: int, ours: frozenset[str]) -> tuple[int, str] | None:
        """How many words the title at ``place`` has and whose it is."""
        fits = [
            (len(title), item_id)
            for title, item_id in self._by_first.get(held[place].plain, ())
            if _written(text, held[place : place + len(title)], title, ours=item_id in ours)
        ]
        longest = [pair for pair in fits if pair[0] == fits[0][0]]
        return next((pair for pair in longest if pair[1] in ours), longest[0] if longest else None)


class Values:
    """Finds word values of a schema ("horror", "Ridley Scott"), in every spelling that it is told."""

    def __init__(self, schema: Schema, spoken: Mapping[tuple[str, str], str] | None = None) -> None:
        """``spoken`` adds another spelling of (facet, value), such as its translation."""
        self._by_first: dict[str, dict[tuple[str, ...], set[tuple[str, str]]]] = {}
        for facet in schema.facets:
            if facet.type in ("category", "multi"):
                for value, _ in facet.values:
                    self._add(value, facet.name, value)
        for (name, value), spelling in (spoken or {}).items():
            self._add(spelling, name, value)

    def find(self, text: str) -> Iterator[tuple[str, str, int]]:
        """Facet, value and position of each value that the text names; of several the longest that fits."""
        held = words(text)
        for first, _, meant in self.spans(held):
            yield from ((facet, value, held[first].start) for facet, value in meant)

    def spans(self, held: Sequence[Word]) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
        """The words of each value, from the first to the one after its last, and all that it may mean."""
        place = 0
        while place < len(held):
            fits = [
                keys
                for keys in self._by_first.get(held[place].key, {})
                if tuple(one.key for one in held[place : place + len(keys)]) == keys
            ]
            longest = max(fits, key=len, default=())
            if longest:
                yield place, place + len(longest), sorted(self._by_first[longest[0]][longest])
            place += max(1, len(longest))

    def _add(self, spelling: str, facet: str, value: str) -> None:
        keys = tuple(stem(fold(word)) for word in _WORD.findall(spelling))
        wide = any("㐀" <= character <= "鿿" for character in spelling)
        if keys and (wide or len(spelling) >= SHORTEST):
            self._by_first.setdefault(keys[0], {}).setdefault(keys, set()).add((facet, value))


def _written(text: str, held: Sequence[Word], title: Sequence[Word], *, ours: bool) -> bool:
    """Whether these words are the title, written as a name.

    A single word that begins a sentence is written large anyway: it is a title where it is ``ours`` or bears a year.
    """
    if [word.plain for word in held] != [word.plain for word in title] or len(held) < len(title):
        return False
    start, end = held[0].start, held[-1].end
    if text[max(0, start - 1) : start] in _OPENERS and _MARKED.match(text, end):
        return True
    if any(own.text[:1].isupper() and not word.text[:1].isupper() for word, own in zip(held, title, strict=True)):
        return False
    if len(title) > 1:
        return True
    if title[0].text.isdigit():
        return False
    common = title[0].plain in STOP_WORDS
    return not _STARTS.search(text[:start]) or text[end : end + 2] == " (" or (ours and not common)


def _closed(text: str, end: int) -> int:
    """The end of a title with the marks that belong to it ("Airplane!") or close it."""
    while end < len(text) and text[end] in '!?…"”’»》」*_':
        end += 1
    return end


_titles = WeakKeyDictionary["ItemIndex", Titles]()
_values = WeakKeyDictionary["ItemIndex", dict[frozenset[tuple[tuple[str, str], str]], Values]]()
_making = threading.Lock()


def titles_of(index: ItemIndex) -> Titles:
    """The titles of an index."""
    with _making:
        found = _titles.get(index)
        if found is None:
            found = _titles[index] = Titles(index.items.values())
        return found


def values_of(index: ItemIndex, spoken: Mapping[tuple[str, str], str]) -> Values:
    """The values of an index, with the spellings of one language: see `Values`."""
    with _making:
        kept = _values.setdefault(index, {})
        key = frozenset(spoken.items())
        if key not in kept:
            while len(kept) >= SPELLINGS:
                del kept[next(iter(kept))]
            kept[key] = Values(index.schema, spoken)
        return kept[key]

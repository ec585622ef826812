"""Titles that are put together: a brand, a model, a kind of thing ("Northlatch Home Again 4 Family Tent").

Tells the names by which people call such items ("the Home Again 4") and the nouns that name a kind ("kettle"). A
catalogue whose titles are names of their own, as films have, has neither. Knows no message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.inflection import forms, plurals, singulars
from bot.engines.lexical.lexicon import common_words, table
from bot.engines.lexical.text import clean, words

if TYPE_CHECKING:
    from bot.understanding import Vocabulary
    from vectorstore.base import Item

Key = tuple[str, ...]
LED = 0.5
"""The share of titles that begin with their brand from which a catalogue's titles are put together so."""
ENDED = 0.15
"""The share of titles that end with a word of their category from which they are."""
PURE = 0.9
"""The share of the titles that end with a noun which must be of one category for the noun to mean it."""
MOST = 4
"""Items that may share a model's name."""
_SHORTEST = 4
_MANY = 500
_AGREED = 3
"""In a catalogue of `_MANY` items a noun means a category when so many titles say so."""
_WORD = re.compile(r"(?<![\w'])[a-z][a-z]{3,}(?![\w'])")


class Shapes:
    """What the titles of a catalogue are made of."""

    def __init__(self, vocabulary: Vocabulary, speeches: Mapping[str, Speech]) -> None:
        """Look for brands at the beginning and for categories at the end of the titles."""
        self._named = [
            s for s in speeches.values() if s.facet.type in ("category", "multi") and not (s.person or s.loose)
        ]
        self._single = [speech.name for speech in self._named if speech.facet.type == "category"]
        self._stops = frozenset(table("en.words")["stop"])
        titles = {item.id: _plain(item.title) for item in vocabulary.items}
        rests = {item.id: self._unled(item, titles[item.id]) for item in vocabulary.items}
        self.leads = {id_: len(title) - len(rests[id_]) for id_, title in titles.items()}
        """By item, how many words of the title name its brand."""
        led = sum(rests[id_] != titles[id_] for id_ in titles) / max(1, len(titles))
        self._category = max(self._single, key=lambda name: self._ending(vocabulary.items, name), default="")
        ended = self._ending(vocabulary.items, self._category) / max(1, len(titles)) if self._category else 0.0
        self.composed = led >= LED or ended >= ENDED
        heads: dict[str, set[str]] = {}
        for rest in rests.values() if self.composed else ():
            for word in rest[1:]:
                heads.setdefault(word, set()).add(rest[0])
        self._heads = {word: len(found) for word, found in heads.items()}
        self._plain = _described(vocabulary.items) if self.composed else frozenset()
        self._fewest = 1 if len(vocabulary.items) < _MANY else _AGREED
        self._led = led >= LED
        self.models: Mapping[str, Mapping[Key, int]] = self._models(vocabulary, rests) if self.composed else {}
        self.kinds: Mapping[Key, tuple[str, str]] = self._kinds(vocabulary) if self.composed else {}

    def _unled(self, item: Item, title: Key) -> Key:
        """A title without the value of the item's own that it begins with."""
        values = (item.facets.get(name) for name in self._single)
        leads = [words(value) for value in values if isinstance(value, str)]
        lead = max((lead for lead in leads if title[: len(lead)] == lead), key=len, default=())
        return title[len(lead) :] if len(lead) < len(title) else title

    def _ending(self, items: Iterable[Item], name: str) -> int:
        """How many titles end with a word of their own value of a facet."""
        return sum(self._ends(item, name) for item in items)

    def _ends(self, item: Item, name: str) -> bool:
        value, title = item.facets.get(name), _plain(item.title)
        last = set(forms(title[-1])) if title else set()
        return isinstance(value, str) and any(last & set(forms(word)) for word in words(value)[-1:])

    def _models(self, vocabulary: Vocabulary, rests: Mapping[str, Key]) -> dict[str, dict[Key, int]]:
        """By item: what it may be called beside its title, and how many words of the title that leaves out."""
        found = {item.id: dict(self._calls(item, rests[item.id])) for item in vocabulary.items}
        shared = Counter(key for calls in found.values() for key in calls)
        return {id_: {key: left for key, left in calls.items() if shared[key] <= MOST} for id_, calls in found.items()}

    def _calls(self, item: Item, rest: Key) -> Iterator[tuple[Key, int]]:
        held = {word for value in self._values(item) for part in words(value) for word in forms(part)}
        core = len(rest)
        while core and (
            rest[core - 1] in held or (self._heads.get(rest[core - 1], 0) > 1 and not rest[core - 1].isdigit())
        ):
            core -= 1
        for size in range(1, len(rest) + 1 if core else 1):
            key = rest[:size]
            if self._calling(key, held, core, alone=all(word.isdigit() for word in rest[1:core])):
                yield key, len(rest) - size + 1

    def _calling(self, key: Key, held: set[str], core: int, *, alone: bool) -> bool:
        """Whether the beginning of a title is enough to call the item by."""
        size = len(key)
        own = [word for word in key if word not in held and word not in self._stops and not word.isdigit()]
        if not own or size > max(core, 1) + 2:
            return False
        rare = len(own[0]) >= _SHORTEST and own[0] not in common_words() and own[0] not in self._plain
        if size == 1:
            return self._heads.get(key[0], 0) < 2 and (rare or (self._led and alone and len(key[0]) >= _SHORTEST))
        return rare or size >= core or self._led

    def _values(self, item: Item) -> Iterator[str]:
        for speech in self._named:
            value = item.facets.get(speech.name)
            yield from value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()

    def _kinds(self, vocabulary: Vocabulary) -> dict[Key, tuple[str, str]]:
        """Nouns at the end of titles that mean one category, in both numbers, with the facet and its value."""
        ends: dict[Key, Counter[str]] = {}
        for item in vocabulary.items:
            value, title = item.facets.get(self._category), _plain(item.title)
            for size in (1, 2) if isinstance(value, str) else ():
                if len(title) > size and title[-1].isalpha():
                    ends.setdefault(title[-size:], Counter())[str(value)] += 1
        found: dict[Key, tuple[str, str]] = {}
        for key, counts in ends.items():
            value, most = counts.most_common(1)[0]
            if (
                most >= max(self._fewest, PURE * counts.total())
                and len(key[-1]) > 2
                and not set(key) & self._stops
                and not _any(key[-1])
            ):
                phrase = " ".join(key)
                for form in (phrase, *(() if singulars(phrase) else plurals(phrase))):
                    found.setdefault(words(form), (self._category, value))
        return found


def _described(items: Iterable[Item]) -> frozenset[str]:
    """The words that descriptions use with a small letter: ordinary words, whatever a model is called."""
    return frozenset(word for item in items for word in _WORD.findall(item.description))


def _any(noun: str) -> bool:
    """Whether a noun is another word for anything on sale."""
    return bool(set(forms(noun)) & set(table("en.values")["anything"]["nouns"]))


def _plain(title: str) -> Key:
    return tuple(word for word in words(clean(title)) if word != "'s")

"""The titles of a catalogue, and which item a phrase means: exactly, by its main part, or in spite of typos.

A phrase that holds a sequel number or a content word that the title lacks is not that title; it is reported as unknown
with the nearest ids. Knows no cues and no sentences (see `title_spans`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.text import clean, words

if TYPE_CHECKING:
    from bot.understanding import Vocabulary

ALIKE = 86.0
"""Similarity (0 to 100) of two spellings of one title, from eight letters on; shorter ones need `ALIKE_SHORT`."""
ALIKE_SHORT = 88.0
NEAR = 55.0
"""Similarity at which a title is worth naming as near to one that the catalogue lacks."""
MOST_NEAR = 3
_SHORTEST_TYPO = 4
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_LEET = str.maketrans("0134578", "oieasvb")
_COUNTED = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8"}
_PARTED = (["part"], ["chapter"], ["volume"], ["episode"], ["book"])
_SHORTENED = 10
"""How much further than any form of a title a model's name is from it."""
_SERIES = re.compile(r"\(([^()#]+?),? #(\d+)\)")
"""The series that a title names, and the item's number in it: "(Harry Potter, #3)"."""
_PARTS = re.compile(r"\s*[:–—]\s+|\s+-\s+|\s*\(")


@dataclass(frozen=True, slots=True)
class Link:
    """The item a phrase means: ``score`` 0 to 100; ``strong`` when the phrase can hardly be anything else."""

    item_id: str
    score: float
    strong: bool
    others: tuple[str, ...] = ()


class Titles:
    """An index over titles: exact keys, and typo-tolerant lookup through the words of titles."""

    def __init__(
        self, vocabulary: Vocabulary, models: Mapping[str, Mapping[tuple[str, ...], int]] | None = None
    ) -> None:
        """Key every title by its full form, without article, and by its main part; and items by their ``models``.

        ``models``: by item, other names and how much of the title each leaves out.
        """
        self._vocabulary = vocabulary
        self._stops = frozenset(table("en.words")["stop"])
        self._sequels = frozenset(table("en.mentions")["titles"]["sequels"])
        self._keys: dict[tuple[str, ...], dict[str, int]] = {}
        self._forms: dict[str, list[str]] = {}
        for item in vocabulary.items:
            for distance, key in enumerate(_forms(item.title)):
                ids = self._keys.setdefault(key, {})
                if item.id not in ids:
                    ids[item.id] = distance
                    self._forms.setdefault(item.id, []).append(" ".join(key))
            for key in _numbered(item.title):
                self._keys.setdefault(key, {}).setdefault(item.id, _SHORTENED)
        self._ids = tuple(self._forms)
        self._names = tuple(self._forms[id_][0] for id_ in self._ids)
        self._squeezed = tuple(self._forms[id_][-1].replace(" ", "") for id_ in self._ids)
        self._models = self._called(models or {})
        self.composed = bool(models)
        self._heads = _lengths(self._keys)
        self._by_word: dict[str, list[str]] = {}
        for id_, forms in self._forms.items():
            for word in {word for form in forms for word in form.split()}:
                self._by_word.setdefault(word, []).append(id_)
        self.words = frozenset(self._by_word)
        self._last = frozenset(key[-1] for key in self._keys)
        self._typable: dict[int, list[str]] = {}
        for word in self._by_word:
            if len(word) >= _SHORTEST_TYPO:
                self._typable.setdefault(len(word), []).append(word)

    def _called(self, models: Mapping[str, Mapping[tuple[str, ...], int]]) -> frozenset[tuple[str, ...]]:
        """The keys that are only a model's name: those that no title is."""
        found = set()
        for id_, calls in models.items():
            for called, left in calls.items():
                key = plain(called)
                found |= {key} if key not in self._keys else set()
                self._keys.setdefault(key, {}).setdefault(id_, _SHORTENED + left)
                self._forms[id_].append(" ".join(key))
        return frozenset(found)

    def model(self, key: Sequence[str]) -> bool:
        """Whether a phrase is a model's name and no title."""
        return plain(key) in self._models

    def lengths(self, word: str) -> tuple[int, ...]:
        """How many words the titles have that begin with ``word``, longest first."""
        return self._heads.get(word) or self._heads.get(_unleet(word), ())

    def exact(self, key: Sequence[str], year: float | None = None) -> Link | None:
        """The item titled exactly so, in full rather than in part; of namesakes the one of that year, or popular."""
        ids = self._keys.get(plain(key)) or self._keys.get(tuple(map(_unleet, plain(key))))
        if not ids:
            return None
        closest = min(ids.values())
        chosen = self._chosen([id_ for id_ in ids if ids[id_] == closest], year) or self._chosen(list(ids), year)
        return (
            Link(chosen, 100.0, self.distinctive(key), tuple(id_ for id_ in ids if id_ != chosen)) if chosen else None
        )

    def fuzzy(self, key: Sequence[str], year: float | None = None) -> Link | None:
        """The item whose title is so in spite of typos; None when words or numbers differ."""
        phrase = " ".join(plain(key))
        scored = sorted(self._scored(phrase), key=lambda pair: (-pair[1], -self._vocabulary.rank(pair[0])))
        scored = [(id_, score) for id_, score in scored if year is None or self.of_year(id_, year)]
        if not scored or scored[0][1] < (ALIKE if len(phrase) >= 8 else ALIKE_SHORT):
            return None
        return Link(scored[0][0], scored[0][1], len(phrase) >= 6)

    def partial(self, key: Sequence[str]) -> Link | None:
        """The one item whose title holds all these words, an uncommon one among them ("Shawshank")."""
        content = self.content(key)
        sets = [set(self._by_word.get(word, ())) for word in content]
        shared = set.intersection(*sets) if sets else set()
        rare = any(len(word) >= 5 and not (word in common_words() or counts(word)) for word in content)
        return Link(next(iter(shared)), 80.0, False) if len(shared) == 1 and rare else None

    def spelled(self, item_id: str) -> str:
        """The title as the catalogue writes it."""
        return self._vocabulary.by_id[item_id].title

    def spelled_words(self, item_id: str) -> tuple[str, ...]:
        """The words of the title."""
        return words(self.spelled(item_id))

    def near(self, key: Sequence[str], *, floor: float = NEAR) -> tuple[str, ...]:
        """The ids of the closest titles, best first, at most `MOST_NEAR`, each at least ``floor`` (0 to 100) alike."""
        phrase = " ".join(self.content(key)) or " ".join(plain(key))
        forms = {
            id_: max(fuzz.token_set_ratio(phrase, form) for form in self._forms[id_])
            for id_ in self._candidates(phrase)
        }
        for _, score, index in process.extract(phrase, self._names, scorer=fuzz.ratio, score_cutoff=floor, limit=5):
            forms[self._ids[index]] = max(forms.get(self._ids[index], 0.0), score)
        best = sorted(forms, key=lambda id_: (-forms[id_], -self._vocabulary.rank(id_)))
        return tuple(id_ for id_ in best if forms[id_] >= floor)[:MOST_NEAR]

    def distinctive(self, key: Sequence[str]) -> bool:
        """Whether a phrase is a title without any cue: an uncommon word in several, or three with two contents."""
        content = [word for word in plain(key) if word not in self._stops and len(word) > 1]
        uncommon = [word for word in content if word not in common_words() and not word.isdigit()]
        return len(plain(key)) > 1 and (bool(uncommon) or len(content) > 2 or len(plain(key)) > 3)

    def ends(self, word: str) -> bool:
        """Whether a title may end with a word: small words end few."""
        return word not in self._stops or word in self._last

    def content(self, key: Iterable[str]) -> list[str]:
        """The words that tell titles apart."""
        return [word for word in plain(key) if word not in self._stops]

    def sequel(self, word: str) -> bool:
        """Whether a word right after a title makes it another title."""
        return word in self._sequels

    def _scored(self, phrase: str) -> Iterator[tuple[str, float]]:
        numbers = _numbers(phrase)
        for id_ in self._candidates(phrase):
            alike = [form for form in self._forms[id_] if _numbers(form) == numbers]
            scores = [
                max(fuzz.ratio(phrase, form), fuzz.ratio(phrase.replace(" ", ""), form.replace(" ", "")))
                for form in alike
            ]
            if scores and max(scores) >= ALIKE and self._same_words(phrase, alike[scores.index(max(scores))]):
                yield id_, max(scores)

    def _same_words(self, phrase: str, form: str) -> bool:
        """Every content word has its counterpart: a missing or an extra one makes another title."""
        if phrase.replace(" ", "") == form.replace(" ", ""):
            return True
        if len(phrase.split()) == len(form.split()):
            return all(fuzz.ratio(*pair) >= 60 for pair in zip(phrase.split(), form.split(), strict=True))
        ours, theirs = self.content(phrase.split()), self.content(form.split())
        if len(ours) != len(theirs):
            return fuzz.ratio(phrase.replace(" ", ""), form.replace(" ", "")) >= 93
        return all(max((fuzz.ratio(word, other) for other in theirs), default=0) >= 60 for word in ours)

    def _candidates(self, phrase: str) -> set[str]:
        found: set[str] = set()
        parts = phrase.split()
        for word in {*self.content(parts), phrase.replace(" ", ""), "".join(parts[:2])}:
            exact = self._by_word.get(word, ()) if word in self._by_word else ()
            near = [] if len(exact) or len(word) < 4 else self._near_words(word)
            for hit in (word, *near):
                ids = self._by_word.get(hit, ())
                found.update(ids if len(ids) <= 60 else ())
        if len(parts) > 1:
            found.update(id_ for pair in pairwise(parts) for id_ in self._by_word.get("".join(pair), ()))
        return found or self._loose(phrase)

    def _loose(self, phrase: str) -> set[str]:
        """Titles that read alike as a whole, when no word was recognised ("bladerunner")."""
        squeezed = phrase.replace(" ", "")
        if len(squeezed) < 6:
            return set()
        alike = process.extract(squeezed, self._squeezed, scorer=fuzz.ratio, score_cutoff=80, limit=5)
        return {self._ids[index] for _, _, index in alike}

    def _near_words(self, word: str) -> list[str]:
        reach = 1 if len(word) < 6 else 2
        near = [one for size in range(len(word) - reach, len(word) + reach + 1) for one in self._typable.get(size, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=reach, limit=5)
        return [choice for choice, _, _ in found]

    def _chosen(self, ids: Sequence[str], year: float | None) -> str | None:
        fitting = [id_ for id_ in ids if year is None or self.of_year(id_, year)]
        return max(fitting, key=self._vocabulary.rank, default=None)

    def of_year(self, id_: str, year: float) -> bool:
        """Whether an item is of that year, give or take one; one without a year may be."""
        facet = self._vocabulary.year
        held = self._vocabulary.number(id_, facet.name) if facet else None
        return held is None or abs(held - year) <= 1


def counts(word: str) -> bool:
    """Whether a word of a title is no more than a number."""
    return word.isdigit() or word in table("en.numbers")["scales"]


def plain(key: Iterable[str]) -> tuple[str, ...]:
    """A title's words as they are compared: no possessive, "&" as "and", roman numbers and those of parts as digits."""
    words_ = [_ROMAN.get(word, word) for word in key if word != "'s"]
    return tuple(
        _COUNTED.get(word, word) if words_[place - 1 : place] in _PARTED else word for place, word in enumerate(words_)
    )


def _forms(title: str) -> Iterator[tuple[str, ...]]:
    """The ways a title is written: in full, without its article, its main part, its letters for digits."""
    title = clean(title)
    full, main = plain(words(title)), plain(words(_PARTS.split(title)[0]))
    for key in dict.fromkeys((full, main if len(main) > 1 or (main and len(main[0]) > 3) else full)):
        yield key
        if key[:1] and key[0] in word_set("titles_articles") and len(key) > 1:
            yield key[1:]
        if any(_unleet(word) != word for word in key):
            yield tuple(map(_unleet, key))


def _numbered(title: str) -> Iterator[tuple[str, ...]]:
    """A part of a series by its number: "The Godfather 2" of "... Part II", "Mistborn 1" of "(Mistborn, #1)"."""
    full = plain(words(clean(title)))
    found = [plain(words(f"{name} {number}")) for name, number in _SERIES.findall(title)]
    for place in range(1, len(full) - 1):
        if [full[place]] in _PARTED and full[place + 1].isdigit():
            found.append((*full[:place], *full[place + 1 :]))
    for key in found:
        yield key
        if key[0] in word_set("titles_articles") and len(key) > 2:
            yield key[1:]


def _unleet(word: str) -> str:
    """Letters for the digits inside a word: "Se7en"."""
    return word if word.isdigit() or word.isalpha() or word[0].isdigit() else word.translate(_LEET)


def _numbers(phrase: str) -> list[str]:
    return sorted(word for word in phrase.split() if word.isdigit())


def _lengths(keys: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for key in keys:
        found.setdefault(key[0], set()).add(len(key))
    return {word: tuple(sorted(lengths, reverse=True)) for word, lengths in found.items()}

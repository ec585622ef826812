"""Runs of words that titles hold, however they are written: "fellowship of the ring", "twelve angry men", "shawshenk".

Plural and singular, possessives, number words, words joined or parted and misspelt words count as the same. Tells which
item a run of a message may mean and how much of its title was said; whether it is meant is weighed in `title_parts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.engines.lexical.inflection import singulars
from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.text import clean, words

if TYPE_CHECKING:
    from bot.understanding import Vocabulary
    from vectorstore.base import Item

MOST = 2000
"""Titles with a word from which a run does not begin there: it tells nothing apart."""
SKIPPED = 2
"""Words of a title that is put together which people leave out in the middle: "unicorn backpack"."""
READ = 3000
"""Items whose descriptions are read for ordinary words: more say the same."""
_SHORTEST_TYPO = 6
_SHORTEST_HALF = 3
_WIDE = 64
_SOFT_E = re.compile(r"(?<=[sxz])e$|(?<=[cs]h)e$")
_BRACKETED = re.compile(r"\s*[(\[].*$")
_SEGMENTS = re.compile(r"\s*:\s+|\s+[-–—]\s+")
_SMALL = re.compile(r"(?<![\w'])[a-z][a-z]{2,}(?![\w'])")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}


@dataclass(frozen=True, slots=True)
class Run:
    """The words ``first`` up to ``last`` of a message as part of one title.

    ``whole``: they are a title, or all of its subtitle; ``edge``: they begin or end one. ``missed``: words of the title
    that were left out between them. ``typos``: misspelt words. ``matched``: the title's own words.
    """

    item_id: str
    first: int
    last: int
    whole: bool
    edge: bool
    missed: int
    typos: int
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Title:
    words: tuple[str, ...]
    starts: frozenset[int]
    ends: frozenset[int]
    lead: int | None


@dataclass(frozen=True, slots=True)
class _State:
    """A title read so far: from ``begin`` up to ``end`` of its words, ``last`` of the message's."""

    title: int
    begin: int
    end: int
    last: int
    missed: int = 0
    typos: int = 0


class Runs:
    """A positional index over the words of titles."""

    def __init__(self, vocabulary: Vocabulary, leads: Mapping[str, int] | None) -> None:
        """``leads``: where titles are put together from a brand, a model and a kind, the words of each one's brand."""
        self._vocabulary, self.composed = vocabulary, leads is not None
        self._stops = frozenset(table("en.words")["stop"])
        self._titles = [_title(item.title, (leads or {}).get(item.id, 0)) for item in vocabulary.items]
        self._places: dict[str, list[int]] = {}
        for number, title in enumerate(self._titles):
            for place, word in enumerate(title.words[:_WIDE]):
                self._places.setdefault(word, []).append(number * _WIDE + place)
        self._doubles: dict[str, list[int]] = {}
        for number, title in enumerate(self._titles):
            for place, pair in enumerate(pairwise(title.words[:_WIDE])):
                if min(map(len, pair)) >= _SHORTEST_HALF and "".join(pair) not in self._places:
                    self._doubles.setdefault("".join(pair), []).append(number * _WIDE + place)
        self._described = described(vocabulary.items[:READ])
        self._typable: dict[tuple[str, int], list[str]] = {}
        for word in self._places:
            if len(word) >= _SHORTEST_TYPO - 1 and word.isalpha():
                self._typable.setdefault((word[0], len(word)), []).append(word)

    def __len__(self) -> int:
        """How many titles there are."""
        return len(self._titles)

    def ordinary(self, word: str) -> bool:
        """Whether the descriptions of items use a word with a small letter."""
        return word in self._described

    def frequency(self, word: str) -> int:
        """How many places of titles hold a word in its base form."""
        return len(self._places.get(word, ()))

    def at(self, norms: Sequence[str], first: int, shown: Sequence[str] = ()) -> Run | None:
        """The longest run that begins at a word and means one item; of several, the one that was ``shown``."""
        states = list(self._begun(norms, first))
        best: list[_State] = []
        while states:
            ended = [state for state in states if self._titles[state.title].words[state.end - 1] not in self._stops]
            best = ended or [state for state in states if self._ended(state)] or best
            states = [after for state in states for after in self._extended(norms, state)]
        return self._chosen(norms, first, best, shown) if best else None

    def _ended(self, state: _State) -> bool:
        return state.end in self._titles[state.title].ends

    def _begun(self, norms: Sequence[str], first: int) -> Iterator[_State]:
        for word, last, typos in self._readings(norms, first):
            places = self._places.get(word, ())
            if len(places) <= MOST:
                for code in places:
                    title, place = divmod(code, _WIDE)
                    yield _State(title, place, place + 1, last, typos=typos)
        for code in self._doubles.get(base(norms[first]), ()):
            title, place = divmod(code, _WIDE)
            yield _State(title, place, place + 2, first + 1)

    def _readings(self, norms: Sequence[str], first: int) -> Iterator[tuple[str, int, int]]:
        """What the words at a place may be in titles, where each ends, and its typos."""
        norm = norms[first]
        word = base(norm)
        yield word, first + 1, 0
        if first + 1 < len(norms) and norm not in self._stops:
            after = norms[first + 1]
            joined = base(norm + after)
            if joined in self._places and (norm not in common_words() or after not in common_words()):
                yield joined, first + 2, 0
            if word.isdigit() and after in table("en.numbers")["scales"]:
                yield str(int(word) * table("en.numbers")["scales"][after]), first + 2, 0
        if word not in self._places and norm not in common_words():
            yield from ((near, first + 1, 1) for near in self.misspelt(norm))

    def misspelt(self, norm: str) -> list[str]:
        """The words of titles that a word may be a misspelling of."""
        if len(norm) < _SHORTEST_TYPO or not norm.isalpha():
            return []
        reach = 2
        near = [
            word
            for size in range(len(norm) - reach, len(norm) + reach + 1)
            for word in self._typable.get((norm[0], size), ())
        ]
        found = process.extract(norm, near, scorer=OSA.distance, score_cutoff=reach, limit=4)
        least = min((far for _, far, _ in found), default=0)
        return [word for word, far, _ in found if far < 2 or (far == least and sound(word) == sound(norm))]

    def _extended(self, norms: Sequence[str], state: _State) -> Iterator[_State]:
        title, last = self._titles[state.title].words, state.last
        while last < len(norms) and norms[last] == "'s":
            last += 1
        if last >= len(norms) or state.end >= len(title):
            return
        pair = title[state.end : state.end + 2]
        if len(pair) == 2 and base(norms[last]) == "".join(pair):
            yield _State(state.title, state.begin, state.end + 2, last + 1, state.missed, state.typos)
        for word, after, typos in self._readings(norms, last):
            for place in range(state.end, min(len(title), state.end + 1 + SKIPPED)):
                skipped = [one for one in title[state.end : place] if one not in self._stops]
                if title[place] == word and (
                    not skipped or (self.composed and word not in self._stops and word.isalpha())
                ):
                    missed, mistakes = state.missed + len(skipped), state.typos + typos
                    yield _State(state.title, state.begin, place + 1, after, missed, mistakes)
                    break

    def _chosen(self, norms: Sequence[str], first: int, states: Iterable[_State], shown: Sequence[str]) -> Run | None:
        runs = [self._run(norms, first, state) for state in states]
        runs = [run for run in runs if not run.typos] or runs
        order = [(run.whole, -run.missed, run.typos == 0, self._alike(norms, run)) for run in runs]
        most = max(order)
        equal = {run.item_id: run for run, rank in zip(runs, order, strict=True) if rank == most}
        seen = [run for id_, run in equal.items() if id_ in shown]
        if len(seen) == 1:
            return seen[0]
        if len(equal) > 1 and not most[0]:
            return None
        return max(equal.values(), key=lambda run: self._vocabulary.rank(run.item_id))

    def _alike(self, norms: Sequence[str], run: Run) -> int:
        """How many words are written just as the title has them: "aliens" is not "Alien"."""
        said = set(norms[run.first : run.last])
        return len(said & set(words(clean(self._vocabulary.by_id[run.item_id].title))))

    def _run(self, norms: Sequence[str], first: int, state: _State) -> Run:
        title, begin = self._titles[state.title], state.begin
        while first and begin and title.words[begin - 1] == base(norms[first - 1]) in self._stops:
            first, begin = first - 1, begin - 1
        starts, ends = begin in title.starts, state.end in title.ends
        same = starts and ends and not state.missed and begin != title.lead
        matched = tuple(word for word in title.words[state.begin : state.end] if word not in self._stops)
        id_ = self._vocabulary.items[state.title].id
        return Run(id_, first, state.last, same, starts or ends, state.missed, state.typos, matched)


@lru_cache(maxsize=65536)
def base(word: str) -> str:
    """A word as runs compare it: singular, digits for number words and roman numbers."""
    number = table("en.numbers")["words"].get(word)
    if number is not None or word in _ROMAN:
        return str(number) if number is not None else _ROMAN[word]
    single = singulars(word)
    chosen = (single[0] if word.endswith("ies") or len(single) == 2 else single[-1]) if single else word
    return _SOFT_E.sub("", chosen) if len(chosen) > 3 else chosen


def sound(word: str) -> str:
    """A word by its sound, roughly: vowels, doubled letters and letters that sound alike count as one."""
    plain = re.sub(r"ph", "f", re.sub(r"c(?=[eiy])", "s", word)).translate(str.maketrans("cqzy", "kksi"))
    return re.sub(r"[aeiouwh]+", "a", re.sub(r"(.)\1+", r"\1", plain)).rstrip("ai")


def described(items: Iterable[Item]) -> frozenset[str]:
    """The words that descriptions use with a small letter: ordinary words, whatever an item is called."""
    return frozenset(word for item in items for word in _SMALL.findall(item.description))


def _title(title: str, lead: int) -> _Title:
    """A title without what stands in brackets, and where its parts begin and end."""
    text = title if title.isascii() else clean(title)
    main = _BRACKETED.sub("", text) or text
    found: list[str] = []
    starts, ends = {lead}, set[int]()
    for segment in _SEGMENTS.split(main):
        part = [word for word in words(segment) if word != "'s"]
        starts |= {len(found), len(found) + (len(part) > 1 and part[0] in word_set("titles_articles"))}
        found += part
        ends.add(len(found))
    return _Title(tuple(map(base, found)), frozenset(starts), frozenset(ends), lead or None)

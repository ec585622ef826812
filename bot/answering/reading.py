"""A help centre made ready for questions: its words by meaning, its names, and the vectors of its sentences.

Everything is derived from a `PassageIndex` and an embedder, on first use, and kept with a bound. Knows no thresholds.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from bot.answering.sentences import Piece, pieces
from bot.answering.words import ServiceWords, service_words
from vectorstore.lexical import Lexical
from vectorstore.text import passage_text

if TYPE_CHECKING:
    from vectorstore.base import Embedder, Passage, Vectors
    from vectorstore.index import PassageIndex

KEPT = 4000
"""Passages whose sentence vectors are kept: about 6 sentences of 1.5 kB each, 36 MB at most."""
_NAME = re.compile(r"(?<![\w@./-])([^\W_]\w*)(?![\w@/-])(?!\.\w)")
_OPENERS = ".!?:\n|"


@dataclass(frozen=True, slots=True)
class Read:
    """The passage of one row in pieces; ``labels[i]`` (its meanings) and ``vectors[i]`` belong to ``pieces[i]``."""

    row: int
    passage: Passage
    pieces: tuple[Piece, ...]
    labels: tuple[frozenset[str], ...]
    vectors: Vectors


class Reader:
    """One help centre under one embedder. Safe to use from several threads."""

    def __init__(self, index: PassageIndex, embedder: Embedder, words: ServiceWords) -> None:
        """Nothing is computed yet."""
        self.words = words
        self.passages = tuple(index.passages.values())
        self._index, self._embedder = index, embedder
        self._read: OrderedDict[int, Read] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def concepts(self) -> tuple[frozenset[str], ...]:
        """The meanings that each passage names."""
        return tuple(frozenset(row) for row in self._rows)

    @cached_property
    def lexical(self) -> Lexical:
        """BM25 over meanings: "movie" finds "film", "bill" finds "charged"."""
        return Lexical([" ".join(row) for row in self._rows], self._index.ids)

    @cached_property
    def weights(self) -> dict[str, float]:
        """How rare each meaning is: the logarithm of passages over passages that name it."""
        counts = Counter(label for row in self.concepts for label in row)
        return {label: float(np.log1p(len(self.passages) / (n + 0.5))) for label, n in counts.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """The company and its products, lower case: always capital, in at least 7% of the passages.

        They stand in half of all questions and say nothing about what is asked.
        """
        capital, small, where = Counter[str](), Counter[str](), Counter[str]()
        for passage in self.passages:
            found = list(_inner_words(passage.text))
            named = [word.lower() for word in found if _is_name(word)]
            capital.update(named)
            where.update(set(named))
            small.update(word for word in found if not _is_name(word))
        often = max(4, 0.07 * len(self.passages))
        return frozenset(w for w, n in where.items() if n >= often and small[w] <= 0.05 * capital[w] and len(w) > 1)

    def nameless(self, question: str) -> str:
        """The question without the names, "it" in their place."""
        if not self.names:
            return question
        names = "|".join(map(re.escape, sorted(self.names, key=len, reverse=True)))
        return re.sub(rf"\b(?:{names})(?:['’]s)?\b(?: \d\b)?", "it", question, flags=re.IGNORECASE)

    def rarity(self, label: str) -> float:
        """The weight of a meaning; one that no passage names is the rarest."""
        return self.weights.get(label, float(np.log1p(2 * len(self.passages))))

    def dense(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """``(n,)`` cosines of every passage to the unit ``vector``."""
        return np.asarray(self._index.vectors @ vector, np.float32)

    def read(self, rows: Collection[int]) -> list[Read]:
        """The passages of ``rows`` with their pieces and vectors; what is not known yet is embedded in one call."""
        with self._lock:
            missing = [row for row in rows if row not in self._read]
        fresh = dict(zip(missing, self._embedded(missing), strict=True)) if missing else {}
        with self._lock:
            self._read.update(fresh)
            found = [self._read[row] for row in rows]
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        return found

    @cached_property
    def _rows(self) -> tuple[list[str], ...]:
        return tuple(self.words.concepts(passage_text(passage)) for passage in self.passages)

    def _embedded(self, rows: Sequence[int]) -> Iterator[Read]:
        cut = [pieces(self.passages[row].text) for row in rows]
        texts = [piece.text for part in cut for piece in part]
        vectors = self._embedder.embed(texts, kind="passage")
        start = 0
        for row, part in zip(rows, cut, strict=True):
            labels = tuple(frozenset(self.words.concepts(piece.text)) for piece in part)
            yield Read(row, self.passages[row], part, labels, vectors[start : start + len(part)])
            start += len(part)


def reader_of(index: PassageIndex, embedder: Embedder) -> Reader:
    """The reader of an index, made once; the oldest is forgotten when a ninth index is asked."""
    return _reader(index, cast("Hashable", embedder))


@lru_cache(maxsize=8)
def _reader(index: PassageIndex, embedder: Hashable) -> Reader:
    return Reader(index, cast("Embedder", embedder), service_words())


def _is_name(word: str) -> bool:
    """Whether a word is written as a name: "Acme", "HEY", "37signals"."""
    return word.lower() != word or (word[0].isdigit() and not word.isdigit())


def _inner_words(text: str) -> Iterator[str]:
    """Words that open no sentence and stand in no address: there a capital letter means a name."""
    for match in _NAME.finditer(text):
        before = text[: match.start()].rstrip(" \"'(“‘*_>[")
        if before and before[-1] not in _OPENERS and not match[1].isdigit():
            yield match[1]

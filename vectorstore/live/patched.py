"""The lexical leg of a generation in which a few texts changed: the old index, and the new texts beside it.

Building BM25 anew takes a second for ten thousand texts, scoring some more by hand microseconds. Rarity and mean length
stay those of the generation, until the next one is built. Knows no facet and no model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.lexical import K1, B, Lexical
from vectorstore.words import tokens


class Patched(Lexical):
    """``base``, whose rows are in ``rows``, seen as the texts of ``ids``; ``fresh`` maps a new row to its text."""

    def __init__(self, base: Lexical, ids: Sequence[str], rows: Mapping[str, int], *, fresh: Mapping[int, str]) -> None:
        self.ids = tuple(ids)
        self.mean_length = base.mean_length
        self._base = base
        kept = [(row, rows[id]) for row, id in enumerate(self.ids) if row not in fresh]
        self._kept = np.array([row for row, _ in kept], np.intp)
        self._from = np.array([row for _, row in kept], np.intp)
        self._texts = {row: Counter(tokens(text)) for row, text in fresh.items()}
        self._held = Counter(word for text in self._texts.values() for word in text)

    def scores(self, query: str) -> NDArray[np.float32]:
        """``(n,)`` float32 BM25 scores, 0 where no word matches; higher is better."""
        found = np.zeros(len(self.ids), np.float32)
        if len(self._from):
            found[self._kept] = self._base.scores(query)[self._from]
        words = tokens(query)
        for row, text in self._texts.items():
            found[row] = sum(self._score(word, text) for word in words if word in text)
        return found

    def frequency(self, word: str) -> int:
        """How many texts of the generation hold a token; for a word that it lacks, how many of the new ones."""
        return self._base.frequency(word) or self._held[word]

    def _score(self, word: str, text: Counter[str]) -> float:
        """Lucene's BM25 of one word in one text, as the base scores its own."""
        many, held = len(self._base.ids), self.frequency(word)
        rarity = math.log(1 + (max(many - held, 0) + 0.5) / (held + 0.5))
        length = text.total() / max(self.mean_length, 1.0)
        return rarity * text[word] / (K1 * (1 - B + B * length) + text[word])

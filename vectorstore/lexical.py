"""The lexical leg: BM25 over words, for names and rare terms that vectors blur. Knows no facet and no model."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Hit, Mask
from vectorstore.exact import top_rows
from vectorstore.words import tokens

K1, B = 1.5, 0.75

logging.getLogger("bm25s").setLevel(logging.WARNING)  # else it reports every index it builds


class Lexical:
    """BM25 (Lucene's form, k1 = 1.5, b = 0.75) over ``texts``; row ``i`` belongs to ``ids[i]``."""

    def __init__(self, texts: Sequence[str], ids: Sequence[str]) -> None:
        """Index the texts in memory: about 20,000 short texts a second."""
        self.ids = tuple(ids)
        corpus = [tokens(text) for text in texts]
        self.mean_length = sum(map(len, corpus)) / max(len(corpus), 1)
        self._bm25 = bm25s.BM25(k1=K1, b=B) if any(corpus) else None
        if self._bm25 is not None:
            self._bm25.index(corpus, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """``(n,)`` float32 BM25 scores, 0 where no word matches; higher is better."""
        known = self._known(query)
        if self._bm25 is None or not known:
            return np.zeros(len(self.ids), np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def frequency(self, word: str) -> int:
        """How many texts hold a token."""
        place = None if self._bm25 is None else self._bm25.vocab_dict.get(word)
        if self._bm25 is None or place is None:
            return 0
        starts = self._bm25.scores["indptr"]
        return int(starts[place + 1] - starts[place])

    def search(self, query: str, k: int, mask: Mask | None = None) -> list[Hit]:
        """At most ``k`` rows that ``mask`` keeps and that share a word with ``query``, best first."""
        scores = self.scores(query)
        found = scores > 0 if mask is None else (scores > 0) & mask
        return [Hit(self.ids[row], float(scores[row])) for row in top_rows(scores, k, found)]

    def _known(self, query: str) -> list[str]:
        if self._bm25 is None:
            return []
        return [word for word in tokens(query) if word in self._bm25.vocab_dict]

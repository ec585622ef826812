"""Near misses: the texts that share the rarest words with another one. A small BM25 over words, numpy alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OFTEN = 0.2
"""A word in more than this share of the texts says nothing, where there are more than a few."""
_WORD = re.compile(r"[a-z0-9]{2,}")


def words_of(text: str) -> list[str]:
    """Lower case, a plural without its s."""
    return [word[:-1] if len(word) > 3 and word[-1] == "s" else word for word in _WORD.findall(text.casefold())]


class Near:
    """Texts by the words that they hold."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index ``texts``, about 20,000 a second."""
        held = [frozenset(words_of(text)) for text in texts]
        rows = defaultdict[str, list[int]](list)
        for row, words in enumerate(held):
            for word in words:
                rows[word].append(row)
        most = max(5.0, OFTEN * len(texts))
        self._rows = {word: np.array(found, np.intp) for word, found in rows.items() if len(found) <= most}
        lengths = np.array([len(words) for words in held], np.float32)
        self._norms = 2.5 / (1 + 1.5 * (0.25 + 0.75 * lengths / max(float(lengths.mean()) if len(held) else 1.0, 1.0)))

    def rarity(self, word: str) -> float:
        """How rare a word is, 0 for one that is everywhere or nowhere."""
        return float(np.log1p(len(self._norms) / len(self._rows[word]))) if word in self._rows else 0.0

    def scores(self, text: str) -> NDArray[np.float32]:
        """``(n,)``: BM25, each word counted once; higher is nearer."""
        total = np.zeros(len(self._norms), np.float32)
        for word in sorted(Counter(words_of(text))):
            if word in self._rows:
                rows = self._rows[word]
                total[rows] += self.rarity(word) * self._norms[rows]
        return total

    def like(self, text: str, most: int) -> list[int]:
        """At most so many rows that share a word with ``text``, nearest first."""
        scores = self.scores(text)
        order = np.argsort(-scores, kind="stable")[:most]
        return [int(row) for row in order if scores[row] > 0]

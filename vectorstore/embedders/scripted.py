"""The scripted embedder: hashed words and character trigrams, deterministic on every machine. Knows no language."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import TextKind, Vectors
from vectorstore.words import fold, tokens

TRIGRAM_WEIGHT = 0.25
KEPT = 16384
"""Words whose features are remembered."""


class HashedEmbedder:
    """Signed feature hashing: texts that share words are close, other texts nearly orthogonal."""

    def __init__(self, dimension: int = 64) -> None:
        """Vectors of ``dimension`` numbers; more dimensions, fewer collisions."""
        self.name = f"hashed-{dimension}"
        self.dimension = dimension
        self.device = "cpu"

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), dimension)`` float32 unit rows; ``kind`` changes nothing."""
        rows = [self._row(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def token_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """One ``(words, dimension)`` array of unit rows per text."""
        return [self.embed(tokens(text) or [""], kind="query") for text in texts]

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """How many rows `token_vectors` gives for each text."""
        return [len(tokens(text)) or 1 for text in texts]

    def _row(self, text: str) -> NDArray[np.float32]:
        words = tokens(text)
        row = np.zeros(self.dimension, np.float32)
        for word in words:
            row += _hashed(word, self.dimension)
        if not words:
            _add(row, fold(text), 1.0)
        length = float(np.linalg.norm(row))
        if length == 0.0:
            row[0], length = 1.0, 1.0
        return np.asarray(row / length, dtype=np.float32)


@lru_cache(KEPT)
def _hashed(word: str, dimension: int) -> NDArray[np.float32]:
    """``(dimension,)``: what a word and its trigrams add to a row. Quarters, so that no order of adding rounds."""
    row = np.zeros(dimension, np.float32)
    _add(row, word, 1.0)
    padded = f"<{word}>"
    for start in range(len(padded) - 2):
        _add(row, f"#{padded[start : start + 3]}", TRIGRAM_WEIGHT)
    row.setflags(write=False)
    return row


def _add(row: NDArray[np.float32], feature: str, weight: float) -> None:
    code = zlib.crc32(feature.encode())
    row[code % len(row)] += weight if code & 0x80000000 else -weight

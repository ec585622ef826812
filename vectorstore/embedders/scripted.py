"""The scripted embedder: hashed words and character trigrams, deterministic on every machine. Knows no language."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import TextKind, Vectors
from vectorstore.words import fold, tokens

TRIGRAM_WEIGHT = 0.25


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

    def _row(self, text: str) -> NDArray[np.float32]:
        row = np.zeros(self.dimension, np.float32)
        for feature, weight in _features(text):
            code = zlib.crc32(feature.encode())
            row[code % self.dimension] += weight if code & 0x80000000 else -weight
        length = float(np.linalg.norm(row))
        if length == 0.0:
            row[0], length = 1.0, 1.0
        return np.asarray(row / length, dtype=np.float32)


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in tokens(text):
        yield word, 1.0
        padded = f"<{word}>"
        for start in range(len(padded) - 2):
            yield f"#{padded[start : start + 3]}", TRIGRAM_WEIGHT
    if not tokens(text):
        yield fold(text), 1.0

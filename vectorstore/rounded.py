"""Vectors rounded to one byte a number: a first, exact sieve before the full vectors are scored.

A score from rounded numbers errs by no more than a bound that is known for every row, so rows that it rules out are
not among the best for certain. It reads a quarter of the bytes. Knows no store, no file and no model.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Vectors

LEVELS = 127
"""A row's largest number becomes so many steps."""
LEAST = 12_000
"""Below so many rows the full vectors are scored in as little time (measured by `shelftalk bench search`)."""
THREADS = 2
"""Two read memory in 0.6 ms where one takes 1.5 (34,500 rows of 384 numbers)."""
SHARED = 10_000
"""Fewer rows are scored by one thread: waking another costs more, now and then several milliseconds."""
SPARE = 4
"""Copies of rows whose memory is kept for the next search."""
GATHERING = 6
"""Copying a row out costs as much as scoring so many where they lie (34,500 rows: 0.6 ms for a fifth kept)."""


class Rounded:
    """The rows of one matrix as int8, each with a scale and the length of what rounding took from it."""

    def __init__(self, vectors: Vectors) -> None:
        """Round ``vectors``, float32 ``(n, d)`` with rows of length 1 or 0."""
        self._rows, scales = _rounded(vectors)
        lost = np.linalg.norm(vectors - self._rows * scales[:, None], axis=1)
        self._scales_lost = np.stack([scales, lost], axis=1).astype(np.float32)
        self._dots = _dots()
        self._spare = deque[NDArray[np.int8]](maxlen=SPARE)

    def hopeful(self, vector: NDArray[np.float32], k: int, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those of ``rows`` that may be among the ``k`` with the highest dot product with ``vector``, in their order.

        None of the ``k`` is ever missing, ties with the last included: the true score of row v for query q lies within
        |v - v'| |q| + |v'| |q - q'| of the rounded one (Cauchy and Schwarz), and |v'| <= 1 + |v - v'|.
        """
        if k >= len(rows):
            return rows
        rounded, scale = _rounded(vector[None])
        length = float(np.linalg.norm(vector))
        missed = float(np.linalg.norm(vector - rounded[0] * scale[0])) + 1e-5
        if len(rows) * GATHERING > len(self._rows):
            dots = self._dots(self._rows, rounded)[rows]
        else:
            dots = self._gathered(rows, rounded)
        scales, lost = self._scales_lost.take(rows, axis=0, mode="clip").T
        scores = dots * (scales * scale[0])
        doubt = lost * (length + missed) + missed
        floor = np.partition(scores - doubt, len(rows) - k)[len(rows) - k]
        likely: NDArray[np.bool_] = scores + doubt >= floor
        return rows[likely]

    def _gathered(self, rows: NDArray[np.intp], vector: NDArray[np.int8]) -> NDArray[np.float32]:
        """The dot products of some rows, copied into memory that an earlier search left: fresh memory costs as much."""
        try:
            room = self._spare.pop()
        except IndexError:
            room = np.empty((len(self._rows) // GATHERING + 1, self._rows.shape[1]), np.int8)
        found = self._dots(np.take(self._rows, rows, axis=0, out=room[: len(rows)], mode="clip"), vector)
        self._spare.append(room)
        return found


def _rounded(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Each row in steps of its own scale; a zero row has the scale 1."""
    most = np.abs(vectors).max(axis=1)
    scales = np.where(most > 0, most / LEVELS, 1).astype(np.float32)
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales


def _dots() -> Callable[[NDArray[np.int8], NDArray[np.int8]], NDArray[np.float32]]:
    """Dot products of int8 rows ``(n, d)`` with one row ``(1, d)``: float32 ``(n,)``, summed in whole numbers."""
    import simsimd

    most = min(THREADS, os.cpu_count() or 1)

    def dots(rows: NDArray[np.int8], row: NDArray[np.int8]) -> NDArray[np.float32]:
        threads = most if len(rows) >= SHARED else 1
        found: Any = simsimd.cdist(rows, row, metric="dot", threads=threads)
        return np.asarray(found, np.float32)[:, 0]

    return dots

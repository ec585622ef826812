"""How well an ordered list answers a query: nDCG, recall, reciprocal rank, and how sure a mean of them is.

Pure functions over ids; higher is better everywhere. Knows no search.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 2000


def ndcg(found: Sequence[str], right: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first ``k``, 0 to 1, every right answer worth the same.

    Järvelin and Kekäläinen, 2002: a hit at place p counts 1 / log2(p + 1).
    """
    gained = sum(1 / log2(place + 2) for place, id_ in enumerate(found[:k]) if id_ in right)
    best = sum(1 / log2(place + 2) for place in range(min(k, len(right))))
    return gained / best if best else 0.0


def recall(found: Sequence[str], right: Collection[str], k: int = 10) -> float:
    """The share of right answers among the first ``k``, 0 to 1; of more than ``k`` right ones, ``k`` are enough."""
    return len(set(found[:k]) & set(right)) / min(k, len(right)) if right else 0.0


def reciprocal_rank(found: Sequence[str], right: Collection[str]) -> float:
    """1 / the place of the first right answer, 0 when there is none."""
    return next((1 / (place + 1) for place, id_ in enumerate(found) if id_ in right), 0.0)


def interval(values: Sequence[float] | Values, *, seed: int = 0) -> tuple[float, float]:
    """The middle 95% of the mean over `RESAMPLES` bootstrap draws of queries, deterministic by ``seed``."""
    sample = np.asarray(values, np.float64)
    if not len(sample):
        return 0.0, 0.0
    draws = np.random.default_rng(seed).integers(0, len(sample), (RESAMPLES, len(sample)))
    low, high = np.percentile(sample[draws].mean(1), [2.5, 97.5])
    return float(low), float(high)


def standard_error(values: Sequence[float] | Values, *, seed: int = 0) -> float:
    """Of the mean, by the bootstrap over queries (Efron, 1979): `RESAMPLES` draws, deterministic by ``seed``."""
    sample = np.asarray(values, np.float64)
    if len(sample) < 2:
        return 0.0
    draws = np.random.default_rng(seed).integers(0, len(sample), (RESAMPLES, len(sample)))
    return float(sample[draws].mean(1).std(ddof=1))

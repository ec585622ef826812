"""How many pairs fit into a time: by what the latest ones took on this machine, under its present load."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import accumulate
from statistics import median
from threading import Lock

SECONDS = 0.2
"""What reading pairs may take; with the rest of re-ranking it stays below a quarter of a second."""
MOST, FEWEST = 20, 4
GUESS = 1e-4
"""Seconds a token until something was measured: two cores that compute in bf16 take about 80 microseconds."""


class Budget:
    """Safe to use from several threads."""

    def __init__(self, seconds: float = SECONDS, *, most: int = MOST, fewest: int = FEWEST) -> None:
        """At least ``fewest`` and at most ``most`` pairs, whatever they take."""
        self.most = max(most, fewest)
        self._seconds, self._fewest = seconds, fewest
        self._rates = deque[float](maxlen=9)
        self._lock = Lock()

    @property
    def rate(self) -> float:
        """Seconds a token: the median of the latest."""
        with self._lock:
            return median(self._rates) if self._rates else GUESS

    def count(self, lengths: Sequence[int]) -> int:
        """How many of the first pairs, of so many tokens each, fit."""
        rate = self.rate
        fits = sum(tokens * rate <= self._seconds for tokens in accumulate(lengths[: self.most]))
        return min(len(lengths), max(self._fewest, fits))

    def note(self, tokens: int, seconds: float) -> None:
        """What reading so many tokens took."""
        if tokens:
            with self._lock:
                self._rates.append(seconds / tokens)

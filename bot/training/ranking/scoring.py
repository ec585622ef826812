"""How well groups are ordered: nDCG of the first ten places, reciprocal rank, and how often the best is first. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

PLACES = 10


@dataclass(frozen=True, slots=True)
class Placed:
    """One value per group, 0 to 1 each, higher is better."""

    ndcg: tuple[float, ...]
    reciprocal: tuple[float, ...]

    @property
    def overall(self) -> float:
        """What early stopping looks at: the mean nDCG."""
        return fmean(self.ndcg)

    def rounded(self) -> dict[str, float]:
        """The means with three digits; ``se`` is the standard error of the first."""
        first = [float(value == 1) for value in self.reciprocal]
        error = stdev(self.ndcg) / math.sqrt(len(self.ndcg)) if len(self.ndcg) > 1 else 0.0
        means = {"nDCG@10": fmean(self.ndcg), "se": error, "MRR": fmean(self.reciprocal), "first": fmean(first)}
        return {name: round(value, 3) for name, value in means.items()}


def placed(scores: Sequence[Sequence[float]], labels: Sequence[Sequence[float]]) -> Placed:
    """What the ``scores`` of each group make of its ``labels``; of equal scores the wrong one stands first."""
    ndcg, reciprocal = [], []
    for own, right in zip(scores, labels, strict=True):
        order = sorted(range(len(own)), key=lambda place: (-own[place], right[place]))
        gains = [right[place] for place in order]
        ndcg.append(_gained(gains) / max(_gained(sorted(right, reverse=True)), 1e-9))
        reciprocal.append(next((1 / (place + 1) for place, gain in enumerate(gains) if gain > 0), 0.0))
    return Placed(tuple(ndcg), tuple(reciprocal))


def _gained(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:PLACES]))

"""Fitting the abstention model: a small ridge-regularised logistic regression, and a threshold from cross-validation.

Numpy alone; knows no help centre and no embedder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.calibration import Calibration
from bot.evaluation.datasets import Question
from bot.evaluation.metrics import Judged, threshold_for

MOST_WRONG = 0.05
"""Share of all questions that may be answered wrong on the tuning half."""
RIDGE = 3.0
FOLDS = 8
MADE_BY = "python -m bot.evaluation.abstention DATA"


@dataclass(frozen=True, slots=True)
class Tried:
    """One question, whether our answer to it would be right and cite the right section, and the signals."""

    question: Question
    right: bool
    cited: bool
    signals: Mapping[str, float]

    def judged(self, score: float) -> Judged:
        """With a score, ready to be counted."""
        return Judged(bool(self.question.sections), self.right, score, self.cited)


def fit(tried: Sequence[Tried], *, features: Sequence[str], embedder: str) -> Calibration:
    """A ridge-regularised logistic model of "our answer is right"; its threshold from cross-validated scores."""
    scores = cross_validated(tried, features=features)
    limit = threshold_for([one.judged(score) for one, score in zip(tried, scores, strict=True)], most_wrong=MOST_WRONG)
    weights, bias = _logistic(_matrix(tried, features), np.array([one.right for one in tried], float))
    rounded = tuple(round(float(weight), 4) for weight in weights)
    return Calibration(tuple(features), rounded, round(bias, 4), round(limit, 4), embedder, MADE_BY)


def cross_validated(tried: Sequence[Tried], *, features: Sequence[str]) -> list[float]:
    """Each question's probability by a model that has not seen it: every `FOLDS`-th question is left out in turn."""
    matrix, right = _matrix(tried, features), np.array([one.right for one in tried], float)
    scores = np.zeros(len(tried))
    for fold in range(FOLDS):
        held = np.arange(len(tried)) % FOLDS == fold
        weights, bias = _logistic(matrix[~held], right[~held])
        scores[held] = 1.0 / (1.0 + np.exp(-(matrix[held] @ weights + bias)))
    return [float(score) for score in scores]


def _matrix(tried: Sequence[Tried], features: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[one.signals[name] for name in features] for one in tried], float)


def _logistic(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Weights and bias by Newton's method on standardised columns, given back for the raw ones."""
    mean, spread = matrix.mean(0), np.maximum(matrix.std(0), 1e-9)
    rows = np.hstack([(matrix - mean) / spread, np.ones((len(matrix), 1))])
    ridge = np.diag([RIDGE] * matrix.shape[1] + [0.0])
    at = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1.0 / (1.0 + np.exp(-(rows @ at)))
        slope = rows.T @ (chance - right) + ridge @ at
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        at = at - np.linalg.solve(curve, slope)
    weights = at[:-1] / spread
    return weights, float(at[-1] - weights @ mean)

"""Figures of question answering with abstention. Pure functions; they know no help centre and no model.

Every answer that would be given has a score; below a threshold it is not given. What can happen to a question:
answered right, answered wrong (a wrong answer, or any answer to a question that has none), abstained right (it has no
answer), abstained wrong (it has one). The four shares add up to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Judged:
    """One question: whether it has an answer, whether ours would be right, and our score (higher is surer).

    ``cited``: a section that answers is among the sources, whether or not the right sentence is said.
    """

    answerable: bool
    right: bool
    score: float
    cited: bool = False


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties half; .5 is chance, higher is better. NaN when empty."""
    if not positives or not negatives:
        return float("nan")
    above = np.subtract.outer(np.asarray(positives), np.asarray(negatives))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def abstention(judged: Sequence[Judged], threshold: float) -> dict[str, float]:
    """The four shares at ``threshold``, and what follows from them.

    ``coverage``: share of all questions that are answered; ``no_answer_there``: the part of ``answered_wrong`` that
    went to questions without an answer; ``precision``: share of the answers that are right; ``cited``: share of the
    answers that cite a section which answers; ``recall``: share of the answerable questions that are answered right;
    ``auroc``: answerable above unanswerable; ``auroc_right``: right answers above all else. ``n`` and ``answerable``
    count.
    """
    given = [one for one in judged if one.score >= threshold]
    right = sum(one.right for one in given)
    answerable = sum(one.answerable for one in judged)
    kept = [one for one in judged if one.score < threshold]
    shares = {
        "answered_right": right,
        "answered_wrong": len(given) - right,
        "no_answer_there": sum(not one.answerable for one in given),
        "abstained_right": sum(not one.answerable for one in kept),
        "abstained_wrong": sum(one.answerable for one in kept),
    }
    return {
        "n": len(judged),
        "answerable": answerable,
        "coverage": round(len(given) / len(judged), 3),
        **{name: round(count / len(judged), 3) for name, count in shares.items()},
        "precision": round(right / len(given), 3) if given else float("nan"),
        "cited": round(sum(one.cited for one in given) / len(given), 3) if given else float("nan"),
        "recall": round(right / answerable, 3) if answerable else float("nan"),
        "auroc": round(_separation(judged, "answerable"), 3),
        "auroc_right": round(_separation(judged, "right"), 3),
    }


def threshold_for(judged: Sequence[Judged], *, most_wrong: float) -> float:
    """The threshold that answers most questions right while at most ``most_wrong`` of all are answered wrong."""
    best, most = float("inf"), -1
    for threshold in sorted({one.score for one in judged}, reverse=True):
        given = [one for one in judged if one.score >= threshold]
        right = sum(one.right for one in given)
        if len(given) - right <= most_wrong * len(judged) and right > most:
            best, most = threshold, right
    return best


def _separation(judged: Sequence[Judged], name: str) -> float:
    positive = [one.score for one in judged if getattr(one, name)]
    return auroc(positive, [one.score for one in judged if not getattr(one, name)])

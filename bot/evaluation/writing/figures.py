"""Figures of what was labelled. Pure."""

from __future__ import annotations

import math


def f1(precision: float, recall: float) -> float:
    """Their harmonic mean; 0 where nothing is right or nothing was found."""
    if math.isnan(precision) or math.isnan(recall) or precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)

"""Temperatures: probabilities that are as often right as they say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from bot.training.calibrating import GRID, _best, error


def drawn(sure: float, times: int = 4000) -> tuple[Tensor, Tensor]:
    """Yes-or-no answers said with probability ``sure`` and right three times in four."""
    right = (torch.arange(times) % 4 != 0).float()
    return torch.full((times,), float(torch.logit(torch.tensor(sure)))), right


def test_overconfident_logits_are_cooled():
    """What is said with 95% and is right in 75% is said with about 75% after it."""
    logits, right = drawn(0.95)
    heat = _best(logits, right)
    assert heat > 2
    assert float(torch.sigmoid(logits[0] / heat)) == pytest.approx(0.75, abs=0.02)
    assert error(logits, right, 1.0) == pytest.approx(0.2, abs=0.01)
    assert error(logits, right, heat) < 0.02


def test_honest_logits_stay():
    """A temperature of about 1 for what is right as often as it says."""
    logits, right = drawn(0.75)
    assert _best(logits, right) == pytest.approx(1.0, abs=0.06)
    assert float(GRID[0]) < 0.4 < 3 < float(GRID[-1])


def test_one_of_several_classes():
    """The likeliest class counts: said with 90%, right in half of the cases."""
    logits = torch.log(torch.tensor([[0.9, 0.05, 0.05]])).repeat(1000, 1)
    right = torch.arange(1000) % 2
    assert error(logits, right, 1.0) == pytest.approx(0.4, abs=0.01)
    assert error(logits, right, _best(logits, right)) < 0.1

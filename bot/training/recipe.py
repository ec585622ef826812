"""How a network is trained, and how far a training has come. Plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Plan:
    """What every training has.

    - ``steps`` of ``batch`` examples each; ``minutes`` end it early, as do ``patience`` judgements of no gain.
    - ``rate`` of the encoder after a rise over the share ``warm`` of the steps; the heads learn faster.
    - ``decay`` of weights and ``dropout`` (0 to 1) hold it back from learning by heart.
    - ``every``: so many steps lie between two judgements on what is held out.
    - ``own``: the share of a batch that an operator's own lines take, where there are any.
    - ``lora``: the rank of adapters that are trained in place of the encoder; 0 trains the encoder itself.
    """

    steps: int = 3000
    batch: int = 32
    rate: float = 2e-4
    decay: float = 0.01
    warm: float = 0.06
    seed: int = 7
    minutes: float = 80.0
    every: int = 250
    patience: int = 6
    own: float = 0.25
    dropout: float = 0.1
    lora: int = 0

    def rate_at(self, step: int) -> float:
        """The share of ``rate`` at one step: a linear rise, then a cosine down to a twentieth."""
        warm = max(1, int(self.steps * self.warm))
        if step < warm:
            return (step + 1) / warm
        along = min(1.0, (step - warm) / max(1, self.steps - warm))
        return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * along))


@dataclass(frozen=True, slots=True)
class Recipe(Plan):
    """How a reader is trained.

    - ``shares`` of a batch: patterns, labelled turns, SGD, service corpora, written messages.
    - ``pseudo``: share of made-up shops among those that a pattern is said in; ``anywhere``: share of the written
      messages that are said in other shops than their own.
    - ``start``: the folders of the readers from whose mean it goes on; none for MiniLM with untrained heads. Without
      ``steps`` the mean is what is left.
    """

    shares: tuple[float, float, float, float, float] = (0.27, 0.12, 0.1, 0.06, 0.45)
    pseudo: float = 0.45
    anywhere: float = 0.4
    start: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How far a training is: steps done, seconds spent, and the running mean of each head's loss."""

    recipe: Plan
    done: int
    seconds: float
    losses: Mapping[str, float]

    @property
    def left(self) -> float:
        """Seconds that it may take yet: until the last step or until its minutes are over, whatever comes first."""
        rest = self.recipe.steps - self.done
        return max(0.0, min(rest * self.seconds / max(1, self.done), self.recipe.minutes * 60 - self.seconds))


Progress: TypeAlias = Callable[[Step], None]
"""Hears of every step. It may raise KeyboardInterrupt: the training stops there and can be gone on with."""

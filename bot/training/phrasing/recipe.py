"""How a phraser is trained. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from bot.training.recipe import Plan


@dataclass(frozen=True, slots=True)
class PhrasingRecipe(Plan):
    """``batch`` counts sentences; the network begins untrained, so that ``rate`` is that of all of it.

    - ``shares`` of a batch: sentences from written pieces, clauses as the prompts say them, people's sentences.
    - ``visits``: made-up visits from which the first two are drawn.
    - ``width`` and ``layers`` of the network, ``vocabulary``: the most tokens that it knows.
    """

    steps: int = 2400
    batch: int = 48
    rate: float = 1e-3
    decay: float = 0.05
    minutes: float = 40.0
    every: int = 200
    patience: int = 5
    shares: tuple[float, float, float] = (0.72, 0.16, 0.12)
    visits: int = 4000
    width: int = 256
    layers: int = 3
    vocabulary: int = 3000

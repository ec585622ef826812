"""How a re-ranker is trained. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from bot.training.recipe import Plan


@dataclass(frozen=True, slots=True)
class RankingRecipe(Plan):
    """``batch`` counts groups.

    - ``wrong``: texts beside the right one in a group that is trained on; ``judged``: in one that only measures.
    - ``shares`` of a batch: dialogues, made wishes for works, for goods, help centres, questions of one intent.
    """

    steps: int = 700
    batch: int = 8
    rate: float = 5e-4
    minutes: float = 45.0
    every: int = 120
    patience: int = 5
    lora: int = 32
    wrong: int = 7
    judged: int = 15
    shares: tuple[float, float, float, float, float] = (0.30, 0.18, 0.20, 0.22, 0.10)

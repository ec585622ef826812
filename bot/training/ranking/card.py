"""Model cards of re-rankers and embedders, written from what their training told: templates filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.engines.pairs.framing import MOST, NEED
from bot.training.cards import best, filled, table

TEMPLATE = Path(__file__).parent / "card.md"
EMBEDDER = Path(__file__).parent / "embedder.md"
_OWN = "| the operator's own queries | the operator's | {} | {} |\n"
_FIGURES = ("nDCG@10", "MRR", "first")


def card(told: Mapping[str, Any]) -> str:
    """The card of the training that `training.json` tells of."""
    recipe = told["recipe"]
    return filled(
        TEMPLATE,
        told,
        own=_OWN,
        encoder=f"with adapters of rank {recipe['lora']} (float16)" if recipe["lora"] else "trained further (int8)",
        read=f"{told['steps'] * recipe['batch'] * (1 + recipe['wrong']):,}",
        scores=_scores(best(told), told["held out"]),
        judged=recipe["judged"],
        most=MOST,
        need=NEED,
    )


def embedder_card(told: Mapping[str, Any]) -> str:
    """The card of an embedder's training."""
    recipe = told["recipe"]
    return filled(
        EMBEDDER,
        told,
        own=_OWN,
        encoder=f"with adapters of rank {recipe['lora']} added to it" if recipe["lora"] else "trained further",
        read=f"{told['steps'] * recipe['batch'] * (2 + recipe['wrong']):,}",
        scores=_scores(best(told), told["held out"]),
        judged=recipe["judged"],
    )


def _scores(best: Mapping[str, Any], held: Mapping[str, int]) -> str:
    """One row for each part that is held out."""
    rows = []
    for part, count in held.items():
        found = best[part]
        half = 1.96 * found["se"]
        first = f"{found['nDCG@10']:.3f} ({max(0.0, found['nDCG@10'] - half):.3f} to {found['nDCG@10'] + half:.3f})"
        rows.append([part, f"{count:,}", first, *(f"{found[name]:.3f}" for name in _FIGURES[1:])])
    return table(["part", "groups", *_FIGURES], rows)

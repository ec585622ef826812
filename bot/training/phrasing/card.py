"""The model card of a phraser, written from what its training told: `card.md` with the numbers filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.training.card import wilson
from bot.training.cards import best, filled, table
from bot.training.phrasing.subject import WRITTEN

TEMPLATE = Path(__file__).with_name("card.md")
_OWN = "| the operator's own pieces | the operator's | {} | {} |\n"


def card(told: Mapping[str, Any], tokens: int) -> str:
    """The card of the training that `training.json` tells of; ``tokens``: the size of its vocabulary."""
    recipe = told["recipe"]
    return filled(
        TEMPLATE,
        told,
        own=_OWN,
        width=recipe["width"],
        layers=recipe["layers"],
        tokens=f"{tokens:,}",
        read=f"{told['steps'] * recipe['batch']:,}",
        scores=_scores(best(told), told["held out"]),
    )


def _scores(best: Mapping[str, Any], held: Mapping[str, int]) -> str:
    """One row for each part that is held out."""
    rows = []
    for part, count in held.items():
        found, written = best[part], min(count, WRITTEN)
        low, high = wilson(found["slots"], written)
        share = f"{found['slots']:.3f} ({low:.3f} to {high:.3f})"
        rows.append([part, f"{count:,}", f"{found['perplexity']:.2f}", share])
    return table(["part", "sentences", "perplexity", "right slots, written freely"], rows)

"""The model card of a reader, written from what its training told: `card.md` with the numbers filled in. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.engines.reader.framing import BEFORE, MESSAGE
from bot.training.cards import best, filled, table
from bot.training.examples import HEADS

TEMPLATE = Path(__file__).parent / "card.md"
_OWN = "| the operator's own lines | the operator's | {} | {} |\n"


def card(told: Mapping[str, Any]) -> str:
    """The card of the training that `training.json` tells of."""
    recipe = told["recipe"]
    return filled(
        TEMPLATE,
        told,
        own=_OWN,
        encoder=f"adapted by matrices of rank {recipe['lora']}" if recipe["lora"] else "trained further",
        pseudo=f"{recipe['pseudo']:.0%}",
        anywhere=f"{recipe['anywhere']:.0%}",
        start=_start(recipe["start"]),
        read=f"{told['steps'] * recipe['batch']:,}",
        calibration=_calibration(told["calibration"]),
        scores=_scores(best(told), told["held out"]),
        message=MESSAGE,
        before=BEFORE,
    )


def _start(folders: Sequence[str]) -> str:
    if not folders:
        return "It began from MiniLM."
    named = ", ".join(f"`{folder}`" for folder in folders)
    return f"It went on from the {'mean of the readers' if len(folders) > 1 else 'reader'} in {named}."


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95% interval of a share of ``count`` (Wilson 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _calibration(heads: Mapping[str, Mapping[str, float]]) -> str:
    rows = [
        [head, *(f"{held[name]:.3f}" for name in ("temperature", "before", "after"))] for head, held in heads.items()
    ]
    return table(["head", "temperature", "error before", "error after"], rows)


def _scores(best: Mapping[str, Any], held: Mapping[str, int]) -> str:
    """One row for each part that is held out."""
    rows = []
    for part, count in held.items():
        low, high = wilson(best[part]["exact"], count)
        heads = [f"{best[part][head]:.3f}" if head in best[part] else "-" for head in HEADS]
        rows.append([part, f"{count:,}", f"{best[part]['exact']:.3f} ({low:.3f} to {high:.3f})", *heads])
    return table(["part", "messages", "wholly right", *HEADS], rows)

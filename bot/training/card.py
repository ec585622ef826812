"""The model card of a reader, written from what its training told: `card.md` with the numbers filled in. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from bot.engines.reader.framing import BEFORE, MESSAGE
from bot.training.examples import HEADS

TEMPLATE = Path(__file__).parent / "card.md"
_OWN = "| the operator's own lines | the operator's | {} | {} |\n"


def card(told: Mapping[str, Any]) -> str:
    """The card of the training that `training.json` tells of."""
    best = max(told["curve"], key=lambda row: row["score"])
    recipe = told["recipe"]
    counts = {
        f"{source}_{side}": f"{number:,}"
        for source, numbers in told["texts"].items()
        for side, number in zip(("train", "held"), numbers, strict=True)
    }
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        counts,
        megabytes=f"{told['bytes'] / 1e6:.1f}",
        bytes=f"{told['bytes']:,}",
        encoder=f"adapted by matrices of rank {recipe['lora']}" if recipe["lora"] else "trained further",
        pseudo=f"{recipe['pseudo']:.0%}",
        own=_OWN.format(*told["texts"]["own"]) if any(told["texts"]["own"]) else "",
        recipe="\n".join(f"- {name}: {_plain(value)}" for name, value in recipe.items()),
        device=told["device"],
        minutes=told["minutes"],
        steps=f"{told['steps']:,}",
        read=f"{told['steps'] * recipe['batch']:,}",
        best_step=f"{best['step']:,}",
        scores=_scores(best, told["held out"]),
        parameters=f"{told['parameters']:,}",
        message=MESSAGE,
        before=BEFORE,
    )


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95% interval of a share of ``count`` (Wilson 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _scores(best: Mapping[str, Any], held: Mapping[str, int]) -> str:
    """One row for each part that is held out."""
    rows = [["part", "messages", "wholly right", *HEADS], ["---"] * (3 + len(HEADS))]
    for part, count in held.items():
        low, high = wilson(best[part]["exact"], count)
        heads = [f"{best[part][head]:.3f}" if head in best[part] else "-" for head in HEADS]
        rows.append([part, f"{count:,}", f"{best[part]['exact']:.3f} ({low:.3f} to {high:.3f})", *heads])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)

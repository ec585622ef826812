"""The model card of a re-ranker, written from what its training told: `card.md` with the numbers filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from bot.engines.pairs.framing import MOST, NEED

TEMPLATE = Path(__file__).parent / "card.md"
_OWN = "| the operator's own queries | the operator's | {} | {} |\n"
_FIGURES = ("nDCG@10", "MRR", "first")


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
        encoder=f"with adapters of rank {recipe['lora']} (float16)" if recipe["lora"] else "trained further (int8)",
        own=_OWN.format(*told["texts"]["own"]) if "own" in told["texts"] else "",
        recipe="\n".join(f"- {name}: {_plain(value)}" for name, value in recipe.items()),
        device=told["device"],
        minutes=told["minutes"],
        steps=f"{told['steps']:,}",
        read=f"{told['steps'] * recipe['batch'] * (1 + recipe['wrong']):,}",
        best_step=f"{best['step']:,}",
        scores=_scores(best, told["held out"]),
        judged=recipe["judged"],
        parameters=f"{told['parameters']:,}",
        most=MOST,
        need=NEED,
    )


def _scores(best: Mapping[str, Any], held: Mapping[str, int]) -> str:
    """One row for each part that is held out."""
    rows = [["part", "groups", *_FIGURES], ["---"] * (2 + len(_FIGURES))]
    for part, count in held.items():
        found = best[part]
        half = 1.96 * found["se"]
        first = f"{found['nDCG@10']:.3f} ({max(0.0, found['nDCG@10'] - half):.3f} to {found['nDCG@10'] + half:.3f})"
        rows.append([part, f"{count:,}", first, *(f"{found[name]:.3f}" for name in _FIGURES[1:])])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)

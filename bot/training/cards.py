"""What every model card tells the same way: a template filled from what a training told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any


def filled(template: Path, told: Mapping[str, Any], *, own: str, **particulars: object) -> str:
    """``template`` with the numbers of ``told`` (see `training.json`) and with the ``particulars`` of one model.

    ``own`` is the row of the operator's own texts, left out where there were none.
    """
    counts = {
        f"{source}_{side}": f"{number:,}"
        for source, numbers in told["texts"].items()
        for side, number in zip(("train", "held"), numbers, strict=True)
    }
    owned = told["texts"].get("own", (0, 0))
    return Template(template.read_text("utf-8")).substitute(
        counts,
        megabytes=f"{told['bytes'] / 1e6:.1f}",
        bytes=f"{told['bytes']:,}",
        own=own.format(*owned) if any(owned) else "",
        recipe="\n".join(f"- {name}: {_plain(value)}" for name, value in told["recipe"].items()),
        device=told["device"],
        minutes=told["minutes"],
        steps=f"{told['steps']:,}",
        best_step=f"{best(told)['step']:,}",
        parameters=f"{told['parameters']:,}",
        **particulars,
    )


def best(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The judgement whose weights were kept."""
    return max(told["curve"], key=lambda row: row["score"])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)

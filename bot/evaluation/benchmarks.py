"""The benchmarks by name; each returns one `Report`."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.choosing import Named, chosen
from bot.evaluation.report import Report


def _turn(data: Path) -> Report:
    from bot.evaluation.turn_speed import run as measure

    return measure()


def _search(data: Path) -> Report:
    from bot.evaluation.search_speed import run as measure

    return measure(data)


BENCHMARKS: Named = {
    "turn": ("a whole turn at the client, start-up and memory, a plain stack beside it", _turn),
    "search": ("nearest neighbours with and without filters, Chroma's own query beside it", _search),
}


def run(name: str, *, data: Path) -> Report:
    """Run one benchmark; ``list`` names them. Raises InvalidRequest for an unknown name."""
    return chosen(BENCHMARKS, name, data, kind="benchmark")

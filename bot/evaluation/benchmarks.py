"""The benchmarks by name; each returns one `Report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.errors import InvalidRequest
from bot.evaluation.report import Report


def _turn(data: Path) -> Report:
    from bot.evaluation.turn_speed import run as measure

    return measure(data)


def _search(data: Path) -> Report:
    from bot.evaluation.search_speed import run as measure

    return measure(data)


BENCHMARKS: dict[str, Callable[[Path], Report]] = {"turn": _turn, "search": _search}


def run(name: str, *, data: Path) -> Report:
    """Run one benchmark. Raises InvalidRequest for an unknown name."""
    if name not in BENCHMARKS:
        raise InvalidRequest(f"no benchmark is called {name!r}", hint=f"choose one of {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name](data)

"""Names to measurements: what `shelftalk eval` and `shelftalk bench` choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from bot.errors import InvalidRequest
from bot.evaluation.report import Report, machine

Named: TypeAlias = Mapping[str, tuple[str, Callable[[Path], Report]]]
"""Name -> (what it measures, the measurement over a folder of public data files)."""


def chosen(named: Named, name: str, data: Path, *, kind: str) -> Report:
    """The report of the measurement called ``name``; ``list`` reports the names. Raises InvalidRequest for others."""
    if name == "list":
        rows = tuple({"system": known, "measures": what} for known, (what, _) in named.items())
        return Report("list", f"every {kind} by its name", machine(), rows)
    if name not in named:
        raise InvalidRequest(f"no {kind} is called {name!r}", hint=f"choose one of {', '.join(named)}")
    return named[name][1](data)

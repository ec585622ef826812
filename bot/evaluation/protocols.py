"""The quality protocols by name; each returns one `Report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.errors import InvalidRequest
from bot.evaluation.report import Report


def _abstention(data: Path) -> Report:
    from bot.evaluation.abstention import run as measure

    return measure(data)


def _retrieval(data: Path) -> Report:
    from bot.evaluation.retrieval_quality import run as measure

    return measure(data)


PROTOCOLS: dict[str, Callable[[Path], Report]] = {"abstention": _abstention, "retrieval": _retrieval}


def run(name: str, *, data: Path) -> Report:
    """Run one protocol. Raises InvalidRequest for an unknown name."""
    if name not in PROTOCOLS:
        raise InvalidRequest(f"no protocol is called {name!r}", hint=f"choose one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name](data)

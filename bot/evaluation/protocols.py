"""The quality protocols by name; each returns one `Report`."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.choosing import Named, chosen
from bot.evaluation.report import Report


def _abstention(data: Path) -> Report:
    from bot.evaluation.abstention import run as measure

    return measure(data)


def _retrieval(data: Path) -> Report:
    from bot.evaluation.retrieval_quality import run as measure

    return measure(data)


def _likes(data: Path) -> Report:
    from bot.evaluation.likes import run as measure

    return measure(data)


PROTOCOLS: Named = {
    "abstention": ("answers from a help centre: right, wrong, and rightly not given", _abstention),
    "likes": ("three liked films: which signals find what the same person liked later", _likes),
    "retrieval": ("wishes and plots: which search finds the films that are meant", _retrieval),
}


def run(name: str, *, data: Path) -> Report:
    """Run one protocol; ``list`` names them. Raises InvalidRequest for an unknown name."""
    return chosen(PROTOCOLS, name, data, kind="protocol")

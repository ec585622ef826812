"""The quality protocols by name; each returns one `Report`."""

from __future__ import annotations

from pathlib import Path

from bot.errors import InvalidRequest
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


def _understand(data: Path, *, failures: bool = False) -> Report:
    from bot.evaluation.understand.protocol import run as measure

    return measure(data, failures=failures)


def _trust(data: Path) -> Report:
    from bot.evaluation.understand.choosing import run as measure

    return measure(data)


PROTOCOLS: Named = {
    "abstention": ("answers from a help centre: right, wrong, and rightly not given", _abstention),
    "likes": ("three liked films: which signals find what the same person liked later", _likes),
    "retrieval": ("wishes and plots: which search finds the films that are meant", _retrieval),
    "trust": ("how sure the trained reader must be to overrule the rules, by the open half of `understand`", _trust),
    "understand": ("labelled messages to five shops: which slots of an intent are read right", _understand),
}


def run(name: str, *, data: Path, failures: bool = False) -> Report:
    """Run one protocol; ``list`` names them; ``failures``: what is wrong instead of figures, where it can be told.

    Raises InvalidRequest for an unknown name, or ``failures`` of a protocol that lists none.
    """
    if not failures:
        return chosen(PROTOCOLS, name, data, kind="protocol")
    if name != "understand":
        raise InvalidRequest(f"the protocol {name!r} lists no failures", hint="leave --failures away; `understand` can")
    return _understand(data, failures=True)

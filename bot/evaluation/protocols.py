"""The quality protocols by name; each returns one `Report`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def _write(data: Path, *, failures: bool = False) -> Report:
    from bot.evaluation.writing.protocol import run as measure

    return measure(data, failures=failures)


def _reranker(data: Path, *, weights: Path | None = None) -> Report:
    from bot.evaluation.reranking.protocol import run as measure

    return measure(data, weights=weights)


PROTOCOLS: Named = {
    "abstention": ("answers from a help centre: right, wrong, and rightly not given", _abstention),
    "likes": ("three liked films: which signals find what the same person liked later", _likes),
    "reranker": ("fifty candidates: which score orders them best, what the product gains, what it costs", _reranker),
    "retrieval": ("wishes and plots: which search finds the films that are meant", _retrieval),
    "trust": (
        "how sure the trained reader must be to overrule the rules, by the tuning messages of `understand`",
        _trust,
    ),
    "understand": ("labelled messages to five shops: which slots of an intent are read right", _understand),
    "write": ("replies to fixed conversations: true, personal, varied; what the claim check catches", _write),
}
_LISTING: Mapping[str, Callable[..., Report]] = {"understand": _understand, "write": _write}
"""The protocols that can list what is wrong."""


def run(name: str, *, data: Path, failures: bool = False, weights: Path | None = None) -> Report:
    """Run one protocol; ``list`` names them; ``failures``: what is wrong instead of figures, where it can be told.

    ``weights``: the folder of a trained re-ranker, for `reranker`. Raises InvalidRequest for an unknown name, or for
    ``failures`` or ``weights`` of a protocol that knows none.
    """
    if weights is not None:
        if name != "reranker" or failures:
            raise InvalidRequest(f"the protocol {name!r} takes no weights", hint="give --weights to `reranker` alone")
        return _reranker(data, weights=weights)
    if not failures:
        return chosen(PROTOCOLS, name, data, kind="protocol")
    if name not in _LISTING:
        able = " and ".join(f"`{one}`" for one in _LISTING)
        raise InvalidRequest(f"the protocol {name!r} lists no failures", hint=f"leave --failures away; {able} can")
    return _LISTING[name](data, failures=True)

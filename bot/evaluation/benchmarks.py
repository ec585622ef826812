"""The benchmarks by name; each returns one `Report`."""

from __future__ import annotations

from pathlib import Path

from bot.errors import InvalidRequest
from bot.evaluation.choosing import Named, chosen
from bot.evaluation.report import Report


def _turn(data: Path) -> Report:
    from bot.evaluation.turn_speed import run as measure

    return measure()


def _reading(data: Path) -> Report:
    from bot.evaluation.reading_speed import run as measure

    return measure(data)


def _search(data: Path, rows: int | None = None) -> Report:
    from bot.evaluation.search_speed import SIZE
    from bot.evaluation.search_speed import run as measure

    return measure(data, size=rows or SIZE)


def _ingest(data: Path, rows: int | None = None) -> Report:
    from bot.evaluation.ingest_speed import ROWS
    from bot.evaluation.ingest_speed import run as measure

    return measure(data, rows=rows or ROWS)


def _visitors(data: Path) -> Report:
    from bot.evaluation.visitors import run as measure

    return measure()


def _streams(data: Path) -> Report:
    from bot.evaluation.streams import run as measure

    return measure()


BENCHMARKS: Named = {
    "turn": ("a whole turn at the client, start-up and memory, a plain stack beside it", _turn),
    "reading": ("one message read by rules and by the trained reader, what the models add to the process", _reading),
    "visitors": ("eight visitors at once, then a burst past saturation, over loopback", _visitors),
    "streams": (
        "a hundred paced replies at once, time until hanging up frees a worker, plain peers beside it",
        _streams,
    ),
    "search": ("nearest neighbours with and without filters, Chroma's own query beside it", _search),
    "ingest": ("a whole ingest beside the bare embedder, a second run, peak memory", _ingest),
}


SAMPLED = {"search": _search, "ingest": _ingest}
"""Those that take a sample of another size."""


def run(name: str, *, data: Path, rows: int | None = None) -> Report:
    """Run one benchmark; ``list`` names them; ``rows`` is the sample of those that take one.

    Raises InvalidRequest for an unknown name, or ``rows`` for a benchmark that takes none.
    """
    if rows is None or name not in SAMPLED:
        if rows is not None and name in BENCHMARKS:
            takers = " and ".join(f"`{one}`" for one in SAMPLED)
            raise InvalidRequest(f"the benchmark {name!r} takes no sample", hint=f"leave --rows away; {takers} take it")
        return chosen(BENCHMARKS, name, data, kind="benchmark")
    return SAMPLED[name](data, rows)

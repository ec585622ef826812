"""`shelftalk bench ingest`: a whole ingest beside the bare embedder, a second run of the same file, peak memory.

The rows are Wikipedia's films at equal distances over the years, with every column they have. The bare embedder is
given the very texts that the ingest embeds, one half before the ingest and one half after it, so that a machine whose
speed wanders does so for both. Everything runs in one process on two cores; each ingest is a process of its own.

`python -m bot.evaluation.ingest_speed FILE ROOT EMBEDDER` is one ingest.
"""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.errors import InvalidRequest, ShelftalkError
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.serving import CORES, two_cores

if TYPE_CHECKING:
    from vectorstore.base import Embedder

ROWS = 4000
SHARE = 0.85
AGAIN_SECONDS = 10.0
FULL = 36_273
"""Rows of the whole file; a second run may take `AGAIN_SECONDS` there."""


def run(data: Path, *, rows: int = ROWS, embedder: str = "minilm") -> Report:
    """Measure ``rows`` films of ``data``. Raises InvalidRequest without the data."""
    two_cores()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "films.jsonl"
        count = _sample(data, rows, path)
        alone = _Alone(_texts(path), embedder)
        halves = [alone.half(0)]
        first = _ingest(path, Path(folder) / "films", embedder)
        halves.append(alone.half(1))
        again = _ingest(path, Path(folder) / "films", embedder)
    bare = count / sum(halves)
    whole = count / first["seconds"]
    table = (
        {"system": "embedder alone", "n": count, "seconds": round(sum(halves), 1), "rows_per_s": round(bare, 1)},
        {"system": "whole ingest", "n": count, **_rounded(first), "rows_per_s": round(whole, 1)},
        {"system": "again, nothing changed", "n": count, **_rounded(again)},
    )
    protocol = (
        f"{count} Wikipedia films as JSON Lines, {CORES} cores, read, embedded, indexed in Chroma, proven and swapped; "
        "seconds from the start of the command's work with the embedder loaded to the moved pointer; "
        "the bare embedder has the same texts, half of them before and half after the ingest"
    )
    return Report("ingest", protocol, machine(), table, _checks(whole / bare, again, count))


def _checks(share: float, again: dict[str, Any], count: int) -> tuple[Check, ...]:
    most = round(max(AGAIN_SECONDS * count / FULL, 1.0), 2)
    seconds = round(again["seconds"], 2)
    return (
        Check("share of the embedder's own rate", round(share, 3), f">= {SHARE}", share >= SHARE),
        Check("seconds of a second run", seconds, f"<= {most}, 10 at {FULL} rows", seconds <= most),
        Check("generations written by a second run", again["written"], "0", again["written"] == 0),
    )


def _sample(data: Path, rows: int, path: Path) -> int:
    """``rows`` lines at equal distances, in ``path``; how many there are."""
    source = data / "wikipedia_movies" / "movies.jsonl.gz"
    if not source.is_file():
        raise InvalidRequest(f"there is no {source}", hint="name the folder of public data files with --data")
    if rows < 10:
        raise InvalidRequest(f"{rows} rows are too few to measure", hint="give at least 10 with --rows")
    with gzip.open(source, "rt", encoding="utf-8") as file:
        lines = [line for line in file if line.strip()]
    places = np.unique(np.linspace(0, len(lines) - 1, min(rows, len(lines))).astype(int))
    path.write_text("".join(lines[place] for place in places), "utf-8")
    return len(places)


def _texts(path: Path) -> list[str]:
    """What the ingest of ``path`` embeds."""
    from vectorstore.catalog import read_items
    from vectorstore.text import item_text

    found = read_items(path)
    return [item_text(item, found.schema) for item in found.items]


class _Alone:
    """The bare embedder, given each half of the texts in one call, after a warm-up."""

    def __init__(self, texts: Sequence[str], name: str) -> None:
        self._texts, self._embedder = texts, _embedder(name)
        self._embedder.embed(texts[:32], kind="item")

    def half(self, place: int) -> float:
        """Seconds for every second text, from ``place`` on."""
        began = time.perf_counter()
        self._embedder.embed(self._texts[place::2], kind="item")
        return time.perf_counter() - began


def _ingest(path: Path, root: Path, embedder: str) -> dict[str, Any]:
    """One ingest in a process of its own: seconds, peak memory in MB, generations written."""
    command = [sys.executable, "-m", "bot.evaluation.ingest_speed", str(path), str(root), embedder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ShelftalkError(f"the ingest failed: {done.stderr[-500:]}", hint=f"run {' '.join(command)}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 1) for name, value in row.items() if name != "written"}


def _embedder(name: str) -> Embedder:
    from bot.engines import choose
    from bot.settings import Settings

    return choose.embedder(Settings.load(embedder=name, device="cpu", environ={}))


def _process(path: Path, root: Path, name: str) -> None:
    """What that process does: the work of the command, timed by its steps."""
    two_cores()
    from vectorstore.ingest import plan_items, unchanged, write_items

    embedder = _embedder(name)
    embedder.embed(["warm"], kind="item")
    began = time.perf_counter()
    marks: dict[str, float] = {}
    told: dict[str, Any] = {"written": 0}
    if not unchanged(path, catalog_root=root, embedder=embedder):
        planned = plan_items(path, catalog_root=root)
        told["read_s"] = marks["read"] = _since(began)
        report = write_items(planned, embedder=embedder, progress=lambda step, *_: marks.update({step: _since(began)}))
        told["written"] = int(report.generation is not None)
    told["seconds"] = _since(began)
    if "index" in marks:
        told |= {"embed_s": marks["embed"] - marks["read"], "index_s": marks["index"] - marks["embed"]}
        told["prove_s"] = told["seconds"] - marks["index"]
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def _since(began: float) -> float:
    return time.perf_counter() - began


if __name__ == "__main__":
    _process(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

"""`shelftalk bench search`: nearest neighbours over real film vectors, Chroma's own query beside ours.

The texts are Wikipedia's paragraphs about films, embedded once and kept in the system's temporary folder; the queries
are the shipped wishes. Both sides search the same rows with the same `ef_search`. Knows no conversation.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.errors import InvalidRequest
from bot.evaluation.asked import wishes
from bot.evaluation.report import Check, Report, machine
from vectorstore.base import Constraint, Facet, Item, Schema
from vectorstore.exact import top_rows
from vectorstore.index import ItemIndex
from vectorstore.records import Records, embed_changed, load

if TYPE_CHECKING:
    from vectorstore.base import Embedder

Vector: TypeAlias = NDArray[np.float32]
Search: TypeAlias = Callable[[Vector], Sequence[str]]

SIZE = 10_000
LEAST = 300
K = 100
SHARES = (1, 10, 50)
"""Percent of the rows that a filter keeps."""
ROUNDS = 3
_SCHEMA = Schema((Facet("year", "number", role="year"), Facet("genres", "multi"), Facet("percent", "number")))


@dataclass(frozen=True, slots=True)
class Timed:
    """One way to search: recall against brute force, 0 to 1, and milliseconds per query."""

    recall: float
    times: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle time in milliseconds."""
        return float(np.median(self.times))


def run(
    data: Path,
    *,
    size: int = SIZE,
    texts: Sequence[str] = (),
    embedder: Embedder | None = None,
    cache: Path | None = None,
) -> Report:
    """Measure ``size`` films of ``data`` by the queries ``texts``, the shipped wishes where none are given.

    Vectors are kept in ``cache``. Raises InvalidRequest without the data, or for so few films that filters leave none.
    """
    if size < LEAST:
        raise InvalidRequest(f"{size} films are too few to filter", hint=f"give --rows of at least {LEAST}")
    embedder = embedder or _local()
    cache = cache or Path(tempfile.gettempdir()) / f"shelftalk-bench-{embedder.name}-{size}"
    records = _records(films(data, size), embedder, cache)
    texts = texts or [one.text for half in wishes() for one in half]
    queries = list(embedder.embed(texts, kind="query"))
    with tempfile.TemporaryDirectory() as folder:
        return _measured(records, embedder, queries, Path(folder))


def films(data: Path, size: int) -> tuple[Item, ...]:
    """``size`` films at equal distances over the years; ``percent`` is a number below 100 drawn from the id."""
    path = data / "wikipedia_movies" / "movies.jsonl.gz"
    if not path.is_file():
        raise InvalidRequest(f"there is no {path}", hint="name the folder of public data files with --data")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["extract"]]
    places = np.linspace(0, len(rows) - 1, min(size, len(rows))).astype(int)
    return tuple(_item(int(place), rows[place]) for place in np.unique(places))


def _item(place: int, row: dict[str, Any]) -> Item:
    facets: dict[str, Any] = {"year": row["year"], "percent": zlib.crc32(str(place).encode()) % 100}
    if row["genres"]:
        facets["genres"] = tuple(row["genres"])
    return Item(str(place), row["title"], row["extract"], facets)


def _records(items: Sequence[Item], embedder: Embedder, cache: Path) -> Records:
    """The records of ``items``; only what ``cache`` does not hold is embedded."""
    old = load(cache) if (cache / "records.json").is_file() else None
    records = embed_changed(old, items=items, passages=(), schema=_SCHEMA, embedder=embedder, progress=_progress)
    records.save(cache)
    return records


def _measured(records: Records, embedder: Embedder, queries: Sequence[Vector], folder: Path) -> Report:
    """Every row and check, over stores in ``folder``."""
    from bot.evaluation.peers import PlainSearch
    from vectorstore.chroma import EF_SEARCH, ChromaStore

    ids = [item.id for item in records.items]
    store = ChromaStore(folder / "ours", "films", records.dimension, expected=len(ids))
    store.upsert(ids, records.item_vectors)
    ours = ItemIndex(records, store, embedder)
    same = PlainSearch(folder / "same", records, "percent", settings=_same())
    plain = PlainSearch(folder / "plain", records, "percent", settings={})
    rows, checks = list[dict[str, Any]](), list[Check]()
    for share in (100, *SHARES):
        mask = ours.columns.mask([_below(share)])
        found = {
            "shelftalk": _shelftalk(ours, share),
            f"Chroma, ef_search {EF_SEARCH}": same.below(share, K),
            "Chroma, its defaults": plain.below(share, K),
        }
        timed = time_all(found, _truth(records, queries, mask), queries)
        rows += [_row(name, share, one) for name, one in timed.items()]
        checks += _checks(share, len(ids), *list(timed.values())[:2])
    protocol = (
        f"top {K} of {len(ids)} Wikipedia film paragraphs by {embedder.name}, {len(queries)} queries x {ROUNDS} "
        "rounds in turn; filters keep 1, 10 and 50 percent of the rows by a number, as a mask here, as `where` there; "
        "Chroma is given the same vectors and settings"
    )
    return Report("search", protocol, machine(), tuple(rows), tuple(checks))


def _shelftalk(index: ItemIndex, share: int) -> Search:
    """Our search; the mask is made anew for every query."""

    def search(vector: Vector) -> Sequence[str]:
        mask = None if share == 100 else index.columns.mask([_below(share)])
        return [hit.id for hit in index.dense(vector, K, mask)]

    return search


def time_all(
    searches: dict[str, Search], truth: Sequence[frozenset[str]], queries: Sequence[Vector]
) -> dict[str, Timed]:
    """Every search over every query, in turn, after one warm-up query each."""
    times: dict[str, list[float]] = {name: [] for name in searches}
    shares: dict[str, list[float]] = {name: [] for name in searches}
    for search in searches.values():
        search(queries[0])
    for _ in range(ROUNDS):
        for right, vector in zip(truth, queries, strict=True):
            for name, search in searches.items():
                began = time.perf_counter()
                found = search(vector)
                times[name].append((time.perf_counter() - began) * 1e3)
                shares[name].append(len(right.intersection(found)) / min(K, len(right)))
    return {name: Timed(float(np.mean(shares[name])), tuple(times[name])) for name in searches}


def _truth(records: Records, queries: Sequence[Vector], mask: NDArray[np.bool_]) -> list[frozenset[str]]:
    """The true nearest ids of every query under ``mask``, by scoring every row; ties with the last count too."""
    found = []
    for query in queries:
        scores = np.where(mask, records.item_vectors @ query, -np.inf)
        floor = scores[top_rows(scores, K, mask)[-1]] - 1e-6
        found.append(frozenset(records.items[row].id for row in np.flatnonzero(scores >= floor)))
    return found


def _below(share: int) -> Constraint:
    return Constraint("percent", "<", float(share))


def _row(system: str, share: int, timed: Timed) -> dict[str, Any]:
    return {
        "system": system,
        "rows kept": f"{share}%",
        f"recall@{K}": round(timed.recall, 4),
        "p50_ms": round(timed.median, 3),
        "p99_ms": round(float(np.percentile(timed.times, 99)), 3),
    }


def _checks(share: int, size: int, ours: Timed, peer: Timed) -> Iterator[Check]:
    """The targets: recall and time unfiltered; exact and many times faster with a filter."""
    if share == 100:
        ratio = round(ours.median / peer.median, 2)
        yield Check(f"recall@{K}, unfiltered", round(ours.recall, 4), ">= 0.98", ours.recall >= 0.98)
        yield Check("time against Chroma, unfiltered", ratio, "<= 1.2", ratio <= 1.2)
        return
    faster, least = round(peer.median / ours.median, 1), 10 if size <= SIZE else 30
    yield Check(f"recall@{K} with {share}% kept", round(ours.recall, 4), "1 (exact)", ours.recall > 0.9999)
    yield Check(f"times faster than `where`, {share}% kept", faster, f">= {least}", faster >= least)


def _progress(step: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r{step} {done}/{total}" + ("\n" if done == total else ""))


def _same() -> dict[str, int]:
    """The settings of our own store."""
    from vectorstore.chroma import EF_CONSTRUCTION, EF_SEARCH

    return {"ef_search": EF_SEARCH, "ef_construction": EF_CONSTRUCTION}


def _local() -> Embedder:
    from vectorstore.embedders.local import LocalEmbedder

    return LocalEmbedder()

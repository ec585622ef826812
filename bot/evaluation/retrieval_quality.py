"""`shelftalk eval retrieval`: which search finds what visitors ask for, among the demo's films.

Wishes with the films that answer them (one half tunes, the other is held out) and plots of single films, searched by
the product's own stages. Knows nothing of the web, of understanding or of replies: a query is taken as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bot.evaluation.asked import Asked, plots, wishes
from bot.evaluation.placing import Values, ndcg, recall, reciprocal_rank, standard_error
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.searched import Searched, System, ablations, mixed, search, systems
from bot.ranking import Mix, Weights

if TYPE_CHECKING:
    from bot.types import Reranker
    from vectorstore.index import ItemIndex

Row: TypeAlias = dict[str, Any]

SINGLES = ("BM25", "dense", "late interaction over 50")
LEXICAL = (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2)
DENSE_GRID = (0.0, 0.15, 0.3, 0.5, 1.0)
LEXICAL_GRID = (0.0, 0.1, 0.15, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Queries:
    """One set of queries, searched: ``asked[i]`` is what ``found[i]`` was found for."""

    name: str
    asked: tuple[Asked, ...]
    found: tuple[Searched, ...]


def run(data: Path) -> Report:
    """Measure every system on the held-out wishes and on the plots; weights are compared on the tuning wishes alone."""
    index, reranker = _engines()
    tuning, held = (_searched(name, asked, index, reranker) for name, asked in _halves(index))
    known = _searched("plots", plots(data, index.items), index, reranker)
    return report(index, tuning, (held, known))


def report(index: ItemIndex, tuning: Queries, measured: Sequence[Queries]) -> Report:
    """All rows and checks: systems, ablations, then the grid of weights."""
    lexical = best_lexical(tuning)
    grid = weights_grid(tuning)
    rows = [row for queries in measured for row in _rows(index, queries, lexical)]
    checks = [_combined(queries, rows) for queries in measured]
    protocol = (
        f"{len(index)} films; {', '.join(f'{len(queries.asked)} {queries.name}' for queries in measured)}, searched as "
        f"they stand; dense + lexical tuned on {len(tuning.asked)} other wishes (lexical weight {lexical:g}); "
        "se: standard error by bootstrap over queries; change: against the shipped weights, paired; "
        "plots come from ReDial's film table and are never fitted on; a wish's right answers are not complete"
    )
    return Report("retrieval", protocol, machine(), (*rows, *grid), (*checks, _plateau(tuning, grid)))


def score(queries: Queries, system: System) -> dict[str, Values]:
    """Figure -> one value per query."""
    pairs = [(system(found), asked.right) for asked, found in zip(queries.asked, queries.found, strict=True)]
    return {
        "nDCG@10": np.array([ndcg(order, right) for order, right in pairs]),
        "R@10": np.array([recall(order, right) for order, right in pairs]),
        "MRR": np.array([reciprocal_rank(order, right) for order, right in pairs]),
    }


def best_lexical(tuning: Queries) -> float:
    """The lexical weight beside a dense weight of 1 with the highest nDCG@10 on the tuning wishes."""
    return max(LEXICAL, key=lambda weight: _mean(tuning, Mix(dense=1.0, lexical=weight)))


def weights_grid(tuning: Queries) -> list[Row]:
    """nDCG@10 on the tuning wishes by the weights of dense and lexical beside a reranker's 1, best first."""
    shipped = Weights().query
    tried = {(dense, lexical): _grid_mix(dense, lexical) for dense in DENSE_GRID for lexical in LEXICAL_GRID}
    tried[shipped.dense, shipped.lexical] = shipped
    rows = [
        {"system": f"grid: dense {dense:g}, lexical {lexical:g}, rerank 1", **_figures(score(tuning, mixed(mix)))}
        for (dense, lexical), mix in tried.items()
    ]
    return sorted(({"queries": tuning.name, **row} for row in rows), key=lambda row: -row["nDCG@10"])


def _grid_mix(dense: float, lexical: float) -> Mix:
    return replace(Weights().query, dense=dense, lexical=lexical, rerank=1.0)


def _mean(queries: Queries, mix: Mix) -> float:
    return float(score(queries, mixed(mix))["nDCG@10"].mean())


def _rows(index: ItemIndex, queries: Queries, lexical: float) -> list[Row]:
    """Every system and every ablation on one set of queries."""
    shipped = score(queries, mixed(Weights().query))["nDCG@10"]
    rows = []
    for name, system in {**systems(index, lexical), **ablations()}.items():
        values = score(queries, system)
        change = values["nDCG@10"] - shipped
        rows.append(
            {"queries": queries.name, "system": name, **_figures(values)}
            | {"change": round(float(change.mean()), 4), "change se": round(standard_error(change), 4)}
        )
    return rows


def _figures(values: Mapping[str, Values]) -> Row:
    """Means with their standard errors, and how many queries they are of."""
    row: Row = {"n": len(values["MRR"])}
    for name, one in values.items():
        row[name] = round(float(one.mean()), 4)
        row[f"{name} se"] = round(standard_error(one), 4)
    return row


def _combined(queries: Queries, rows: Sequence[Row]) -> Check:
    """The shipped weights against the best single signal."""
    by = {row["system"]: row["nDCG@10"] for row in rows if row["queries"] == queries.name}
    single = max(SINGLES, key=lambda name: by[name])
    value = by["shipped weights"]
    return Check(f"{queries.name}: combined nDCG@10", value, f">= {by[single]} ({single})", value >= by[single])


def _plateau(tuning: Queries, grid: Sequence[Row]) -> Check:
    """The shipped weights against the best of the grid, on the tuning half: within one standard error."""
    value = round(_mean(tuning, Weights().query), 4)
    floor = round(grid[0]["nDCG@10"] - grid[0]["nDCG@10 se"], 4)
    name = f"shipped weights on the tuning wishes; the best is {grid[0]['system'].removeprefix('grid: ')}"
    return Check(name, value, f">= {floor}", value >= floor)


def _halves(index: ItemIndex) -> tuple[tuple[str, tuple[Asked, ...]], ...]:
    tuning, held = wishes(index.items)
    return ("wishes, tuning", tuning), ("wishes, held out", held)


def _searched(name: str, asked: tuple[Asked, ...], index: ItemIndex, reranker: Reranker) -> Queries:
    return Queries(name, asked, tuple(search(index, reranker, [one.text for one in asked])))


def _engines() -> tuple[ItemIndex, Reranker]:
    """The demo's films with the embedded profile's engines."""
    from bot.demo.laying_out import read
    from bot.engines.rerank_local import LateInteractionReranker
    from vectorstore.embedders.local import LocalEmbedder
    from vectorstore.index import index_in_memory

    embedder = LocalEmbedder()
    records = read("films", embedder)
    reranker = LateInteractionReranker(embedder)
    reranker.warm(records.items)
    return index_in_memory(records, embedder)[0], reranker

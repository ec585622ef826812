"""`shelftalk eval reranker`: which score orders fifty candidates best, what the product gains by it, what it costs.

Every set is held out of training; the weight of the trained re-ranker was chosen on other sets (`gating`). Without
trained weights all other rows are measured, and one row says how weights are made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bot.engines.pairs.budget import MOST, Budget
from bot.engines.pairs.gates import OPEN, Gates, read
from bot.engines.pairs.storing import FILE
from bot.engines.rerank_pairs import WEIGHTS, Cascade, open_pairs
from bot.evaluation.placing import interval, ndcg, reciprocal_rank
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.reranking.trying import LATE, PAIRS, POOL, Engines, Order, Trial, trials
from bot.evaluation.reranking.wanted import HelpSet, ItemSet, measured

Row = dict[str, Any]

TIMED = 20
"""Needs of each set that the whole cascade is timed on."""
LIMIT, MEGABYTES = 250.0, 6.0
SINGLE = ("BM25", "dense", "BM25 + dense", LATE)
_PROTOCOL = (
    f"{POOL} candidates each: the product's short list (for help pages dense and BM25 in turn), right answers that it "
    "lacks in place of its last ones (found: the share that it has itself); dialogues: ReDial, training part, held "
    "out, the visitor's words and liked films -> a film that was liked; wishes: written, for the films demo; goods and "
    "outdoor demo: wishes made by code from held-out goods, whose words stand in the texts (which flatters BM25); "
    "goods: written: written for the outdoor demo, its right answers set by reading the records; help: written "
    "questions; low, high: 95% bootstrap over needs; change: of nDCG@10 against the product's order without the "
    "trained re-ranker, paired; ms: median for all candidates, after warming"
)


def run(data: Path, *, weights: Path | None = None) -> Report:
    """Measure every system on every set. Raises InvalidRequest naming what is missing, EngineError for bad weights."""
    from bot.engines.rerank_local import LateInteractionReranker
    from vectorstore.embedders.local import LocalEmbedder

    folder, embedder = weights or WEIGHTS, LocalEmbedder()
    there = (folder / FILE).is_file()
    gates = (read(folder) or OPEN) if there else None
    engines = Engines(LateInteractionReranker(embedder), open_pairs(folder=folder) if there or weights else None)
    rows: list[Row] = []
    for asked in measured(data, embedder):
        rows += set_rows(asked, list(trials(asked, engines)), engines, gates)
    if gates is None:
        return Report("reranker", f"{_PROTOCOL}; {_how(folder)}", machine(), (*rows, {"system": _how(folder)}))
    megabytes = round((folder / FILE).stat().st_size / 1e6, 2)
    size = Check("megabytes of the weights", megabytes, f"<= {MEGABYTES:g}", megabytes <= MEGABYTES)
    weighed = ", ".join(f"{name} {weight:g}" for name, weight in gates.items())
    return Report("reranker", f"{_PROTOCOL}; weights: {weighed}", machine(), tuple(rows), (*checks(rows), size))


def set_rows(asked: ItemSet | HelpSet, found: Sequence[Trial], engines: Engines, gates: Gates | None) -> Iterator[Row]:
    """A row for every system on one set."""
    weight = (gates or OPEN)[asked.scenario]
    spent, count = (0.0, MOST) if engines.pairs is None else timed(asked, found, engines, weight)
    old = [one.product(None, count) for one in found]
    orders = {name: [one.order(one.scores[name]) for one in found] for name in SINGLE}
    if engines.pairs is not None:
        orders["cross-encoder on all"] = [one.order(one.scores[PAIRS]) for one in found]
        orders["cascade"] = [one.order(one.cascade(weight, count)) for one in found]
    orders["product as it is"] = old
    if engines.pairs is not None:
        orders["product with cascade"] = [one.product(weight or None, count) for one in found]
    milliseconds = {"late interaction": _spent(found, LATE), "cascade": spent}
    milliseconds["cross-encoder on all"] = _spent(found, PAIRS)
    for name, ordered in orders.items():
        row = {"set": asked.name, "system": name, **figures(found, ordered, old)}
        row |= {"ms": round(milliseconds[name], 1)} if milliseconds.get(name) else {}
        yield row | ({"read": count, "weight": weight} if name == "cascade" else {})


def figures(found: Sequence[Trial], orders: Sequence[Order], old: Sequence[Order]) -> Row:
    """Means with their intervals."""
    right = [one.wanted.right for one in found]
    values = np.array([ndcg(order, want) for order, want in zip(orders, right, strict=True)])
    change = values - np.array([ndcg(order, want) for order, want in zip(old, right, strict=True)])
    row: Row = {"n": len(found), "nDCG@10": float(values.mean())}
    row["low"], row["high"] = interval(values)
    row["MRR"] = float(np.mean([reciprocal_rank(order, want) for order, want in zip(orders, right, strict=True)]))
    row["change"] = float(change.mean())
    row["change low"], row["change high"] = interval(change)
    row["found"] = float(np.mean([one.found for one in found]))
    return {name: value if name == "n" else round(value, 4) for name, value in row.items()}


def timed(asked: ItemSet | HelpSet, found: Sequence[Trial], engines: Engines, weight: float) -> tuple[float, int]:
    """Median milliseconds of the whole cascade, and how many pairs it reads in its time."""
    assert engines.pairs is not None
    budget = Budget()
    gates = dict.fromkeys(OPEN, weight or 1.0)
    cascade = Cascade(engines.late, engines.pairs, gates, budget=budget)
    entries = asked.index.items if isinstance(asked, ItemSet) else asked.index.passages
    spent, counts = list[float](), list[int]()
    for one in found[:TIMED]:
        chosen = [entries[id_] for id_ in one.ids]
        began = time.perf_counter()
        cascade.score_need(one.wanted.need, chosen)
        spent.append(1000 * (time.perf_counter() - began))
        counts.append(budget.count([len(pair.ids) for pair in engines.pairs.pairs(one.wanted.need, chosen)]))
    return median(spent), int(median(counts))


def checks(rows: Sequence[Row]) -> Iterator[Check]:
    """That it ships only where it helps, and what it may cost."""
    for name in dict.fromkeys(row["set"] for row in rows):
        by = {row["system"]: row for row in rows if row["set"] == name}
        if not by["cascade"]["weight"]:
            continue  # the gate is closed: there it is not used
        best = max(SINGLE, key=lambda system: by[system]["nDCG@10"])
        value, floor = by["cascade"]["nDCG@10"], by[best]["nDCG@10"]
        yield Check(f"{name}: cascade's nDCG@10", value, f">= {floor} ({best})", value >= floor)
        change = by["product with cascade"]["change"]
        yield Check(f"{name}: what the product's order gains", change, ">= 0", change >= 0)
        spent = by["cascade"].get("ms", 0.0)
        yield Check(f"{name}: milliseconds of the cascade, p50", spent, f"<= {LIMIT:g}", spent <= LIMIT)


def _spent(found: Sequence[Trial], name: str) -> float:
    return median([one.milliseconds.get(name, 0.0) for one in found] or [0.0])


def _how(folder: Path) -> str:
    return (
        f"no trained weights in {folder}: run `shelftalk train reranker`, then name its folder with --weights; "
        "`python -m bot.evaluation.reranking.gating DATA WEIGHTS` chooses how much they count"
    )

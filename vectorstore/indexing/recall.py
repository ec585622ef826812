"""How much of the truth a store finds: recall at k against brute force. Knows no particular store."""

from __future__ import annotations

import numpy as np

from vectorstore.base import Store, Vectors

TIE = 1e-4
"""Rows whose cosines differ by less are equally right: copies of one text, and float32 against the store's own sums."""


def recall(store: Store, vectors: Vectors, k: int, *, ids: list[str], queries: Vectors) -> float:
    """Mean share of the true ``k`` nearest rows that ``store`` returns, 0 to 1; higher is better.

    ``vectors`` ``(n, d)`` are the rows that ``store`` holds under ``ids``, ``queries`` ``(m, d)`` unit rows. A row as
    near as the ``k``-th counts as well as it.
    """
    rows = {id: row for row, id in enumerate(ids)}
    wanted = min(k, len(ids))
    shares = []
    for query in queries:
        scores = vectors @ query
        floor = np.partition(scores, len(ids) - wanted)[len(ids) - wanted] - TIE
        found = {rows[hit.id] for hit in store.search(query, k) if hit.id in rows}
        shares.append(sum(scores[row] >= floor for row in found) / wanted)
    return float(np.mean(shares))

"""How much of the truth a store finds: recall at k against brute force. Knows no particular store."""

from __future__ import annotations

import numpy as np

from vectorstore.base import Store, Vectors
from vectorstore.exact import top_rows


def recall(store: Store, vectors: Vectors, k: int, *, ids: list[str], queries: Vectors) -> float:
    """Mean share of the true ``k`` nearest rows that ``store`` returns, 0 to 1; higher is better.

    ``vectors`` ``(n, d)`` are the rows that ``store`` holds under ``ids``, ``queries`` ``(m, d)`` unit rows.
    """
    shares = []
    for query in queries:
        truth = {ids[row] for row in top_rows(vectors @ query, k)}
        shares.append(len(truth & {hit.id for hit in store.search(query, k)}) / len(truth))
    return float(np.mean(shares))

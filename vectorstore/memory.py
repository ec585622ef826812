"""The scripted store: exact search over vectors kept in memory. Deterministic; knows no file."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Hit, Vectors
from vectorstore.exact import check_query, check_rows, nearest


class InMemoryStore:
    """A `Store` that scores every row: recall is 1, cost grows with the rows. Safe to use from several threads."""

    def __init__(self, dimension: int) -> None:
        """An empty store for vectors of ``dimension`` numbers."""
        self.dimension = dimension
        self._rows: dict[str, NDArray[np.float32]] = {}
        self._frozen: tuple[list[str], Vectors] = ([], np.zeros((0, dimension), np.float32))
        self._lock = threading.Lock()

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Insert or replace rows; a wrong shape, a repeated id or a NaN is refused and nothing is written."""
        check_rows(ids, vectors, dimension=self.dimension)
        with self._lock:
            self._rows.update(zip(ids, np.array(vectors, np.float32), strict=True))
            self._freeze()

    def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        """At most ``k`` nearest rows, best first."""
        check_query(vector, dimension=self.dimension)
        ids, matrix = self._frozen
        return nearest(ids, matrix, vector, k)

    def get(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of those ids that exist."""
        return {id: self._rows[id] for id in ids if id in self._rows}

    def delete(self, ids: Iterable[str]) -> None:
        """Remove rows; unknown ids are ignored."""
        with self._lock:
            for id in ids:
                self._rows.pop(id, None)
            self._freeze()

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def _freeze(self) -> None:
        rows = list(self._rows.values())
        matrix = np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)
        self._frozen = (list(self._rows), matrix)

"""Chroma as the nearest-neighbour store: embedded in a folder, or a server by host and port.

Vectors are always our own (`embedding_function=None`), the space is cosine, telemetry is off. Knows no facets: filters
are masks over columns, which is faster and exact. Opening a damaged folder can end the process: see `opening`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings
from numpy.typing import NDArray

from vectorstore.base import Hit, Vectors
from vectorstore.errors import IndexFault
from vectorstore.exact import check_query, check_rows

EF_SEARCH = 1000
"""Breadth of a search: recall@100 above .99 at 10,000 real vectors, where the default of 100 gives about .80."""
EF_CONSTRUCTION = 120
"""Breadth while the index is built: 36,000 vectors take 16 s and recall@100 is .994, with 200 20 s and .997."""
BATCH = 5000
"""Rows written, and given to the index, at once: in hundreds it takes a sixth longer."""


class ChromaStore:
    """A `Store` over one Chroma collection; created when absent, with cosine space and `EF_SEARCH`.

    ``expected`` is how many rows will be written at once: Chroma then flushes its index exactly when they are there,
    and opening it later changes none of its files.
    """

    def __init__(
        self,
        path: Path | None,
        name: str,
        dimension: int,
        *,
        host: str | None = None,
        port: int = 8000,
        expected: int = 1000,
    ) -> None:
        """Open or create the collection ``name`` in the folder ``path``, or on the server at ``host``:``port``."""
        self.dimension = dimension
        self.place = str(path) if host is None else f"{host}:{port}"
        with self._faults("opened"):
            self._client = _client(path, host, port)
            self._finalizer = weakref.finalize(self, self._client.close)
            self._collection = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": _hnsw(expected)}
            )

    def upsert(self, ids: Sequence[str], vectors: Vectors, *, progress: Callable[[int], None] | None = None) -> None:
        """Insert or replace rows, in growing batches; ``progress`` is given the rows written so far."""
        check_rows(ids, vectors, dimension=self.dimension)
        for start, end in _batches(len(ids)):
            with self._faults("written"):
                self._collection.upsert(ids=list(ids[start:end]), embeddings=np.asarray(vectors[start:end], np.float32))
            if progress:
                progress(end)

    def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        """At most ``k`` nearest rows, best first; approximate."""
        check_query(vector, dimension=self.dimension)
        if k <= 0:
            return []
        with self._faults("searched"):
            found = self._collection.query(
                query_embeddings=np.asarray([vector], np.float32), n_results=k, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [Hit(id, 1.0 - float(distance)) for id, distance in zip(found["ids"][0], distances, strict=True)]

    def get(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of those ids that exist."""
        if not ids:
            return {}
        with self._faults("read"):
            found = self._collection.get(ids=list(dict.fromkeys(ids)), include=["embeddings"])
        vectors = found["embeddings"] if found["embeddings"] is not None else []
        return {id: np.asarray(row, np.float32) for id, row in zip(found["ids"], vectors, strict=True)}

    def delete(self, ids: Iterable[str]) -> None:
        """Remove rows; unknown ids are ignored."""
        gone = list(self.get(list(ids)))
        if gone:
            with self._faults("written"):
                self._collection.delete(ids=gone)

    def count(self) -> int:
        """How many rows there are."""
        with self._faults("read"):
            return int(self._collection.count())

    def drop(self) -> None:
        """Remove the whole collection; the store cannot be used afterwards."""
        with self._faults("removed"):
            self._client.delete_collection(self._collection.name)

    def close(self) -> None:
        """Let go of the folder or the connection; done also when the store is collected."""
        self._finalizer()

    @contextmanager
    def _faults(self, verb: str) -> Iterator[None]:
        """Any error of Chroma as an `IndexFault`; also a panic of its native code, which is no `Exception`."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            raise IndexFault(
                f"the Chroma index at {self.place} cannot be {verb}: {error}",
                hint="Rebuild it with `shelftalk index rebuild`: the vectors are kept, nothing is embedded again.",
            ) from error


def _batches(count: int) -> Iterator[tuple[int, int]]:
    """The first and last row of batches that double up to `BATCH`.

    Rows of one batch are linked in parallel and do not see each other: with 300 at once in an empty index, up to an
    eighth of them could not be reached afterwards.
    """
    start, size = 0, 1
    while start < count:
        yield start, min(start + size, count)
        start, size = start + size, min(BATCH, 2 * size)


def _client(path: Path | None, host: str | None, port: int) -> Any:
    settings = Settings(anonymized_telemetry=False)
    if host is not None:
        return chromadb.HttpClient(host=host, port=port, settings=settings)
    if path is None:
        raise ValueError("neither a folder nor a host was given")
    return chromadb.PersistentClient(path=str(path), settings=settings)


def _hnsw(expected: int) -> Any:
    """`ef_search` must be set now: changing it later acts only after reopening."""
    flush = max(2, expected)
    return {
        "space": "cosine",
        "ef_search": EF_SEARCH,
        "ef_construction": EF_CONSTRUCTION,
        "sync_threshold": flush,
        "batch_size": min(BATCH, flush),
    }

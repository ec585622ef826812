"""Search over one generation: dense and lexical legs under an exact mask. Reads only.

Knows no conversation, no ranking and no ingestion. The dense leg asks the nearest-neighbour store; when few rows are
allowed it scores just those, and when the store fails it scores every row of the canonical vectors and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Embedder, Hit, Item, Mask, Passage, Schema, Store, Vectors
from vectorstore.columns import Columns
from vectorstore.cooccurrence import Together, together_in
from vectorstore.errors import CatalogError, EmbedderMismatch
from vectorstore.exact import check_query, nearest, nearest_allowed, nearest_among
from vectorstore.generations import hold
from vectorstore.indexing.opening import open_safely
from vectorstore.lexical import Lexical
from vectorstore.live.applying import caught_up
from vectorstore.live.journal import Journal
from vectorstore.live.patched import Patched
from vectorstore.memory import InMemoryStore
from vectorstore.records import Records, load
from vectorstore.rounded import LEAST, Rounded
from vectorstore.text import item_words, passage_text

FEW = 60_000
"""Up to so many allowed rows a filtered search is exact: 1 ms at 10,000 rows of 384 numbers, 2 ms at 60,000."""
MOST = 2000
"""The store is never asked for more rows than this."""

_log = logging.getLogger(__name__)


class ItemIndex:
    """The items of one catalogue, searchable. Safe to use from several threads.

    ``degraded`` is True when the store is not used (absent, damaged or failing) and search is exact over the canonical
    vectors; ``fault`` then says why. ``bm25`` is the lexical leg: its ``scores(text)`` gives every row's score.
    """

    def __init__(
        self,
        records: Records,
        store: Store | None,
        embedder: Embedder,
        *,
        fault: str = "",
        lease: object = None,
        base: ItemIndex | None = None,
        together: Together | None = None,
    ) -> None:
        """Search ``records``; ``store`` holds the same vectors; None: it cannot be used, because of ``fault``.

        ``lease`` is kept as long as this index lives, whatever it is. ``base`` is the index of the generation that
        ``records`` were changed from: its store and words are searched, and the changed rows exactly beside them.
        ``together`` tells what visitors took together, where interactions were ingested.
        """
        _check_embedder(records, embedder)
        self.records = records
        self.items: Mapping[str, Item] = {item.id: item for item in records.items}
        self.ids: tuple[str, ...] = tuple(self.items)
        self.schema: Schema = records.schema
        self.vectors: Vectors = records.item_vectors
        self.embedder = embedder
        self.columns = Columns(records.items, records.schema)
        self.fault = fault
        self.degraded = store is None
        self._store = store
        self._lease = lease
        self._together = together
        self._base = base
        self._rows = {id: row for row, id in enumerate(self.ids)}
        self._fresh: Mask = np.zeros(len(self.ids), np.bool_)
        self._stale: frozenset[str] = frozenset()
        if base is None:
            self.bm25 = Lexical([item_words(item, records.schema) for item in records.items], self.ids)
        else:
            self.bm25 = _patched(base, records)
            self._fresh, self._stale = _moved(base.records, records)

    def changed(self, records: Records) -> ItemIndex:
        """An index of ``records``, which are this index's own after a few changes; this one stays as it is.

        Only columns are read anew; the store and the words of the generation are shared. Word statistics are those of
        the generation until the next one is built.
        """
        base = self._base or self
        store = None if base.degraded else base._store
        fault = base.fault if base.degraded else ""
        return ItemIndex(
            records, store, self.embedder, fault=fault, lease=self._lease, base=base, together=self._together
        )

    @property
    def origin(self) -> Records:
        """The records of the generation, without the changes since."""
        return self._base.records if self._base is not None else self.records

    @property
    def touched(self) -> tuple[Item, ...]:
        """The items that were added or changed since the generation was built."""
        if self._base is None:
            return ()
        return tuple(item for id, item in self.items.items() if self._base.items.get(id) is not item)

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.ids)

    def row(self, id: str) -> int:
        """The row of ``id`` in ``vectors``, ``columns`` and masks; `CatalogError` for an unknown id."""
        if id not in self._rows:
            raise CatalogError(f"there is no item {id!r} in this catalogue", hint="Use an id from a search result.")
        return self._rows[id]

    def dense(self, vector: NDArray[np.float32], k: int, mask: Mask | None = None) -> list[Hit]:
        """At most ``k`` rows that ``mask`` keeps, nearest to the unit ``vector`` first; scores are cosines.

        Exact when at most `FEW` rows are allowed; else from the store (recall@100 about .99).
        """
        check_query(vector, dimension=self.vectors.shape[1])
        allowed = len(self.ids) if mask is None else int(np.count_nonzero(mask))
        if k <= 0 or allowed == 0:
            return []
        if mask is not None and allowed <= FEW:
            return self._exactly(vector, k, mask)
        found = self._from_store(vector, k, mask, allowed=allowed)
        if len(found) >= min(k, allowed):
            return found
        if mask is None:
            return nearest(self.ids, self.vectors, vector, k)
        return self._exactly(vector, k, mask)

    def lexical(self, text: str, k: int, mask: Mask | None = None) -> list[Hit]:
        """At most ``k`` rows that ``mask`` keeps and that share a word with ``text``; scores are BM25."""
        return self.bm25.search(text, k, mask)

    def similar(self, id: str, k: int, mask: Mask | None = None) -> list[Hit]:
        """At most ``k`` rows nearest to the item ``id``, without itself; scores are cosines."""
        row = self.row(id)
        hits = self.dense(self.vectors[row], k + 1, mask)
        return [hit for hit in hits if hit.id != id][:k]

    def together(self, id: str, k: int) -> list[Hit]:
        """At most ``k`` items that visitors of ``id`` had too, best first; none where no interactions are known."""
        return self._together.near(id, k, known=self._rows) if self._together else []

    def embed(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a query, ``(d,)``."""
        return np.asarray(self.embedder.embed([text], kind="query")[0], np.float32)

    @cached_property
    def _sieve(self) -> Rounded | None:
        """The vectors in one byte a number, for a catalogue so large that this saves time."""
        return Rounded(self.vectors) if len(self.ids) >= LEAST else None

    def _exactly(self, vector: NDArray[np.float32], k: int, mask: Mask) -> list[Hit]:
        """The ``k`` nearest of the rows that ``mask`` keeps."""
        if self._sieve is None:
            return nearest_allowed(self.ids, self.vectors, vector, k, mask=mask)
        rows = self._sieve.hopeful(vector, k, np.flatnonzero(mask))
        return nearest_among(self.ids, self.vectors, vector, k, rows=rows)

    def _from_store(self, vector: NDArray[np.float32], k: int, mask: Mask | None, *, allowed: int) -> list[Hit]:
        """What the store finds, or nothing: for a failing store, or a mask so narrow that exact search is cheaper."""
        fetch = (k if mask is None else int(1.5 * k * len(self.ids) / allowed) + 20) + len(self._stale)
        if self._store is None or fetch > MOST:
            return []
        try:
            hits = self._store.search(vector, fetch)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic in the store's native code is no Exception
            return self._degrade(f"{type(error).__name__}: {error}")
        known = [hit for hit in hits if hit.id not in self._stale]
        if any(hit.id not in self._rows for hit in known):
            return self._degrade("the store holds rows that the records do not")
        kept = [hit for hit in known if mask is None or mask[self._rows[hit.id]]]
        return self._with_fresh(kept, vector, k, mask)[:k]

    def _with_fresh(self, hits: list[Hit], vector: NDArray[np.float32], k: int, mask: Mask | None) -> list[Hit]:
        """``hits`` of the store, and the rows that it does not have yet, scored exactly."""
        allowed = self._fresh if mask is None else self._fresh & mask
        if not allowed.any():
            return hits
        fresh = nearest_allowed(self.ids, self.vectors, vector, k, mask=allowed)
        return sorted([*hits, *fresh], key=lambda hit: -hit.score)

    def _degrade(self, fault: str) -> list[Hit]:
        _log.error("the item index failed and exact search takes over: %s", fault)
        self._store, self.degraded, self.fault = None, True, fault
        return []


class PassageIndex:
    """The help centre of one catalogue, searchable: hundreds of passages, so every search is exact."""

    def __init__(self, records: Records, embedder: Embedder) -> None:
        """Search the passages of ``records``."""
        _check_embedder(records, embedder)
        self.passages: Mapping[str, Passage] = {passage.id: passage for passage in records.passages}
        self.ids: tuple[str, ...] = tuple(self.passages)
        self.vectors: Vectors = records.passage_vectors
        self.embedder = embedder
        self.bm25 = Lexical([passage_text(passage) for passage in records.passages], self.ids)

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self.ids)

    def dense(self, vector: NDArray[np.float32], k: int, mask: Mask | None = None) -> list[Hit]:
        """At most ``k`` passages nearest to the unit ``vector``, best first; scores are cosines."""
        check_query(vector, dimension=self.vectors.shape[1])
        if mask is None:
            return nearest(self.ids, self.vectors, vector, k)
        return nearest_allowed(self.ids, self.vectors, vector, k, mask=mask)

    def lexical(self, text: str, k: int, mask: Mask | None = None) -> list[Hit]:
        """At most ``k`` passages that share a word with ``text``; scores are BM25."""
        return self.bm25.search(text, k, mask)

    def embed(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a query, ``(d,)``."""
        return np.asarray(self.embedder.embed([text], kind="query")[0], np.float32)


def open_index(folder: Path, embedder: Embedder) -> tuple[ItemIndex, PassageIndex]:
    """Open the generation in ``folder`` for searching with ``embedder``, with the changes since it was built.

    A damaged index costs speed, not service: it is searched exactly, with ``degraded`` and ``fault`` set. Raises
    `EmbedderMismatch` when another embedder made the vectors, `RecordsFault` when the records themselves are damaged.
    """
    lease = hold(folder)
    records = load(folder, embedder.name)
    store, fault = open_safely(folder, records)
    if fault:
        _log.error("%s", fault)
    index = ItemIndex(records, store, embedder, fault=fault, lease=lease, together=together_in(folder))
    latest = caught_up(records, Journal(folder.parent), embedder=embedder)
    return index if latest is records else index.changed(latest), PassageIndex(records, embedder)


def index_in_memory(records: Records, embedder: Embedder) -> tuple[ItemIndex, PassageIndex]:
    """Both indexes over ``records`` with the exact in-memory store: no folder, no Chroma."""
    store = InMemoryStore(records.dimension)
    store.upsert([item.id for item in records.items], records.item_vectors)
    return ItemIndex(records, store, embedder), PassageIndex(records, embedder)


def _patched(base: ItemIndex, records: Records) -> Patched:
    """The lexical leg of changed records: the generation's own, with the touched rows beside it."""
    fresh = {
        row: item_words(item, records.schema)
        for row, item in enumerate(records.items)
        if base.items.get(item.id) is not item
    }
    return Patched(base.bm25, tuple(item.id for item in records.items), base._rows, fresh=fresh)


def _moved(before: Records, after: Records) -> tuple[Mask, frozenset[str]]:
    """The rows of ``after`` whose vectors the store of ``before`` lacks, and the ids whose vectors it has wrongly."""
    old = dict(zip((item.id for item in before.items), before.item_hashes, strict=True))
    new = dict(zip((item.id for item in after.items), after.item_hashes, strict=True))
    fresh = np.array([old.get(id) != hash_ for id, hash_ in new.items()], np.bool_)
    return fresh, frozenset(id for id, hash_ in old.items() if new.get(id) != hash_)


def _check_embedder(records: Records, embedder: Embedder) -> None:
    if records.embedder_name != embedder.name or records.dimension != embedder.dimension:
        raise EmbedderMismatch(
            f"the index was embedded by {records.embedder_name!r} ({records.dimension} numbers), "
            f"but {embedder.name!r} ({embedder.dimension} numbers) would search it",
            hint="Run `shelftalk index rebuild` to embed it again, or choose the embedder that made it.",
        )

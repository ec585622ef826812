"""What visitors took together: interactions -> the nearest neighbours of each item by the company it keeps.

Two items are as close as the cosine of the sets of visitors who had both: of ``a`` visitors of one and ``b`` of the
other, ``c`` had both: c / sqrt(a b). Knows no file of an operator and no vectors.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Hit

NAME = "together.npz"
NEIGHBOURS = 50
BASKET = 100
"""Of a visitor with more items than this, the last ones count: someone who had everything tells nothing."""
PAIRED = 2
"""Fewer common visitors than this are chance."""


@dataclass(frozen=True, slots=True)
class Together:
    """Neighbours of each item, best first: row ``i`` belongs to ``ids[i]``.

    ``rows`` ``(n, k)`` int32 are rows of ``ids``, -1 where there are no more; ``scores`` ``(n, k)`` float32 are cosines
    of the sets of visitors, 0 to 1; ``counts`` ``(n, k)`` int32 are common visitors.
    """

    ids: tuple[str, ...]
    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    counts: NDArray[np.int32]
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Remember the row of each id."""
        object.__setattr__(self, "_places", {id: row for row, id in enumerate(self.ids)})

    def near(self, id: str, k: int, *, known: Container[str] | None = None) -> list[Hit]:
        """At most ``k`` items that visitors of ``id`` had too, best first; of the ``known`` ones where those are given.

        None for an id that nobody had.
        """
        row = self._places.get(id)
        if row is None:
            return []
        pairs = zip(self.rows[row].tolist(), self.scores[row].tolist(), strict=True)
        hits = [Hit(self.ids[other], score) for other, score in pairs if other >= 0]
        return [hit for hit in hits if known is None or hit.id in known][:k]

    def to_bytes(self) -> bytes:
        """The content of a file that `together_in` reads."""
        buffer = BytesIO()
        ids = np.array(self.ids, dtype=np.str_)
        np.savez(buffer, ids=ids, rows=self.rows, scores=self.scores.astype(np.float16), counts=self.counts)
        return buffer.getvalue()


def together_in(folder: Path) -> Together | None:
    """The neighbours that are kept in a generation's ``folder``; None when there are none or they are damaged."""
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), np.load(folder / NAME) as saved:
        ids, rows, counts = tuple(saved["ids"].tolist()), saved["rows"], saved["counts"]
        scores = saved["scores"].astype(np.float32)
        fits = rows.shape == scores.shape == counts.shape and len(rows) == len(ids)
        if fits and (rows.size == 0 or rows.max() < len(ids)):
            return Together(ids, rows, scores, counts)
    return None


def count_together(
    visitor: NDArray[np.integer[Any]], item: NDArray[np.integer[Any]], *, ids: Sequence[str], keep: int = NEIGHBOURS
) -> Together:
    """Neighbours from pairs: the visitor numbered ``visitor[i]`` took ``ids[item[i]]``, in the order of their time.

    Memory is bounded by the pairs and one row of counts; time by the pairs times `BASKET`.
    """
    baskets = _Baskets(*_baskets(visitor, item))
    size, width = len(ids), min(keep, max(len(ids) - 1, 0))
    rows = np.full((size, width), -1, np.int32)
    scores, counts = np.zeros((size, width), np.float32), np.zeros((size, width), np.int32)
    held = np.bincount(baskets.items, minlength=size)
    for row in range(size):
        common = baskets.common(row, size)
        near = np.flatnonzero(common >= PAIRED)
        cosine = common[near] / np.sqrt(held[near] * max(held[row], 1))
        best = np.lexsort((near, -cosine))[:width]
        rows[row, : len(best)], counts[row, : len(best)] = near[best], common[near[best]]
        scores[row, : len(best)] = cosine[best]
    return Together(tuple(ids), rows, scores, counts)


def _baskets(
    visitor_of: NDArray[np.integer[Any]], item_of: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Visitor and item of each pair, sorted by visitor, each pair once, the last `BASKET` of a visitor."""
    last = np.arange(len(item_of))[::-1]
    visitors, items = visitor_of[last].astype(np.intp), item_of[last].astype(np.intp)
    _, first = np.unique(visitors * (items.max(initial=0) + 1) + items, return_index=True)
    kept = np.sort(first)
    visitors, items = visitors[kept], items[kept]
    order = np.argsort(visitors, kind="stable")
    visitors, items = visitors[order], items[order]
    starts = np.searchsorted(visitors, visitors)
    recent = np.arange(len(visitors)) - starts < BASKET
    return visitors[recent], items[recent]


class _Baskets:
    """Who had what, both ways."""

    def __init__(self, visitors: NDArray[np.intp], items: NDArray[np.intp]) -> None:
        self.items = items
        self._bounds = np.searchsorted(visitors, np.arange((visitors.max() if len(visitors) else -1) + 2))
        self._by_item = np.argsort(items, kind="stable")
        self._starts = np.searchsorted(items[self._by_item], np.arange((items.max() if len(items) else -1) + 2))
        self._visitors = visitors

    def common(self, item: int, size: int) -> NDArray[np.intp]:
        """``(size,)``: how many visitors of ``item`` had each item; 0 for the item itself."""
        if item + 1 >= len(self._starts):
            return np.zeros(size, np.intp)
        counts = np.zeros(size, np.intp)
        visitors = self._visitors[self._by_item[self._starts[item] : self._starts[item + 1]]]
        for start in range(0, len(visitors), 4096):
            some = visitors[start : start + 4096]
            lengths = self._bounds[some + 1] - self._bounds[some]
            firsts = np.repeat(self._bounds[some] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
            counts += np.bincount(self.items[firsts + np.arange(lengths.sum())], minlength=size)
        counts[item] = 0
        return counts

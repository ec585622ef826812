"""A reranker that costs nothing extra: the cosine between query and entry, by the embedder at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.engines.rerank_texts import text_of
from vectorstore.base import Item, Passage, TextKind

if TYPE_CHECKING:
    from vectorstore.base import Embedder

KEPT = 4096
"""Vectors that are remembered between calls."""


class DenseReranker:
    """Cosines, -1 to 1. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        """Score with ``embedder``."""
        self.name = f"dense ({embedder.name})"
        self.device = str(getattr(embedder, "device", "cpu"))
        self._embedder = embedder
        self._known: OrderedDict[tuple[TextKind, str], NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32 cosines; higher is better."""
        if not items:
            return np.zeros(0, np.float32)
        rows = np.stack(
            self._vectors([("passage" if isinstance(one, Passage) else "item", text_of(one)) for one in items])
        )
        return np.asarray(rows @ self._embedder.embed([query], kind="query")[0], np.float32)

    def _vectors(self, wanted: Sequence[tuple[TextKind, str]]) -> list[NDArray[np.float32]]:
        """One vector per text, embedded where it is not known."""
        with self._lock:
            known = {key: self._known[key] for key in wanted if key in self._known}
        for kind in {kind for kind, _ in wanted}:
            missing = list(dict.fromkeys(key for key in wanted if key[0] == kind and key not in known))
            if missing:
                made = self._embedder.embed([text for _, text in missing], kind=kind)
                known.update(zip(missing, made, strict=True))
        with self._lock:
            self._known.update(known)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return [known[key] for key in wanted]

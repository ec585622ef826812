"""A reranker that costs nothing extra: the cosine between query and entry, by the embedder at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.engines.rerank_texts import text_of
from bot.remembering import Remembering
from vectorstore.base import Item, Passage, TextKind

if TYPE_CHECKING:
    from vectorstore.base import Embedder


class DenseReranker:
    """Cosines, -1 to 1. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        """Score with ``embedder``, which embeds an entry once."""
        self.name = f"dense ({embedder.name})"
        self.device = str(getattr(embedder, "device", "cpu"))
        self._embedder = Remembering(embedder)

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32 cosines; higher is better."""
        wanted = self._embedder.embed([query], kind="query")[0]
        scores = np.zeros(len(items), np.float32)
        kinds: list[TextKind] = ["passage" if isinstance(item, Passage) else "item" for item in items]
        for kind in set(kinds):
            places = [place for place, one in enumerate(kinds) if one == kind]
            scores[places] = self._embedder.embed([text_of(items[place]) for place in places], kind=kind) @ wanted
        return scores

"""The scripted reranker: how many of the query's words an entry holds. Deterministic; needs no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.engines.rerank_texts import text_of
from vectorstore.base import Item, Passage
from vectorstore.words import tokens


class OverlapReranker:
    """The share of the query's distinct words that occur, 0 to 1; a short entry wins a tie by a hair."""

    name = "overlap"
    device = "cpu"

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32; higher is better."""
        wanted = set(tokens(query))
        held = [tokens(text_of(item)) for item in items]
        shares = [len(wanted & set(words)) / max(1, len(wanted)) - 1e-5 * len(words) for words in held]
        return np.asarray(shares, np.float32)

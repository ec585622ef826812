"""Which of a few items a noun means that no record says: "the shark one" is Jaws. By meaning, and by a margin.

Knows no message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from vectorstore.base import Embedder, Item

FLOOR, MARGIN = 0.38, 0.08
"""How near (cosine) the nearest title or sentence of an item must lie, and by how much nearer than any other item's.

Of 19 nouns, each for one of three films, 14 were found so with MiniLM and none wrongly; of 200 adjectives before three
random films or goods, which mean none of them, 4 were taken for one.
"""
_MOST = 8
"""Sentences of a description that are looked at."""
_ENDS = re.compile(r"(?<=[.!?;])\s+")


class Likeness:
    """Compares a phrase with what few items tell of themselves."""

    def __init__(self, embedder: Embedder) -> None:
        """Compare by ``embedder``, which had better remember its texts."""
        self._embedder = embedder

    def meant(self, phrase: str, items: Sequence[Item]) -> str | None:
        """The id of the one item that a phrase comes near; None where none or several do."""
        if len(items) < 2:
            return None
        told = [(item.title, *_ENDS.split(item.description)[:_MOST]) for item in items]
        asked = self._embedder.embed([phrase], kind="query")[0]
        near = [
            float(np.max(self._embedder.embed([text for text in texts if text], kind="item") @ asked)) for texts in told
        ]
        first, second = sorted(near, reverse=True)[:2]
        sure = first >= FLOOR and first - second >= MARGIN
        return items[near.index(first)].id if sure else None

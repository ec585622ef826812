"""What a request leans on: items to resemble, and the facet values that two items share.

Pure functions over an index and a dialogue state; knows no ranking and no words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Constraint, Facet, Item, Schema

if TYPE_CHECKING:
    from bot.types import DialogueState, Intent
    from vectorstore.index import ItemIndex

NAMED, LIKED = 1.0, 0.5
"""How much an item counts that this message names, and one that was liked before."""
FADE = 0.85
"""An earlier like counts this much less than the one after it."""


def anchors(index: ItemIndex, state: DialogueState, intent: Intent) -> dict[str, float]:
    """Items that the result should resemble, id -> weight in (0, 1]: named in this message, or liked before.

    For a title that is not here the nearest one that is stands in. A rejected item is never an anchor; one that was
    merely seen is, in the message that says so.
    """
    named = [mention.item_id for mention in intent.mentions if mention.role != "rejected"]
    named += [relative.anchor for relative in intent.relatives]
    nearest = [mention.near[0] for mention in intent.mentions if mention.item_id is None and mention.near]
    found: dict[str, float] = dict.fromkeys(nearest, LIKED)
    for age, id_ in enumerate(reversed(state.likes)):
        found[id_] = LIKED * FADE**age
    found |= {id_: NAMED for id_ in named if id_ is not None}
    return {id_: weight for id_, weight in found.items() if id_ in index.items and id_ not in state.rejected}


def values(item: Item, schema: Schema) -> Iterator[tuple[Facet, str]]:
    """Every word value of the item that tells something about it: genres, people, brands; no numbers, no flags."""
    for facet in schema.facets:
        cell = item.facets.get(facet.name)
        if facet.type in ("category", "multi") and facet.role == "attribute" and cell is not None:
            for value in cell if isinstance(cell, tuple) else (cell,):
                yield facet, str(value)


def shared(index: ItemIndex, first: str, second: str) -> list[tuple[Facet, str]]:
    """The word values that both items hold, the rarest first."""
    held = {(facet.name, value) for facet, value in values(index.items[second], index.schema)}
    both = [pair for pair in values(index.items[first], index.schema) if (pair[0].name, pair[1]) in held]
    return sorted(both, key=lambda pair: index.columns.count([Constraint(pair[0].name, "is", pair[1])]))


def overlap(index: ItemIndex, ids: Mapping[str, float]) -> NDArray[np.float32]:
    """``(n,)``: how much of the facet graph each row shares with the items ``ids`` (id -> weight).

    The sum of log(n / count) over the shared values: a common director says more than a common language. Scaled by what
    the anchor shares with itself, so a twin scores about 1.
    """
    total = np.zeros(len(index.ids), np.float32)
    for id_, weight in ids.items():
        rows = np.zeros(len(index.ids), np.float32)
        for facet, value in values(index.items[id_], index.schema):
            mask = index.columns.mask([Constraint(facet.name, "is", value)])
            rows[mask] += np.float32(np.log(len(index.ids) / max(1, int(mask.sum()))))
        total += weight * rows / max(float(rows[index.row(id_)]), 1e-6)
    return total / max(sum(ids.values()), 1e-6)


def cosines(index: ItemIndex, ids: Mapping[str, float]) -> NDArray[np.float32]:
    """``(n,)``: how close each row is to the items ``ids``: half the closest, half the weighted mean. 0 without ids."""
    if not ids:
        return np.zeros(len(index.ids), np.float32)
    weights = np.array(list(ids.values()), np.float32)
    near = index.vectors @ index.vectors[[index.row(id_) for id_ in ids]].T
    return np.asarray(((near * weights).max(1) / weights.max() + near @ weights / weights.sum()) / 2, np.float32)

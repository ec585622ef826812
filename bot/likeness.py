"""How near an item is to something else: to an item that is liked, or to a wish in words.

Nearness is measured against the whole catalogue, so that it holds for any embedder. Knows no language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.anchors import shared
from bot.claim_words import claim_words
from bot.types import Evidence
from vectorstore.base import Constraint, Embedder, Facet, Item
from vectorstore.words import STOP_WORDS, all_tokens, tokens

if TYPE_CHECKING:
    from vectorstore.index import ItemIndex

CLOSE, SOMEWHAT = 0.015, 0.07
"""The part of the catalogue that may be as near to a liked item as one that is "close" or "somewhat close"."""
RARE, COMMON = 0.02, 0.15
"""A shared value that this part of the catalogue holds is a bond in itself; one above the second is none."""
SMALL = 3
"""In a small catalogue that many items are few whatever part they are."""
VARIED = 12
"""A facet with fewer values (an age rating) tells nothing when it is shared."""
SHARED_AT_MOST = 3
TELLING = 4
"""A word of the message that is shared with a record has so many letters at least."""


def likeness(index: ItemIndex, item: Item, anchors: Mapping[str, float]) -> list[Evidence]:
    """The anchors that the item resembles, or shares something rare with; the most similar first.

    One that is only "somewhat" close and shares nothing is left out: that would be hard to see.

    Resemblance is measured against the whole catalogue, so that it holds for any embedder; ``strength`` is the cosine.
    """
    found = []
    for id_ in (one for one in anchors if one != item.id):
        near = np.delete(index.vectors @ index.vectors[index.row(id_)], index.row(id_))
        cosine = float(index.vectors[index.row(item.id)] @ index.vectors[index.row(id_)])
        both, degree = _telling(index, item.id, id_), _degree(cosine, near)
        if degree == "close" or both:
            title = index.items[id_].title
            found.append(Evidence("liked", value=title, strength=cosine, shared=both, degree=degree))
    return sorted(found, key=lambda one: -one.strength)


def answering(
    index: ItemIndex, item: Item, wishes: Sequence[str], *, embedder: Embedder, alone: bool
) -> Iterator[Evidence]:
    """How the record answers wishes that no sentence of it answers, the surest statement only.

    "close" when the item is among those nearest in meaning. Where the wishes stand ``alone`` also "word", with the
    words that both hold as they were written, else "nearest": that it is the best there is.
    """
    if not wishes:
        return
    for wish, vector in zip(wishes, embedder.embed(list(wishes), kind="query"), strict=True):
        near = index.vectors @ vector
        cosine = float(near[index.row(item.id)])
        if _degree(cosine, near) == "close":
            yield Evidence("wish", value=wish, strength=cosine, degree="close")
            return
    if not alone:
        return
    common = next((words for wish in wishes if (words := _in_common(item, wish))), None)
    if common:
        yield Evidence("wish", value=wishes[-1], shared=tuple(("", word) for word in common), degree="word")
    else:
        yield Evidence("wish", value=wishes[-1], degree="nearest")


def _degree(cosine: float, near: NDArray[np.float32]) -> str:
    """Says "close" or "somewhat" of one of the nearest that also stands out from the rest, else nothing."""
    place, size = int((near > cosine + 1e-6).sum()), len(near)
    if cosine < float(near.mean() + near.std()):
        return ""
    return "close" if place < max(1, CLOSE * size) else "somewhat" if place < max(SMALL, SOMEWHAT * size) else ""


def _telling(index: ItemIndex, first: str, second: str) -> tuple[tuple[str, str], ...]:
    """What two items share that tells something, the rarest first: names, then what the leading facet has in common."""
    size = len(index.ids)
    both = [(facet, value, _holders(index, facet, value)) for facet, value in shared(index, first, second)]
    rare = [(facet.name, value) for facet, value, count in both if count <= max(SMALL, RARE * size)]
    common = [(facet.name, value) for facet, value, count in both if count <= COMMON * size]
    left = [pair for pair in common if pair not in rare]
    leading = next((facet.name for facet in index.schema.facets if facet.name in dict(left)), "")
    return tuple([*rare, *(pair for pair in left if pair[0] == leading)][:SHARED_AT_MOST])


def _holders(index: ItemIndex, facet: Facet, value: str) -> int:
    """How many items hold the value; all of them for a facet of few values, such as an age rating."""
    if len(facet.values) < min(VARIED, len(index.ids) / 3):
        return len(index.ids)
    return index.columns.count([Constraint(facet.name, "is", value)])


def _in_common(item: Item, wish: str) -> list[str]:
    """The words of a wish that the record holds, as they were written; none of a wish that denies something."""
    if claim_words("en").negators & set(wish.casefold().split()):
        return []
    cells = (cell if isinstance(cell, tuple) else (cell,) for cell in item.facets.values())
    held = set(all_tokens(" ".join([item.title, item.description, *(str(value) for cell in cells for value in cell)])))
    written = (word.strip(",.;:!?()\"'") for word in wish.split())
    found = (word for word in written if len(word) >= TELLING and word.casefold() not in STOP_WORDS)
    return [word for word in found if set(tokens(word)) & held]

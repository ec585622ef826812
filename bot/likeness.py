"""What ties an item to something else: to an item that is liked, or to a wish in words.

Said is what both hold; nearness in meaning alone only where it stands far out from the whole catalogue, so that it
holds for any embedder. Knows no language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bot.anchors import shared, values
from bot.echoes import echoed, telling
from bot.types import Evidence
from vectorstore.base import Constraint, Facet, Item

if TYPE_CHECKING:
    from vectorstore.index import ItemIndex

CLOSE = 4.5
"""Standard deviations above the mean cosine to a liked item: what stands out so far is close to it without a word."""
RARE, COMMON = 0.02, 0.15
"""A shared value that this part of the catalogue holds is a bond in itself; one above the second is none."""
SMALL = 3
"""In a small catalogue that many items are few whatever part they are."""
VARIED = 12
"""A facet with fewer values (an age rating) tells nothing when it is shared."""
SHARED_AT_MOST = 3
TELLING = 4
"""A word somewhere in a description tells something where it has so many letters: "old" is in "eleven-year-old"."""


def likeness(index: ItemIndex, item: Item, anchors: Mapping[str, float]) -> list[Evidence]:
    """The anchors that the item shares something with, or resembles closely; the surest tie first.

    Resemblance is measured against the whole catalogue; ``strength`` is the cosine. ``degree`` is "close" where that
    alone tells enough, "slight" where only common values of the leading facet are shared, such as a genre of many.
    """
    found = []
    for id_ in (one for one in anchors if one != item.id):
        near = np.delete(index.vectors @ index.vectors[index.row(id_)], index.row(id_))
        cosine = float(index.vectors[index.row(item.id)] @ index.vectors[index.row(id_)])
        both = _telling(index, item.id, id_)
        degree = "close" if cosine >= float(near.mean() + CLOSE * near.std()) else ""
        if not both and not degree:
            both, degree = _common(index, item.id, id_), "slight"
        if both or degree == "close":
            title = index.items[id_].title
            found.append(Evidence("liked", value=title, strength=cosine, shared=both, degree=degree))
    return sorted(found, key=lambda one: (one.degree == "slight", -one.strength))


def led_by(index: ItemIndex, item: Item, anchors: Mapping[str, float]) -> Iterator[Evidence]:
    """The anchor that comes nearest to the item, where nothing else is to be said: it led the search there."""
    others = [id_ for id_ in anchors if id_ != item.id]
    near = {id_: float(index.vectors[index.row(item.id)] @ index.vectors[index.row(id_)]) for id_ in others}
    if id_ := max(near, key=lambda one: near[one], default=""):
        yield Evidence("liked", value=index.items[id_].title, strength=near[id_], degree="led")


def answering(item: Item, wishes: Sequence[str], *, told: Collection[str] = (), alone: bool) -> Iterator[Evidence]:
    """How the record answers wishes that no sentence of it answers; the latest wish that it answers, or nothing.

    ``degree`` is "word" where the record says all that a wish says, with the words in ``shared``. Where the wishes
    stand ``alone`` also "part", where it says some, else "nearest": no more than that the wishes, together, found it.
    Facets that are ``told`` of in another way are not searched for words.
    """
    heard = [(wish, words) for wish in reversed(wishes) if (words := _heard(item, wish, told))]
    whole = next((pair for pair in heard if tuple(pair[1]) == telling(pair[0])), None)
    best = whole or (heard[0] if heard and alone else None)
    if best is not None:
        yield Evidence("wish", value=best[0], shared=tuple(best[1].items()), degree="word" if whole else "part")
    elif alone and wishes:
        yield Evidence("wish", value=", ".join(wishes), degree="nearest")


def _telling(index: ItemIndex, first: str, second: str) -> tuple[tuple[str, str], ...]:
    """What two items share that tells something, the rarest first: names, then what the leading facet has in common."""
    size = len(index.ids)
    both = [(facet, value, _holders(index, facet, value)) for facet, value in _worded(index, first, second)]
    rare = [(facet.name, value) for facet, value, count in both if count <= max(SMALL, RARE * size)]
    common = [(facet.name, value) for facet, value, count in both if count <= COMMON * size]
    left = [pair for pair in common if pair not in rare]
    leading = next((facet.name for facet in index.schema.facets if facet.name in dict(left)), "")
    return tuple([*rare, *(pair for pair in left if pair[0] == leading)][:SHARED_AT_MOST])


def _worded(index: ItemIndex, first: str, second: str) -> Iterator[tuple[Facet, str]]:
    """The values that both hold and that say something by themselves: "8+" and "2-4" do not."""
    return (pair for pair in shared(index, first, second) if any(map(str.isalpha, pair[1])))


def _holders(index: ItemIndex, facet: Facet, value: str) -> int:
    """How many items hold the value; all of them for a facet of few values, such as an age rating."""
    if len(facet.values) < min(VARIED, len(index.ids) / 3):
        return len(index.ids)
    return index.columns.count([Constraint(facet.name, "is", value)])


def _common(index: ItemIndex, first: str, second: str) -> tuple[tuple[str, str], ...]:
    """The values of the leading facet that both hold, however many others hold them too."""
    both = [(facet.name, value) for facet, value in _worded(index, first, second)]
    leading = next((facet.name for facet, _ in values(index.items[second], index.schema)), "")
    return tuple([pair for pair in both if pair[0] == leading][:SHARED_AT_MOST])


def _heard(item: Item, wish: str, told: Collection[str]) -> dict[str, str]:
    """The words of a wish that a record says, as it says them; short ones only of its title and values."""
    cells = (cell for name, cell in item.facets.items() if name not in told)
    held = (str(one) for cell in cells for one in (cell if isinstance(cell, tuple) else (cell,)))
    found = echoed(wish, item.description, shortest=TELLING) | echoed(wish, " . ".join([item.title, *held]))
    return {word: found[word] for word in telling(wish) if word in found}

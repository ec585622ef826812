"""Single statements about an item that its record, or a comparison of records, proves.

Every function returns `Evidence` and nothing else; which of it is worth saying, and in which words, is decided later.
Knows no language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.anchors import shared
from bot.types import Evidence
from vectorstore.base import Constraint, Facet, FacetValue, Item

if TYPE_CHECKING:
    from bot.types import DialogueState, Order, Retrieved
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
MARGIN = 0.02
"""How far a number has to stand from the next one to be a trade-off, as a part of the facet's range."""


def met(index: ItemIndex, item: Item, state: DialogueState) -> Iterator[Evidence]:
    """The constraints that the record meets. An exclusion is met only by a record that speaks of its facet."""
    row = index.row(item.id)
    for constraint in state.constraints:
        cell, facet = item.facets.get(constraint.facet), index.schema.get(constraint.facet)
        if facet is None or cell is None or not index.columns.mask([constraint])[row]:
            continue
        value = asked(constraint) if constraint.op == "not" else text(held(facet, cell, constraint))
        yield Evidence("constraint", constraint.facet, value, constraint=constraint)


def unmet(index: ItemIndex, item: Item, found: Retrieved) -> Iterator[Evidence]:
    """The constraints that were given up and that the record does not meet, with what it has instead."""
    row = index.row(item.id)
    for constraint in found.relaxed:
        facet = index.schema.get(constraint.facet)
        if facet is None or index.columns.mask([constraint])[row]:
            continue
        cell = item.facets.get(constraint.facet)
        has = "" if cell is None else asked(constraint) if constraint.op == "not" else text(cell)
        yield Evidence("unmet", constraint.facet, has, constraint=constraint)


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


def order_of(item: Item, order: Order | None) -> Iterator[Evidence]:
    """The value that the visitor's order sorted by."""
    cell = None if order is None else item.facets.get(order.facet)
    if order is not None and cell is not None:
        yield Evidence("order", order.facet, text(cell))


def facts(index: ItemIndex, item: Item) -> Iterator[Evidence]:
    """What the record holds, in the schema's order; popularity is no fact about an item."""
    for facet in index.schema.facets:
        cell = item.facets.get(facet.name)
        if cell is not None and cell != () and facet.role != "popularity":
            yield Evidence("fact", facet.name, text(cell))


def tradeoffs(index: ItemIndex, items: Sequence[Item], *, sorted_by: str = "") -> dict[str, Evidence]:
    """One trade-off per item against the others: the lowest or highest of a number, else a value of its own.

    The widest differences are given out first, each facet and direction once; how well known something is comes last. A
    facet that the list is sorted by tells nothing. An item that stands out in nothing has none.
    """
    if len(items) < 2:
        return {}
    fame = index.schema.of_role("popularity")
    extremes = sorted(_extremes(index, items, sorted_by), reverse=True)
    found: dict[str, Evidence] = {}
    _give(found, [one for one in extremes if fame is None or one[2] != fame.name])
    for item in items:
        if item.id not in found and (own := _own_value(index, item, items)):
            found[item.id] = own
    _give(found, extremes)
    return found


def _give(found: dict[str, Evidence], extremes: Sequence[tuple[float, str, str, str]]) -> None:
    """Give each item the widest extreme that is left."""
    for _, id_, facet, way in extremes:
        if id_ not in found and not any((one.facet, one.value) == (facet, way) for one in found.values()):
            found[id_] = Evidence("tradeoff", facet, way)


def text(cell: FacetValue | None) -> str:
    """A value as plain text: "139", "drama, horror", "true"."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return ", ".join(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return str(cell)


def held(facet: Facet, cell: FacetValue, constraint: Constraint) -> FacetValue:
    """What of a value meets the constraint: of several words only those that were asked for."""
    if not isinstance(cell, tuple):
        return cell
    wanted = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    words = {str(one).casefold() for one in wanted}
    words |= {facet.aliases[word].casefold() for word in words if word in facet.aliases}
    if constraint.op == "contains":
        return tuple(value for value in cell if any(word in value.casefold() for word in words)) or cell
    return tuple(value for value in cell if value.casefold() in words) or cell


def asked(constraint: Constraint) -> str:
    """The values that a constraint names."""
    values = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    return ", ".join(text(value) for value in values)


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


def _extremes(index: ItemIndex, items: Sequence[Item], sorted_by: str) -> Iterator[tuple[float, str, str, str]]:
    """How far the lowest and the highest stand off in every number: margin, id, facet, "lower" or "higher"."""
    for facet in index.schema.facets:
        if facet.type != "number" or facet.role == "stock" or facet.name == sorted_by:
            continue
        cells = [(item.facets.get(facet.name), item.id) for item in items]
        numbers = [(float(cell), id_) for cell, id_ in cells if isinstance(cell, (int, float))]
        if len(numbers) < len(items):
            continue
        numbers.sort()
        width = max((facet.high or 0.0) - (facet.low or 0.0), 1e-9)
        margins = np.diff([number for number, _ in numbers]) / width
        if margins[0] >= MARGIN:
            yield float(margins[0]), numbers[0][1], facet.name, "lower"
        if margins[-1] >= MARGIN:
            yield float(margins[-1]), numbers[-1][1], facet.name, "higher"


def _own_value(index: ItemIndex, item: Item, items: Sequence[Item]) -> Evidence | None:
    """A value that only this item of the list holds, of the facet with the fewest values."""
    facets = [facet for facet in index.schema.facets if facet.type == "multi" and len(facet.values) <= 40]
    for facet in sorted(facets, key=lambda facet: len(facet.values)):
        others = {value for other in items if other.id != item.id for value in _words(other, facet.name)}
        silent = any(facet.name not in other.facets for other in items)
        own = [value for value in _words(item, facet.name) if value not in others]
        if own and not silent:
            return Evidence("tradeoff", facet.name, own[0])
    return None


def _words(item: Item, facet: str) -> tuple[str, ...]:
    """The words that an item holds in a facet."""
    cell = item.facets.get(facet, ())
    return cell if isinstance(cell, tuple) else (str(cell),)

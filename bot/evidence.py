"""Single statements about an item that its record proves against what the visitor asked.

Every function returns `Evidence` and nothing else; which of it is worth saying, and in which words, is decided later.
Knows no language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bot.types import Evidence
from vectorstore.base import Constraint, Facet, FacetValue, Item

if TYPE_CHECKING:
    from bot.types import DialogueState, Intent, Retrieved
    from vectorstore.index import ItemIndex


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


def named(item: Item, intent: Intent) -> Iterator[Evidence]:
    """The title that the visitor named, is not in the catalogue, and comes nearest to this item's."""
    for mention in intent.mentions:
        if mention.item_id is None and item.id in mention.near[:1]:
            yield Evidence("near", value=mention.text)


def order_of(index: ItemIndex, item: Item, state: DialogueState, found: Retrieved) -> Iterator[Evidence]:
    """The value that the visitor's order sorted by; ``strength`` is its place, from 1, among all that fit."""
    order = state.order
    cell = None if order is None else item.facets.get(order.facet)
    if order is None or cell is None:
        return
    place = 1.0
    if isinstance(cell, (int, float)):
        held = [one for one in state.constraints if one not in found.relaxed and index.schema.get(one.facet)]
        column = index.columns.values(order.facet)[index.columns.mask(held)].astype(float)
        place += float(np.sum(column < cell) if order.direction == "asc" else np.sum(column > cell))
    yield Evidence("order", order.facet, text(cell), strength=place)


def facts(index: ItemIndex, item: Item) -> Iterator[Evidence]:
    """What the record holds, in the schema's order; popularity is no fact about an item."""
    for facet in index.schema.facets:
        cell = item.facets.get(facet.name)
        if cell is not None and cell != () and facet.role != "popularity":
            yield Evidence("fact", facet.name, text(cell))


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

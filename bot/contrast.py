"""In what an item stands out from the others of its list: the lowest or highest of a number, or a value of its own.

Knows no wish and no language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bot.types import Evidence
from vectorstore.base import Item

if TYPE_CHECKING:
    from vectorstore.index import ItemIndex

MARGIN = 0.02
"""How far a number has to stand from the next one to be a trade-off, as a part of the facet's range."""


def tradeoffs(
    index: ItemIndex, items: Sequence[Item], *, sorted_by: str = "", asked: Collection[str] = ()
) -> dict[str, Evidence]:
    """One trade-off per item against the others: the lowest or highest of a number, else a value of its own.

    Facets that the visitor ``asked`` about go first, then the widest differences, each facet and direction once; how
    well known something is comes last. A
    facet that the list is sorted by tells nothing. An item that stands out in nothing has none.
    """
    if len(items) < 2:
        return {}
    fame = index.schema.of_role("popularity")
    extremes = sorted(_extremes(index, items, sorted_by), key=lambda one: (one[2] in asked, *one), reverse=True)
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

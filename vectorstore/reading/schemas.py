"""Items and the plan of their columns -> the schema: values with counts, bounds, and one spelling per value. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from vectorstore.base import Facet, FacetValue, Item, Schema
from vectorstore.dates import date_number
from vectorstore.plan import FACETS, Column, Plan, facet_type


def schema_of(items: Sequence[Item], plan: Plan) -> tuple[tuple[Item, ...], Schema]:
    """The facets of ``plan`` as ``items`` fill them, and the items with one spelling per value."""
    columns = [column for column in plan if column.kind in FACETS]
    spelling = {column.name: _spellings(items, column.name) for column in columns}
    spelt = tuple(_respelt(item, spelling) for item in items)
    facets = (_facet(column, spelt) for column in columns)
    return spelt, Schema(tuple(facet for facet in facets if facet.filled > 0))


def _spellings(items: Iterable[Item], facet: str) -> dict[str, str]:
    """Lower case -> the spelling that most items use: "drama" and "Drama" are one value."""
    counts = Counter(value for item in items for value in _texts(item.facets.get(facet)))
    spelling: dict[str, str] = {}
    for value, _ in counts.most_common():
        spelling.setdefault(value.casefold(), value)
    return spelling


def _respelt(item: Item, spelling: Mapping[str, Mapping[str, str]]) -> Item:
    facets: dict[str, FacetValue] = {}
    for name, value in item.facets.items():
        known = spelling.get(name, {})
        if isinstance(value, tuple):
            facets[name] = tuple(known.get(one.casefold(), one) for one in value)
        else:
            facets[name] = known.get(value.casefold(), value) if isinstance(value, str) else value
    return Item(item.id, item.title, item.description, facets, item.image, item.url)


def _facet(column: Column, items: Sequence[Item]) -> Facet:
    filled = [item.facets[column.name] for item in items if column.name in item.facets]
    base = Facet(column.name, facet_type(column.kind), column.role, column.label, column.unit, aliases=column.aliases)
    base = replace(base, filled=len(filled) / max(len(items), 1))
    if column.kind in ("number", "date"):
        numbers = [number for value in filled if (number := _as_number(value)) is not None]
        return replace(base, low=min(numbers, default=None), high=max(numbers, default=None))
    counts = Counter(text for value in filled for text in _texts(value))
    return replace(base, values=tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))))


def _as_number(value: FacetValue) -> float | None:
    return date_number(value) if isinstance(value, str) else None if isinstance(value, tuple) else float(value)


def _texts(value: FacetValue | None) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()

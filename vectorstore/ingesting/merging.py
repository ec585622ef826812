"""Old items and new ones -> the items to keep, and what became of each. Pure; knows no file and no vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vectorstore.base import Facet, FacetValue, Item, Schema
from vectorstore.catalog import Ingested, schema_of
from vectorstore.plan import Plan
from vectorstore.reading.catalog_toml import column_of


@dataclass(frozen=True, slots=True)
class Merged:
    """The items of a catalogue after an ingest. ``kept`` counts the values that blank cells left as they were."""

    items: tuple[Item, ...]
    schema: Schema
    kept: int = 0


def merge(old_items: Sequence[Item], old_schema: Schema, new: Ingested, *, keep: bool = False) -> Merged:
    """The items of ``new``; where one says nothing, what the old item of that id said stays.

    With ``keep`` the old items that ``new`` lacks stay, too, in their places.
    A facet stays only if the file has no such column, or one of the same type; a column that is ignored now goes.
    """
    before = {item.id: item for item in old_items}
    staying = {facet.name: facet for facet in old_schema.facets if _stays(facet, new.plan)}
    items = [_filled(item, before.get(item.id), staying) for item in new.items]
    kept = sum(len(after.facets) - len(item.facets) for after, item in zip(items, new.items, strict=True))
    if keep:
        items = _beside(old_items, items, staying)
    named = {column.name for column in new.plan}
    plan = (*new.plan, *(column_of(facet) for name, facet in staying.items() if name not in named))
    spelt, schema = schema_of(items, plan)
    return Merged(spelt, schema, kept)


def _beside(old: Sequence[Item], items: Sequence[Item], staying: Mapping[str, Facet]) -> list[Item]:
    """Every old item, replaced by the new one of its id, then the new ones."""
    kept = {item.id: replace(item, facets=_only(item, staying)) for item in old}
    return list({**kept, **{item.id: item for item in items}}.values())


def _only(item: Item, staying: Mapping[str, Facet]) -> dict[str, FacetValue]:
    return {name: value for name, value in item.facets.items() if name in staying}


def _stays(facet: Facet, plan: Plan) -> bool:
    column = next((column for column in plan if column.name == facet.name), None)
    return column is None or column.kind == facet.type


def _filled(item: Item, before: Item | None, staying: Mapping[str, Facet]) -> Item:
    if before is None:
        return item
    return replace(
        item,
        description=item.description or before.description,
        image=item.image or before.image,
        url=item.url or before.url,
        facets={**_only(before, staying), **item.facets},
    )

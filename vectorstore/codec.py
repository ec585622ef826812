"""Items, passages and the schema as JSON, one line each, and back. Pure; knows no folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vectorstore.base import Facet, FacetValue, Item, Passage, Schema


def item_json(item: Item) -> str:
    """One line of JSON; absent values are left out."""
    row: dict[str, Any] = {"id": item.id, "title": item.title, "description": item.description}
    row |= {"facets": dict(item.facets), "image": item.image, "url": item.url}
    return json.dumps({key: value for key, value in row.items() if value is not None}, ensure_ascii=False)


def item_from(line: str) -> Item:
    """The item of one line; lists become tuples, whole numbers floats."""
    row = json.loads(line)
    row["facets"] = {name: value_from(value) for name, value in row.get("facets", {}).items()}
    return Item(**row)


def passage_json(passage: Passage) -> str:
    """One line of JSON."""
    return json.dumps(asdict(passage), ensure_ascii=False)


def passage_from(line: str) -> Passage:
    """The passage of one line."""
    return Passage(**json.loads(line))


def schema_json(schema: Schema) -> str:
    """The schema as indented JSON."""
    return json.dumps([_facet_row(facet) for facet in schema.facets], ensure_ascii=False, indent=1)


def schema_from(text: str) -> Schema:
    """The schema that `schema_json` wrote."""
    return Schema(tuple(_facet(row) for row in json.loads(text)))


def _facet_row(facet: Facet) -> dict[str, Any]:
    names = ("name", "type", "role", "label", "unit", "filled", "values", "low", "high")
    return {name: getattr(facet, name) for name in names} | {"aliases": dict(facet.aliases)}


def _facet(row: Mapping[str, Any]) -> Facet:
    values = tuple((value, int(count)) for value, count in row["values"])
    return Facet(**{**row, "values": values})


def value_from(value: Any) -> FacetValue:
    """A facet's value out of JSON: lists as tuples of texts, whole numbers as floats."""
    if isinstance(value, list):
        return tuple(str(part) for part in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value  # type: ignore[no-any-return]

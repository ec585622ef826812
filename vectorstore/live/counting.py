"""The schema after a few items changed: only the facets that they touch are counted again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vectorstore.base import Facet, FacetValue, Item, Schema
from vectorstore.dates import date_number


def recounted(
    schema: Schema, items: Sequence[Item], before: Mapping[str, Item | None], after: Mapping[str, Item | None]
) -> Schema:
    """``schema`` for ``items``, where the ids of ``before`` and ``after`` are the ones that changed."""
    resized = any((before[id] is None) != (after[id] is None) for id in after)
    touched = {name for id in after for name in _different(before[id], after[id])}
    facets = tuple(
        _counted(facet, items) if facet.name in touched else _refilled(facet, items) if resized else facet
        for facet in schema.facets
    )
    return Schema(facets)


def _different(before: Item | None, after: Item | None) -> set[str]:
    old, new = (dict(item.facets) if item else {} for item in (before, after))
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _refilled(facet: Facet, items: Sequence[Item]) -> Facet:
    return replace(facet, filled=sum(facet.name in item.facets for item in items) / max(len(items), 1))


def _counted(facet: Facet, items: Sequence[Item]) -> Facet:
    held = [item.facets[facet.name] for item in items if facet.name in item.facets]
    facet = replace(facet, filled=len(held) / max(len(items), 1))
    if facet.type in ("number", "date"):
        numbers = [number for value in held if (number := _number(value)) is not None]
        return replace(facet, low=min(numbers, default=None), high=max(numbers, default=None))
    counts = Counter(text for value in held for text in _texts(value))
    return replace(facet, values=tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))))


def _number(value: FacetValue) -> float | None:
    return date_number(value) if isinstance(value, str) else None if isinstance(value, tuple) else float(value)


def _texts(value: FacetValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()

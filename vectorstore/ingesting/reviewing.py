"""What each column of a file was taken for, and what that lets a visitor say: one row per column. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vectorstore.base import Facet, FacetValue, Item, Schema
from vectorstore.plan import SLOTS, Column, Plan
from vectorstore.sayable import sayable

SAMPLES = 3
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column: its header, the field or facet it fills, type, unit and role, and what is in it.

    ``filled`` is the share of items that hold a value, 0 to 1; ``low`` and ``high`` bound numbers and dates; ``says``
    is what a visitor can ask for, empty where the column is not a facet.
    """

    source: str
    name: str
    type: str
    unit: str = ""
    role: str = ""
    filled: float = 0.0
    samples: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


def columns(plan: Plan, items: Sequence[Item], schema: Schema) -> tuple[ColumnView, ...]:
    """One view per column of ``plan``, in its order."""
    return tuple(_view(column, items, schema.get(column.name)) for column in plan)


def _view(column: Column, items: Sequence[Item], facet: Facet | None) -> ColumnView:
    if column.kind in SLOTS:
        held = [value for item in items if (value := getattr(item, column.kind))]
        return ColumnView(
            column.source, column.kind, column.kind, filled=_share(held, items), samples=tuple(_samples(held))
        )
    if facet is None:
        return ColumnView(column.source, column.name, column.kind, samples=(column.seen,) if column.seen else ())
    cells = [item.facets[facet.name] for item in items if facet.name in item.facets]
    role = "" if facet.role == "attribute" else facet.role
    return ColumnView(
        column.source, facet.name, facet.type, facet.unit, role, facet.filled, tuple(_samples(cells)), sayable(facet),
        facet.low, facet.high,
    )  # fmt: skip


def _share(held: Sequence[object], items: Sequence[object]) -> float:
    return len(held) / max(len(items), 1)


def _samples(cells: Iterable[FacetValue]) -> Iterator[str]:
    """The first different values, shortened."""
    seen = dict[str, None]()
    for cell in cells:
        text = _text(cell)
        if text not in seen:
            seen[text] = None
            yield text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        if len(seen) == SAMPLES:
            return


def _text(cell: FacetValue) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, tuple):
        return "; ".join(cell)
    return f"{cell:g}" if isinstance(cell, float) else " ".join(cell.split())

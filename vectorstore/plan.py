"""What each column of a catalogue is: the nouns that inference proposes and an operator corrects. Knows no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from vectorstore.base import FacetRole, FacetType
from vectorstore.reading.date_cells import DateOrder
from vectorstore.reading.quantities import Decimal

Kind: TypeAlias = Literal[
    "id", "title", "description", "image", "url", "category", "multi", "number", "date", "flag", "ignore"
]
SLOTS: tuple[Kind, ...] = ("id", "title", "description", "image", "url")
"""Kinds that fill a field of `Item`, at most one column each."""
FACETS: tuple[Kind, ...] = ("category", "multi", "number", "date", "flag")
"""Kinds that become a facet."""
ROLES: tuple[FacetRole, ...] = ("attribute", "price", "stock", "popularity", "year")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``source`` is its header in the file, ``name`` the facet's name, ``seen`` what was found in it.

    ``unit_column`` is another column that holds the unit of each number; ``base`` the address that stands before
    pictures or links written without one; ``why`` says why a column is ignored.
    """

    source: str
    kind: Kind
    name: str = ""
    role: FacetRole = "attribute"
    label: str = ""
    unit: str = ""
    separator: str = ""
    decimal: Decimal = "."
    dates: DateOrder = "ymd"
    aliases: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""
    unit_column: str = ""
    base: str = ""
    why: str = ""


Plan: TypeAlias = tuple[Column, ...]
"""The columns of a catalogue in display order."""


def facet_type(kind: Kind) -> FacetType:
    """The type of the facet that a column of ``kind`` becomes; `ValueError` for a kind that becomes none."""
    if kind in ("category", "multi", "number", "date", "flag"):
        return kind
    raise ValueError(f"a column of kind {kind!r} is no facet")


def of_kind(plan: Plan, kind: Kind) -> Column | None:
    """The first column of ``kind``, or None."""
    return next((column for column in plan if column.kind == kind), None)

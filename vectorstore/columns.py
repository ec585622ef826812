"""Facet columns in memory: constraints become exact masks over the rows.

A list of rows per value and an array per number: a mask costs microseconds, where a filter inside an index costs
milliseconds and recall. Knows no vectors and no language; what an item without the value meets is said at `Constraint`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Constraint, Facet, FacetValue, Item, Mask, Schema
from vectorstore.dates import date_number, date_span
from vectorstore.errors import BadConstraint, UnknownFacet

_COMPARE: Mapping[str, Callable[[Any, float], Any]] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
}
_TRUE, _FALSE = {"true", "yes", "1", "y"}, {"false", "no", "0", "n"}


@dataclass(frozen=True, slots=True)
class _Words:
    """A category, multi or flag column: the rows of each value, by its lower-case spelling."""

    facet: Facet
    size: int
    rows: Mapping[str, NDArray[np.intp]]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def meets(self, op: str, value: Any) -> Mask:
        """True where a row meets ``op value`` (positive operators only)."""
        if op == "contains":
            needle = str(value).casefold()
            return self._either([key for key in self.rows if needle in key])
        if op not in ("is", "any"):
            raise _unfit(self.facet, op, value, "is, not, any or contains")
        return self._either([self._key(one) for one in _several(value)])

    def _key(self, value: FacetValue) -> str:
        key = _flag_key(value) if self.facet.type == "flag" else str(value).strip().casefold()
        return key if key in self.rows else self.aliases.get(key, key)

    def _either(self, keys: Sequence[str]) -> Mask:
        mask = np.zeros(self.size, np.bool_)
        for key in keys:
            mask[self.rows.get(key, [])] = True
        return mask


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A number or date column: one float64 per row, NaN where the record is silent."""

    facet: Facet
    data: NDArray[np.float64]

    def meets(self, op: str, value: Any) -> Mask:
        """True where a row meets ``op value`` (positive operators only); NaN meets nothing."""
        if op == "contains":
            raise _unfit(self.facet, op, value, "is, not, any, between, >=, <=, > or <")
        if op == "between":
            low, high = self._pair(value)
            return np.asarray((self.data >= low) & (self.data <= high))
        if op in _COMPARE:
            return self._compared(op, *self._span(value))
        return np.asarray(np.any([self._within(*self._span(one)) for one in _several(value)], axis=0), np.bool_)

    def _compared(self, op: str, low: float, high: float) -> Mask:
        met: Mask = _COMPARE[op](self.data, low if op in (">=", "<") else high)
        return met

    def _within(self, low: float, high: float) -> Mask:
        slack = 1e-9 * max(abs(low), abs(high))
        return np.asarray((self.data >= low - slack) & (self.data <= high + slack))

    def _pair(self, value: Any) -> tuple[float, float]:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise _unfit(self.facet, "between", value, "a pair (low, high)")
        return self._span(value[0])[0], self._span(value[1])[1]

    def _span(self, value: Any) -> tuple[float, float]:
        """The first and last number that ``value`` means: the same one, or the days of a year."""
        if self.facet.type == "date" and (span := date_span(value)):
            return span
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise _unfit(self.facet, "", value, f"a {self.facet.type}") from None
        return number, number


class Columns:
    """The facets of a catalogue, column by column; row ``i`` is ``items[i]``. Immutable, safe between threads."""

    def __init__(self, items: Sequence[Item], schema: Schema) -> None:
        """Read every facet of ``schema`` out of ``items``."""
        self.size = len(items)
        self.schema = schema
        self._items = tuple(items)
        self._columns = {facet.name: _column(facet, items) for facet in schema.facets}

    def mask(self, constraints: Sequence[Constraint]) -> Mask:
        """``(n,)`` bool: the rows that meet every constraint; exact, values compared without case.

        Raises `UnknownFacet`, or `BadConstraint` when an operator or value does not fit its facet.
        """
        met = [self._meets(constraint) for constraint in constraints]
        return reduce(np.logical_and, met) if met else np.ones(self.size, np.bool_)

    def count(self, constraints: Sequence[Constraint]) -> int:
        """How many rows meet every constraint."""
        return int(np.count_nonzero(self.mask(constraints)))

    def values(self, facet: str) -> NDArray[Any]:
        """The column of one facet, ``(n,)``: float64 with NaN for numbers and dates, else objects with None."""
        column = self._column(facet)
        if isinstance(column, _Numbers):
            return column.data
        cells = np.empty(self.size, object)
        cells[:] = [item.facets.get(facet) for item in self._items]
        return cells

    def _meets(self, constraint: Constraint) -> Mask:
        column = self._column(constraint.facet)
        if constraint.op == "not":
            return ~column.meets("any", constraint.value)
        return column.meets(constraint.op, constraint.value)

    def _column(self, facet: str) -> _Words | _Numbers:
        if facet not in self._columns:
            known = ", ".join(self._columns) or "none"
            raise UnknownFacet(f"there is no facet {facet!r} in this catalogue", hint=f"Known facets: {known}.")
        return self._columns[facet]


def _column(facet: Facet, items: Sequence[Item]) -> _Words | _Numbers:
    cells = [item.facets.get(facet.name) for item in items]
    if facet.type in ("number", "date"):
        return _Numbers(facet, np.array([_number(cell) for cell in cells], np.float64))
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(cells):
        for value in _several(cell):
            key = _flag_key(value) if facet.type == "flag" else str(value).casefold()
            rows.setdefault(key, []).append(row)
    arrays = {key: np.array(where, np.intp) for key, where in rows.items()}
    aliases = {alias.casefold(): value.casefold() for alias, value in facet.aliases.items()}
    return _Words(facet, len(items), arrays, aliases)


def _number(cell: FacetValue | None) -> float:
    if isinstance(cell, str):
        number = date_number(cell)
        return float("nan") if number is None else number
    return float("nan") if cell is None or isinstance(cell, tuple) else float(cell)


def _several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (tuple, list, set, frozenset)) else (value,)


def _flag_key(value: Any) -> str:
    word = str(value).strip().casefold()
    return "true" if word in _TRUE else "false" if word in _FALSE else word


def _unfit(facet: Facet, op: str, value: Any, wanted: str) -> BadConstraint:
    return BadConstraint(
        f"the facet {facet.name!r} is a {facet.type} and cannot be compared by {f'{op} {value!r}'.strip()}",
        hint=f"Use {wanted}.",
    )

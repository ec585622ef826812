"""Whether one record meets conditions, without an index: the same semantics as an exact mask, for one item at a time.

Pure; knows no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vectorstore.base import Constraint, FacetValue, Item


def meets(item: Item | None, constraints: Sequence[Constraint]) -> bool:
    """Whether an item's record meets every constraint; an unknown value meets only a "not"."""
    return item is not None and all(_meets(item.facets.get(one.facet), one) for one in constraints)


def number(value: FacetValue | None) -> float | None:
    """The number that a cell holds (the year of a date), or None."""
    if isinstance(value, str) and value[:4].isdigit():
        return float(value[:4])
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def numbers(items: Iterable[Item], facet: str) -> list[float]:
    """The numbers that the records hold for a facet, in the order of the items."""
    return [value for value in (number(item.facets.get(facet)) for item in items) if value is not None]


def _meets(held: FacetValue | None, constraint: Constraint) -> bool:
    if constraint.op == "not":
        return not _is(held, constraint.value)
    if constraint.op in ("is", "any"):
        return _is(held, constraint.value)
    if constraint.op == "contains":
        return any(str(constraint.value).casefold() in one for one in _words(held))
    return _compares(number(held), constraint)


def _is(held: FacetValue | None, wanted: Any) -> bool:
    """Whether a cell holds one of the wanted values."""
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    if held is None:
        return False
    if isinstance(held, (int, float)):
        return held in several
    return bool(set(_words(held)) & {str(one).casefold() for one in several})


def _words(held: FacetValue | None) -> tuple[str, ...]:
    values = held if isinstance(held, tuple) else () if held is None else (held,)
    return tuple(str(value).casefold() for value in values)


def _compares(held: float | None, constraint: Constraint) -> bool:
    value: Any = constraint.value
    if held is None:
        return False
    if constraint.op == "between":
        return float(value[0]) <= held <= float(value[1])
    bound = float(value)
    return {">": held > bound, ">=": held >= bound, "<": held < bound, "<=": held <= bound}[constraint.op]

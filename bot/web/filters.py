"""The `filters` of a search request -> constraints, checked against the catalogue's schema.

`{"year": {"gte": 1990, "lt": 2000}, "genres": ["comedy", "drama"], "director": {"not": "..."}}`. Pure functions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from bot.errors import InvalidRequest
from bot.web.jsonable import is_plain
from vectorstore.base import Constraint, Facet, Operator, Schema

_OPERATORS: Mapping[str, Operator] = {
    "gte": ">=",
    "lte": "<=",
    "gt": ">",
    "lt": "<",
    "not": "not",
    "contains": "contains",
}
_COMPARISONS = frozenset({">=", "<=", ">", "<"})


def constraints(filters: Mapping[str, Any], schema: Schema) -> tuple[Constraint, ...]:
    """One constraint per value, list or operator of ``filters``.

    Raises:
        InvalidRequest: an unknown facet or operator, or a value of the wrong type; the hint names what is known.
    """
    return tuple(one for name, wanted in filters.items() for one in _of_facet(_known(name, schema), wanted))


def _known(name: str, schema: Schema) -> Facet:
    """The facet called ``name``."""
    facet = schema.get(name)
    if facet is None:
        known = ", ".join(facet.name for facet in schema.facets) or "none"
        raise InvalidRequest(f"there is no facet {name!r} in this catalogue", hint=f"known facets: {known}")
    return facet


def _of_facet(facet: Facet, wanted: Any) -> Iterator[Constraint]:
    """The constraints that one entry of the filters means."""
    if isinstance(wanted, Mapping):
        for word, value in wanted.items():
            yield _compared(facet, word, value)
    elif isinstance(wanted, list):
        yield Constraint(facet.name, "any", _values(facet, wanted))
    else:
        yield Constraint(facet.name, "is", _value(facet, wanted))


def _compared(facet: Facet, word: str, value: Any) -> Constraint:
    """One `{operator: value}`."""
    operator = _OPERATORS.get(word)
    if operator is None:
        known = ", ".join(_OPERATORS)
        raise InvalidRequest(f"{facet.name}: there is no operator {word!r}", hint=f"known operators: {known}")
    ordered = facet.type in ("number", "date")
    if (operator in _COMPARISONS) is not ordered and operator != "not":
        fitting = "gte, lte, gt, lt, not" if ordered else "contains, not, a value or a list of values"
        raise InvalidRequest(f"{facet.name} is a {facet.type}: {word!r} does not fit", hint=f"use {fitting}")
    if operator == "not" and isinstance(value, list):
        return Constraint(facet.name, operator, _values(facet, value))
    return Constraint(facet.name, operator, _value(facet, value))


def _values(facet: Facet, wanted: list[Any]) -> Any:
    """Several values; at least one."""
    if not wanted:
        raise InvalidRequest(f"{facet.name}: the list of values is empty", hint="leave the facet out instead")
    return tuple(_value(facet, one) for one in wanted)


def _value(facet: Facet, value: Any) -> str | float | bool:
    """``value`` if its type fits the facet."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "number": is_number,
        "date": is_number or isinstance(value, str),
        "flag": isinstance(value, bool),
    }.get(facet.type, isinstance(value, str))
    if not fits:
        wanted = {"number": "a number", "date": "a date as text or a year", "flag": "true or false"}
        raise InvalidRequest(
            f"{facet.name}: {value!r} does not fit", hint=f"{facet.name} takes {wanted.get(facet.type, 'text')}"
        )
    if isinstance(value, str) and not is_plain(value):
        raise InvalidRequest(f"{facet.name}: the text holds NUL or half characters", hint="send plain UTF-8 text")
    return _number(facet, value) if is_number else value


def _number(facet: Facet, value: float) -> float:
    """A number that can be compared."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidRequest(f"{facet.name}: that number is out of range", hint=f"{facet.name} takes a finite number")
    return number

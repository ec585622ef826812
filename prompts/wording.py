"""Conditions and orders in words: which phrase says one, by facet, type and operator.

Takes plain strings and numbers, so that everything that names a condition (chips, frames, repairs, "does not meet")
names it alike. Knows nothing of schemas or items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prompts.voice import Voice

CONSTRAINT = "chips/constraint"
ORDER = "chips/order"
CODE = 2

_OPERATORS = {"is": "is", "not": "not", "any": "any", ">=": "min", "<=": "max", ">": "above", "<": "below"}
_OPERATORS |= {"between": "between", "contains": "contains"}


@dataclass(frozen=True, slots=True)
class FacetWords:
    """What the words need to know of a facet: its name, its role ("year", "price") or type, its label and unit.

    ``of_kind`` is the type again, for what a role has no phrase for.
    """

    name: str
    kind: str = "category"
    label: str = ""
    unit: str = ""
    of_kind: str = "category"


def constraint_words(voice: Voice, facet: FacetWords, *, op: str, value: Any) -> str:
    """``before 1990``, ``not horror``, ``1990s``: plain text, small first letter.

    ``op`` and ``value`` are those of a `Constraint`. Raises `PromptError` when no phrase serves.
    """
    token = _token(facet, op, value)
    names = (facet.name, *(["coded"] if _is_code(value) else []), facet.kind, facet.of_kind, "other")
    key = voice.pick(CONSTRAINT, *(f"{one}_{token}" for one in names), "other_is")
    given = _given(voice, facet, value)
    return voice.phrase(CONSTRAINT, key, **{name: given[name] for name in voice.takes(CONSTRAINT, key)})


def order_words(voice: Voice, facet: FacetWords, *, direction: str) -> str:
    """``oldest first``: ``direction`` is "asc" or "desc"."""
    key = voice.pick(ORDER, *(f"{one}_{direction}" for one in (facet.name, facet.kind, "other")))
    given: dict[str, Any] = {"label": voice.label(facet.name, facet.label)}
    return voice.phrase(ORDER, key, **{name: given[name] for name in voice.takes(ORDER, key)})


def _token(facet: FacetWords, op: str, value: Any) -> str:
    """The operator's part of a key."""
    if isinstance(value, bool):
        return "yes" if value is (op != "not") else "no"
    if op == "between" and facet.kind == "year" and _is_decade(*value):
        return "decade"
    return _OPERATORS[op]


def _is_decade(low: float, high: float) -> bool:
    """Whether two years are the first and last of a decade."""
    return low % 10 == 0 and high == low + 9


def _given(voice: Voice, facet: FacetWords, value: Any) -> dict[str, Any]:
    """Every variable that a phrase of `chips/constraint` may take."""
    label = voice.label(facet.name, facet.label)
    many = isinstance(value, (tuple, list))
    words = [voice.value(facet.name, one, facet.unit) for one in (value if many else (value,))]
    return {
        "label": label,
        "value": voice.listed(words, "or"),
        "low": words[0],
        "high": words[-1],
        "start": value[0] if many else value,
    }


def _is_code(value: Any) -> bool:
    """Whether a value says nothing without its label: "F", "XL", "en"."""
    return isinstance(value, str) and len(value) <= CODE and value.isascii()

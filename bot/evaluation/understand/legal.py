"""Whether an intent says only what its catalogue can hold. Pure; knows no reader."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from bot.types import Intent
from bot.understanding import Vocabulary
from vectorstore.base import Constraint, Schema

_WORD_OPS = frozenset({"is", "not", "any", "contains"})
_NUMBER_OPS = frozenset({"is", "not", "any", ">=", "<=", ">", "<", "between"})
_SEVERAL = {"any": (True,), "between": (True,), "is": (False, True), "not": (False, True)}
"""Whether a value may, or must, be several; with any other operator it is one."""


def faults(intent: Intent, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What an intent says that its catalogue lacks: facets, values, operators, items; empty for a valid intent."""
    return tuple(_faults(intent, vocabulary))


def _faults(intent: Intent, vocabulary: Vocabulary) -> Iterator[str]:
    schema = vocabulary.schema
    named = {facet.name: facet.type in ("number", "date") for facet in schema.facets}
    yield from (str(one) for one in (*intent.constraints, *intent.retracted) if not _holds(one, schema))
    yield from (name for name in (*intent.dropped, *intent.asked) if name not in named)
    sorting = [intent.order.facet] if intent.order else []
    yield from (name for name in (*sorting, *(one.facet for one in intent.relatives)) if not named.get(name))
    pointed = [one.item_id for one in intent.mentions] + [one.anchor for one in intent.relatives]
    yield from (id_ for id_ in pointed if id_ is not None and id_ not in vocabulary.by_id)


def _holds(constraint: Constraint, schema: Schema) -> bool:
    facet = schema.get(constraint.facet)
    if facet is None:
        return False
    several = isinstance(constraint.value, tuple)
    values: tuple[Any, ...] = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    if not values or several not in _SEVERAL.get(constraint.op, (False,)):
        return False
    if facet.type in ("number", "date"):
        pair = constraint.op != "between" or len(values) == 2
        return constraint.op in _NUMBER_OPS and pair and all(_is_number(one) for one in values)
    if facet.type == "flag":
        return constraint.op in ("is", "not") and all(isinstance(one, bool) for one in values)
    held = {value for value, _ in facet.values}
    return constraint.op in _WORD_OPS and (constraint.op == "contains" or all(one in held for one in values))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)

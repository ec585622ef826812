"""Conditions, orders and wishes in words, for chips, frames, repairs and summaries alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import types
from prompts import FacetWords, constraint_words
from prompts import order_words as ordered_words
from vectorstore.base import Constraint, Schema

if TYPE_CHECKING:
    from prompts import Voice


def condition(constraint: Constraint, voice: Voice, schema: Schema) -> str:
    """``before 1990``, ``not horror``: plain text with a small first letter."""
    return constraint_words(voice, _facet(constraint.facet, schema), op=constraint.op, value=constraint.value)


def order_words(order: types.Order, voice: Voice, schema: Schema) -> str:
    """``oldest first``: plain text."""
    return ordered_words(voice, _facet(order.facet, schema), direction=order.direction)


def chips(state: types.DialogueState, voice: Voice, schema: Schema) -> tuple[types.Chip, ...]:
    """Everything in force that the visitor may take off, in the order in which it was said."""
    return (
        *(types.Chip(constraint_key(one), condition(one, voice, schema), "constraint") for one in state.constraints),
        *(types.Chip(wish_key(one), voice.phrase("chips/wish", "wish", wish=one), "wish") for one in state.wishes),
        *([types.Chip("order", order_words(state.order, voice, schema), "order")] if state.order else []),
    )


def constraint_key(constraint: Constraint) -> str:
    """What identifies a constraint to `PATCH /v1/me`: ``constraint:year:>=:1990``."""
    value = constraint.value
    words = "|".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"constraint:{constraint.facet}:{constraint.op}:{words}"


def wish_key(wish: str) -> str:
    """What identifies a wish: ``wish:quiet``."""
    return f"wish:{wish}"


def _facet(name: str, schema: Schema) -> FacetWords:
    """What the words need to know of a facet; one that the catalogue lost is called by its name."""
    facet = schema.get(name)
    if facet is None:
        return FacetWords(name)
    kind = facet.role if facet.role in ("year", "price", "stock", "popularity") else facet.type
    return FacetWords(name, kind, facet.label, facet.unit, of_kind=facet.type)

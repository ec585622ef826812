"""The nouns that memory returns, and how a state is kept as JSON. Knows no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bot.types import DialogueState, Order
from vectorstore.base import Constraint


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation of one visitor. ``id`` is the secret that the visitor's browser holds."""

    id: str
    visitor_id: str
    catalog: str
    state: DialogueState
    created: datetime


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it can be drawn again. ``status``: running, done, stopped, failed or cut (the process died)."""

    id: str
    message: str
    reply: str
    status: str
    events: Sequence[Mapping[str, Any]]
    created: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """A request for a person, with everything that person needs."""

    id: str
    status: str
    reason: str
    summary: str
    transcript: Sequence[Mapping[str, Any]]
    created: datetime


def load_state(saved: Mapping[str, Any]) -> DialogueState:
    """A state from its JSON form; fields that a later version dropped are ignored."""
    known = {field.name for field in fields(DialogueState)}
    values = {name: _frozen(value) for name, value in saved.items() if name in known}
    values["constraints"] = tuple(_constraint(row) for row in saved.get("constraints", ()))
    order = saved.get("order")
    values["order"] = Order(order["facet"], order["direction"]) if order else None
    return DialogueState(**values)


def _constraint(row: Mapping[str, Any]) -> Constraint:
    """One constraint from its JSON form."""
    return Constraint(row["facet"], row["op"], _frozen(row["value"]))


def _frozen(value: Any) -> Any:
    """JSON lists as tuples."""
    return tuple(value) if isinstance(value, list) else value

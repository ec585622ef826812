"""The nouns that memory returns, and how a state is kept as JSON. Knows no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from bot.types import DialogueState, Order
from vectorstore.base import Constraint


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation of one visitor. ``id`` is the secret that the visitor's browser holds.

    ``taken``: a person may have the conversation.
    """

    id: str
    visitor_id: str
    catalog: str
    state: DialogueState
    created: datetime
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """One of the sessions of a verified visitor, by what it goes by outside."""

    handle: str
    created: datetime
    updated: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it can be drawn again. ``status``: running, done, stopped, failed, cut (the process died) or
    held (for the person who has the conversation).
    """

    id: str
    message: str
    reply: str
    status: str
    events: Sequence[Mapping[str, Any]]
    created: datetime
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """A request for a person, with everything that person needs.

    ``status``: open (the assistant still answers), taken (a person has it, the assistant is silent) or resumed (the
    assistant speaks again). ``context``: where on the host's site it was made. ``correction`` is the visitor's own
    summary. ``delivery``: none (no desk is connected), waiting, delivered, or dead (given up). ``ahead``: how many
    others of the same catalogue waited longer when it was looked up for its visitor, None where nobody looked.
    """

    id: str
    status: str
    reason: str
    summary: str
    transcript: Sequence[Mapping[str, Any]]
    created: datetime
    context: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Any] = field(default_factory=dict)
    correction: str | None = None
    corrected: datetime | None = None
    person: str = ""
    delivery: str = "none"
    catalog: str = ""
    language: str = "en"
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class PersonMessage:
    """What was said or happened while a person has the conversation. ``number`` counts up within the session.

    ``kind``: message, taken or resumed; ``author``: person or system.
    """

    number: int
    kind: str
    author: str
    name: str
    text: str
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

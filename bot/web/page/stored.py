"""Reading what turns kept: the payloads of their events, which are plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.memory import StoredTurn
from vectorstore.base import Constraint


def data(turn: StoredTurn, name: str) -> Mapping[str, Any]:
    """The payload of the latest event called ``name``; empty without one."""
    return next((event["data"] for event in reversed(turn.events) if event["event"] == name), {})


def every(turn: StoredTurn, name: str) -> list[Mapping[str, Any]]:
    """The payloads of all events called ``name``."""
    return [event["data"] for event in turn.events if event["event"] == name]


def read_constraint(row: Mapping[str, Any]) -> Constraint:
    """A constraint from its JSON form."""
    value = row["value"]
    return Constraint(row["facet"], row["op"], tuple(value) if isinstance(value, list) else value)

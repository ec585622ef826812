"""A hand-over and the lines of a conversation as JSON: for the visitor, for the operator, and as events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.memory import HandOver, PersonMessage, StoredTurn
from bot.types import Event


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """The stream stands; what follows comes after the message of that number."""

    name: ClassVar[str] = "open"
    after: int

    def data(self) -> dict[str, Any]:
        """With its type, as every event of this stream."""
        return {"type": "open", "after": self.after}


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """How a hand-over that nobody has taken stands: how many wait longer, and whether the desk has it."""

    name: ClassVar[str] = "waiting"
    ahead: int
    delivery: str

    def data(self) -> dict[str, Any]:
        """With its type; it has no number, because only the latest one counts."""
        return {"type": self.name, "ahead": self.ahead, "delivery": self.delivery}


@dataclass(frozen=True, slots=True)
class Said(Event):
    """A person wrote something."""

    name: ClassVar[str] = "message"
    message: PersonMessage

    def data(self) -> dict[str, Any]:
        """The line of the transcript, with its type and number."""
        return {"type": self.name, "number": self.message.number, **line(self.message)}


@dataclass(frozen=True, slots=True)
class Taken(Said):
    """A person has the conversation from now on."""

    name: ClassVar[str] = "taken"


@dataclass(frozen=True, slots=True)
class Resumed(Said):
    """The assistant speaks again."""

    name: ClassVar[str] = "resumed"


_EVENTS: dict[str, type[Said]] = {event.name: event for event in (Said, Taken, Resumed)}


def event(message: PersonMessage) -> Said:
    """What a listener is told of one message."""
    return _EVENTS[message.kind](message)


def waiting(found: HandOver | None) -> Waiting | None:
    """How it stands with a hand-over as its visitor has it; None where nobody waits."""
    return None if found is None or found.ahead is None else Waiting(found.ahead, found.delivery)


def line(message: PersonMessage) -> dict[str, Any]:
    """One line of a person or of the system."""
    return {
        "id": f"m{message.number}",
        "author": message.author,
        "text": message.text,
        "name": message.name,
        "at": message.created.isoformat(),
    }


def lines(turns: Sequence[StoredTurn], messages: Sequence[PersonMessage]) -> list[dict[str, Any]]:
    """The whole conversation in the order of time: visitor, ai, person and system."""
    found = [line(message) for message in messages]
    for turn in turns:
        ended = (turn.finished or turn.created).isoformat()
        found.append(_spoken(turn, "visitor", turn.message, turn.created.isoformat()))
        if turn.reply:
            found.append(_spoken(turn, "ai", turn.reply, ended))
    rank = ("visitor", "ai", "person", "system")
    return sorted(found, key=lambda one: (one["at"], rank.index(one["author"])))


def hand_over(found: HandOver | None) -> dict[str, Any] | None:
    """A hand-over as its visitor sees it."""
    if found is None:
        return None
    return {
        "id": found.id,
        "status": found.status,
        "delivery": found.delivery,
        "ahead": found.ahead,
        "name": found.person,
        "reason": found.reason,
        "summary": found.summary,
        "correction": found.correction,
        "corrected": found.corrected.isoformat() if found.corrected else None,
        "created": found.created.isoformat(),
    }


def for_operator(found: HandOver) -> dict[str, Any]:
    """A hand-over as the operator sees it in the list."""
    shown = {name: value for name, value in (hand_over(found) or {}).items() if name != "ahead"}
    return {**shown, "catalog": found.catalog, "language": found.language}


def _spoken(turn: StoredTurn, author: str, text: str, at: str) -> dict[str, Any]:
    return {"id": f"{turn.id}:{author}", "author": author, "text": text, "name": "", "at": at}

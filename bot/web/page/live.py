"""A turn while it runs, gathered from its events into the form in which it will be stored."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from bot.memory import StoredTurn
from bot.types import Delta, Done, Event, StateChanged
from bot.web.page.turns import RUNNING


class Live:
    """One running turn."""

    def __init__(self, message: str) -> None:
        self.ended = False
        self.state: StateChanged | None = None
        self._id = f"live-{secrets.token_hex(4)}"
        self._message = message
        self._began = datetime.now(UTC).replace(tzinfo=None)
        self._pieces: list[str] = []
        self._events: list[dict[str, Any]] = []

    def hear(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, Delta):
            self._pieces.append(event.text)
            return
        if isinstance(event, StateChanged):
            self.state = event
        self.ended = self.ended or isinstance(event, Done)
        self._events.append({"event": event.name, "data": event.data()})

    def turn(self, status: str = RUNNING) -> StoredTurn:
        """The turn so far, as `conversation` draws it."""
        return StoredTurn(self._id, self._message, "".join(self._pieces), status, tuple(self._events), self._began)

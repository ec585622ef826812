"""Everything that is kept of one session, JSON-ready. Works within the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from bot.memory.ids import key
from bot.memory.records import Session
from bot.memory.rows import json_row
from bot.memory.tables import deliveries, feedback, hand_over_messages, hand_overs, shown, turns
from bot.types import plain


def exported(connection: Connection, session: Session) -> dict[str, Any]:
    """The session with its turns, what was shown, feedback, hand-overs, what persons said, and what a desk was sent."""
    owned = {
        table.name: [
            json_row(row) for row in connection.execute(select(table).where(table.c.session_key == key(session.id)))
        ]
        for table in (turns, shown, feedback, hand_overs, hand_over_messages, deliveries)
    }
    about = {"catalog": session.catalog, "created": session.created.isoformat(), "state": plain(session.state)}
    return {"session": about, **owned}

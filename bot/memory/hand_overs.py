"""Hand-overs as the visitor has them: opened, looked at, corrected; what is written to the person who has it.

A visitor is known by a session. Every method is one transaction. Knows no HTTP and no words.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.memory import payloads, states
from bot.memory.database import Database
from bot.memory.hand_over_rows import (
    NoHandOver,
    held,
    in_line,
    newest,
    record,
    require_open,
    tell_opened,
)
from bot.memory.ids import key
from bot.memory.outbox import Outbox
from bot.memory.records import HandOver, PersonMessage
from bot.memory.rows import now
from bot.memory.tables import OPEN, RESUMED, TAKEN, feedback, hand_over_messages, hand_overs, turns


class HandOvers:
    """The hand-overs of one database."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    def latest(self, session_id: str) -> HandOver | None:
        """The latest hand-over of a session. Raises UnknownSession."""
        with self._database.transaction() as connection:
            states.load(connection, session_id)
            row = connection.execute(newest(key(session_id))).first()
            return None if row is None else in_line(connection, row)

    def hold(self, session_id: str, message: str) -> tuple[str, HandOver] | None:
        """Keep a message for the person who has the conversation, and tell the desk; returns the turn's id.

        None when nobody has it, and then nothing is kept. Raises UnknownSession.
        """
        with self._database.transaction() as connection:
            session = states.load(connection, session_id)
            row = connection.execute(newest(key(session_id))).first()
            if row is None or row.status != TAKEN:
                return None
            turn_id, at = secrets.token_urlsafe(12), now()
            last = select(func.coalesce(func.max(turns.c.number), 0)).where(turns.c.session_key == row.session_key)
            connection.execute(
                insert(turns).values(
                    id=turn_id,
                    session_key=row.session_key,
                    number=connection.execute(last).scalar_one() + 1,
                    catalog=session.catalog,
                    message=message,
                    reply="",
                    status="held",
                    created=at,
                    finished=at,
                )
            )
            body = payloads.message(row.id, id_=f"{turn_id}:visitor", author="visitor", text=message, at=at)
            self._outbox.put(connection, row, payloads.MESSAGE, body)
            found = record(connection, row)
        self._outbox.poke()
        return turn_id, found

    def correct(self, session_id: str, text: str) -> HandOver:
        """Keep the visitor's own summary beside ours, and tell the desk. Raises NoHandOver, HandOverClosed."""
        with self._database.transaction() as connection:
            states.load(connection, session_id)
            row = connection.execute(newest(key(session_id))).first()
            if row is None:
                raise NoHandOver("nothing was handed over", hint="ask for a person first; then the summary can be seen")
            require_open(row)
            changed = {"correction": text, "corrected": now()}
            connection.execute(update(hand_overs).where(hand_overs.c.id == row.id).values(**changed))
            self._outbox.put(connection, row, payloads.CORRECTED, payloads.corrected(row, text))
            found = in_line(connection, held(connection, row.id))
        self._outbox.poke()
        return found

    def unresolved(self, session_id: str) -> int:
        """How many answers of a session, since its latest hand-over, the visitor called unhelpful."""
        with self._database.transaction() as connection:
            row = connection.execute(newest(key(session_id))).first()
            query = select(func.count()).where(
                feedback.c.session_key == key(session_id),
                feedback.c.kind == "unresolved",
                feedback.c.created >= (row.created if row else datetime.min),
            )
            return int(connection.execute(query).scalar_one())

    def messages(self, session_id: str, *, after: int = 0) -> tuple[PersonMessage, ...]:
        """What persons said and when they came and went, oldest first. Raises UnknownSession."""
        wanted = (hand_over_messages.c.session_key == key(session_id), hand_over_messages.c.number > after)
        with self._database.transaction() as connection:
            states.load(connection, session_id)
            rows = connection.execute(select(hand_over_messages).where(*wanted).order_by(hand_over_messages.c.number))
            return tuple(PersonMessage(r.number, r.kind, r.author, r.name, r.text, r.created) for r in rows)


def forward(connection: Connection, outbox: Outbox, session_key: str, *, id_: str, author: str, text: str) -> bool:
    """Tell the desk one more line of a session that is handed over; whether there was anything to tell."""
    row = connection.execute(newest(session_key)).first() if outbox.is_open else None
    if row is None or row.status == RESUMED or not text:
        return False
    body = payloads.message(row.id, id_=id_, author=author, text=text, at=now())
    outbox.put(connection, row, payloads.MESSAGE, body)
    return True


def open_or_find(
    connection: Connection,
    outbox: Outbox,
    session_key: str,
    *,
    transcript: Sequence[Mapping[str, Any]],
    **values: Any,
) -> HandOver:
    """The hand-over of a session that is not closed, else a new one, of which the desk is told."""
    row = connection.execute(newest(session_key)).first()
    if row is None or row.status == RESUMED:
        id_ = "H-" + secrets.token_hex(4).upper()
        given = {"id": id_, "session_key": session_key, "status": OPEN, "transcript": list(transcript)}
        connection.execute(insert(hand_overs).values(**given, created=now(), **values))
        row = held(connection, id_)
        tell_opened(connection, outbox, row)
    return in_line(connection, row)

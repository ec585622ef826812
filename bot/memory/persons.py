"""Hand-overs as the desk has them: found, taken, written to, given back. The desk knows a hand-over by its id alone.

Every method is one transaction; what a webhook asked for is done once, whatever its sender repeats. Knows no HTTP and
no words.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import ShelftalkError
from bot.memory import payloads
from bot.memory.database import Database
from bot.memory.hand_over_rows import add, held, record, require_open, take, tell_opened
from bot.memory.outbox import Outbox, revive
from bot.memory.records import HandOver
from bot.memory.rows import now
from bot.memory.tables import OPEN, RESUMED, TAKEN, deliveries, hand_overs, received

REMEMBERED = timedelta(minutes=15)
"""How long the id of a webhook is remembered: longer than its timestamp is taken."""


class Replayed(ShelftalkError):
    """A webhook with that id was acted upon before."""

    code = "replayed"
    status = 409


class Persons:
    """The hand-overs of one database, as the people of the desk see them."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    def find(self, id_: str) -> HandOver:
        """The hand-over with that id. Raises NoHandOver."""
        with self._database.transaction() as connection:
            return record(connection, held(connection, id_))

    def conversation(self, id_: str) -> str:
        """What the database calls the session of a hand-over. Raises NoHandOver."""
        with self._database.transaction() as connection:
            found: str = held(connection, id_).session_key
            return found

    def listed(self, *, state: str | None = None, limit: int = 50) -> tuple[HandOver, ...]:
        """The newest first; ``state`` is a status (open, taken, resumed) or a delivery (waiting, delivered, dead)."""
        query = select(hand_overs).order_by(hand_overs.c.created.desc(), hand_overs.c.id)
        if state in (OPEN, TAKEN, RESUMED):
            query = query.where(hand_overs.c.status == state)
        elif state is not None:
            query = query.where(hand_overs.c.id.in_(_delivered_as(state)))
        with self._database.transaction() as connection:
            found = [record(connection, row) for row in connection.execute(query.limit(limit)).all()]
        return tuple(one for one in found if state in (None, one.status, one.delivery))

    def take(self, id_: str, *, name: str, words: str, once: str | None = None) -> HandOver:
        """A person has the conversation from now on; ``words`` tell the visitor. Taking it again changes the name.

        ``once`` is the id of the webhook that asks. Raises NoHandOver, HandOverClosed, Replayed.
        """
        with self._database.transaction() as connection:
            row = self._locked(connection, id_, once)
            if row.status != TAKEN or (name and name != row.person):
                take(connection, row, name, words)
            return record(connection, held(connection, id_))

    def say(self, id_: str, *, name: str, text: str, words: str, once: str | None = None) -> int:
        """Keep a person's message; where nobody has the conversation yet, its writer takes it (``words``).

        Returns the message's number within the session.

        Raises NoHandOver, HandOverClosed, Replayed.
        """
        with self._database.transaction() as connection:
            row = self._locked(connection, id_, once)
            if row.status != TAKEN:
                take(connection, row, name, words)
            return add(connection, row, kind="message", author="person", name=name, text=text)

    def resume(self, id_: str, *, words: str, note: str = "", name: str = "", once: str | None = None) -> HandOver:
        """The assistant speaks again: first the person's ``note``, then ``words``. Doing it again changes nothing.

        Raises NoHandOver, Replayed.
        """
        with self._database.transaction() as connection:
            row = self._locked(connection, id_, once, also_closed=True)
            if row.status != RESUMED:
                if note:
                    add(connection, row, kind="message", author="person", name=name or row.person or "", text=note)
                connection.execute(update(hand_overs).where(hand_overs.c.id == id_).values(status=RESUMED))
                add(connection, row, kind="resumed", author="system", name="", text=words)
            return record(connection, held(connection, id_))

    def retry(self, id_: str) -> HandOver:
        """Send everything that was not delivered again at once, also what was never put in. Raises NoHandOver."""
        with self._database.transaction() as connection:
            row = self._locked(connection, id_, None, also_closed=True)
            revive(connection, id_)
            opened = select(deliveries.c.id).where(
                deliveries.c.hand_over_id == id_, deliveries.c.kind == payloads.OPENED
            )
            if connection.execute(opened).first() is None:
                tell_opened(connection, self._outbox, row)
            again = record(connection, row)
        self._outbox.poke()
        return again

    def _locked(self, connection: Connection, id_: str, once: str | None, *, also_closed: bool = False) -> Any:
        """The row, while every other change of it waits; a webhook that was acted upon before is refused."""
        connection.execute(update(hand_overs).where(hand_overs.c.id == id_).values(created=hand_overs.c.created))
        row = held(connection, id_)
        if once is not None:
            _only_once(connection, once)
        if not also_closed:
            require_open(row)
        return row


def _only_once(connection: Connection, webhook_id: str) -> None:
    """Remember the id of a webhook with what it does; what is remembered long enough is forgotten. Raises Replayed."""
    connection.execute(delete(received).where(received.c.until < now()))
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    digest = hashlib.sha256(webhook_id.encode()).hexdigest()
    added = connection.execute(make(received).values(id=digest, until=now() + REMEMBERED).on_conflict_do_nothing())
    if not added.rowcount:
        raise Replayed("this webhook-id was acted upon before", hint="send each event under an id of its own, once")


def _delivered_as(state: str) -> Any:
    """The hand-overs that have a delivery in that state."""
    inner = {"waiting": "pending"}.get(state, state)
    return select(deliveries.c.hand_over_id).where(deliveries.c.state == inner)

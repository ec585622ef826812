"""Sessions, turns, feedback and hand-overs in a SQL database.

A session's id is a secret that only its visitor holds; the database keeps its SHA-256. Every method is one
transaction. Knows nothing of how a state comes about.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import InvalidRequest, MemoryFault, UnknownSession
from bot.memory.records import HandOver, Session, StoredTurn, load_state
from bot.memory.retention import MOST_DAYS, Forgotten, count_quiet, forget_quiet
from bot.memory.rows import json_row, now, shown_values, transcript, turn_values
from bot.memory.tables import feedback, hand_overs, sessions, shown, turns, visitors
from bot.turn import TurnRecord
from bot.types import Card, DialogueState, FeedbackKind, Message, plain


class Memory:
    """The one door to the database. ``ephemeral``: nothing outlives the process."""

    def __init__(self, engine: Engine, *, ephemeral: bool = False) -> None:
        self.ephemeral = ephemeral
        self._engine = engine
        self._alone = RLock()

    def open_session(self, session_id: str | None = None, *, catalog: str, visitor: str | None = None) -> Session:
        """A new session for ``None``, else the one with that id. Raises UnknownSession."""
        with self._transaction() as connection:
            if session_id is None:
                session_id = self._create(connection, catalog, visitor)
            return self._session(connection, session_id)

    def begin_turn(self, session_id: str, message: str) -> str:
        """Keep the visitor's message; returns the id of the running turn."""
        turn_id = secrets.token_urlsafe(12)
        with self._transaction() as connection:
            session = self._session(connection, session_id)
            last = select(func.coalesce(func.max(turns.c.number), 0)).where(turns.c.session_key == _key(session_id))
            connection.execute(
                insert(turns).values(
                    id=turn_id,
                    session_key=_key(session_id),
                    number=connection.execute(last).scalar_one() + 1,
                    catalog=session.catalog,
                    message=message,
                    reply="",
                    status="running",
                    created=now(),
                )
            )
        return turn_id

    def finish_turn(self, turn_id: str, record: TurnRecord) -> None:
        """Keep the reply, what was shown with rank and features, and the new state, in one step."""
        with self._transaction() as connection:
            row = connection.execute(select(turns.c.session_key, turns.c.catalog).where(turns.c.id == turn_id)).first()
            if row is None:  # the visitor erased everything while the reply was written
                return
            connection.execute(update(turns).where(turns.c.id == turn_id).values(**turn_values(record)))
            _save_state(connection, row.session_key, record.state)
            _replace_shown(connection, turn_id, row, record.cards)

    def show(self, turn_id: str, cards: Sequence[Card]) -> None:
        """Keep what a running turn has put before the visitor so far, all of it."""
        with self._transaction() as connection:
            row = connection.execute(select(turns.c.session_key, turns.c.catalog).where(turns.c.id == turn_id)).first()
            if row is not None:
                _replace_shown(connection, turn_id, row, cards)

    def history(self, session_id: str, *, limit: int = 12) -> tuple[Message, ...]:
        """The last ``limit`` turns as messages, oldest first; a message without a reply stands alone."""
        with self._transaction() as connection:
            rows = connection.execute(self._turns_of(session_id).order_by(turns.c.number.desc()).limit(limit)).all()
            items = _items_by_turn(connection, [row.id for row in rows])
        messages: list[Message] = []
        for row in reversed(rows):
            if row.status != "running":
                messages.append(Message("visitor", row.message))
                if row.reply or items.get(row.id):
                    messages.append(Message("assistant", row.reply, tuple(items.get(row.id, ()))))
        return tuple(messages)

    def turns(self, session_id: str) -> tuple[StoredTurn, ...]:
        """Every turn of the session, oldest first, to draw the page again. Raises UnknownSession."""
        with self._transaction() as connection:
            self._session(connection, session_id)
            rows = connection.execute(self._turns_of(session_id).order_by(turns.c.number)).all()
        return tuple(
            StoredTurn(row.id, row.message, row.reply, row.status, tuple(row.events or ()), row.created) for row in rows
        )

    def save_state(self, session_id: str, state: DialogueState) -> None:
        """Replace the session's state."""
        with self._transaction() as connection:
            _save_state(connection, _key(session_id), state)

    def record_feedback(
        self,
        session_id: str,
        *,
        kind: FeedbackKind,
        item_id: str | None = None,
        turn_id: str | None = None,
        reason: str = "",
    ) -> None:
        """Keep one press. Raises InvalidRequest for an item or a turn that this session was never shown."""
        key = _key(session_id)
        with self._transaction() as connection:
            self._session(connection, session_id)
            _require_shown(connection, key, item_id)
            _require_turn(connection, key, turn_id)
            connection.execute(
                insert(feedback).values(
                    session_key=key, turn_id=turn_id, item_id=item_id, kind=kind, reason=reason[:500], created=now()
                )
            )

    def hand_over(self, session_id: str, *, summary: str, reason: str, goal: str = "") -> HandOver:
        """Open a request for a person with the whole transcript, or return the one that is open already."""
        key = _key(session_id)
        with self._transaction() as connection:
            self._session(connection, session_id)
            opened = select(hand_overs).where(hand_overs.c.session_key == key, hand_overs.c.status == "open")
            if (row := connection.execute(opened).first()) is None:
                values = {
                    "id": "H-" + secrets.token_hex(4).upper(),
                    "session_key": key,
                    "status": "open",
                    "reason": reason,
                    "summary": summary,
                    "transcript": transcript(connection.execute(self._turns_of(session_id)).all()),
                    "created": now(),
                }
                connection.execute(insert(hand_overs).values(**values))
                row = connection.execute(opened).first()
        assert row is not None
        return HandOver(row.id, row.status, row.reason, row.summary, row.transcript, row.created)

    def export(self, session_id: str) -> dict[str, Any]:
        """Everything that is kept of this visitor in this session, JSON-ready. Raises UnknownSession."""
        key = _key(session_id)
        with self._transaction() as connection:
            session = self._session(connection, session_id)
            owned = {
                table.name: [
                    json_row(row) for row in connection.execute(select(table).where(table.c.session_key == key))
                ]
                for table in (turns, shown, feedback, hand_overs)
            }
        about = {"catalog": session.catalog, "created": session.created.isoformat(), "state": plain(session.state)}
        return {"session": about, **owned}

    def erase(self, session_id: str) -> None:
        """Delete the session and all that belongs to it; the id is unknown from then on. Raises UnknownSession."""
        with self._transaction() as connection:
            visitor = self._session(connection, session_id).visitor_id
            connection.execute(delete(sessions).where(sessions.c.key == _key(session_id)))
            left = select(func.count()).select_from(sessions).where(sessions.c.visitor_id == visitor)
            if connection.execute(left).scalar_one() == 0:
                connection.execute(delete(visitors).where(visitors.c.id == visitor))

    def retain(self, days: int, *, dry_run: bool = False) -> Forgotten:
        """Delete conversations that were quiet for more than ``days`` days, and all that belongs to them, in batches.

        ``dry_run`` only counts. Raises InvalidRequest for less than a day.
        """
        if days < 1:
            raise InvalidRequest(f"{days} days are too few", hint="keep conversations for a day at least")
        before = now() - timedelta(days=min(days, MOST_DAYS))
        if dry_run:
            with self._transaction() as connection:
                return count_quiet(connection, before)
        total = Forgotten()
        while True:
            with self._transaction() as connection:
                found = forget_quiet(connection, before)
            if not found.sessions:
                return total
            total = total.plus(found)

    def recover(self) -> int:
        """Mark turns that a dead process left running as ``cut``; their messages stay. Returns how many."""
        with self._transaction() as connection:
            cut = update(turns).where(turns.c.status == "running").values(status="cut", finished=now())
            return connection.execute(cut).rowcount

    def ping(self) -> None:
        """Raise MemoryFault unless the database answers."""
        with self._transaction() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction; a database error becomes a MemoryFault. An in-memory database serves one at a time."""
        try:
            if not self.ephemeral:
                with self._engine.begin() as connection:
                    yield connection
            else:
                with self._alone, self._engine.begin() as connection:
                    yield connection
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise MemoryFault(f"the database failed: {reason}", hint="run `shelftalk doctor`") from error

    @staticmethod
    def _create(connection: Connection, catalog: str, visitor: str | None) -> str:
        """Insert a session (and its visitor); returns the new secret: 192 random bits."""
        secret, born = secrets.token_urlsafe(24), now()
        if visitor is None:
            visitor = secrets.token_urlsafe(12)
            connection.execute(insert(visitors).values(id=visitor, created=born))
        connection.execute(
            insert(sessions).values(
                key=_key(secret),
                visitor_id=visitor,
                catalog=catalog,
                state=plain(DialogueState()),
                created=born,
                updated=born,
            )
        )
        return secret

    @staticmethod
    def _session(connection: Connection, session_id: str) -> Session:
        """The session with that secret id."""
        row = connection.execute(select(sessions).where(sessions.c.key == _key(session_id))).first()
        if row is None:
            raise UnknownSession("this session does not exist", hint="start a new one; it may have been erased")
        return Session(session_id, row.visitor_id, row.catalog, load_state(row.state), row.created)

    @staticmethod
    def _turns_of(session_id: str) -> Any:
        """All turns of one session."""
        return select(turns).where(turns.c.session_key == _key(session_id))


def _replace_shown(connection: Connection, turn_id: str, turn: Any, cards: Sequence[Card]) -> None:
    """The cards of one turn, in place of those noted before."""
    connection.execute(delete(shown).where(shown.c.turn_id == turn_id))
    owner = {"turn_id": turn_id, "session_key": turn.session_key, "catalog": turn.catalog}
    if rows := [owner | shown_values(card) for card in cards]:
        connection.execute(insert(shown), rows)


def _save_state(connection: Connection, key: str, state: DialogueState) -> None:
    """Replace a session's state."""
    connection.execute(update(sessions).where(sessions.c.key == key).values(state=plain(state), updated=now()))


def _items_by_turn(connection: Connection, turn_ids: Sequence[str]) -> dict[str, list[str]]:
    """Turn id -> the ids shown with it, in order."""
    found: dict[str, list[str]] = {}
    query = select(shown.c.turn_id, shown.c.item_id).where(shown.c.turn_id.in_(turn_ids)).order_by(shown.c.rank)
    for row in connection.execute(query):
        found.setdefault(row.turn_id, []).append(row.item_id)
    return found


def _require_shown(connection: Connection, key: str, item_id: str | None) -> None:
    """Refuse feedback on an item that was not shown in this session."""
    seen = select(shown.c.item_id).where(shown.c.session_key == key, shown.c.item_id == item_id)
    if item_id is not None and connection.execute(seen).first() is None:
        raise InvalidRequest("that item was not shown in this conversation", hint="send the id of a shown item")


def _require_turn(connection: Connection, key: str, turn_id: str | None) -> None:
    """Refuse feedback on a turn of somebody else."""
    own = select(turns.c.id).where(turns.c.session_key == key, turns.c.id == turn_id)
    if turn_id is not None and connection.execute(own).first() is None:
        raise InvalidRequest("that turn is not part of this conversation", hint="send the turn_id of a reply")


def _key(session_id: str) -> str:
    """What the database knows of a session's secret id."""
    return hashlib.sha256(session_id.encode()).hexdigest()

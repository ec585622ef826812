"""Sessions, turns, feedback and hand-overs in a SQL database.

A session's id is a secret that only its visitor holds; the database keeps its SHA-256. Every method is one
transaction. Knows nothing of how a state comes about, and nothing of tokens: see `visitors` and `revocations`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from bot.errors import InvalidRequest
from bot.memory import states
from bot.memory.database import Database
from bot.memory.effects import Effects
from bot.memory.exporting import exported
from bot.memory.hand_overs import HandOvers, forward, open_or_find
from bot.memory.ids import key as _key
from bot.memory.outbox import Outbox
from bot.memory.past import Past, as_messages, items_by_turn
from bot.memory.persons import Persons
from bot.memory.records import HandOver, Session, StoredTurn
from bot.memory.retention import MOST_DAYS, Forgotten, count_quiet, forget_quiet
from bot.memory.revocations import Revocations
from bot.memory.rows import now, shown_values, transcript, turn_values
from bot.memory.tables import feedback, sessions, shown, turns, visitors
from bot.memory.visitors import Visitors
from bot.turn import TurnRecord
from bot.types import Card, DialogueState, FeedbackKind, Message


class Memory:
    """The one door to the database.

    ``ephemeral``: nothing outlives the process; ``desk``: one is connected, and hand-overs are sent to it.
    """

    def __init__(self, engine: Engine, *, ephemeral: bool = False, desk: bool = False) -> None:
        self.ephemeral = ephemeral
        self._engine = engine
        database = Database(engine, ephemeral=ephemeral)
        self._transaction = database.transaction
        self.visitors = Visitors(database)
        self.revocations = Revocations(database)
        self.outbox = Outbox(database, is_open=desk)
        self.hand_overs = HandOvers(database, self.outbox)
        self.persons = Persons(database, self.outbox)
        self.past = Past(database)
        self.effects = Effects(database)

    def open_session(self, session_id: str | None = None, *, catalog: str, visitor: str | None = None) -> Session:
        """A new session for ``None``, else the one with that id. Raises UnknownSession."""
        with self._transaction() as connection:
            if session_id is None:
                session_id = self._create(connection, catalog, visitor)
            return states.load(connection, session_id)

    def begin_turn(self, session_id: str, message: str) -> str:
        """Keep the visitor's message; returns the id of the running turn."""
        turn_id = secrets.token_urlsafe(12)
        with self._transaction() as connection:
            catalog, last = states.place(connection, session_id)
            connection.execute(
                insert(turns).values(
                    id=turn_id,
                    session_key=_key(session_id),
                    number=last + 1,
                    catalog=catalog,
                    message=message,
                    reply="",
                    status="running",
                    created=now(),
                )
            )
            said = {"id_": f"{turn_id}:visitor", "author": "visitor", "text": message}
            told = forward(connection, self.outbox, _key(session_id), **said)
        self._poke(told)
        return turn_id

    def finish_turn(self, turn_id: str, record: TurnRecord) -> None:
        """Keep the reply, what was shown with rank and features, and the new state, in one step."""
        with self._transaction() as connection:
            row = connection.execute(select(turns.c.session_key, turns.c.catalog).where(turns.c.id == turn_id)).first()
            if row is None:  # the visitor erased everything while the reply was written
                return
            states.save(connection, row.session_key, record.state, base=record.base)
            connection.execute(update(turns).where(turns.c.id == turn_id).values(**turn_values(record)))
            _replace_shown(connection, turn_id, row, record.cards)
            said = {"id_": f"{turn_id}:ai", "author": "ai", "text": record.reply}
            told = forward(connection, self.outbox, row.session_key, **said)
        self._poke(told)

    def show(self, turn_id: str, cards: Sequence[Card]) -> None:
        """Keep what a running turn has put before the visitor so far, all of it."""
        with self._transaction() as connection:
            row = connection.execute(select(turns.c.session_key, turns.c.catalog).where(turns.c.id == turn_id)).first()
            if row is not None:
                _replace_shown(connection, turn_id, row, cards)

    def history(self, session_id: str, *, limit: int = 12) -> tuple[Message, ...]:
        """The last ``limit`` turns as messages, oldest first; a message without a reply stands alone.

        Where the visitor came to the page of an item, a "system" message without words shows that item.
        """
        with self._transaction() as connection:
            rows = connection.execute(self._turns_of(session_id).order_by(turns.c.number.desc()).limit(limit)).all()
            items = items_by_turn(connection, [row.id for row in rows if row.status != "running"])
        return as_messages([row for row in reversed(rows) if row.status != "running"], items)

    def turns(self, session_id: str) -> tuple[StoredTurn, ...]:
        """Every turn of the session, oldest first, to draw the page again. Raises UnknownSession."""
        with self._transaction() as connection:
            states.load(connection, session_id)
            rows = connection.execute(self._turns_of(session_id).order_by(turns.c.number)).all()
        return tuple(
            StoredTurn(row.id, row.message, row.reply, row.status, tuple(row.events or ()), row.created, row.finished)
            for row in rows
        )

    def save_state(self, session_id: str, state: DialogueState, *, base: DialogueState | None = None) -> None:
        """Replace the session's state; of a verified visitor's profile only what changed since ``base``."""
        with self._transaction() as connection:
            states.save(connection, _key(session_id), state, base=base)

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
            states.load(connection, session_id)
            _require_shown(connection, key, item_id)
            _require_turn(connection, key, turn_id)
            connection.execute(
                insert(feedback).values(
                    session_key=key, turn_id=turn_id, item_id=item_id, kind=kind, reason=reason[:500], created=now()
                )
            )

    def hand_over(
        self,
        session_id: str,
        *,
        summary: str,
        reason: str,
        context: Mapping[str, Any] | None = None,
        items: Mapping[str, Any] | None = None,
    ) -> HandOver:
        """Open a request for a person with the whole transcript, or return the one that is open already.

        ``context`` is where on the host's site it was asked for, and by whom; ``items`` what was shown and refused.
        """
        with self._transaction() as connection:
            states.load(connection, session_id)
            found = open_or_find(
                connection,
                self.outbox,
                _key(session_id),
                transcript=transcript(connection.execute(self._turns_of(session_id)).all()),
                summary=summary,
                reason=reason,
                context=dict(context) if context else None,
                items=dict(items) if items else None,
            )
        self.outbox.poke()
        return found

    def export(self, session_id: str) -> dict[str, Any]:
        """Everything that is kept of this visitor in this session, JSON-ready. Raises UnknownSession."""
        with self._transaction() as connection:
            return exported(connection, states.load(connection, session_id))

    def erase(self, session_id: str) -> None:
        """Delete the session and all that belongs to it; the id is unknown from then on. Raises UnknownSession."""
        with self._transaction() as connection:
            visitor = states.load(connection, session_id).visitor_id
            connection.execute(delete(sessions).where(sessions.c.key == _key(session_id)))
            left = select(func.count()).select_from(sessions).where(sessions.c.visitor_id == visitor)
            if connection.execute(left).scalar_one() == 0:
                connection.execute(delete(visitors).where(visitors.c.id == visitor))

    def retain(self, days: int, *, dry_run: bool = False) -> Forgotten:
        """Delete conversations that were quiet for more than ``days`` days, and all that belongs to them, in batches.

        Revocations that have expired go as well. ``dry_run`` only counts. Raises InvalidRequest for less than a day.
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
                self.revocations.tidy()
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

    def _poke(self, told: bool) -> None:
        """Let the desk be told at once."""
        if told:
            self.outbox.poke()

    @staticmethod
    def _create(connection: Connection, catalog: str, visitor: str | None) -> str:
        """Insert a session (and its visitor); returns the new secret: 192 random bits."""
        secret = secrets.token_urlsafe(24)
        if visitor is None:
            visitor = secrets.token_urlsafe(12)
            connection.execute(insert(visitors).values(id=visitor, created=now()))
        states.create(connection, secret, visitor_id=visitor, catalog=catalog, state=DialogueState(), handle=None)
        return secret

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

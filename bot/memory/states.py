"""Sessions and their states as rows. A verified visitor's lasting profile stands in each of their states.

Every function works within the caller's transaction.
"""

from __future__ import annotations

from typing import Any, NoReturn

from sqlalchemy import BindParameter, Connection, Row, bindparam, exists, func, insert, select, update

from bot.errors import UnknownSession
from bot.memory.ids import key
from bot.memory.lasting import known, merged, profile_of
from bot.memory.records import Session, load_state
from bot.memory.rows import now
from bot.memory.tables import TAKEN, hand_overs, sessions, turns, visitors
from bot.types import DialogueState, plain


def create(
    connection: Connection, session_id: str, *, visitor_id: str, catalog: str, state: DialogueState, handle: str | None
) -> None:
    """Insert a session of a visitor whom the database knows; ``handle`` is what a verified visitor's goes by."""
    born = now()
    connection.execute(
        insert(sessions).values(
            key=key(session_id),
            visitor_id=visitor_id,
            handle=handle,
            catalog=catalog,
            state=plain(state),
            created=born,
            updated=born,
        )
    )


def load(connection: Connection, session_id: str) -> Session:
    """The session with that id, in the light of all that its visitor's other ones know. Raises UnknownSession."""
    row = _row(connection, key(session_id))
    if row is None:
        _refuse()
    state = load_state(row.state)
    if row.profile is not None:
        state = known(state, row.profile)
    return Session(session_id, row.visitor_id, row.catalog, state, row.created, bool(row.taken))


def place(connection: Connection, session_id: str) -> tuple[str, int]:
    """The catalogue of the session with that id, and the number of its latest turn. Raises UnknownSession."""
    row = connection.execute(_PLACE, {_WANTED.key: key(session_id)}).first()
    if row is None:
        _refuse()
    return row[0], row[1]


def save(connection: Connection, session_key: str, state: DialogueState, *, base: DialogueState | None) -> None:
    """Replace a session's state, and tell its visitor's profile what changed since ``base``, None for all there is.

    Does nothing for a session that was erased.
    """
    _lock_visitor(connection, session_key)
    row = _row(connection, session_key)
    if row is None:
        return
    if row.profile is not None:
        profile = merged(row.profile, profile_of(base) if base else row.profile, profile_of(state))
        connection.execute(update(visitors).where(visitors.c.id == row.visitor_id).values(profile=profile))
        state = known(state, profile)
    connection.execute(update(sessions).where(sessions.c.key == session_key).values(state=plain(state), updated=now()))


def _refuse() -> NoReturn:
    raise UnknownSession("this session does not exist", hint="start a new one; it may have been erased")


def _lock_visitor(connection: Connection, session_key: str) -> None:
    """Let other conversations of a verified visitor wait until this transaction ends."""
    connection.execute(_LOCK, {_WANTED.key: session_key})


def _row(connection: Connection, session_key: str) -> Row[Any] | None:
    """A session's row with its visitor's profile, which only verified visitors have, and whether a person has it."""
    return connection.execute(_ROW, {_WANTED.key: session_key}).first()


_WANTED: BindParameter[str] = bindparam("wanted_session")
_ROW = (
    select(
        sessions,
        visitors.c.profile,
        exists().where(hand_overs.c.session_key == sessions.c.key, hand_overs.c.status == TAKEN).label("taken"),
    )
    .select_from(sessions.join(visitors, visitors.c.id == sessions.c.visitor_id))
    .where(sessions.c.key == _WANTED)
)
_PLACE = select(
    sessions.c.catalog,
    select(func.coalesce(func.max(turns.c.number), 0)).where(turns.c.session_key == sessions.c.key).scalar_subquery(),
).where(sessions.c.key == _WANTED)
_LOCK = (
    update(visitors)
    .where(
        visitors.c.id == select(sessions.c.visitor_id).where(sessions.c.key == _WANTED).scalar_subquery(),
        visitors.c.subject.is_not(None),
    )
    .values(created=visitors.c.created)
)
"""Statements of every turn, made once: to make one costs more than to run it."""

"""Verified visitors: who they are, which sessions are theirs, and how an anonymous session becomes one of them.

A visitor is known by a ``subject``, a digest of host, catalogue and the host's own id of that visitor. Every method is
one transaction. Knows no token.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from bot.errors import UnknownSession
from bot.memory import states
from bot.memory.database import Database, insert_or_change
from bot.memory.exporting import exported
from bot.memory.ids import belonging, key
from bot.memory.lasting import Profile, known, merged, profile_of
from bot.memory.records import Conversation, load_state
from bot.memory.rows import now
from bot.memory.tables import deliveries, feedback, hand_over_messages, hand_overs, sessions, shown, turns, visitors
from bot.types import DialogueState

MOST_LISTED = 50
"""Conversations that are listed, the latest first."""
_OWNED = (turns, shown, feedback, hand_overs, hand_over_messages, deliveries)


class Visitors:
    """The visitors whom a host vouches for. Sessions are returned by the id that they have in here (see `ids`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, subject: str) -> str | None:
        """The session that this visitor used last, None before there is one."""
        with self._database.transaction() as connection:
            visitor_id = _visitor(connection, subject)
            found = connection.execute(
                select(sessions.c.handle).where(sessions.c.visitor_id == visitor_id).order_by(*_LATEST_FIRST).limit(1)
            ).scalar()
        return belonging(visitor_id, found) if visitor_id and found else None

    def find(self, subject: str, handle: str) -> str | None:
        """This visitor's own session that goes by ``handle``; None when it is not theirs, whoever else's it may be."""
        with self._database.transaction() as connection:
            visitor_id = _visitor(connection, subject)
            if visitor_id is None:
                return None
            held = belonging(visitor_id, handle)
            return (
                held if connection.execute(select(sessions.c.key).where(sessions.c.key == key(held))).first() else None
            )

    def begin(self, subject: str, *, catalog: str, language: str = "en") -> str:
        """A new session of this visitor, who is new as well the first time; it begins with the lasting profile."""
        handle = secrets.token_urlsafe(24)
        with self._database.transaction() as connection:
            visitor_id, profile = _ensured(connection, subject)
            held = belonging(visitor_id, handle)
            state = known(DialogueState(language=language), profile)
            states.create(connection, held, visitor_id=visitor_id, catalog=catalog, state=state, handle=handle)
        return held

    def claim(self, subject: str, session_id: str) -> str:
        """Move an anonymous session, with all that belongs to it, to this visitor. Returns the id that it has now.

        Its old id goes on only beside the visitor's token. Whatever was claimed before, by whomever, is unknown here.

        Raises:
            UnknownSession: there is no anonymous session with that id.
        """
        with self._database.transaction() as connection:
            anonymous = select(visitors.c.id).where(visitors.c.subject.is_(None))
            wanted = (sessions.c.key == key(session_id), sessions.c.visitor_id.in_(anonymous))
            connection.execute(update(sessions).where(*wanted).values(updated=sessions.c.updated))  # others wait now
            row = connection.execute(select(sessions).where(*wanted).with_for_update()).first()
            if row is None:
                raise UnknownSession("this session does not exist", hint="start a new one; it may have been erased")
            visitor_id, profile = _ensured(connection, subject)
            return _moved(connection, row, session_id, visitor_id, profile)

    def conversations(self, subject: str) -> tuple[Conversation, ...]:
        """This visitor's latest sessions, the latest first."""
        counted = select(func.count()).where(turns.c.session_key == sessions.c.key).scalar_subquery()
        held = (
            select(sessions.c.handle, sessions.c.created, sessions.c.updated, counted.label("turns"))
            .join(visitors, visitors.c.id == sessions.c.visitor_id)
            .where(visitors.c.subject == subject)
            .order_by(*_LATEST_FIRST)
            .limit(MOST_LISTED)
        )
        with self._database.transaction() as connection:
            return tuple(Conversation(*row) for row in connection.execute(held))

    def export(self, subject: str) -> dict[str, Any]:
        """Everything that is kept of this visitor, JSON-ready, oldest session first; nothing of one who is new."""
        with self._database.transaction() as connection:
            row = connection.execute(select(visitors).where(visitors.c.subject == subject)).first()
            if row is None:
                return {"profile": profile_of(DialogueState()), "sessions": []}
            held = select(sessions.c.handle).where(sessions.c.visitor_id == row.id).order_by(sessions.c.created)
            ids = [belonging(row.id, handle) for handle in connection.execute(held).scalars()]
            found = [exported(connection, states.load(connection, id_)) for id_ in ids]
        return {"profile": row.profile, "created": row.created.isoformat(), "sessions": found}

    def erase(self, subject: str) -> None:
        """Delete the visitor with every session; no id of theirs opens anything from then on."""
        with self._database.transaction() as connection:
            connection.execute(delete(visitors).where(visitors.c.subject == subject))


_LATEST_FIRST = (sessions.c.updated.desc(), sessions.c.created.desc(), sessions.c.key)


def _visitor(connection: Connection, subject: str) -> str | None:
    """The visitor's own key."""
    return connection.execute(select(visitors.c.id).where(visitors.c.subject == subject)).scalar()


def _ensured(connection: Connection, subject: str) -> tuple[str, Profile]:
    """The visitor's key and profile, made at the first request; of several first ones at a time one makes them."""
    born = {"id": secrets.token_urlsafe(24), "subject": subject, "profile": profile_of(DialogueState())}
    same = {"subject": subject}  # others wait for the row from here on, as for one that was changed
    made = insert_or_change(
        connection, visitors, {**born, "created": now()}, by=visitors.c.subject, change=same
    ).returning(visitors.c.id, visitors.c.profile)
    row = connection.execute(made).one()
    return row.id, row.profile


def _moved(connection: Connection, row: Any, session_id: str, visitor_id: str, profile: Profile) -> str:
    """The session under its new key, with everything of its own and what it knows told to the profile."""
    held, state = belonging(visitor_id, session_id), load_state(row.state)
    profile = merged(profile, profile_of(DialogueState()), profile_of(state))
    connection.execute(update(visitors).where(visitors.c.id == visitor_id).values(profile=profile))
    states.create(
        connection, held, visitor_id=visitor_id, catalog=row.catalog, state=known(state, profile), handle=session_id
    )
    connection.execute(update(sessions).where(sessions.c.key == key(held)).values(created=row.created))
    for table in _OWNED:
        connection.execute(update(table).where(table.c.session_key == row.key).values(session_key=key(held)))
    connection.execute(delete(sessions).where(sessions.c.key == row.key))
    left = exists().where(sessions.c.visitor_id == visitors.c.id)
    connection.execute(delete(visitors).where(visitors.c.id == row.visitor_id, ~left))
    return held

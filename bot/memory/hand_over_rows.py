"""Hand-overs as rows: finding one, making a noun of it, what taking it and saying something writes, and its errors.

Every function works within the caller's transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from bot.errors import ShelftalkError
from bot.memory import payloads
from bot.memory.outbox import Outbox, delivery_of
from bot.memory.records import HandOver, load_state
from bot.memory.rows import now
from bot.memory.tables import OPEN, RESUMED, TAKEN, hand_over_messages, hand_overs, sessions

FORGOTTEN = timedelta(days=1)
"""Whoever asked so much earlier is not waiting for the same people any more."""


class NoHandOver(ShelftalkError):
    """There is no such hand-over, or it was erased."""

    code = "no_hand_over"
    status = 404


class HandOverClosed(ShelftalkError):
    """The assistant has the conversation again."""

    code = "hand_over_closed"
    status = 409


def tell_opened(connection: Connection, outbox: Outbox, row: Any) -> None:
    """Let the desk be told of a hand-over, with everything."""
    catalog, language = spoken(connection, row)
    outbox.put(connection, row, payloads.OPENED, payloads.opened(row, catalog=catalog, language=language))


def newest(session_key: str) -> Any:
    """The latest hand-over of a session."""
    found = select(hand_overs).where(hand_overs.c.session_key == session_key)
    return found.order_by(hand_overs.c.created.desc()).limit(1)


def held(connection: Connection, id_: str) -> Any:
    """The row with that id. Raises NoHandOver."""
    row = connection.execute(select(hand_overs).where(hand_overs.c.id == id_)).first()
    if row is None:
        raise NoHandOver("there is no such hand-over", hint="it may have been erased; GET /v1/handovers lists them")
    return row


def require_open(row: Any) -> None:
    """Refuse what comes after the assistant has the conversation again."""
    if row.status == RESUMED:
        raise HandOverClosed(
            "this hand-over is closed: the assistant has the conversation again",
            hint="the visitor can ask for a person again, which opens another",
        )


def in_line(connection: Connection, row: Any) -> HandOver:
    """As `record`; of one that nobody has taken also how many wait longer, but for those that are forgotten."""
    found = record(connection, row)
    if row.status != OPEN:
        return found
    others = select(func.count()).select_from(hand_overs.join(sessions, sessions.c.key == hand_overs.c.session_key))
    earlier = and_(hand_overs.c.created < row.created, hand_overs.c.created > row.created - FORGOTTEN)
    waiting = others.where(hand_overs.c.status == OPEN, sessions.c.catalog == found.catalog, earlier)
    return replace(found, ahead=connection.execute(waiting).scalar_one())


def take(connection: Connection, row: Any, name: str, words: str) -> None:
    """A person has it."""
    connection.execute(update(hand_overs).where(hand_overs.c.id == row.id).values(status=TAKEN, person=name))
    add(connection, row, kind="taken", author="system", name=name, text=words)


def add(connection: Connection, row: Any, **values: Any) -> int:
    """One more message, under the next number of its session."""
    last = select(func.coalesce(func.max(hand_over_messages.c.number), 0))
    number: int = connection.execute(last.where(hand_over_messages.c.session_key == row.session_key)).scalar_one() + 1
    given = {"session_key": row.session_key, "hand_over_id": row.id, "number": number, "created": now()}
    connection.execute(insert(hand_over_messages).values(**given, **values))
    return number


def record(connection: Connection, row: Any) -> HandOver:
    """A row as a noun."""
    catalog, language = spoken(connection, row)
    return HandOver(
        id=row.id,
        status=row.status,
        reason=row.reason,
        summary=row.summary,
        transcript=row.transcript,
        created=row.created,
        context=row.context or {},
        items=row.items or {},
        correction=row.correction,
        corrected=row.corrected,
        person=row.person or "",
        delivery=delivery_of(connection, row.id),
        catalog=catalog,
        language=language,
    )


def spoken(connection: Connection, row: Any) -> tuple[str, str]:
    """The catalogue and the language of a hand-over's conversation."""
    found = select(sessions.c.catalog, sessions.c.state).where(sessions.c.key == row.session_key)
    session = connection.execute(found).one()
    return session.catalog, load_state(session.state).language

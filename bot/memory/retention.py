"""Conversations that have been quiet for long: counting them, and deleting them with everything of theirs.

A conversation is as old as the latest thing that happened in it. Each call is one batch of the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, select

from bot.memory.tables import feedback, hand_over_messages, hand_overs, sessions, shown, turns, visitors

BATCH = 500
"""Conversations deleted in one transaction: visitors who talk meanwhile wait for milliseconds."""
MOST_DAYS = 100 * 366


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of each kind were deleted, or would be."""

    sessions: int = 0
    turns: int = 0
    shown: int = 0
    feedback: int = 0
    hand_overs: int = 0
    visitors: int = 0

    def plus(self, other: Forgotten) -> Forgotten:
        """Both together."""
        return Forgotten(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def count_quiet(connection: Connection, before: datetime) -> Forgotten:
    """What deleting every conversation that was quiet since ``before`` would delete."""
    quiet = _quiet(before)
    keys = select(sessions.c.key).where(quiet)
    left = select(sessions.c.visitor_id).where(~quiet)
    gone = select(sessions.c.visitor_id).where(quiet)
    lonely = and_(visitors.c.id.in_(gone), visitors.c.id.not_in(left))
    alone = Forgotten(sessions=_count(connection, sessions, quiet), visitors=_count(connection, visitors, lonely))
    return alone.plus(_owned(connection, keys))


def forget_quiet(connection: Connection, before: datetime) -> Forgotten:
    """Delete at most `BATCH` conversations that were quiet since ``before``; nothing was deleted: none is left."""
    quiet = _quiet(before)
    rows = connection.execute(
        select(sessions.c.key, sessions.c.visitor_id).where(quiet).order_by(sessions.c.updated).limit(BATCH)
    ).all()
    keys = [row.key for row in rows]
    owned = _owned(connection, keys)
    gone = connection.execute(delete(sessions).where(sessions.c.key.in_(keys), quiet)).rowcount
    lonely = _forget_lonely(connection, [row.visitor_id for row in rows])
    return owned.plus(Forgotten(sessions=gone, visitors=lonely))


def _owned(connection: Connection, keys: Any) -> Forgotten:
    """How many rows belong to those conversations."""
    tables = (turns, shown, feedback, hand_overs)
    return Forgotten(**{table.name: _count(connection, table, table.c.session_key.in_(keys)) for table in tables})


def _forget_lonely(connection: Connection, ids: Sequence[str]) -> int:
    """Delete those visitors who have no conversation left."""
    left = exists().where(sessions.c.visitor_id == visitors.c.id)
    return connection.execute(delete(visitors).where(visitors.c.id.in_(ids), ~left)).rowcount


def _quiet(before: datetime) -> ColumnElement[bool]:
    """Nothing happened in the conversation since ``before``."""
    lately = [
        exists().where(table.c.session_key == sessions.c.key, table.c.created >= before)
        for table in (turns, feedback, hand_overs, hand_over_messages)
    ]
    return and_(sessions.c.updated < before, *(~one for one in lately))


def _count(connection: Connection, table: Table, which: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(which)).scalar_one())

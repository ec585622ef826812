"""Webhooks that wait for the support desk: kept in the caller's transaction, delivered by whoever claims them.

A delivery is pending, delivered or dead (given up). Of one hand-over the oldest pending one comes first. Erasing a
session erases its deliveries. Knows no HTTP.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, select, update

from bot.memory.database import Database
from bot.memory.rows import now
from bot.memory.tables import deliveries

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"
LEASE = 60.0
"""Seconds after which an attempt whose process died is made again."""
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook to send. ``attempts`` counts the one that is being made."""

    id: str
    hand_over_id: str
    kind: str
    body: str
    attempts: int


class Outbox:
    """The deliveries of one database. ``open``: a desk is connected; otherwise nothing is put in."""

    def __init__(self, database: Database, *, is_open: bool = False) -> None:
        self.is_open = is_open
        self._database = database
        self._changed = threading.Condition()
        self._changes = 0

    def put(self, connection: Connection, row: Any, kind: str, body: str) -> None:
        """Let ``body`` be sent for the hand-over ``row``; call `poke` once the transaction is over."""
        if self.is_open:
            at = now()
            connection.execute(
                insert(deliveries).values(
                    id=f"msg_{secrets.token_urlsafe(18)}",
                    session_key=row.session_key,
                    hand_over_id=row.id,
                    kind=kind,
                    body=body,
                    state=PENDING,
                    attempts=0,
                    due=at,
                    problem="",
                    created=at,
                )
            )

    def claim(self) -> Delivery | None:
        """The delivery that is due first, for this caller alone for `LEASE` seconds; None when none is due."""
        earlier = deliveries.alias()
        waits = exists().where(
            earlier.c.hand_over_id == deliveries.c.hand_over_id,
            earlier.c.state == PENDING,
            earlier.c.number < deliveries.c.number,
        )
        first = (
            select(deliveries)
            .where(deliveries.c.state == PENDING, deliveries.c.due <= now(), ~waits)
            .order_by(deliveries.c.due, deliveries.c.number)
            .limit(1)
        )
        with self._database.transaction() as connection:
            row = connection.execute(first).first()
            if row is None:
                return None
            taken = connection.execute(
                update(deliveries)
                .where(*_as_it_was(row.id, row.attempts), deliveries.c.due == row.due)
                .values(attempts=row.attempts + 1, due=now() + timedelta(seconds=LEASE))
            )
            if not taken.rowcount:  # another courier was faster
                return None
        return Delivery(row.id, row.hand_over_id, row.kind, row.body, row.attempts + 1)

    def delivered(self, delivery: Delivery) -> None:
        """The desk has it."""
        self._end(delivery, state=DELIVERED, problem="", delivered=now())

    def failed(self, delivery: Delivery, problem: str, *, again_in: float | None) -> None:
        """The attempt failed: again after so many seconds, or never by itself (None). ``problem`` holds no secret."""
        said = problem[:_LONGEST_PROBLEM]
        if again_in is None:
            self._end(delivery, state=DEAD, problem=said)
        else:
            self._end(delivery, problem=said, due=now() + timedelta(seconds=again_in))

    def tried(self, hand_over_id: str) -> bool:
        """Whether nothing of a hand-over waits for its first attempt; behind one that failed nothing is attempted."""
        waiting = (deliveries.c.hand_over_id == hand_over_id, deliveries.c.state == PENDING)
        query = select(deliveries.c.problem).where(*waiting).order_by(deliveries.c.number)
        with self._database.transaction() as connection:
            problem = connection.execute(query.limit(1)).scalar()
        return problem is None or bool(problem)

    def counts(self) -> Mapping[str, int]:
        """How many are pending and how many are dead."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        with self._database.transaction() as connection:
            found = {state: int(many) for state, many in connection.execute(query)}
        return {state: found.get(state, 0) for state in (PENDING, DEAD)}

    def of(self, hand_over_id: str) -> list[dict[str, Any]]:
        """What became of each delivery of a hand-over, oldest first, JSON-ready and without its body."""
        query = select(deliveries).where(deliveries.c.hand_over_id == hand_over_id).order_by(deliveries.c.number)
        with self._database.transaction() as connection:
            return [_told(row) for row in connection.execute(query)]

    def poke(self) -> None:
        """Wake whoever waits for a change; from any thread."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def wait(self, holds: Callable[[], bool], *, seconds: float) -> bool:
        """Whether ``holds`` within so many seconds; looked at after every change of this process, and now and then."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self._changes
            if holds():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.rest(min(left, 0.5), since=seen)

    @property
    def changes(self) -> int:
        """Counts the changes of this process; see `rest`."""
        return self._changes

    def rest(self, seconds: float, *, since: int) -> None:
        """Wait for a change after ``since``, at most so long."""
        with self._changed:
            if self._changes == since:
                self._changed.wait(seconds)

    def _end(self, delivery: Delivery, **values: Any) -> None:
        """Note how an attempt ended, unless it was erased or taken over meanwhile."""
        with self._database.transaction() as connection:
            connection.execute(update(deliveries).where(*_as_it_was(delivery.id, delivery.attempts)).values(**values))
        self.poke()


def delivery_of(connection: Connection, hand_over_id: str) -> str:
    """none, waiting, delivered or dead: the worst of a hand-over's deliveries.

    Once the desk has anything of it, what is only on its way does not count as waiting, until an attempt failed.
    """
    query = select(deliveries.c.state, deliveries.c.problem).where(deliveries.c.hand_over_id == hand_over_id).distinct()
    found = {(row.state, bool(row.problem)) for row in connection.execute(query)}
    states = {state for state, _ in found}
    if DEAD in states:
        return DEAD
    waits = (PENDING, True) in found or (PENDING in states and DELIVERED not in states)
    return "waiting" if waits else DELIVERED if states else "none"


def revive(connection: Connection, hand_over_id: str) -> int:
    """Let everything of a hand-over that was not delivered be tried again at once; returns how many there are."""
    undelivered = and_(deliveries.c.hand_over_id == hand_over_id, deliveries.c.state != DELIVERED)
    again = update(deliveries).where(undelivered).values(state=PENDING, attempts=0, due=now())
    return connection.execute(again).rowcount


def _as_it_was(id_: str, attempts: int) -> tuple[Any, ...]:
    """The delivery, still pending, at that attempt."""
    return (deliveries.c.id == id_, deliveries.c.state == PENDING, deliveries.c.attempts == attempts)


def _told(row: Any) -> dict[str, Any]:
    """A delivery as the operator sees it."""
    return {
        "id": row.id,
        "type": row.kind,
        "state": row.state,
        "attempts": row.attempts,
        "problem": row.problem,
        "created": row.created.isoformat(),
        "next": row.due.isoformat() if row.state == PENDING else None,
        "delivered": row.delivered.isoformat() if row.delivered else None,
    }

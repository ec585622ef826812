"""Identity tokens that a host took back before they expired. What is revoked is known here by its digest alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select

from bot.memory.database import Database, insert_or_change
from bot.memory.rows import now
from bot.memory.tables import revocations


class Revocations:
    """Digest -> when it was revoked, until its tokens have expired by themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, digest: str, *, until: datetime) -> datetime:
        """Revoke ``digest`` from now on, ``until`` then (with zone); returns now. What has expired is forgotten."""
        at, end = now(), until.astimezone(UTC).replace(tzinfo=None)
        times = {"revoked": at, "until": end}
        self.tidy()
        with self._database.transaction() as connection:
            kept = {"token": digest, **times}
            connection.execute(insert_or_change(connection, revocations, kept, by=revocations.c.token, change=times))
        return at.replace(tzinfo=UTC)

    def of(self, digests: Sequence[str]) -> Mapping[str, datetime]:
        """Those of ``digests`` that are revoked, with when."""
        held = select(revocations).where(revocations.c.token.in_(digests), revocations.c.until >= now())
        with self._database.transaction() as connection:
            return {row.token: row.revoked.replace(tzinfo=UTC) for row in connection.execute(held)}

    def tidy(self) -> None:
        """Forget what has expired: its tokens have, too."""
        with self._database.transaction() as connection:
            connection.execute(delete(revocations).where(revocations.c.until < now()))

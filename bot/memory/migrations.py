"""Numbered steps that bring any older database to today's tables; each runs once, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, func, insert, inspect, select

from bot.errors import MemoryFault
from bot.memory import tables


def _first(connection: Connection) -> None:
    """Visitors, sessions, turns with the prompts that spoke, every shown item with rank and features, hand-overs."""
    tables.metadata.create_all(connection)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first,)


def migrate(engine: Engine) -> int:
    """Apply what is missing; returns the version reached. Raises MemoryFault for a database from the future."""
    with engine.begin() as connection:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise MemoryFault(
                f"the database has version {version}, this program knows {len(MIGRATIONS)}",
                hint="upgrade shelftalk, or point SHELFTALK_MEMORY_URL at another database",
            )
        for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
            step(connection)
            connection.execute(insert(tables.migrations).values(version=number, applied=_now()))
    return len(MIGRATIONS)


def _version(connection: Connection) -> int:
    """The last step that was applied, 0 for an empty database."""
    if not inspect(connection).has_table("migrations"):
        return 0
    return connection.execute(select(func.max(tables.migrations.c.version))).scalar() or 0


def _now() -> datetime:
    """UTC without zone, as both databases keep it."""
    return datetime.now(UTC).replace(tzinfo=None)

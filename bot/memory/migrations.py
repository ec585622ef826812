"""Numbered steps that bring any older database to today's tables; each runs once, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, func, insert, inspect, select
from sqlalchemy.schema import CreateColumn

from bot.errors import MemoryFault
from bot.memory import tables


def _first(connection: Connection) -> None:
    """Visitors, sessions, turns with the prompts that spoke, every shown item with rank and features, hand-overs."""
    tables.metadata.create_all(connection)


def _second(connection: Connection) -> None:
    """Verified visitors with a lasting profile, revoked tokens, and where on the host's site a visitor was."""
    for column in (tables.visitors.c.subject, tables.visitors.c.profile, tables.sessions.c.handle):
        _add(connection, column)
    for column in (tables.turns.c.product_id, tables.hand_overs.c.context):
        _add(connection, column)
    tables.revocations.create(connection, checkfirst=True)
    for index in tables.visitors.indexes:
        index.create(connection, checkfirst=True)


def _third(connection: Connection) -> None:
    """A person in the conversation: who, what was said, the visitor's correction, and the webhooks to the desk."""
    for name in ("items", "correction", "corrected", "person"):
        _add(connection, tables.hand_overs.c[name])
    for table in (tables.hand_over_messages, tables.deliveries, tables.received):
        table.create(connection, checkfirst=True)


def _prompt_states(connection: Connection) -> None:
    """Which published state of the prompts spoke in a turn, and the state that the turn began with."""
    for column in (tables.turns.c.prompt_state, tables.turns.c.before):
        _add(connection, column)
    for index in tables.turns.indexes:
        index.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third, _prompt_states)


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


def _add(connection: Connection, column: Column[Any]) -> None:
    """Add a column that may be empty, unless the table has it."""
    table = column.table.name
    if column.name not in {known["name"] for known in inspect(connection).get_columns(table)}:
        definition = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {definition}")


def _version(connection: Connection) -> int:
    """The last step that was applied, 0 for an empty database."""
    if not inspect(connection).has_table("migrations"):
        return 0
    return connection.execute(select(func.max(tables.migrations.c.version))).scalar() or 0


def _now() -> datetime:
    """UTC without zone, as both databases keep it."""
    return datetime.now(UTC).replace(tzinfo=None)

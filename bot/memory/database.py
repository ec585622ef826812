"""Transactions on one SQL database; its errors as ours. Knows no table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import MemoryFault


class Database:
    """What the parts of memory share. ``ephemeral``: it lives in memory and serves one transaction at a time."""

    def __init__(self, engine: Engine, *, ephemeral: bool = False) -> None:
        self.ephemeral = ephemeral
        self.engine = engine
        self._alone = RLock()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing. Raises MemoryFault where the database fails."""
        try:
            if not self.ephemeral:
                with self.engine.begin() as connection:
                    yield connection
            else:
                with self._alone, self.engine.begin() as connection:
                    yield connection
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise MemoryFault(f"the database failed: {reason}", hint="run `shelftalk doctor`") from error


def insert_or_change(
    connection: Connection, table: Table, values: Mapping[str, Any], *, by: Column[str], change: Mapping[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    """A row with ``values``, or ``change`` made to the one that is there ``by`` that column: one step for both."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).values(**values).on_conflict_do_update(index_elements=[by], set_=dict(change))

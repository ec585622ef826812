"""A database URL -> a `Memory`: engine options of each database, migrations, recovery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from bot.errors import MemoryFault
from bot.memory.migrations import migrate
from bot.memory.store import Memory


def open_memory(url: str, *, recover: bool = True, desk: bool = False) -> Memory:
    """Open, migrate and recover a database; ``recover=False`` where a server may be running on it.

    ``desk``: a support desk is connected, and hand-overs are to be sent to it.

    ``url``: ``memory`` (nothing is kept), ``sqlite:///FILE``, or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Raises:
        MemoryFault: it cannot be opened, with the remedy.
    """
    try:
        engine = _in_memory() if url == "memory" else _engine(url)
        migrate(engine)
        memory = Memory(engine, ephemeral=url == "memory", desk=desk)
        if recover:
            memory.recover()
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise MemoryFault(f"the database cannot be opened: {_brief(error)}", hint=_remedy(url)) from error
    return memory


def _in_memory() -> Engine:
    """SQLite that lives as long as the process."""
    return _prepared(
        create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}), wal=False
    )


def _engine(url: str) -> Engine:
    """An engine for a URL, with the driver that is installed."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise MemoryFault(f"{url!r} is no database URL", hint=_remedy("")) from error
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8)
    if parsed.get_backend_name() != "sqlite":
        raise MemoryFault(f"{parsed.get_backend_name()} is not supported", hint=_remedy(""))
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return _prepared(create_engine(parsed, connect_args={"timeout": 10}, pool_size=16, max_overflow=48), wal=True)


def _prepared(engine: Engine, *, wal: bool) -> Engine:
    """SQLite's pragmas on each new connection; write-ahead log so that readers never wait for the writer."""

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        if wal:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    return engine


def _brief(error: Exception) -> str:
    """The database's own first line, without the statement that it quotes."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _remedy(url: str) -> str:
    """What a person can do."""
    if url.startswith("sqlite"):
        return "check that the folder can be written and the disk is not full, or set SHELFTALK_DATA_DIR"
    if url.startswith("postgres"):
        return "check that the server runs, and user, password and database name in SHELFTALK_MEMORY_URL"
    return "use memory, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"

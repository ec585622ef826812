"""The tables, once for SQLite and PostgreSQL. Only `store` and `migrations` read this file."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()


def _owned() -> Column[str]:
    """A reference to the session that owns the row; erasing the session erases the row."""
    return Column("session_key", String(64), ForeignKey("sessions.key", ondelete="CASCADE"), nullable=False, index=True)


migrations = Table("migrations", metadata, Column("version", Integer, primary_key=True), Column("applied", DateTime))

visitors = Table(
    "visitors",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created", DateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of the session's secret id
    Column("visitor_id", String(64), ForeignKey("visitors.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("catalog", String(200), nullable=False),
    Column("state", JSON, nullable=False),
    Column("created", DateTime, nullable=False),
    Column("updated", DateTime, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(64), primary_key=True),
    _owned(),
    Column("number", Integer, nullable=False),
    Column("catalog", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("reply", Text, nullable=False, default=""),
    Column("status", String(20), nullable=False),
    Column("intent", JSON),
    Column("events", JSON),
    Column("prompts", JSON),
    Column("timings", JSON),
    Column("created", DateTime, nullable=False),
    Column("finished", DateTime),
)

shown = Table(
    "shown",
    metadata,
    Column("turn_id", String(64), ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column("rank", Integer, primary_key=True),
    _owned(),
    Column("catalog", String(200), nullable=False),
    Column("item_id", String(500), nullable=False),
    Column("score", Float, nullable=False),
    Column("features", JSON, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _owned(),
    Column("turn_id", String(64)),
    Column("item_id", String(500)),
    Column("kind", String(20), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("created", DateTime, nullable=False),
)

hand_overs = Table(
    "hand_overs",
    metadata,
    Column("id", String(64), primary_key=True),
    _owned(),
    Column("status", String(20), nullable=False, index=True),
    Column("reason", String(40), nullable=False),
    Column("summary", Text, nullable=False),
    Column("transcript", JSON, nullable=False),
    Column("created", DateTime, nullable=False),
)

Index("shown_by_item", shown.c.catalog, shown.c.item_id)
Index("turns_in_order", turns.c.session_key, turns.c.number, unique=True)

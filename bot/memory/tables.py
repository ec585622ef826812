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
    Column("subject", String(64)),  # SHA-256 of host, catalogue and the host's id; of a verified visitor
    Column("profile", JSON),
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
    Column("handle", String(64)),  # what a verified visitor's session goes by; opens nothing without a token
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
    Column("product_id", String(500)),  # the item whose page the visitor was on
    Column("prompt_state", String(64), index=True),  # the published state of the prompts that was in force
    Column("before", JSON),  # the conversation's state that the turn began with
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

OPEN, TAKEN, RESUMED = "open", "taken", "resumed"
"""The statuses of a hand-over."""

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
    Column("context", JSON),
    Column("items", JSON),  # titles that were shown, liked and rejected
    Column("correction", Text),  # the visitor's own summary, beside ours
    Column("corrected", DateTime),
    Column("person", String(200)),  # who has the conversation, or had it last
)

hand_over_messages = Table(
    "hand_over_messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _owned(),
    Column("hand_over_id", String(64), ForeignKey("hand_overs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),  # counts up within the session
    Column("kind", String(20), nullable=False),
    Column("author", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("created", DateTime, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),  # the webhook's id, the same at every attempt
    _owned(),
    Column("hand_over_id", String(64), ForeignKey("hand_overs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("due", DateTime, nullable=False),
    Column("problem", String(200), nullable=False),
    Column("created", DateTime, nullable=False),
    Column("delivered", DateTime),
)

received = Table(
    "received",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the id of a webhook that was acted upon
    Column("until", DateTime, nullable=False, index=True),
)

revocations = Table(
    "revocations",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of what is revoked: one token, or all of a subject
    Column("revoked", DateTime, nullable=False),
    Column("until", DateTime, nullable=False, index=True),
)

Index("visitor_by_subject", visitors.c.subject, unique=True)
Index("shown_by_item", shown.c.catalog, shown.c.item_id)
Index("turns_in_order", turns.c.session_key, turns.c.number, unique=True)
Index("hand_over_messages_in_order", hand_over_messages.c.session_key, hand_over_messages.c.number, unique=True)

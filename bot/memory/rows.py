"""What the tables' columns hold, made of the nouns: a finished turn, a shown item, a transcript. Knows no SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.turn import TurnRecord
from bot.types import Card, plain

_LATER = ("product_id", "context", "items", "correction", "corrected", "person", "prompt_state", "before")


def turn_values(record: TurnRecord) -> dict[str, Any]:
    """The columns of a finished turn."""
    return {
        "reply": record.reply,
        "status": record.status,
        "intent": plain(record.intent),
        "events": [{"event": event.name, "data": event.data()} for event in record.events],
        "prompts": list(record.prompts),
        "timings": record.timings,
        "product_id": record.product_id or None,
        "prompt_state": record.prompt_state or None,
        "before": plain(record.base) if record.base else None,
        "finished": now(),
    }


def shown_values(card: Card) -> dict[str, Any]:
    """The columns of one shown item."""
    return {"rank": card.rank, "item_id": card.item.id, "score": card.score, "features": plain(dict(card.features))}


def transcript(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The conversation as a person reads it: who said what, when."""
    lines: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: row.number):
        lines.append({"from": "visitor", "text": row.message, "at": row.created.isoformat()})
        if row.reply:
            said = {"from": "assistant", "text": row.reply, "at": (row.finished or row.created).isoformat()}
            lines.append(said | ({"prompts": row.prompts} if row.prompts else {}))
    return lines


def json_row(row: Any) -> dict[str, Any]:
    """A row without its key, times as ISO text; columns that came later are left out where they are empty."""
    values = {
        name: value
        for name, value in row._mapping.items()
        if name != "session_key" and (value is not None or name not in _LATER)
    }
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def now() -> datetime:
    """UTC without zone, as both databases keep it."""
    return datetime.now(UTC).replace(tzinfo=None)

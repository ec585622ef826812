"""What the support desk is told, as the bodies of webhooks. Pure; the words in them are data of visitors.

Each is `{"type", "timestamp", "data"}`, as Standard Webhooks proposes, and names the hand-over by its id alone: the id
of a session, which is a secret, never leaves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

OPENED = "handover.opened"
MESSAGE = "handover.message"
CORRECTED = "handover.corrected"
_AUTHORS = {"visitor": "visitor", "assistant": "ai"}


def opened(row: Any, *, catalog: str, language: str) -> str:
    """Everything that the person needs: the summary, what was shown and refused, the whole transcript."""
    transcript = [{"author": _AUTHORS[line["from"]], "text": line["text"], "at": line["at"]} for line in row.transcript]
    data = {
        "handover_id": row.id,
        "catalog": catalog,
        "language": language,
        "reason": row.reason,
        "consent": "asked" if row.reason == "asked" else "told",
        "summary": row.summary,
        "correction": row.correction,
        "context": row.context or {},
        "items": row.items or {},
        "transcript": transcript,
        "created": row.created.isoformat(),
    }
    return _body(OPENED, data)


def message(hand_over_id: str, *, id_: str, author: str, text: str, at: datetime) -> str:
    """One more line of the conversation, of the visitor or of the assistant ("ai")."""
    said = {"id": id_, "author": author, "text": text, "at": at.isoformat()}
    return _body(MESSAGE, {"handover_id": hand_over_id, "message": said})


def corrected(row: Any, text: str) -> str:
    """The visitor's own summary, beside the assistant's."""
    said = {"handover_id": row.id, "summary": row.summary, "correction": text, "corrected_by": "visitor"}
    return _body(CORRECTED, said)


def _body(kind: str, data: Mapping[str, Any]) -> str:
    """One line of JSON."""
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": at, "data": data}, ensure_ascii=False, separators=(",", ":"))

"""The log: one line per record, as text or as JSON, personal data blacked out; figures stand beside the message.

A record's ``fields`` (a mapping in ``extra``) are ids, codes and numbers of our own, never what a visitor said.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from bot.web.redaction import Redaction, redact

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request that is being answered, "" outside of one."""

_OURS = frozenset({"bot", "vectorstore", "prompts"})


def log_to_stderr(form: str = "text") -> None:
    """Warnings of everyone, news of ours, personal data blacked out; ``form`` is text or json."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(worth_reading)
    handler.addFilter(Redaction())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def worth_reading(record: logging.LogRecord) -> bool:
    """Whether the log keeps a record: from our packages all news, from others warnings."""
    return record.levelno >= (logging.INFO if record.name.partition(".")[0] in _OURS else logging.WARNING)


class TextLines(logging.Formatter):
    """As in `2026-11-22 10:00:00,000 INFO bot.web.requests: GET /v1/me status=200 ms=4`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, figures after the message."""
        line = super().formatMessage(record)
        return " ".join([line, *(f"{name}={_shown(value)}" for name, value in _fields(record).items())])


class JsonLines(logging.Formatter):
    """One JSON object per record: at, level, logger, message, request, and the figures."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        row: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name}
        row |= {"message": record.getMessage(), **_fields(record)}
        if record.exc_text or record.exc_info:
            row["trace"] = redact(record.exc_text or self.formatException(record.exc_info))  # type: ignore[arg-type]
        return json.dumps(row, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """The figures of a record, the request's id first."""
    found: Mapping[str, Any] = getattr(record, "fields", {})
    request = REQUEST.get()
    return {**({"request": request} if request else {}), **found}


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)

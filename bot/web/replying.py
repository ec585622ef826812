"""A turn's events as one JSON reply: the fold of the stream that the other half of the clients reads."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from bot import gathering, types


async def collect(events: AsyncIterable[types.Event]) -> dict[str, Any]:
    """The reply of `POST /v1/chat`."""
    reply = gathering.nothing()
    async for event in events:
        gathering.add(reply, event)
    return reply

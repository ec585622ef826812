"""A turn's events as one JSON reply: the fold of the stream that the other half of the clients reads."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from bot import types


async def collect(events: AsyncIterable[types.Event]) -> dict[str, Any]:
    """The reply of `POST /v1/chat`; ``text`` joins the pieces, ``handover`` is there only when a person takes over."""
    reply: dict[str, Any] = {
        "session_id": "",
        "turn_id": "",
        "catalog": "",
        "intent": None,
        "state": None,
        "chips": [],
        "profile": {"likes": [], "rejected": [], "seen": []},
        "items": [],
        "text": "",
        "question": None,
        "citations": [],
        "abstained": False,
        "suggestions": [],
        "notices": [],
        "timings": {},
        "prompts": [],
        "stopped": False,
    }
    pieces: list[str] = []
    async for event in events:
        if isinstance(event, types.Delta):
            pieces.append(event.text)
        _fold(reply, event)
    return {**reply, "text": "".join(pieces)}


def _fold(reply: dict[str, Any], event: types.Event) -> None:
    """Put one event where it belongs in the reply."""
    data = event.data()
    match event:
        case types.Understood():
            reply["intent"] = data["intent"]
        case types.StateChanged():
            reply.update(state=data["state"], chips=data["chips"])
            reply["profile"] = {name: data[name] for name in ("likes", "rejected", "seen")}
        case types.Recommended():
            reply["items"].extend(data["items"])
        case types.Answered():
            reply["citations"].extend(data["citations"])
            reply["abstained"] = reply["abstained"] or data["abstained"]
        case types.Clarified():
            reply["question"] = data
        case types.HandedOver():
            reply["handover"] = data
        case types.Suggested():
            reply["suggestions"].extend(data["suggestions"])
        case types.Notice():
            reply["notices"].append(data)
        case types.Done():
            reply.update(data)

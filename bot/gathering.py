"""A turn's events folded into one JSON-ready reply: what a client gets that does not read the stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot import types


def gather(events: Iterable[types.Event]) -> dict[str, Any]:
    """The whole reply; ``text`` joins the pieces.

    ``handover`` is there only when a person is asked for or has the conversation, ``held`` when nobody answers.
    """
    reply = nothing()
    for event in events:
        add(reply, event)
    return reply


def nothing() -> dict[str, Any]:
    """The reply before its first event."""
    return {
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
        "nearest": [],
        "abstained": False,
        "suggestions": [],
        "notices": [],
        "timings": {},
        "prompts": [],
        "stopped": False,
    }


def add(reply: dict[str, Any], event: types.Event) -> None:
    """Put one event where it belongs in the reply."""
    data = event.data()
    match event:
        case types.Delta():
            reply["text"] += event.text
        case types.Understood():
            reply["intent"] = data["intent"]
        case types.StateChanged():
            reply.update(state=data["state"], chips=data["chips"])
            reply["profile"] = {name: data[name] for name in ("likes", "rejected", "seen")}
        case types.Recommended():
            reply["items"].extend(data["items"])
        case types.Answered():
            reply["citations"].extend(data["citations"])
            reply["nearest"].extend(data["nearest"])
            reply["abstained"] = reply["abstained"] or data["abstained"]
        case types.Clarified():
            reply["question"] = data
        case types.HandedOver():
            reply["handover"] = data
        case types.Suggested():
            reply["suggestions"].extend(data["suggestions"])
        case types.Notice():
            reply["notices"].append(data)
        case types.Held():
            reply.update({name: data[name] for name in ("session_id", "turn_id", "catalog")}, held=True)
            reply["handover"] = {"id": event.handover_id, "status": "taken"}
            reply["notices"].append({"code": "held", "message": event.message})
        case types.Done():
            reply.update(data)

"""`GET /v1/transcript`: the visitor's own conversation, to draw it again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from bot.memory.ids import outward
from bot.web import told
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.visiting import Asking

routes = APIRouter()


@routes.get("/transcript")
def transcript(visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """Every turn, oldest first: message, reply, status, and the events that draw it; and every message by its author.

    Of a verified visitor who names no session, the one that was used last, with its id, to go on with.
    """
    desk.limits.press(visitor.who, address)
    session_id = visitor.latest()
    stored = () if session_id is None else desk.assistant.memory.turns(session_id)
    turns = [
        {
            "turn_id": turn.id,
            "message": turn.message,
            "reply": turn.reply,
            "status": turn.status,
            "events": list(turn.events),
            "created": turn.created.isoformat(),
        }
        for turn in stored
    ]
    said = () if session_id is None else desk.assistant.memory.hand_overs.messages(session_id)
    found = None if session_id is None else desk.assistant.memory.hand_overs.latest(session_id)
    shown: dict[str, Any] = {
        "turns": turns,
        "messages": told.lines(stored, said),
        "last": said[-1].number if said else 0,
        "handover": told.hand_over(found),
    }
    if visitor.identity is not None:
        shown["session_id"] = outward(session_id) if session_id else None
    return Json(shown)

"""`GET /v1/transcript`: the visitor's own conversation, to draw it again."""

from __future__ import annotations

from fastapi import APIRouter

from bot.web.jsonable import Json
from bot.web.routes.asking import Address, FrontDesk, SessionId

routes = APIRouter()


@routes.get("/transcript")
def transcript(session_id: SessionId, desk: FrontDesk, address: Address) -> Json:
    """Every turn, oldest first: message, reply, status, and the events that draw it."""
    desk.limits.press(session_id, address)
    turns = [
        {
            "turn_id": turn.id,
            "message": turn.message,
            "reply": turn.reply,
            "status": turn.status,
            "events": list(turn.events),
            "created": turn.created.isoformat(),
        }
        for turn in desk.assistant.memory.turns(session_id)
    ]
    return Json({"turns": turns})

"""`POST /v1/feedback`: a press on a card or under a reply."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from bot.errors import InvalidRequest
from bot.types import FeedbackKind
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name, Text
from bot.web.routes.visiting import Asking

routes = APIRouter()


class Press(Body):
    """What was pressed, and where; a verified visitor's session may be left out."""

    session_id: Name | None = None
    kind: FeedbackKind
    item_id: Annotated[Text, Field(min_length=1, max_length=500)] | None = None
    turn_id: Name | None = None
    reason: Annotated[Text, Field(max_length=500)] = ""


@routes.post("/feedback")
def feedback(body: Press, visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """Record the press; returns the state that it led to."""
    if body.session_id is None and visitor.identity is None:
        raise InvalidRequest("session_id is missing", hint="send the session_id of the reply, or the visitor's token")
    desk.limits.press(visitor.subject or body.session_id, address)
    session_id = visitor.session(body.session_id)
    changed = desk.assistant.feedback(
        session_id, body.kind, item_id=body.item_id, turn_id=body.turn_id, reason=body.reason
    )
    desk.metrics.count("feedback_total", body.kind)
    return Json(changed.data())

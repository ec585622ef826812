"""`POST /v1/feedback`: a press on a card or under a reply."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from bot.types import FeedbackKind
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name, Text

routes = APIRouter()


class Press(Body):
    """What was pressed, and where."""

    session_id: Name
    kind: FeedbackKind
    item_id: Annotated[Text, Field(min_length=1, max_length=500)] | None = None
    turn_id: Name | None = None
    reason: Annotated[Text, Field(max_length=500)] = ""


@routes.post("/feedback")
def feedback(body: Press, desk: FrontDesk, address: Address) -> Json:
    """Record the press; returns the state that it led to."""
    desk.limits.press(body.session_id, address)
    changed = desk.assistant.feedback(
        body.session_id, body.kind, item_id=body.item_id, turn_id=body.turn_id, reason=body.reason
    )
    desk.metrics.count("feedback_total", body.kind)
    return Json(changed.data())

"""`/v1/handover`: the visitor's own hand-over, and the visitor's correction of what was passed on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from bot.errors import InvalidRequest
from bot.web import told
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Text
from bot.web.routes.visiting import Asking

routes = APIRouter()

LONGEST = 4000
"""Characters of a correction."""


class Correction(Body):
    """The summary in the visitor's own words."""

    summary: Annotated[Text, Field(min_length=1, max_length=LONGEST)]


@routes.get("/handover")
def look(visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """The latest hand-over of this conversation, null before there is one."""
    desk.limits.press(visitor.who, address)
    session_id = visitor.latest()
    found = desk.assistant.memory.hand_overs.latest(session_id) if session_id else None
    return Json({"handover": told.hand_over(found)})


@routes.patch("/handover")
def correct(body: Correction, visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """Keep the visitor's summary beside the assistant's, and tell the desk whose it is."""
    desk.limits.press(visitor.who, address)
    text = body.summary.strip()
    if not text:
        raise InvalidRequest("the summary is empty", hint="send what the person should know")
    found = desk.assistant.memory.hand_overs.correct(visitor.session(), text)
    return Json({"handover": told.hand_over(found)})

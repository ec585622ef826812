"""`/v1/me`: what is known about the visitor: read, edit, take away, erase."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from bot.web.desk import Desk
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, SessionId, Text

routes = APIRouter()


class Edit(Body):
    """Keys of chips, or of remembered items, to forget."""

    remove: Annotated[list[Annotated[Text, Field(max_length=500)]], Field(min_length=1, max_length=100)]


@routes.get("/me")
def me(session_id: SessionId, desk: FrontDesk, address: Address) -> Json:
    """The state in words: removable chips, likes, rejections, seen."""
    desk.limits.press(session_id, address)
    return Json(_profile(desk, session_id))


@routes.patch("/me")
def edit(body: Edit, session_id: SessionId, desk: FrontDesk, address: Address) -> Json:
    """Forget single things."""
    desk.limits.press(session_id, address)
    desk.assistant.edit(session_id, remove=tuple(body.remove))
    return Json(_profile(desk, session_id))


@routes.delete("/me", status_code=204)
def erase(session_id: SessionId, desk: FrontDesk, address: Address) -> Response:
    """Forget everything; the session is unknown from then on."""
    desk.limits.press(session_id, address)
    desk.assistant.memory.erase(session_id)
    return Response(status_code=204)


@routes.get("/me/export")
def export(session_id: SessionId, desk: FrontDesk, address: Address) -> Json:
    """Everything that is kept of this session, as a file to download."""
    desk.limits.press(session_id, address)
    headers = {"Content-Disposition": 'attachment; filename="shelftalk-export.json"'}
    return Json(desk.assistant.memory.export(session_id), headers=headers)


def _profile(desk: Desk, session_id: str) -> dict[str, Any]:
    """The session and its state."""
    session = desk.assistant.open(session_id)
    about = {"catalog": session.catalog, "created": session.created.isoformat()}
    return {**about, **desk.assistant.profile(session_id).data()}

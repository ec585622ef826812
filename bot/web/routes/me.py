"""`/v1/me`: what is known about the visitor: read, edit, take away, erase.

Of an anonymous visitor that is one session; of a verified one it is all of theirs, from any device.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from bot.memory.ids import outward
from bot.profile import state_event
from bot.types import DialogueState
from bot.web.identity import Visitor
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Text
from bot.web.routes.visiting import Asking

routes = APIRouter()


class Edit(Body):
    """Keys of chips, or of remembered items, to forget."""

    remove: Annotated[list[Annotated[Text, Field(max_length=500)]], Field(min_length=1, max_length=100)]


@routes.get("/me")
def me(visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """The state in words: removable chips, likes, rejections, seen; of a verified visitor also the conversations."""
    desk.limits.press(visitor.who, address)
    return Json(_profile(visitor, visitor.latest()))


@routes.patch("/me")
def edit(body: Edit, visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """Forget single things."""
    desk.limits.press(visitor.who, address)
    session_id = visitor.latest()
    if session_id is not None:
        desk.assistant.edit(session_id, remove=tuple(body.remove))
    return Json(_profile(visitor, session_id))


@routes.delete("/me", status_code=204)
def erase(visitor: Asking, desk: FrontDesk, address: Address) -> Response:
    """Forget everything; every session of the visitor is unknown from then on."""
    desk.limits.press(visitor.who, address)
    session_id, memory = visitor.latest(), desk.assistant.memory
    if visitor.identity is not None:
        memory.visitors.erase(visitor.identity.subject)
    elif session_id is not None:
        memory.erase(session_id)
    return Response(status_code=204)


@routes.get("/me/export")
def export(visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """Everything that is kept of this visitor, as a file to download."""
    desk.limits.press(visitor.who, address)
    session_id, memory = visitor.latest(), desk.assistant.memory
    if visitor.identity is not None:
        found = {"catalog": visitor.identity.catalog, **memory.visitors.export(visitor.identity.subject)}
    else:
        found = memory.export(session_id or "")
    headers = {"Content-Disposition": 'attachment; filename="shelftalk-export.json"'}
    return Json(found, headers=headers)


def _profile(visitor: Visitor, session_id: str | None) -> dict[str, Any]:
    """The session and its state, and the other sessions of a verified visitor."""
    assistant, identity = visitor.assistant, visitor.identity
    if session_id is not None:
        session = assistant.open(session_id)
        about = {"catalog": session.catalog, "created": session.created.isoformat()}
        known = {**about, **assistant.profile(session_id).data()}
    else:
        shelf = assistant.shelf(identity.catalog if identity else None)
        nothing = state_event(DialogueState(), shelf, assistant.voice("en", shelf.name))
        known = {"catalog": shelf.name, "created": None, **nothing.data()}
    if identity is None:
        return known
    conversations = [
        {
            "session_id": one.handle,
            "created": one.created.isoformat(),
            "updated": one.updated.isoformat(),
            "turns": one.turns,
        }
        for one in assistant.memory.visitors.conversations(identity.subject)
    ]
    named = outward(session_id) if session_id else None
    return {**known, "verified": True, "name": identity.name, "session_id": named, "conversations": conversations}

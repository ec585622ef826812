"""`POST /v1/sessions`: a new session before its first message."""

from __future__ import annotations

from fastapi import APIRouter

from bot.memory.ids import outward
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name
from bot.web.routes.visiting import Asking

routes = APIRouter()


class NewSession(Body):
    """Which catalogue to talk about."""

    catalog: Name | None = None


@routes.post("/sessions", status_code=201)
def sessions(visitor: Asking, desk: FrontDesk, address: Address, body: NewSession | None = None) -> Json:
    """A session's id is a secret: whoever holds it is the visitor; that of a verified visitor needs their token."""
    desk.limits.message(visitor.subject, address)
    session = visitor.begin(catalog=body.catalog if body else None)
    return Json({"session_id": outward(session.id), "catalog": session.catalog}, status_code=201)

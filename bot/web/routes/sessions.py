"""`POST /v1/sessions`: a new session before its first message."""

from __future__ import annotations

from fastapi import APIRouter

from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name

routes = APIRouter()


class NewSession(Body):
    """Which catalogue to talk about."""

    catalog: Name | None = None


@routes.post("/sessions", status_code=201)
def sessions(desk: FrontDesk, address: Address, body: NewSession | None = None) -> Json:
    """A session's id is a secret: whoever holds it is the visitor."""
    desk.limits.message(None, address)
    session = desk.assistant.open(catalog=body.catalog if body else None)
    return Json({"session_id": session.id, "catalog": session.catalog}, status_code=201)

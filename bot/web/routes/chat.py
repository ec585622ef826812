"""`POST /v1/chat`: one message, answered as JSON or as an event stream."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from bot.errors import InvalidRequest
from bot.web.desk import Desk
from bot.web.jsonable import Json
from bot.web.replying import collect
from bot.web.routes.asking import Address, Body, FrontDesk, Name, Text
from bot.web.sse import EventStream, unless_gone

routes = APIRouter()

_CLIENT_CLOSED = 499


class Message(Body):
    """A visitor's message; without a session a new one begins."""

    message: Text
    catalog: Name | None = None
    session_id: Name | None = None
    stream: bool = False


@routes.post("/chat")
async def chat(body: Message, request: Request, desk: FrontDesk, address: Address) -> Response:
    """Answer one message. `stream: true` sends `event: <name>`, `data: <json>`; hanging up stops the turn."""
    session = await run_in_threadpool(_session, desk, body)
    events = desk.converse(session, body.message, address=address)
    if body.stream:
        return EventStream(events)
    reply = await unless_gone(request.receive, collect(events))
    return Json(reply) if reply is not None else Response(status_code=_CLIENT_CLOSED)


def _session(desk: Desk, body: Message) -> str:
    """The session of this message. Raises UnknownSession, UnknownCatalog, InvalidRequest."""
    session = desk.assistant.open(body.session_id, catalog=body.catalog)
    if body.catalog and session.catalog != body.catalog:
        raise InvalidRequest(
            f"this session is about {session.catalog}, not {body.catalog}",
            hint="leave out catalog, or leave out session_id to begin a new session",
        )
    return session.id

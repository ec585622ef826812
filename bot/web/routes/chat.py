"""`POST /v1/chat`: one message, answered as JSON or as an event stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from bot.memory.ids import outward
from bot.types import Done, Event, Held
from bot.web.identity.context import fields
from bot.web.jsonable import Json
from bot.web.replying import collect
from bot.web.routes.asking import Address, Body, FrontDesk, Name, Text
from bot.web.routes.visiting import Asking, Context
from bot.web.sse import EventStream, unless_gone

routes = APIRouter()

_CLIENT_CLOSED = 499


class Message(Body):
    """A visitor's message; without a session a new one begins, or a verified visitor's latest goes on."""

    message: Text
    catalog: Name | None = None
    session_id: Name | None = None
    stream: bool = False
    context: Context | None = None


@routes.post("/chat")
async def chat(body: Message, request: Request, visitor: Asking, desk: FrontDesk, address: Address) -> Response:
    """Answer one message. `stream: true` sends `event: <name>`, `data: <json>`; hanging up stops the turn."""
    who = visitor.subject
    desk.require_room(who or body.session_id or visitor.who, address, body.message)  # before a session is begun
    session = await run_in_threadpool(visitor.open, body.session_id, catalog=body.catalog)
    where = visitor.context(fields(body.context))
    events = _outward(desk.converse(session.id, body.message, address=address, context=where, who=who))
    if body.stream:
        return EventStream(events)
    reply = await unless_gone(request.receive, collect(events))
    return Json(reply) if reply is not None else Response(status_code=_CLIENT_CLOSED)


async def _outward(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The events, the session by what it goes by outside."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Done | Held):
                event = replace(event, session_id=outward(event.session_id))
            yield event

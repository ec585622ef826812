"""`GET /v1/events`: what persons say in the visitor's conversation, as it is said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from bot.errors import UnknownSession
from bot.memory import Memory, PersonMessage
from bot.memory.ids import key
from bot.types import Event
from bot.web import told
from bot.web.desk import Desk
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.visiting import Asking
from bot.web.sse import EventStream

routes = APIRouter()

LONGEST = 600.0
"""Seconds after which a stream ends, to be opened again."""
LOOK = 3.0
"""Seconds between two looks: another process may have heard something."""


@routes.get("/events")
async def events(
    visitor: Asking, desk: FrontDesk, address: Address, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> Response:
    """Server-sent events `message`, `taken` and `resumed` after that number, old ones first; `waiting` until taken."""
    desk.limits.press(visitor.who, address)
    session_id = await run_in_threadpool(visitor.session)
    left = visitor.identity.expires - time.time() if visitor.identity else LONGEST
    return EventStream(_heard(desk, visitor.who or session_id, session_id, after, min(LONGEST, left)))


async def _heard(desk: Desk, who: str, session_id: str, after: int, seconds: float) -> AsyncGenerator[Event, None]:
    """What is said after that number, for so many seconds, or until the session is erased or claimed."""
    memory, clock = desk.assistant.memory, asyncio.get_running_loop().time
    until, waited = clock() + seconds, None
    with desk.listeners.place(who, key(session_id)) as woken:
        found, waits = await asyncio.to_thread(_news, memory, session_id, after)
        yield told.Opened(after)
        while True:
            for message in found:
                after = message.number
                yield told.event(message)
            if waits is not None and waits != waited:
                waited = waits
                yield waits
            if clock() >= until:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK, max(until - clock(), 0.0))):
                    await woken.wait()
            woken.clear()
            try:
                found, waits = await asyncio.to_thread(_news, memory, session_id, after)
            except UnknownSession:
                return


def _news(memory: Memory, session_id: str, after: int) -> tuple[tuple[PersonMessage, ...], told.Waiting | None]:
    """What was said after that number, and how it stands with a visitor who still waits. Raises UnknownSession."""
    said = memory.hand_overs.messages(session_id, after=after)
    return said, told.waiting(memory.hand_overs.latest(session_id))

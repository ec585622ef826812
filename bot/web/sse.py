"""Events over HTTP: server-sent events, and the watch for a client that hangs up.

Knows neither the assistant nor what the events mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.types import Event
from bot.web.errors import fault
from bot.web.jsonable import encode

_Result = TypeVar("_Result")

_BEAT_SECONDS = 10.0
_STALLED_SECONDS = 30.0


def frame(name: str, data: Any) -> bytes:
    """One event on the wire: `event: <name>`, `data: <one line of JSON>`."""
    return f"event: {name}\ndata: {encode(data)}\n\n".encode("utf-8", errors="replace")


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, _Result]) -> _Result | None:
    """The result of ``work``; None when the client hung up first, and then ``work`` was cancelled and has ended."""
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_hang_up(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


class EventStream(Response):
    """Sends events as they come. An error before the first one is an ordinary error response, later an `error` event.

    A comment goes out whenever nothing was sent for a while, so that no proxy takes the silence for the end; then also
    the status line leaves, if it has not yet.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[Event, None], *, beat: float = _BEAT_SECONDS) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._beat = beat
        self._started = False
        self._sending = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the events end or the client hangs up."""
        await unless_gone(receive, self._stream(send))

    async def _stream(self, send: Send) -> None:
        """Every event, and the end."""
        pulse = asyncio.ensure_future(self._pulse(send))
        try:
            async with aclosing(self._events) as events:
                async for event in events:
                    await self._write(send, frame(event.name, event.data()))
        except Exception as error:
            if not self._started:
                raise
            await self._write(send, frame("error", fault(error).payload()))
        finally:
            pulse.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pulse(self, send: Send) -> None:
        """A comment now and then."""
        while True:
            await asyncio.sleep(self._beat)
            await self._write(send, b": still here\n\n")

    async def _write(self, send: Send, chunk: bytes) -> None:
        """One chunk, after the status line. Raises TimeoutError for a client that stopped reading."""
        async with self._sending, asyncio.timeout(_STALLED_SECONDS):
            if not self._started:
                self._started = True
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _hang_up(receive: Receive) -> None:
    """Returns when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        continue

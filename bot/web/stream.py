"""The one async pump: a turn runs in a thread of its own, its events arrive here, one by one.

Stages and engines are synchronous generators; this is where they meet the event loop. Small pieces of text are
joined to about 30 updates a second, and whoever stops listening sets ``cancel``: nobody else closes an abandoned turn.
Knows nothing of HTTP or of pages.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Protocol

from bot.errors import TookTooLong
from bot.types import Delta, Event

UPDATES_PER_SECOND = 30.0
_GRACE_SECONDS = 2.0
_END = object()


class Replies(Protocol):
    """What is pumped; `Assistant` is one."""

    def reply(self, session_id: str, message: str, *, cancel: threading.Event | None = None) -> Iterator[Event]:
        """The events of one turn; ends soon after ``cancel`` is set."""
        ...


async def pump(
    assistant: Replies,
    session_id: str,
    message: str,
    *,
    cancel: threading.Event | None = None,
    seconds: float = 60.0,
    on_end: Callable[[], None] = lambda: None,
) -> AsyncGenerator[Event, None]:
    """The events of one turn, in order, pieces of text joined; the whole reply is still the join of the pieces.

    Closing this iterator (use `contextlib.aclosing`), or cancelling the task that reads it, sets ``cancel``; so does
    the end of ``seconds``; the turn is then kept as stopped. ``on_end`` runs on the loop once the thread is done.

    Raises:
        TookTooLong: ``seconds`` are over and the turn did not even stop.
        ShelftalkError: whatever `Assistant.reply` raises.
    """
    cancel = cancel or threading.Event()
    mail = _Mailbox(on_end)
    try:
        _start(lambda: assistant.reply(session_id, message, cancel=cancel), mail)
    except RuntimeError:  # the machine gives no more threads
        mail.close()
        raise
    loop = asyncio.get_running_loop()
    timers = [loop.call_later(seconds, cancel.set), loop.call_later(seconds + _GRACE_SECONDS, mail.expire, seconds)]
    try:
        async for event in _paced(mail, gap=1 / UPDATES_PER_SECOND):
            yield event
    finally:
        cancel.set()
        for timer in timers:
            timer.cancel()


class _Mailbox:
    """From one thread to one coroutine: events, then an error or nothing, then the end."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[object] = asyncio.Queue()
        self._on_end = on_end

    def post(self, item: object) -> None:
        """Hand over one event or error; from any thread, never blocks."""
        with suppress(RuntimeError):  # the loop is gone: the server is shutting down
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)

    def post_end(self) -> None:
        """Nothing follows; from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.close)

    def close(self) -> None:
        """The end, on the loop."""
        self._items.put_nowait(_END)
        self._on_end()

    def expire(self, seconds: float) -> None:
        """Give up on a turn that neither ended nor stopped."""
        hint = "try again, or ask for something simpler"
        self._items.put_nowait(TookTooLong(f"the reply took longer than {seconds:g} seconds", hint=hint))

    async def take(self, *, until: float | None) -> object:
        """The next item; None when the loop's clock reaches ``until`` first."""
        if not self._items.empty():
            return self._items.get_nowait()
        try:
            async with asyncio.timeout_at(until):
                return await self._items.get()
        except TimeoutError:
            return None


def _start(turn: Callable[[], Iterator[Event]], mail: _Mailbox) -> None:
    """Run ``turn`` to its end in a thread of its own: it is never abandoned half-way."""

    def work() -> None:
        try:
            for event in turn():
                mail.post(event)
        except BaseException as error:
            mail.post(error)
        finally:
            mail.post_end()

    threading.Thread(target=work, name="turn", daemon=True).start()


async def _paced(mail: _Mailbox, *, gap: float) -> AsyncIterator[Event]:
    """What arrives, in order; text at most every ``gap`` seconds, all other events at once. Raises what was posted."""
    clock = asyncio.get_running_loop().time
    held, due = "", 0.0
    while (item := await mail.take(until=due if held else None)) is not _END:
        if isinstance(item, Delta):
            held += item.text
            if clock() < due:
                continue
        if held:
            yield Delta(held)
            held, due = "", clock() + gap
        if isinstance(item, BaseException):
            raise item
        if isinstance(item, Event) and not isinstance(item, Delta):
            yield item
    if held:
        yield Delta(held)

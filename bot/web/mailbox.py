"""From one thread to one coroutine: events in order, then an error or nothing, then the end.

A coroutine that only waits to say more text at a time of its own is not woken by every piece: with a hundred replies
at once, waking is most of the work.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from bot.types import Delta

END = object()
"""Comes last."""


class Mailbox:
    """Made and read on a loop, filled from a thread. ``on_end`` runs on the loop at the end."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: deque[object] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._resting = False
        self._on_end = on_end

    def post(self, item: object) -> None:
        """Hand over one event or error; from any thread, never blocks."""
        self._items.append(item)  # before the look at `_resting`: the reader looks the other way round
        if not (self._resting and isinstance(item, Delta)):
            self._call(self._wake)

    def post_end(self) -> None:
        """Nothing follows; from any thread."""
        self._call(self.close)

    def close(self) -> None:
        """The end, on the loop."""
        self._put(END)
        self._on_end()

    def expire(self, error: Exception) -> None:
        """Give up on a turn that neither ended nor stopped, on the loop."""
        self._put(error)

    @property
    def has_text(self) -> bool:
        """Whether the next item is there already, and is text."""
        return bool(self._items) and isinstance(self._items[0], Delta)

    async def take(self, *, until: float | None) -> object:
        """The next item; with ``until``, None once the loop's clock is there, and text may come no sooner."""
        while not self._items:
            self._resting = until is not None
            try:
                if not self._items and not await self._woken(until):
                    return self._items.popleft() if self._items else None
            finally:
                self._resting = False
        return self._items.popleft()

    async def _woken(self, until: float | None) -> bool:
        """Wait to be woken; False when ``until`` came first."""
        self._waiting = self._loop.create_future()
        timer = None if until is None else self._loop.call_at(until, self._wake)
        try:
            await self._waiting
        finally:
            self._waiting = None
            if timer is not None:
                timer.cancel()
        return until is None or self._loop.time() < until

    def _put(self, item: object) -> None:
        self._items.append(item)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _call(self, what: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is gone: the server is shutting down
            self._loop.call_soon_threadsafe(what)

"""Who waits for the words of a person: a bounded number of listeners, woken when something was said.

Lives on one event loop. Knows neither HTTP nor what was said. Another process of the same database wakes nobody here:
who listens looks by itself now and then.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import TooBusy

PER_VISITOR = 4
"""Streams that one visitor may hold open: tabs and devices."""
OVERALL = 1000


class Listeners:
    """The listeners of one server, by conversation."""

    def __init__(self, *, per_visitor: int = PER_VISITOR, overall: int = OVERALL) -> None:
        self._per_visitor = per_visitor
        self._overall = overall
        self._visitors: Counter[str] = Counter()
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return self._visitors.total()

    @contextmanager
    def place(self, visitor: str, conversation: str) -> Iterator[asyncio.Event]:
        """A place while inside; its event is set when something was said in ``conversation``. Raises TooBusy."""
        if self._visitors[visitor] >= self._per_visitor or len(self) >= self._overall:
            raise TooBusy("too many streams are open", hint="close one, or wait a moment", retry_after=5.0)
        self._loop, woken = asyncio.get_running_loop(), asyncio.Event()
        self._visitors[visitor] += 1
        self._waiting.setdefault(conversation, set()).add(woken)
        try:
            yield woken
        finally:
            self._visitors -= Counter({visitor: 1})  # forgets who has none left
            self._waiting[conversation].discard(woken)
            if not self._waiting[conversation]:
                del self._waiting[conversation]

    def tell(self, conversation: str) -> None:
        """Wake who listens to ``conversation``; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, conversation)

    def _wake(self, conversation: str) -> None:
        for woken in self._waiting.get(conversation, ()):
            woken.set()

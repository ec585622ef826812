"""The front desk: what every web face shares, and the one way to a turn: limits, then a seat, then events.

Lives on one event loop. Knows the assistant, and neither HTTP nor pages.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from bot.settings import Settings
from bot.types import Event
from bot.web.gate import Gate
from bot.web.limits import Limits
from bot.web.metrics import Metrics
from bot.web.seats import Release, Seats
from bot.web.stream import pump
from bot.web.watching import TurnWatch

if TYPE_CHECKING:
    from bot.assistant import Assistant

_Result = TypeVar("_Result")

_STOPPING_SECONDS = 2.0


@dataclass(slots=True)
class _Running:
    """A turn that a thread is working on."""

    cancel: threading.Event
    release: Release
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Desk:
    """Shared by the routes and the page. ``address`` is the visitor's network address everywhere."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        self.assistant = assistant
        self.settings = settings
        self.limits = Limits(settings.per_minute, settings.per_minute_address)
        self.gate = Gate(settings)
        self.metrics = Metrics()
        self._turns = Seats(settings.turns_at_once, settings.queue)
        self._lookups = Seats(settings.turns_at_once, settings.queue)
        self._running: dict[str, _Running] = {}

    async def converse(
        self, session_id: str, message: str, *, address: str, cancel: threading.Event | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of one turn; see `pump`. A turn that was just stopped is given the time to end.

        Raises:
            TooBusy: a limit is reached, every seat and the line are taken, or the session still answers.
            ShelftalkError: whatever the turn raises.
        """
        watch = TurnWatch(self.metrics)
        events = self._converse(session_id, message, address=address, cancel=cancel)
        try:
            async with aclosing(events):
                async for event in events:
                    watch.see(event)
                    yield event
        except BaseException as error:
            watch.end(error)
            raise
        watch.end()

    async def _converse(
        self, session_id: str, message: str, *, address: str, cancel: threading.Event | None
    ) -> AsyncGenerator[Event, None]:
        """Limits, then a seat, then the events."""
        self.limits.message(session_id, address)
        await self._after_a_stopped_turn(session_id)
        running = _Running(cancel or threading.Event(), release=await self._turns.take())
        self._running.setdefault(session_id, running)
        events = pump(
            self.assistant,
            session_id,
            message,
            cancel=running.cancel,
            seconds=self.settings.turn_seconds,
            on_end=lambda: self._ended(session_id, running),
        )
        async with aclosing(events):
            async for event in events:
                yield event

    @property
    def load(self) -> tuple[int, int]:
        """How many turns run, and how many wait."""
        return self._turns.taken, self._turns.waiting

    async def look_up(self, work: Callable[[], _Result], *, address: str) -> _Result:
        """Run a search outside a conversation in a thread, by the same bounds. Raises TooBusy."""
        self.limits.message(None, address)
        release = await self._lookups.take()
        job = asyncio.get_running_loop().run_in_executor(None, work)
        job.add_done_callback(lambda done: (release(), done.cancelled() or done.exception()))
        return await asyncio.shield(job)  # who leaves early does not free the seat early

    async def close(self) -> None:
        """Stop every turn and give it a moment to be kept."""
        running = list(self._running.values())
        for turn in running:
            turn.cancel.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(turn.ended.wait() for turn in running)), _STOPPING_SECONDS)

    async def _after_a_stopped_turn(self, session_id: str) -> None:
        """Wait a moment for a turn of this session that was told to stop."""
        before = self._running.get(session_id)
        if before is not None and before.cancel.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(before.ended.wait(), _STOPPING_SECONDS)

    def _ended(self, session_id: str, running: _Running) -> None:
        """The thread is done with its turn."""
        running.release()
        running.ended.set()
        if self._running.get(session_id) is running:
            del self._running[session_id]

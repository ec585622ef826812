"""The front desk: what every web face shares, and the one way to a turn: limits, then a seat, then events.

Lives on one event loop. Knows the assistant, and neither HTTP nor pages.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.errors import TooBusy
from bot.memory.ids import key
from bot.settings import Settings
from bot.types import Event, PageContext
from bot.web.gate import Gate
from bot.web.identity import Door
from bot.web.limits import Limits
from bot.web.listening import Listeners
from bot.web.metrics import Metrics
from bot.web.seats import Release, Seats
from bot.web.stream import pump
from bot.web.watching import TurnWatch
from bot.webhooks import Signing

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


@dataclass(frozen=True, slots=True)
class _Placed:
    """The assistant, told where the visitor is."""

    assistant: Assistant
    context: PageContext

    def reply(self, session_id: str, message: str, *, cancel: threading.Event | None = None) -> Iterator[Event]:
        """The events of one turn."""
        return self.assistant.reply(session_id, message, cancel=cancel, context=self.context)


class Desk:
    """Shared by the routes and the page. ``address`` is the visitor's network address everywhere."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        self.assistant = assistant
        self.settings = settings
        self.limits = Limits(settings)
        self.gate = Gate(settings)
        self.metrics = Metrics()
        self.door = Door(assistant, settings, self.limits, self.metrics)
        self.listeners = Listeners()
        self.signing = Signing.read(settings)
        self._turns = Seats(settings.turns_at_once, settings.queue)
        self._lookups = Seats(settings.turns_at_once, settings.queue)
        self._running: dict[str, _Running] = {}

    def require_room(self, who: str | None, address: str, message: str) -> None:
        """Refuse a message past a limit before anything is done for it, and count that as a turn. Raises TooBusy."""
        try:
            self.limits.require_message(who, address, message)
        except TooBusy:
            self.metrics.count("refused_total", "turn")
            raise

    async def converse(
        self,
        session_id: str,
        message: str,
        *,
        address: str,
        cancel: threading.Event | None = None,
        context: PageContext | None = None,
        who: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The events of one turn; see `pump`. A turn that was just stopped is given the time to end.

        ``context`` is where on the host's site the visitor is; limits count by ``who``, else by the session, and only
        a message that found a seat.

        Raises:
            TooBusy: a limit is reached, every seat and the line are taken, or the session still answers.
            ShelftalkError: whatever the turn raises.
        """
        watch = TurnWatch(self.metrics)
        try:
            self.limits.require_message(who or session_id, address, message)
            begin = partial(self._begin, session_id, message, who=who or session_id, address=address)
            events = self._converse(session_id, message, begin=begin, cancel=cancel, context=context)
            async with aclosing(events):
                async for event in events:
                    watch.see(event)
                    yield event
        except BaseException as error:
            watch.end(error)
            raise
        watch.end()

    async def _begin(self, session_id: str, message: str, *, who: str, address: str) -> Release:
        """A seat for a message that is now counted. Raises TooBusy, and then it cost nothing."""
        await self._after_a_stopped_turn(session_id)
        self._require_idle(session_id)
        release = await self._turns.take()
        try:
            self._require_idle(session_id)  # it may have begun another while this one stood in line
            self.limits.message(who, address, message)
        except BaseException:
            release()
            raise
        return release

    async def _converse(
        self,
        session_id: str,
        message: str,
        *,
        begin: Callable[[], Awaitable[Release]],
        cancel: threading.Event | None,
        context: PageContext | None,
    ) -> AsyncGenerator[Event, None]:
        """A seat, then the events."""
        running = _Running(cancel or threading.Event(), release=await begin())
        self._running.setdefault(session_id, running)
        events = pump(
            self.assistant if context is None else _Placed(self.assistant, context),
            session_id,
            message,
            cancel=running.cancel,
            seconds=self.settings.turn_seconds,
            on_end=lambda: self._ended(session_id, running),
            replies=lambda: self._turns.taken,
        )
        async with aclosing(events):
            async for event in events:
                yield event

    @property
    def load(self) -> tuple[int, int]:
        """How many turns run, and how many wait."""
        return self._turns.taken, self._turns.waiting

    async def look_up(self, work: Callable[[], _Result], text: str, *, who: str | None, address: str) -> _Result:
        """Run a search for ``text`` outside a conversation in a thread, by the same bounds. Raises TooBusy.

        ``who`` is what a verified visitor is counted by, None for all others: they have no conversation here.
        """
        self.limits.require_message(who, address, text)
        release = await self._lookups.take()
        try:
            self.limits.message(who, address, text)
        except BaseException:
            release()
            raise
        job = asyncio.get_running_loop().run_in_executor(None, work)
        job.add_done_callback(lambda done: (release(), done.cancelled() or done.exception()))
        return await asyncio.shield(job)  # who leaves early does not free the seat early

    def delivered(self, outcome: str) -> None:
        """Count one attempt to deliver a webhook."""
        self.metrics.count("webhooks_total", outcome)

    def hush(self, conversation: str) -> None:
        """Stop the turns of a session, by what the database calls it: a person has it now."""
        for session_id, turn in list(self._running.items()):
            if key(session_id) == conversation:
                turn.cancel.set()

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

    def _require_idle(self, session_id: str) -> None:
        """Refuse a message while the session's last one is being answered, before it costs anything."""
        if session_id in self._running:
            raise TooBusy("the last message is still being answered", hint="wait for it, or stop it first")

    def _ended(self, session_id: str, running: _Running) -> None:
        """The thread is done with its turn."""
        running.release()
        running.ended.set()
        if self._running.get(session_id) is running:
            del self._running[session_id]

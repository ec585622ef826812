"""Long work of an operator beside the visitors: in a thread of its own, one at a time, stopped by who hangs up.

Lives on one event loop. Knows neither HTTP nor what is done.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.errors import TooBusy
from bot.prompting.steps import Step
from bot.types import Event
from bot.web.mailbox import END, Mailbox

Work = Callable[[threading.Event], Iterator[Step]]
_STOPPING_SECONDS = 2.0
_PATIENCE = 5.0
"""Seconds that a step waits at most while visitors stand in line."""


@dataclass(frozen=True, slots=True)
class Told(Event):
    """A step as an event."""

    step: Step

    @property
    def name(self) -> str:  # type: ignore[override]  # one class for all steps
        """The step's."""
        return self.step.name

    def data(self) -> dict[str, Any]:
        """The step's."""
        return self.step.data


class Bench:
    """One place to work at. ``waiting`` says how many visitors stand in line: they come first."""

    def __init__(self, waiting: Callable[[], int] = lambda: 0) -> None:
        self._waiting = waiting
        self._cancel: threading.Event | None = None
        self._ended = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether somebody works here."""
        return self._cancel is not None

    async def work(self, work: Work) -> AsyncGenerator[Event, None]:
        """The steps of ``work``, which runs to its end in a thread; whoever stops listening cancels it.

        Raises:
            TooBusy: somebody else is at it.
            Exception: whatever the work raises.
        """
        if self._cancel is not None:
            raise TooBusy("prompts are being tried or published already", hint="wait for it, or stop it first")
        self._cancel, self._ended = cancel, ended = threading.Event(), asyncio.Event()
        mail = Mailbox(lambda: self._free(ended))
        try:
            threading.Thread(target=self._run, args=(work, cancel, mail), name="bench", daemon=True).start()
        except RuntimeError:  # the machine gives no more threads
            mail.close()
            raise
        try:
            while (item := await mail.take(until=None)) is not END:
                if isinstance(item, BaseException):
                    raise item
                if isinstance(item, Told):
                    yield item
        finally:
            cancel.set()

    async def close(self) -> None:
        """Stop what runs, and give it a moment."""
        if self._cancel is not None:
            self._cancel.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _STOPPING_SECONDS)

    def _run(self, work: Work, cancel: threading.Event, mail: Mailbox) -> None:
        try:
            for step in work(cancel):
                mail.post(Told(step))
                self._let_pass(cancel)
        except BaseException as error:
            mail.post(error)
        finally:
            mail.post_end()

    def _let_pass(self, cancel: threading.Event) -> None:
        """Wait a moment while visitors stand in line."""
        until = time.monotonic() + _PATIENCE
        while self._waiting() and time.monotonic() < until and not cancel.wait(0.05):
            continue

    def _free(self, ended: asyncio.Event) -> None:
        self._cancel = None
        ended.set()

"""The one async pump: a turn runs in a thread of its own, its events arrive here, one by one.

Stages and engines are synchronous generators; this is where they meet the event loop. Small pieces of text are
joined to about 30 updates a second (fewer where many are being answered), and whoever stops listening sets
``cancel``: nobody else closes an abandoned turn.
Knows nothing of HTTP or of pages.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Protocol

from bot.errors import TookTooLong
from bot.types import Delta, Event
from bot.web.mailbox import END, Mailbox

UPDATES_PER_SECOND = 30.0
MOST_UPDATES_PER_SECOND = 1000.0
"""Of all replies together: with a hundred at once, each has ten."""
_GRACE_SECONDS = 2.0


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
    replies: Callable[[], int] = lambda: 1,
) -> AsyncGenerator[Event, None]:
    """The events of one turn, in order, pieces of text joined; the whole reply is still the join of the pieces.

    Closing this iterator (use `contextlib.aclosing`), or cancelling the task that reads it, sets ``cancel``; so does
    the end of ``seconds``; the turn is then kept as stopped. ``on_end`` runs on the loop once the thread is done;
    ``replies`` says how many are being written now.

    Raises:
        TookTooLong: ``seconds`` are over and the turn did not even stop.
        ShelftalkError: whatever `Assistant.reply` raises.
    """
    cancel = cancel or threading.Event()
    mail = Mailbox(on_end)
    try:
        _start(lambda: assistant.reply(session_id, message, cancel=cancel), mail)
    except RuntimeError:  # the machine gives no more threads
        mail.close()
        raise
    loop = asyncio.get_running_loop()
    late = TookTooLong(
        f"the reply took longer than {seconds:g} seconds", hint="try again, or ask for something simpler"
    )
    timers = [loop.call_later(seconds, cancel.set), loop.call_later(seconds + _GRACE_SECONDS, mail.expire, late)]
    try:
        async for event in _paced(mail, gap=lambda: max(1 / UPDATES_PER_SECOND, replies() / MOST_UPDATES_PER_SECOND)):
            yield event
    finally:
        cancel.set()
        for timer in timers:
            timer.cancel()


def _start(turn: Callable[[], Iterator[Event]], mail: Mailbox) -> None:
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


async def _paced(mail: Mailbox, *, gap: Callable[[], float]) -> AsyncIterator[Event]:
    """What arrives, in order; text at most every ``gap()`` seconds, other events at once. Raises what was posted."""
    clock = asyncio.get_running_loop().time
    held, due = "", 0.0
    while (item := await mail.take(until=due if held else None)) is not END:
        if isinstance(item, Delta):
            held += item.text
            if clock() < due or mail.has_text:
                continue
        if held:
            yield Delta(held)
            held, due = "", clock() + gap()
        if isinstance(item, BaseException):
            raise item
        if isinstance(item, Event) and not isinstance(item, Delta):
            yield item
    if held:
        yield Delta(held)

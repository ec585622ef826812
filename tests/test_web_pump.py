"""The pump alone: joining, order, errors, stopping, and the end of a turn's time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from bot.errors import InvalidRequest, TookTooLong
from bot.types import Delta, Notice
from bot.web.stream import pump


class Scripted:
    """Replies with what it is given; a number is a pause in seconds, an event is waited for, an exception is raised."""

    def __init__(self, *steps):
        self.steps = steps
        self.cancelled_after = None
        self.ended = threading.Event()

    def reply(self, session_id, message, *, cancel=None) -> Iterator:
        """The steps, until cancelled."""
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    time.sleep(step)
                elif isinstance(step, threading.Event):
                    step.wait(30)
                else:
                    yield step
                if cancel.is_set():
                    return
        finally:
            self.ended.set()


async def drained(source, **options):
    """All events of one pumped turn."""
    async with aclosing(pump(source, "s", "m", **options)) as stream:
        return [event async for event in stream]


def test_text_is_joined_to_thirty_updates_a_second_and_nothing_is_lost_or_reordered():
    """100 pieces leave in some thirty a second; other events keep their place among them and are never held back."""
    pieces = [step for number in range(100) for step in (Delta(f"{number} "), 0.003)]
    began = time.monotonic()
    found = asyncio.run(drained(Scripted(*pieces, Notice("a", "b"), Delta("end"))))
    seconds = time.monotonic() - began
    notice = found.index(Notice("a", "b"))
    assert "".join(event.text for event in found[:notice]) == "".join(f"{number} " for number in range(100))
    assert found[notice:] == [Notice("a", "b"), Delta("end")]
    assert 5 <= notice <= 30 * seconds + 2


def test_the_first_piece_of_text_leaves_at_once():
    """Nobody waits for the joining to hear the first word."""

    later = threading.Event()

    async def first():
        async with aclosing(pump(Scripted(Delta("now"), later, Delta("later")), "s", "m")) as stream:
            try:
                return await asyncio.wait_for(anext(stream), 20)
            finally:
                later.set()

    assert asyncio.run(first()) == Delta("now")


def test_an_error_arrives_after_what_was_said_before_it():
    """Text that was held back still comes out, then the error as it was raised."""

    async def run():
        said = []
        with pytest.raises(InvalidRequest):
            async for event in pump(Scripted(Delta("a"), Delta("b"), InvalidRequest("no")), "s", "m"):
                said.append(event.text)
        return "".join(said)

    assert asyncio.run(run()) == "ab"


def test_leaving_the_stream_stops_the_turn():
    """A consumer that goes away sets ``cancel``; the thread ends long before its script, by itself."""
    source = Scripted(*[Delta("x"), 0.05] * 200)

    async def leave():
        async with aclosing(pump(source, "s", "m")) as stream:
            await anext(stream)

    asyncio.run(leave())
    assert source.ended.wait(5)


def test_a_turn_that_takes_too_long_is_stopped():
    """At the end of its time ``cancel`` is set; the turn may still say that it was stopped."""
    source = Scripted(*[Delta("x"), 0.05] * 200)
    began = time.monotonic()
    found = asyncio.run(drained(source, seconds=0.3))
    assert found
    assert time.monotonic() - began < 5


def test_a_turn_that_does_not_even_stop_is_given_up():
    """An engine that hangs costs its thread, not the visitor's patience; the seat comes back when the thread ends."""
    ended = []
    freed = threading.Event()
    source = Scripted(Delta("x"), freed, Delta("y"))

    async def run():
        with pytest.raises(TookTooLong) as caught:
            await drained(source, seconds=0.1, on_end=lambda: ended.append(True))
        assert ended == []
        freed.set()
        while not ended:
            await asyncio.sleep(0.01)
        return caught.value

    error = asyncio.run(run())
    assert error.hint
    assert ended == [True]

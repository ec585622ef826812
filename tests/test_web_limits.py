"""Limits and seats: who may, who waits, who is sent away, and that memory stays bounded."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import TooBusy
from bot.web.limits import Limits, Window, network
from bot.web.seats import Seats
from tests.web import client


class Clock:
    """A clock that is moved by hand, in seconds."""

    now = 100.0

    def __call__(self):
        """Now."""
        return self.now


def test_a_window_slides():
    """Three within a minute; the fourth waits for the first to leave, exactly."""
    window = Window(3)
    for now in (0.0, 10.0, 20.0):
        assert window.wait("a", now) == 0
        window.add("a", now)
    assert (window.wait("a", 30.0), window.wait("b", 30.0), window.wait("a", 60.0)) == (30.0, 0.0, 0.0)


def test_a_window_forgets_the_quietest_first():
    """However many addresses there are, memory holds the latest of them."""
    window = Window(1, remembered=3)
    for key in "abcad":
        window.add(key, 0.0)
    assert (len(window), window.wait("b", 1.0), window.wait("a", 1.0) > 0) == (3, 0.0, True)


def test_a_visitor_and_an_address_are_limited_apart():
    """The session's limit binds first, a new session helps until the address has had enough; refusals do not count."""
    clock = Clock()
    limits = Limits(2, 3, clock=clock)
    limits.message("a", "1.1.1.1")
    limits.message("a", "1.1.1.1")
    for _ in range(5):
        with pytest.raises(TooBusy):
            limits.message("a", "1.1.1.1")
    limits.message("b", "1.1.1.1")
    with pytest.raises(TooBusy) as caught:
        limits.message("c", "1.1.1.1")
    assert caught.value.retry_after == 60
    limits.message("c", "2.2.2.2")
    clock.now += 60
    limits.message("a", "1.1.1.1")


def test_presses_have_four_times_the_room():
    """Quick likes all count; beyond that they are refused too, and messages are not touched by them."""
    limits = Limits(2, 100, clock=Clock())
    for _ in range(8):
        limits.press("a", "1.1.1.1")
    with pytest.raises(TooBusy):
        limits.press("a", "1.1.1.1")
    limits.message("a", "1.1.1.1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("local", "local"),
    ],
)
def test_one_customer_is_one_address(address, counted):
    """An IPv6 customer holds a whole /64 and cannot escape by changing the last half."""
    assert network(address) == counted


def test_seats_are_given_in_the_order_of_coming():
    """One place, two in line, the next is refused; a seat given back goes to the first who still waits."""

    async def run():
        seats, order = Seats(1, 2), []

        async def visit(name):
            release = await seats.take()
            order.append(name)
            return release

        first = await visit("first")
        line = [asyncio.ensure_future(visit(name)) for name in ("left", "second")]
        await asyncio.sleep(0)
        with pytest.raises(TooBusy) as caught:
            await seats.take()
        assert 1 <= caught.value.retry_after <= 60
        line[0].cancel()
        await asyncio.sleep(0)
        first()
        first()
        second = await line[1]
        assert (order, seats.taken, seats.waiting) == (["first", "second"], 1, 0)
        second()
        return seats.taken

    assert asyncio.run(run()) == 0


def test_a_seat_given_to_someone_who_just_left_is_passed_on():
    """Cancelling at the very moment of being called loses no seat."""

    async def run():
        seats = Seats(1, 2)
        release = await seats.take()
        waiting = [asyncio.ensure_future(seats.take()) for _ in range(2)]
        await asyncio.sleep(0)
        release()
        waiting[0].cancel()
        (await asyncio.wait_for(waiting[1], 1))()
        return seats.taken, waiting[0].cancelled()

    assert asyncio.run(run()) == (0, True)


def test_the_routes_obey_the_limits(tmp_path):
    """Messages per session, everything per address; 429 says when, and other verbs of the session still work."""
    with client(tmp_path, per_minute=2, per_minute_address=4) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        asked = {"message": "m", "session_id": session}
        sent = [http.post("/v1/chat", json=asked) for _ in range(3)]
        streamed = http.post("/v1/chat", json={**asked, "stream": True})
        found = [http.post("/v1/search", json={"query": "x"}).status_code for _ in range(2)]
        me = http.get("/v1/me", headers={"X-Session": session})
    assert [reply.status_code for reply in sent] == [200, 200, 429]
    assert (streamed.status_code, streamed.json()["error"]["code"]) == (429, "too_busy")
    assert 1 <= int(sent[2].headers["retry-after"]) <= 60
    assert found == [200, 429]
    assert me.status_code == 200

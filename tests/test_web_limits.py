"""Limits and seats: who may, who waits, who is sent away, and that memory stays bounded."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import text

from bot.errors import SettingsError, TooBusy
from bot.web.limits import LimitReached, Limits, network, weight
from bot.web.seats import Seats
from bot.web.windows import Use, Windows
from tests.web import ScriptedAssistant, client, served, settings, words


class Clock:
    """A clock that is moved by hand, in seconds."""

    now = 1_000_000.0

    def __call__(self):
        """Now."""
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """The clock by which the library counts."""
    found = Clock()
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=found))
    return found


def limits(tmp_path, **chosen):
    """Limits by settings."""
    return Limits(settings(tmp_path, **chosen))


def refused(ask, *asked):
    """The code and the seconds to wait of a refusal, () when there is none."""
    try:
        ask(*asked)
    except LimitReached as error:
        return error.code, error.retry_after
    return ()


def test_a_window_slides_and_the_wait_is_true(clock):
    """Three within a minute; the fourth waits for the first to leave, to the second, and then it is let in."""
    windows, use = Windows(), [Use("n", "a", 3)]
    for _ in range(3):
        assert windows.refusal(use, count=True) is None
        clock.now += 10
    assert windows.refusal(use, count=True) == (use[0], 30)
    assert windows.refusal([Use("n", "b", 3)], count=True) is None
    clock.now += 29
    assert windows.refusal(use, count=True) == (use[0], 1)
    clock.now += 1.01
    assert windows.refusal(use, count=True) is None
    assert windows.refusal(use, count=True) == (use[0], 10)


@pytest.mark.parametrize(("units", "wait"), [(1, 30), (2, 40), (3, 50), (50, 50)])
def test_several_units_wait_until_all_of_them_fit(clock, units, wait):
    """What weighs more than a whole minute takes all of one, instead of never being let in."""
    windows = Windows()
    for _ in range(3):
        windows.refusal([Use("n", "a", 3)], count=True)
        clock.now += 10
    heavy = [Use("n", "a", 3, units)]
    assert windows.refusal(heavy, count=True) == (heavy[0], wait)
    clock.now += wait + 0.01
    assert windows.refusal(heavy, count=True) is None


def test_memory_is_bounded_and_forgets_the_quietest_first(clock):
    """However many addresses there are; those that asked within the last minute stay as long as there is room."""
    windows = Windows(remembered=100)
    for number in range(5000):
        clock.now += 0.001
        assert windows.refusal([Use("n", f"address {number}", 1)], count=True) is None
        assert len(windows) <= 100
    assert windows.refusal([Use("n", "address 4999", 1)], count=True) is not None
    assert windows.refusal([Use("n", "address 0", 1)], count=True) is None


def test_who_was_quiet_for_a_minute_takes_no_memory(clock):
    """Also far below the bound: what a day's visitors leave behind does not pile up."""
    windows = Windows()
    for number in range(20_000):
        windows.refusal([Use("n", f"address {number}", 1)], count=True)
        clock.now += 61 * (number % 500 == 499)
    assert len(windows) <= 1500


def test_a_visitor_an_address_and_all_are_limited_apart(tmp_path, clock):
    """The code says which; a new session helps until the address has had enough; refusals do not count."""
    asked = limits(tmp_path, per_minute=2, per_minute_address=3, per_minute_overall=5).message
    assert [refused(asked, "a", "1.1.1.1") for _ in range(2)] == [(), ()]
    assert {refused(asked, "a", "1.1.1.1") for _ in range(5)} == {("visitor_limit", 60)}
    assert refused(asked, "b", "1.1.1.1") == ()
    assert refused(asked, "c", "1.1.1.1") == ("address_limit", 60)
    assert [refused(asked, who, "2.2.2.2") for who in "cd"] == [(), ()]
    assert refused(asked, "e", "3.3.3.3") == ("overall_limit", 60)
    clock.now += 60.01
    assert refused(asked, "a", "1.1.1.1") == ()


def test_all_together_have_ten_times_an_addresses_share(tmp_path, clock):
    """Unless it is chosen."""
    asked = limits(tmp_path, per_minute_address=2).message
    found = [refused(asked, None, f"1.1.1.{number}") for number in range(21)]
    assert found == [()] * 20 + [("overall_limit", 60)]


def test_asking_whether_there_is_room_costs_nothing(tmp_path, clock):
    """And says the same as counting would."""
    found = limits(tmp_path, per_minute=1)
    assert [refused(found.require_message, "a", "1.1.1.1") for _ in range(3)] == [()] * 3
    assert refused(found.message, "a", "1.1.1.1") == ()
    assert refused(found.require_message, "a", "1.1.1.1") == ("visitor_limit", 60)


def test_presses_have_four_times_the_room(tmp_path, clock):
    """Quick likes all count; beyond that they are refused too, and messages are not touched by them."""
    found = limits(tmp_path, per_minute=2)
    assert [refused(found.press, "a", "1.1.1.1") for _ in range(8)] == [()] * 8
    assert refused(found.press, "a", "1.1.1.1") == ("visitor_limit", 60)
    found.message("a", "1.1.1.1")


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 1), ("hello there", 1), ("a" * 400, 1), ("a" * 401, 2), ("a page " * 430, 8), ("安静的电影" * 80, 3)],
)
def test_a_message_weighs_by_its_length(text, units):
    """One unit for every hundred tokens begun, in any script."""
    assert weight(text) == units


def test_long_messages_use_a_visitors_minute_up_sooner(tmp_path, clock):
    """Ten units are ten words or one page and two words; a page that is too much waits for its own room."""
    found, page = limits(tmp_path, per_minute=10), "a page " * 430
    found.message("a", "1.1.1.1", page)
    clock.now += 20
    assert refused(found.message, "a", "1.1.1.1", page) == ("visitor_limit", 40)
    assert [refused(found.message, "a", "1.1.1.1", "two words") for _ in range(3)] == [(), (), ("visitor_limit", 40)]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("local", "unknown"),
        ("whatever a proxy wrote " * 100, "unknown"),
    ],
)
def test_one_customer_is_one_address(address, counted):
    """An IPv6 customer holds a whole /64 and cannot escape by changing the last half; what is no address is one."""
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
    """Messages per session, everything per address; 429 says which and when, and other verbs still work."""
    with client(tmp_path, per_minute=2, per_minute_address=4) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        asked = {"message": "m", "session_id": session}
        sent = [http.post("/v1/chat", json=asked) for _ in range(3)]
        streamed = http.post("/v1/chat", json={**asked, "stream": True})
        found = [http.post("/v1/search", json={"query": "x"}) for _ in range(2)]
        me = http.get("/v1/me", headers={"X-Session": session})
    assert [reply.status_code for reply in sent] == [200, 200, 429]
    assert (streamed.status_code, streamed.json()["error"]["code"]) == (429, "visitor_limit")
    assert 1 <= int(sent[2].headers["retry-after"]) <= 60
    assert [reply.status_code for reply in found] == [200, 429]
    assert found[1].json()["error"]["code"] == "address_limit"
    assert me.status_code == 200


def test_a_message_that_is_refused_for_another_reason_costs_nothing(tmp_path):
    """As one that comes while the last is being answered."""
    with client(tmp_path, slowly, per_minute=3) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        asked = {"message": "m", "session_id": session, "stream": True}
        with http.stream("POST", "/v1/chat", json=asked) as reply:
            lines = reply.iter_lines()
            next(lines)
            busy = [http.post("/v1/chat", json=asked) for _ in range(5)]
            assert "event: done" in list(lines)
        assert {(one.status_code, one.json()["error"]["code"]) for one in busy} == {(429, "too_busy")}
        found = [http.post("/v1/chat", json={**asked, "stream": False}).status_code for _ in range(3)]
    assert found == [200, 200, 429]


def test_no_session_is_begun_for_a_message_that_is_refused(tmp_path):
    """Nobody fills the database from beyond the limit."""
    assistant = ScriptedAssistant(tmp_path)
    with served(assistant, settings(tmp_path, per_minute_address=2)) as url:
        sent = [httpx.post(f"{url}/v1/chat", json={"message": "m"}).status_code for _ in range(5)]
    with assistant.memory._engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 2
    assert sent == [200, 200, 429, 429, 429]


def slowly(turn):
    """A few words that take their time."""
    return words(turn, text="one two three four", pace=0.2)


def test_a_long_message_counts_as_several(tmp_path):
    """Over HTTP: a page and two words are all of nine."""
    with client(tmp_path, per_minute=9) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        texts = ("a page " * 430, "two words", "two words")
        sent = [http.post("/v1/chat", json={"message": text, "session_id": session}) for text in texts]
    assert [reply.status_code for reply in sent] == [200, 200, 429]


def test_a_stranger_cannot_choose_their_address(tmp_path):
    """Only a trusted proxy's word is taken; what a visitor writes in front of it is not."""
    with client(tmp_path, per_minute_address=1) as http:
        said = [{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"} for number in range(2)]
        passed = [http.post("/v1/sessions", headers=headers).status_code for headers in said]
        other = http.post("/v1/sessions", headers={"X-Forwarded-For": "203.0.113.10"})
    assert (passed, other.status_code) == ([201, 429], 201)


@pytest.mark.parametrize("proxy", ["*", "proxy.example", "10.0.0.1/8", "1.2.3.4:80"])
def test_a_trusted_proxy_is_an_address(tmp_path, proxy):
    """No wildcard: it would let every visitor name their own."""
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, trusted_proxies=(proxy,))
    assert "wildcard" in caught.value.hint

"""`bench visitors`: what counts as a failure, and both loads against a real, small server."""

from __future__ import annotations

import asyncio
import math

import httpx
import pytest

from bot.evaluation import visitors
from bot.evaluation.visitors import Visit, checks
from tests.web import client, words


@pytest.mark.parametrize(
    ("visit", "failed"),
    [
        (Visit(200, done=10.0), False),
        (Visit(200), True),
        (Visit(429, retry=2.0), False),
        (Visit(429), True),
        (Visit(0), True),
        (Visit(500, done=1.0), True),
    ],
)
def test_what_is_a_failure(visit, failed):
    """A reply that ends and a refusal that says when are none; all else is."""
    assert visit.failed is failed


def test_both_loads_against_a_server(tmp_path, monkeypatch):
    """Steady visitors are all answered; beyond places and line every one is refused at once with a time."""

    def slow(turn):
        return words(turn, text="one two three", pace=0.02)

    monkeypatch.setattr(visitors, "BURST", 80)
    monkeypatch.setattr(visitors, "TURNS", 2)
    with client(tmp_path, slow, turns_at_once=8, queue=2, per_minute=10_000, per_minute_address=10_000) as http:
        steady, burst = asyncio.run(visitors._both(str(http.base_url)))
    rows = visitors._steady_row(steady), visitors._burst_row(burst)
    assert rows[0]["n"] == 16 and rows[0]["failed"] == 0 and rows[0]["first_word_p50_ms"] > 0
    assert rows[1]["answered"] + rows[1]["refused"] == 80 and rows[1]["refused"] >= 10
    assert all(check.ok for check in checks(*rows))


def test_a_server_that_is_gone_is_a_failure():
    """No exception, but a visit that failed."""

    async def knock():
        async with httpx.AsyncClient(base_url="http://127.0.0.1:1", timeout=2) as gone:
            return await visitors.visit(gone, "hello")

    found = asyncio.run(knock())
    assert found.failed and found.status == 0 and math.isnan(found.done)

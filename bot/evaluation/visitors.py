"""`shelftalk bench visitors`: eight visitors at once, then a burst past saturation, against a real server process.

Each visitor talks over server-sent events in a session of their own and never pauses. The burst sends more messages at
once than there are places and a line: who finds none must be told at once when to come back, and nobody may time out.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from bot.evaluation.report import Check, Report, machine
from bot.evaluation.serving import CORES, serving
from bot.evaluation.turn_speed import MESSAGES

VISITORS = 8
TURNS = 6
"""Messages of each visitor; before them as many that warm up."""
BURST = 120
"""Messages sent at once: the server has 4 places and a line of 32."""
PATIENCE = 90.0
"""Seconds until a client gives up: longer than a turn may take."""
_SECOND = "something else"


@dataclass(frozen=True, slots=True)
class Visit:
    """One message as its client saw it: status 0 is no answer at all; milliseconds, NaN for what did not come.

    ``retry`` is the header of a refusal in seconds, NaN without one.
    """

    status: int
    cards: float = np.nan
    first_word: float = np.nan
    done: float = np.nan
    retry: float = np.nan

    @property
    def failed(self) -> bool:
        """Neither answered to the end nor refused with a time to come back."""
        refused = self.status == 429 and self.retry >= 1
        return not refused and (self.status != 200 or math.isnan(self.done))


def run() -> Report:
    """Measure both."""
    with serving() as server:
        steady, burst = asyncio.run(_both(server.url))
        memory = {"resident_mb": server.resident(), "peak_mb": server.resident(peak=True)}
    protocol = (
        f"{VISITORS} visitors x {TURNS} messages without pause (and as many before, to warm up), every second one "
        f"`{_SECOND}`; then {BURST} messages at once; {CORES} cores for the server, the clients beside it, embedded "
        "profile on the CPU, server-sent events over loopback"
    )
    rows = (_steady_row(steady, **memory), _burst_row(burst))
    return Report("visitors", protocol, machine(), rows=rows, checks=checks(*rows))


def checks(steady: Mapping[str, Any], burst: Mapping[str, Any]) -> tuple[Check, ...]:
    """The targets of both."""
    slowest = steady["first_word_p95_ms"]
    return (
        Check("p95 to the first word of eight visitors, ms", slowest, "<= 4000", slowest <= 4000),
        Check("failures of eight visitors", steady["failed"], "0", steady["failed"] == 0),
        Check("refused in the burst", burst["refused"], ">= 1", burst["refused"] >= 1),
        Check("refusals without Retry-After", burst["without_retry"], "0", burst["without_retry"] == 0),
        Check("failures and time-outs in the burst", burst["failed"], "0", burst["failed"] == 0),
    )


async def _both(url: str) -> tuple[list[Visit], list[Visit]]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=BURST)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits) as client:
        await asyncio.gather(*(_talk(client, number, turns=TURNS) for number in range(VISITORS)))
        steady = await asyncio.gather(*(_talk(client, number, turns=TURNS) for number in range(VISITORS)))
        messages = [MESSAGES[number % len(MESSAGES)][0] for number in range(BURST)]
        burst = await asyncio.gather(*(visit(client, message) for message in messages))
    return [one for visits in steady for one in visits], list(burst)


async def _talk(client: httpx.AsyncClient, number: int, *, turns: int) -> list[Visit]:
    """One visitor's messages, one after the other, in one session."""
    session = (await client.post("/v1/sessions", json={"catalog": "films"})).json()["session_id"]
    visits = []
    for step in range(turns):
        message = _SECOND if step % 2 else MESSAGES[(number + step) % len(MESSAGES)][0]
        visits.append(await visit(client, message, session=session))
    return visits


async def visit(client: httpx.AsyncClient, message: str, *, session: str | None = None) -> Visit:
    """One message, timed at the client; whatever goes wrong is a `Visit` too."""
    body = {"message": message, "stream": True} | ({"session_id": session} if session else {"catalog": "films"})
    marks, began = dict[str, float](), time.perf_counter()
    try:
        async with client.stream("POST", "/v1/chat", json=body) as response:
            if response.status_code != 200:
                return Visit(response.status_code, retry=_seconds(response.headers.get("retry-after", "")))
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    marks.setdefault(line[7:], (time.perf_counter() - began) * 1e3)
    except httpx.HTTPError:
        return Visit(0)
    times = [marks.get(name, np.nan) for name in ("recommended", "delta", "done")]
    return Visit(200 if "error" not in marks else 500, *times)


def _seconds(header: str) -> float:
    return float(header) if header.isdigit() else np.nan


def _steady_row(visits: Sequence[Visit], **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"system": f"{VISITORS} visitors at once", "n": len(visits)}
    for name in ("cards", "first_word", "done"):
        row |= _percentiles(name, [getattr(one, name) for one in visits if not one.failed])
    return {**row, "failed": sum(one.failed or one.status == 429 for one in visits), **more}


def _burst_row(visits: Sequence[Visit]) -> dict[str, Any]:
    refused = [one for one in visits if one.status == 429]
    answered = [one.done for one in visits if one.status == 200]
    return {
        "system": f"{len(visits)} messages in one instant",
        "n": len(visits),
        **_percentiles("done", answered),
        "failed": sum(one.failed for one in visits),
        "answered": len(answered),
        "refused": len(refused),
        "without_retry": sum(math.isnan(one.retry) for one in refused),
    }


def _percentiles(name: str, values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile of what came, NaN when nothing did."""
    known = [value for value in values if not np.isnan(value)] or [np.nan]
    return {f"{name}_p{share}_ms": round(float(np.percentile(known, share)), 1) for share in (50, 95)}

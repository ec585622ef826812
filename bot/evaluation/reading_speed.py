"""`shelftalk bench reading`: how long a message takes to be read, and what the trained models add to the process.

Everything runs in a process of its own on two cores: the rules first, then the trained reader beside them, then the
trained re-ranker, each stage with the memory that the process holds after it. The messages are those of the open half.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.errors import ShelftalkError
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.serving import CORES, Server, two_cores

if TYPE_CHECKING:
    from bot.evaluation.understand.cases import Case
    from bot.types import Intent, Understander

ROUNDS = 3
WARM = 10
"""Messages that are read before anything is timed."""
CANDIDATES = 50
RANKED = "outdoor"
"""The shop whose items are re-ranked: goods are what the trained re-ranker ships for."""
LATENCY_MS, ADDED_MB = 25.0, 350.0
_PROTOCOL = (
    f"the messages of the open half to five shops, one after the other, {ROUNDS} rounds, {CORES} cores, after {WARM} "
    "to warm up; "
    "resident_mb: what the process holds after the stage, embedder and catalogues included; added_mb: over the rules"
)


def run(data: Path, *, gold: Path | None = None) -> Report:
    """Milliseconds and memory of each stage. Raises ShelftalkError when the process that measures fails."""
    command = [sys.executable, "-m", "bot.evaluation.reading_speed", str(data), *([str(gold)] if gold else [])]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ShelftalkError(f"the measuring process failed: {done.stderr[-500:]}", hint=f"run {' '.join(command)}")
    rows = json.loads(done.stdout.splitlines()[-1])
    return Report("reading", _PROTOCOL, machine(), tuple(rows), checks(rows))


def checks(rows: Sequence[dict[str, Any]]) -> tuple[Check, ...]:
    """The targets: the trained reader's median, and what all models add."""
    reader, last = rows[1]["p50_ms"], rows[-1]["added_mb"]
    return (
        Check("the trained reader, p50 ms", reader, f"<= {LATENCY_MS:g}", reader <= LATENCY_MS),
        Check("the trained models, MB", last, f"<= {ADDED_MB:g}", last <= ADDED_MB),
    )


def timed(call: Callable[[Any], object], inputs: Sequence[Any], *, rounds: int = ROUNDS) -> dict[str, Any]:
    """Median and 95th percentile of ``call`` over ``inputs``, in milliseconds."""
    for one in inputs[:WARM]:
        call(one)
    taken = list[float]()
    for one in [one for _ in range(rounds) for one in inputs]:
        began = time.perf_counter()
        call(one)
        taken.append((time.perf_counter() - began) * 1e3)
    p50, p95 = np.percentile(taken, (50, 95))
    return {"n": len(taken), "p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}


def _process(data: Path, gold: Path | None = None) -> None:
    """What that process does."""
    two_cores()
    from bot.engines import choose
    from bot.engines.understand_lexical import LexicalUnderstander
    from bot.evaluation.understand.catalogues import GOLD, shops
    from bot.evaluation.understand.systems import product
    from bot.remembering import Remembering
    from bot.settings import Settings
    from bot.understanding import understand

    rows = list[dict[str, Any]]()
    settings = Settings.load(environ={}, device="cpu", understander="reader")
    embedder = choose.embedder(settings)
    found = list(shops(data, gold=gold or GOLD, parts=("open",)))
    asked = [(shop.name, case) for shop in found for case in shop.cases]
    rules = {shop.name: LexicalUnderstander(shop.vocabulary, Remembering(embedder)) for shop in found}

    def measure(system: str, call: Callable[[Any], object], inputs: Sequence[Any], rounds: int = ROUNDS) -> None:
        figures = timed(call, inputs, rounds=rounds)
        gc.collect()
        held = Server("", 0.0, os.getpid()).resident()
        added = held - rows[0]["resident_mb"] if rows else 0
        rows.append({"system": system, **figures, "resident_mb": held, "added_mb": added})

    def reading(engines: Mapping[str, Understander]) -> Callable[[tuple[str, Case]], Intent]:
        schemas = {shop.name: shop.vocabulary.schema for shop in found}
        return lambda one: understand(engines[one[0]], rules[one[0]], one[1].history, one[1].message, schemas[one[0]])

    measure("rules", reading(rules), asked)
    in_charge = product(settings, embedder)
    measure(
        "rules, reader",
        reading({shop.name: in_charge(shop.name, rules[shop.name], shop.vocabulary) for shop in found}),
        asked,
    )
    reranker = choose.reranker(settings, embedder)
    goods = next((list(shop.vocabulary.by_id.values())[:CANDIDATES] for shop in found if shop.name == RANKED), [])
    if reranker is not None and goods:
        measure(
            f"rules, reader; {CANDIDATES} items re-ranked",
            lambda one: reranker.score(one, goods),
            [case.message for name, case in asked if name == RANKED],
            1,
        )
    sys.stdout.write("\n" + json.dumps(rows) + "\n")


if __name__ == "__main__":
    _process(*map(Path, sys.argv[1:]))

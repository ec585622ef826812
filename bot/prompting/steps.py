"""What long work tells on its way: named steps with JSON-ready data."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from threading import Event as Flag
from typing import Any, NamedTuple

from bot.assistant import Assistant
from bot.prompting.cases import Case
from bot.prompting.comparing import Pair, compare, summed
from bot.prompting.judging import Judged, judge
from bot.prompting.refusing import BrokenDraft
from bot.prompting.replaying import Outcome, Player
from prompts import Registry


class Step(NamedTuple):
    """One thing that happened."""

    name: str
    data: dict[str, Any]


def trying(assistant: Assistant, case: Case, old: Registry, new: Registry, *, cancel: Flag) -> Iterator[Step]:
    """One turn as it is spoken and as it would be: `old`, `new`, `done`; setting ``cancel`` ends it within a turn."""
    player = Player(assistant)
    try:
        before = player.play(case, old, cancel=cancel)
        shelf = assistant.shelf(case.catalog)
        judged = judge(case, before, shelf, base=before)
        yield Step("old", outcome_dict(before, judged))
        if cancel.is_set():
            return
        after = player.play(case, new, cancel=cancel)
        pair = Pair(case, before, after, judged, judge(case, after, shelf, base=before))
        yield Step("new", outcome_dict(after, pair.judged_b))
        yield Step("done", {"verdict": pair.verdict, "words": pair.words, "state": new.state})
    finally:
        player.close()


def running(
    assistant: Assistant, cases: Sequence[Case], old: Registry, new: Registry, *, cancel: Flag
) -> Iterator[Step]:
    """Every case under both wordings: `progress` and `pair` for each, then `done` with the figures."""
    pairs = list[Pair]()
    clock = Clock(len(cases))
    yield clock.step(0)
    for pair in compare(assistant, cases, old, new, cancel=cancel):
        if cancel.is_set():
            return
        pairs.append(pair)
        yield Step("pair", pair_dict(pair, new.state))
        yield clock.step(len(pairs))
    found = summed(pairs)
    yield Step("done", {**asdict(found), "wins": found.wins, "losses": found.losses, "state": new.state})


def unless_broken(steps: Iterator[Step]) -> Iterator[Step]:
    """The steps; `blocked`, with what is wrong, in the place of a draft that cannot be said."""
    try:
        yield from steps
    except BrokenDraft as error:
        yield Step("blocked", {"problems": list(error.problems)})


class Clock:
    """How far work is, and how long it will still take."""

    def __init__(self, of: int) -> None:
        self._of, self._began = of, time.monotonic()

    def step(self, done: int) -> Step:
        """`progress`: ``left_s`` is seconds, null as long as nothing is done."""
        passed = time.monotonic() - self._began
        left = round(passed / done * (self._of - done), 1) if done else None
        return Step("progress", {"done": done, "of": self._of, "left_s": left})


def pair_dict(pair: Pair, state: str) -> dict[str, Any]:
    """One case under both wordings."""
    return {
        "case": pair.case.name,
        "message": pair.case.message,
        "catalog": pair.case.catalog,
        "note": pair.case.expect.note,
        "verdict": pair.verdict,
        "old": outcome_dict(pair.a, pair.judged_a),
        "new": outcome_dict(pair.b, pair.judged_b),
        "words": pair.words,
        "state": state,
    }


def outcome_dict(outcome: Outcome, judged: Sequence[Judged]) -> dict[str, Any]:
    """A reply with its checks; cards as `/v1/chat` has them."""
    return {
        "text": outcome.text,
        "question": outcome.question,
        "cards": [card.as_dict() for card in outcome.cards],
        "citations": list(outcome.citations),
        "checks": [{"check": one.check, "ok": one.ok, "must": one.must, "found": one.found} for one in judged],
        "words": outcome.words,
        "tokens": outcome.tokens,
        "milliseconds": outcome.total,
        "prompts": list(outcome.prompts),
        "failed": outcome.failed,
    }

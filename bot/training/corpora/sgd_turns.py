"""What is kept of the Schema-Guided Dialogues as they are read: user turns of one service, and the words of slots."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.engines.reader.sheet import CharSpan
from bot.training.corpora.files import json_rows
from bot.training.corpora.labelled import offers

_NO_SLOT = frozenset({"", "intent", "count"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What is kept of a user turn. ``told``: the words of what was informed; ``spans``: where slots stand."""

    source: str
    service: str
    message: str
    before: str
    shown: bool
    acts: tuple[str, ...]
    informed: bool
    used: frozenset[str]
    asked: frozenset[str]
    told: Mapping[str, str]
    spans: Mapping[str, CharSpan]


def read(data: Path, part: str) -> tuple[list[Turn], dict[tuple[str, str], list[str]]]:
    """The user turns that say an act, and the words that either side used for each slot of each service.

    Raises InvalidRequest.
    """
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    turns: list[Turn] = []
    for row in json_rows(data, f"sgd/{part}.jsonl.gz"):
        for turn in row["turns"]:
            for frame in turn["frames"]:
                for slot, (first, last) in _spans(frame):
                    values[frame["service"], slot].add(turn["utterance"][first:last])
        turns += _said(row)
    return turns, {key: sorted(words) for key, words in values.items()}


def _said(row: Mapping[str, Any]) -> Iterator[Turn]:
    """The user turns of one dialogue that are about one service and say an act."""
    before, shown = "", False
    for number, turn in enumerate(row["turns"]):
        if turn["speaker"] != "USER":
            shown = shown or offers(turn)
            continue
        if len(turn["frames"]) == 1:
            kept = _kept(turn, f"{row['dialogue_id']}:{number}", before, shown=shown)
            if kept.acts:
                yield kept
        before = turn["utterance"]


def _kept(turn: Mapping[str, Any], source: str, before: str, *, shown: bool) -> Turn:
    frame = turn["frames"][0]
    actions = frame["actions"]
    told = {one["slot"]: one["values"][0] for one in actions if one["act"] == "INFORM" and one["values"]}
    acts = {one["act"] for one in actions}
    return Turn(
        source, sys.intern(frame["service"]), turn["utterance"], before, shown,
        acts=_acts(acts, shown=shown),
        informed="INFORM" in acts,
        used=frozenset(one["slot"] for one in actions) - _NO_SLOT,
        asked=frozenset(one["slot"] for one in actions if one["act"] == "REQUEST"),
        told=told,
        spans=dict(_spans(frame)),
    )  # fmt: skip


def _spans(frame: Mapping[str, Any]) -> Iterator[tuple[str, CharSpan]]:
    for one in frame["slots"]:
        if "start" in one:
            yield sys.intern(one["slot"]), (one["start"], one["exclusive_end"])


def _acts(acts: set[str], *, shown: bool) -> tuple[str, ...]:
    """What the corpus's acts are in a shop; none where it says nothing that a shop would hear."""
    found: list[str] = []
    if acts & {"INFORM_INTENT", "INFORM"}:
        found.append("refine" if shown else "recommend")
    if "REQUEST" in acts:
        found.append("ask_item")
    if "REQUEST_ALTS" in acts:
        found += ["refine", "more"]
    if "SELECT" in acts and not found:
        found.append("feedback")
    if acts & {"THANK_YOU", "GOODBYE"} and not found:
        found.append("smalltalk")
    return tuple(found)

"""Turns of ReDial and SGD that were labelled by hand: the labels ship, the words come from the public files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.training.corpora.files import lines
from bot.training.examples import Example
from bot.training.labelling import LabelledTurn, example, held_values

LABELLED = Path(__file__).parents[1] / "labelled"


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the words of one file of labels stand, and what its rows call things."""

    name: str
    file: str
    id: str
    speaker: str
    visitor: str
    text: str


_SOURCES = (
    _Source("redial", "redial/dialogues.jsonl.gz", "conversation_id", "role", "seeker", "text"),
    _Source("sgd", "sgd/train.jsonl.gz", "dialogue_id", "speaker", "USER", "utterance"),
)


def labelled(data: Path, random: Random) -> list[Example]:
    """All labelled turns whose words are under ``data``. Raises InvalidRequest."""
    found: list[Example] = []
    for source in _SOURCES:
        turns = list(_turns(data, source))
        held = held_values(turns)
        found += [example(turn, held, random) for turn in turns]
    return found


def turns(data: Path) -> list[LabelledTurn]:
    """The labelled turns with their words, source by source. Raises InvalidRequest."""
    return [turn for source in _SOURCES for turn in _turns(data, source)]


def _turns(data: Path, source: _Source) -> Iterator[LabelledTurn]:
    path = LABELLED / f"{source.name}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = _texts(data, source, {row["id"].split(":")[0] for row in rows})
    for row in rows:
        if row["id"] in texts:
            text, before, shown = texts[row["id"]]
            marks = tuple((first, last, meaning) for first, last, meaning in row["marks"])
            family = f"labelled/{row['id'].split(':')[0]}"
            yield LabelledTurn(row["id"], family, tuple(row["acts"]), text, marks, before, shown)


def _texts(data: Path, source: _Source, wanted: set[str]) -> dict[str, tuple[str, str, bool]]:
    """Each turn of the ``wanted`` dialogues: its words, what the visitor said before, and whether items came between.

    A dialogue is not parsed before its id is known to be wanted.
    """
    found: dict[str, tuple[str, str, bool]] = {}
    name = re.compile(rf'"{source.id}"\s*:\s*"?([^",]+)')
    for line in lines(data, source.file):
        here = name.search(line)
        if here and here[1] in wanted:
            row = json.loads(line)
            if row.get("split", "train") == "train":
                found |= _dialogue(here[1], row["turns"], source)
    return found


def _dialogue(id: str, said: Sequence[Mapping[str, Any]], source: _Source) -> dict[str, tuple[str, str, bool]]:
    found: dict[str, tuple[str, str, bool]] = {}
    before, shown = "", False
    for number, turn in enumerate(said):
        if turn[source.speaker] == source.visitor:
            found[f"{id}:{number}"] = (turn[source.text], before, shown)
            before = turn[source.text]
        else:
            shown = shown or offers(turn)
    return found


def offers(turn: Mapping[str, Any]) -> bool:
    """Whether a turn of the other side names items: films in ReDial, an offer in SGD."""
    if "movie_ids" in turn:
        return bool(turn["movie_ids"])
    return any(action["act"] == "OFFER" for frame in turn["frames"] for action in frame["actions"])

"""The catalogues that messages are labelled for, each with its items and cases.

Both demos, and three that no reader is made for: two public ones, read from the data folder as an operator's files are,
and one that ships beside the messages. Knows no reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from bot.errors import InvalidRequest
from bot.evaluation.understand.cases import HALVES, Case, Part, load
from bot.understanding import Vocabulary
from vectorstore.catalog import read_items

Group: TypeAlias = Literal["demos", "unseen"]
GOLD = Path(__file__).parents[1] / "gold"
_DEMO = Path(__file__).parents[2] / "demo"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a catalogue lies: ``path`` stands on its own, or in the data folder; ``group`` is what it counts as."""

    group: Group
    path: Path


@dataclass(frozen=True, slots=True)
class Shop:
    """One catalogue with its labelled messages."""

    name: str
    group: Group
    vocabulary: Vocabulary
    cases: tuple[Case, ...]


PLACES: Mapping[str, Place] = MappingProxyType({
    "films": Place("demos", _DEMO / "films" / "items.jsonl"),
    "outdoor": Place("demos", _DEMO / "outdoor" / "items.jsonl"),
    "retail": Place("unseen", Path("retail_demo_store/products.yaml.gz")),
    "books": Place("unseen", Path("goodbooks10k/books.csv.gz")),
    "plants": Place("unseen", GOLD / "plants.jsonl"),
})  # fmt: skip


def shops(
    data: Path, *, gold: Path = GOLD, places: Mapping[str, Place] = PLACES, parts: Sequence[Part] = HALVES
) -> Iterator[Shop]:
    """The catalogues that ``gold`` holds messages of ``parts`` for, read one after the other.

    Raises:
        InvalidRequest: no messages, messages for an unknown catalogue, a missing data file, or wrong labels.
    """
    there = {path.name.split(".")[0] for part in parts for path in gold.glob(f"*.{part}.toml")}
    if not there:
        raise InvalidRequest(
            f"{gold} holds no labelled messages", hint=f"name a folder with NAME.{parts[0]}.toml files"
        )
    if unknown := sorted(there - places.keys()):
        raise InvalidRequest(
            f"{gold} holds messages for {', '.join(unknown)}", hint=f"known catalogues: {', '.join(places)}"
        )
    for name, place in places.items():
        if name in there:
            yield _shop(name, place, data, gold, parts)


def _shop(name: str, place: Place, data: Path, gold: Path, parts: Sequence[Part]) -> Shop:
    path = data / place.path
    if not path.exists():
        raise InvalidRequest(f"{path} is missing", hint="give the folder of public data files with --data")
    found = read_items(path)
    vocabulary = Vocabulary(found.items, found.schema)
    return Shop(name, place.group, vocabulary, load(gold, name, vocabulary, parts))

"""Statements written by hand for the claim check: true ones in free words, and untrue ones as language models err.

A scene is what a visitor said and the items on the cards; each statement was judged against their records, the message
and the help pages. Half of the scenes are sealed: of these nothing is ever told but figures.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from bot.demo import NAMES
from bot.errors import InvalidRequest

Half: TypeAlias = Literal["open", "sealed"]
HALVES: tuple[Half, ...] = get_args(Half)
GOLD = Path(__file__).parents[1] / "gold" / "statements"
KINDS: Mapping[str, str] = {
    "number": "a number that the record does not hold",
    "swapped": "a value or a story of another item",
    "person": "a director, actor or maker of another item",
    "award": "an award that no record holds",
    "negation": "what the record says, denied, or what it denies, said",
    "superlative": "a place among the items that another holds",
    "comparison": "a comparison turned round",
    "stock": "in stock when it is not, or gone when it is there",
    "visitor": "what the visitor never said",
    "policy": "a policy that no help page holds",
}
"""How an untrue statement errs."""


@dataclass(frozen=True, slots=True)
class Written:
    """One statement; ``error`` is the kind of its error, "" for a true one."""

    text: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """``items`` are the ids on the cards, in order, ``said`` is the visitor's message."""

    half: Half
    number: int
    catalog: str
    said: str
    items: tuple[str, ...]
    statements: tuple[Written, ...]


def scenes(folder: Path = GOLD) -> tuple[Scene, ...]:
    """All scenes of ``open.toml`` and ``sealed.toml``. Raises InvalidRequest naming file, scene and rule."""
    found = [scene for half in HALVES for scene in _read(folder / f"{half}.toml", half)]
    if not found:
        raise InvalidRequest(f"{folder} holds no scenes", hint="name a folder with open.toml or sealed.toml")
    return tuple(found)


def _read(path: Path, half: Half) -> Iterator[Scene]:
    if not path.is_file():
        return
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("scene", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InvalidRequest(f"{path.name} is not TOML", hint="correct the file") from None
    for number, row in enumerate(rows, 1):
        if rule := _broken(row):
            raise InvalidRequest(f"{path.name}, scene {number}: {rule}", hint="correct it")
        untrue = [Written(text, kind) for kind, texts in row["untrue"].items() for text in texts]
        statements = (*(Written(text) for text in row["true"]), *untrue)
        yield Scene(half, number, row["catalog"], row["said"], tuple(row["items"]), statements)


def _broken(row: Any) -> str:
    """The rule that a scene breaks, "" where it breaks none; never its words."""
    if not isinstance(row, dict) or row.keys() != {"catalog", "said", "items", "true", "untrue"}:
        return "a scene needs catalog, said, items, true and untrue, and nothing else"
    untrue = row["untrue"]
    if row["catalog"] not in NAMES or not isinstance(row["said"], str) or not _texts(row["items"]):
        return f"catalog is one of {', '.join(NAMES)}, said a text, items a list of ids"
    if not isinstance(untrue, dict) or untrue.keys() - KINDS.keys():
        return f"untrue is a table of lists, by {', '.join(KINDS)}"
    if not all(map(_texts, (row["true"], *untrue.values()))):
        return "true and every kind of untrue are lists of sentences"
    return ""


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)

"""JSON objects of which nobody can hold two opinions: no name twice, no NaN, nothing but one object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn


class Duplicate(ValueError):
    """A name stands twice; ``name`` is which."""

    def __init__(self, name: str) -> None:
        super().__init__("a name stands twice")
        self.name = name


def read_object(text: str | bytes) -> dict[str, Any]:
    """The one object that ``text`` is. Raises Duplicate, and ValueError for anything else."""
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Duplicate(name)
        found[name] = value
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError("not a number")

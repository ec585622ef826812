"""What kind of thing a facet tells: a price, a person, a colour. Data from ``senses.toml`` beside this file.

The sense of a facet picks the words that it is said in. Knows no item and no prompt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from vectorstore.base import Facet

ROLES = frozenset({"price", "year", "stock", "popularity"})
"""Roles that are a sense of their own."""


def sense_of(facet: Facet) -> str:
    """The sense: a role, a name's or a unit's, else "flag", "date", "number" or "other"."""
    if facet.role in ROLES:
        return facet.role
    if facet.type in ("flag", "date"):
        return facet.type
    tables, name = _tables(), facet.name.casefold()
    if facet.type == "number":
        return tables["numbers"].get(name) or tables["units"].get(facet.unit.casefold()) or "number"
    return tables["words"].get(name) or "other"


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    """Table -> name or unit -> sense."""
    table = tomllib.loads((Path(__file__).parent / "senses.toml").read_text("utf-8"))
    return {part: {name: sense for sense, names in senses.items() for name in names} for part, senses in table.items()}

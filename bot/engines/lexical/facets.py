"""How visitors speak of each facet of a schema: its lexicon entry, joined with the schema. Knows no message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.engines.lexical.lexicon import table
from bot.engines.lexical.text import words
from bot.engines.lexical.units import counting, unit_group
from vectorstore.base import Facet, Schema

Vague = Mapping[str, tuple[str, float, float]]


@dataclass(frozen=True, slots=True)
class Speech:
    """The words around one facet; see ``lexicon/en.facets.toml`` and ``en.flags.toml`` for what each list means.

    ``group`` is the unit group of a number facet and ``factor`` how many base units one of its units is; ``counted``
    are unit words of this schema alone. ``scoped``: vague words ("light") are measured among what the other conditions
    leave. ``loose``: the values differ from item to item (another title, a note), so that none is a condition.
    """

    facet: Facet
    names: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    ask_generic: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    most_soft: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    shuns: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    vague: Vague = field(default_factory=dict)
    bare: str = "~"
    group: str = ""
    factor: float = 1.0
    counted: tuple[str, ...] = ()
    scoped: bool = False
    loose: bool = False
    person: bool = False
    place: bool = False
    tongue: bool = False
    strict: bool = False

    @property
    def name(self) -> str:
        """The facet's name."""
        return self.facet.name

    @property
    def kindly(self) -> bool:
        """Whether its values say what a thing is."""
        return bool(set(self.names) & _KINDS)

    @property
    def yearly(self) -> bool:
        """Whether its numbers are years."""
        return self.facet.role == "year" or self.group == "year"

    @property
    def numeric(self) -> bool:
        """Whether its values are compared as numbers."""
        return self.facet.type in ("number", "date")


def speeches(schema: Schema) -> dict[str, Speech]:
    """The speech of every facet, by facet name, in schema order."""
    return {facet.name: _speech(facet) for facet in schema.facets}


def _speech(facet: Facet) -> Speech:
    entry = _entry(facet)
    group, factor = _unit(facet, entry)
    counted = counting(facet.name, facet.unit) if facet.type == "number" and not group and facet.role != "year" else ()
    own = tuple(dict.fromkeys(filter(None, (_spaced(facet.name), facet.label.casefold(), _measured(facet)))))
    lists = {name: tuple(entry.get(name, ())) for name in _LISTS}
    lists["names"] = tuple(dict.fromkeys((*own, *lists["names"])))
    return Speech(
        facet=facet,
        vague={word: tuple(rule) for word, rule in entry.get("vague", {}).items()},
        bare=entry.get("bare", "~"),
        group=group or (f"counted {facet.name}" if counted else ""),
        factor=factor,
        counted=counted,
        scoped=entry.get("scoped", False),
        loose=_differs(facet),
        person=facet.type != "flag" and (entry.get("person", False) or _looks_like_people(facet)),
        place=entry.get("place", False),
        tongue=entry.get("tongue", False),
        strict=entry.get("strict", False),
        **lists,
    )


_LISTS = (
    "names",
    "left",
    "right",
    "ask",
    "lower",
    "higher",
    "less",
    "more",
    "least",
    "most",
    "most_soft",
    "flag",
    "lacks",
    "shuns",
    "ask_generic",
    "measures",
)
_KINDS = {"category", "type", "department", "style", "kind"}
_MEASURING = ("unit", "lower", "least", "bare")
_MOST_DIFFERENT = 50
"""A column with fewer values than this may name each item apart and still be one to ask for."""


def _entry(facet: Facet) -> dict[str, Any]:
    """The lexicon table of that name, else of that role, else one that is called so, in full or in part."""
    tables = {**table("en.facets"), **table("en.flags")} if facet.type == "flag" else table("en.facets")
    entries: dict[str, dict[str, Any]] = {name: entry for name, entry in tables.items() if _suits(facet, entry)}
    if facet.name in entries:
        return entries[facet.name]
    if facet.role != "attribute":
        return next((entry for entry in entries.values() if entry.get("role") == facet.role), {})
    for called in _called(facet):
        found = next((entry for entry in entries.values() if called in entry["names"]), None)
        if found:
            return found
    return {}


def _suits(facet: Facet, entry: Mapping[str, Any]) -> bool:
    """Whether a table speaks of facets of this type: a number is no certificate, a list of words has no weight."""
    if "role" in entry and entry["role"] != facet.role:
        return bool(entry.get("open", False)) and facet.type in ("number", "date")
    measuring = any(name in entry for name in _MEASURING)
    if facet.type == "flag":
        return "flag" in entry
    return "role" in entry or measuring == (facet.type in ("number", "date"))


def _called(facet: Facet) -> list[str]:
    """What a facet is called, from the whole name to its parts: "original publication year", "publication year"."""
    wholes = list(dict.fromkeys(filter(None, (facet.name.casefold(), _spaced(facet.name), facet.label.casefold()))))
    parts = [words(whole) for whole in wholes]
    tails = [" ".join(part[place:]) for part in parts for place in range(1, len(part))]
    heads = [" ".join(part[:place]) for part in parts for place in range(len(part) - 1, 0, -1)]
    return [*wholes, *tails, *(heads if facet.type in ("category", "multi") else [_measured(facet)])]


def _spaced(name: str) -> str:
    return " ".join(words(name.replace("_", " ")))


def _measured(facet: Facet) -> str:
    """The name without the unit at its end: "volume l" -> "volume"."""
    head, _, tail = _spaced(facet.name).rpartition(" ")
    return head if facet.type == "number" and (unit_group(tail)[0] or tail == facet.unit.casefold()) else ""


def _unit(facet: Facet, entry: Mapping[str, Any]) -> tuple[str, float]:
    if facet.role == "price" or entry.get("unit") == "year":
        return ("currency" if facet.role == "price" else "year"), 1.0
    if facet.type not in ("number", "date"):
        return "", 1.0
    group, factor = unit_group(facet.unit or facet.name.rsplit("_", 1)[-1])
    return (group, factor) if group else ("" if facet.unit else entry.get("unit", ""), 1.0)


def _differs(facet: Facet) -> bool:
    """Whether nearly every item has a value of its own."""
    held = sum(count for _, count in facet.values)
    return len(facet.values) > _MOST_DIFFERENT and len(facet.values) > 0.5 * held


def _looks_like_people(facet: Facet) -> bool:
    """Many values, nearly all of two or three capitalised words."""
    if facet.type not in ("category", "multi") or len(facet.values) < 40:
        return False
    names = [value.split() for value, _ in facet.values[:200]]
    alike = sum(2 <= len(parts) <= 3 and all(part[:1].isupper() for part in parts) for parts in names)
    return alike / len(names) > 0.85

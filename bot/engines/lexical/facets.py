"""How visitors speak of each facet of a schema: its lexicon entry, joined with the schema. Knows no message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.engines.lexical.lexicon import table
from bot.engines.lexical.text import words
from vectorstore.base import Facet, Schema

Vague = Mapping[str, tuple[str, float, float]]


@dataclass(frozen=True, slots=True)
class Speech:
    """The words around one facet; see ``lexicon/en.facets.toml`` for what each list means.

    ``group`` is the unit group of a number facet and ``factor`` how many base units one of its units is.
    """

    facet: Facet
    names: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    ask_generic: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    most_soft: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    vague: Vague = field(default_factory=dict)
    bare: str = "~"
    group: str = ""
    factor: float = 1.0
    person: bool = False
    place: bool = False
    tongue: bool = False
    strict: bool = False

    @property
    def name(self) -> str:
        """The facet's name."""
        return self.facet.name

    @property
    def numeric(self) -> bool:
        """Whether its values are compared as numbers."""
        return self.facet.type in ("number", "date")


def speeches(schema: Schema) -> dict[str, Speech]:
    """The speech of every facet, by facet name, in schema order."""
    return {facet.name: _speech(facet) for facet in schema.facets}


def unit_group(word: str) -> tuple[str, float]:
    """The unit group of a word and its factor to the base unit; ``("", 1)`` for a word that is no unit."""
    folded = word.casefold().strip()
    for group, factors in table("en.numbers")["units"].items():
        if folded in factors or folded == group:
            return group, float(factors.get(folded, 1))
    return "", 1.0


def _speech(facet: Facet) -> Speech:
    entry = _entry(facet)
    group, factor = _unit(facet, entry)
    own = tuple(dict.fromkeys(filter(None, (" ".join(words(facet.name.replace("_", " "))), facet.label.casefold()))))
    lists = {name: tuple(entry.get(name, ())) for name in _LISTS}
    lists["names"] = tuple(dict.fromkeys((*own, *lists["names"])))
    return Speech(
        facet=facet,
        vague={word: tuple(rule) for word, rule in entry.get("vague", {}).items()},
        bare=entry.get("bare", "~"),
        group=group,
        factor=factor,
        person=entry.get("person", False) or _looks_like_people(facet),
        place=entry.get("place", False),
        tongue=entry.get("tongue", False),
        strict=entry.get("strict", False),
        **lists,
    )


_LISTS = ("names", "left", "right", "ask", "lower", "higher", "least", "most", "most_soft", "flag", "ask_generic")


def _entry(facet: Facet) -> dict[str, Any]:
    """The lexicon table of that name, else of that role, else one that is called so."""
    entries: dict[str, dict[str, Any]] = table("en.facets")
    called = {facet.name.casefold().replace("_", " "), facet.name.casefold(), facet.label.casefold()}
    if facet.name in entries:
        return entries[facet.name]
    if facet.role != "attribute":
        return next((entry for entry in entries.values() if entry.get("role") == facet.role), {})
    return next((entry for entry in entries.values() if called & set(entry["names"])), {})


def _unit(facet: Facet, entry: Mapping[str, Any]) -> tuple[str, float]:
    if facet.role == "price":
        return "currency", 1.0
    group, factor = unit_group(facet.unit or facet.name.rsplit("_", 1)[-1])
    return (group, factor) if group else (entry.get("unit", ""), 1.0)


def _looks_like_people(facet: Facet) -> bool:
    """Many values, nearly all of two or three capitalised words."""
    if facet.type not in ("category", "multi") or len(facet.values) < 40:
        return False
    names = [value.split() for value, _ in facet.values[:200]]
    alike = sum(2 <= len(parts) <= 3 and all(part[:1].isupper() for part in parts) for parts in names)
    return alike / len(names) > 0.85

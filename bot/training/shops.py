"""Shops to practise in: hand-written ones, and made-up ones whose facets and values nobody has ever seen together.

A shop is a schema with the words people use for it. The made-up ones teach the reader to trust the schema it is shown
and nothing else. Pure but for reading its file; deterministic under a seed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

SHOPS = Path(__file__).parent / "shops.toml"
WORDS = Path(__file__).parent / "words.toml"
_DEGREES = ("less", "more", "lower", "higher", "least", "most")


@dataclass(frozen=True, slots=True)
class Value:
    """One value as the schema spells it, and other words for it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """How a number is spoken of: its forms (``{n}`` is the number) and words of degree."""

    low: float
    high: float
    step: float
    forms: tuple[str, ...]
    less: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopFacet:
    """One facet: its ``words`` (the first is the schema's), its type, its values or how its number is spoken of."""

    words: tuple[str, ...]
    type: str
    values: tuple[Value, ...] = ()
    unit: str = ""
    speech: Speech | None = None

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.speech is not None


@dataclass(frozen=True, slots=True)
class Shop:
    """What is sold, and its facets."""

    name: str
    noun: str
    nouns: str
    facets: tuple[ShopFacet, ...]

    def of(self, kind: str) -> list[ShopFacet]:
        """The facets of a kind: "worded", "number" or "flag"."""
        return [facet for facet in self.facets if kind_of(facet) == kind]


def kind_of(facet: ShopFacet) -> str:
    """One of "worded", "number" and "flag"."""
    return "number" if facet.numeric else "flag" if facet.type == "flag" else "worded"


@cache
def written() -> tuple[Shop, ...]:
    """The hand-written shops."""
    return tuple(_shop(row) for row in tomllib.loads(SHOPS.read_text("utf-8"))["shop"])


def pseudo(random: Random) -> Shop:
    """A made-up shop: four to eight facets with made-up names, values and units."""
    words = _words()
    kinds = random.choices(["worded", "number", "flag"], weights=[5, 3, 2], k=random.randint(4, 8))
    taken: set[str] = set()
    facets = tuple(_pseudo_facet(kind, words, random, taken) for kind in ["worded", "worded", "number", *kinds[3:]])
    noun = random.choice(words["nouns"])
    return Shop("pseudo", noun, f"{noun}s", facets)


def _pseudo_facet(kind: str, words: dict[str, Any], random: Random, taken: set[str]) -> ShopFacet:
    name = _fresh(words["facets"], random, taken)
    if kind == "worded":
        return _pseudo_worded(name, words, random, taken)
    if kind == "flag":
        flag = _fresh(words["adjectives"], random, taken)
        return ShopFacet((flag,), "flag", (Value(flag),))
    return _pseudo_number(words, random, taken)


def _pseudo_worded(name: str, words: dict[str, Any], random: Random, taken: set[str]) -> ShopFacet:
    pool = words["adjectives"] + words["nouns"]
    values = [_fresh(pool, random, taken) for _ in range(random.randint(3, 9))]
    if random.random() < 0.3:
        values = [f"{random.choice(words['adjectives'])} {value}" for value in values]
    return ShopFacet((name,), random.choice(["category", "multi"]), tuple(map(Value, dict.fromkeys(values))))


def _pseudo_number(words: dict[str, Any], random: Random, taken: set[str]) -> ShopFacet:
    scale = random.choice([one for one in words["scales"] if taken.isdisjoint(_spoken(one))])
    taken |= _spoken(scale)
    high = random.choice([10, 50, 100, 500, 2000, 10000])
    unit = random.choice(words["units"])
    degrees = (tuple(scale[key]) for key in _DEGREES)
    speech = Speech(high / 20, high, high / 20 if high > 20 else 1, tuple(unit["forms"]), *degrees)
    return ShopFacet((scale["name"],), "number", unit=unit["name"], speech=speech)


def _spoken(scale: dict[str, Any]) -> set[str]:
    """A scale's name and words: no second facet of a shop is spoken of in any of them."""
    return {scale["name"]}.union(*(scale[key] for key in _DEGREES))


def _fresh(pool: Sequence[str], random: Random, taken: set[str]) -> str:
    word = random.choice(pool)
    while word in taken:
        word = random.choice(pool)
    taken.add(word)
    return word


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text("utf-8"))


def _shop(row: dict[str, Any]) -> Shop:
    return Shop(row["name"], row["noun"], row["nouns"], tuple(_facet(facet) for facet in row["facet"]))


def _facet(row: dict[str, Any]) -> ShopFacet:
    words = tuple(row["words"])
    if row["type"] == "number":
        degrees = (tuple(row.get(key, ())) for key in _DEGREES)
        speech = Speech(row["low"], row["high"], row["step"], tuple(row["forms"]), *degrees)
        return ShopFacet(words, "number", unit=row.get("unit", ""), speech=speech)
    spelt = [text.split("|") for text in row["values"]] if row["type"] != "flag" else [list(row["words"])]
    values = tuple(Value(names[0], tuple(names[1:])) for names in spelt)
    return ShopFacet(words, row["type"], values)

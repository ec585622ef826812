"""Made-up visitors before real and made-up shelves: what the product would choose to say of an item, as cues.

The choice is the product's own; only who asks for what is drawn at random. The demos are the real shelves; on the
made-up ones every sense of a facet has its place, so that catalogues of other kinds are spoken of as well.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import bot.senses
from bot import demo
from bot.parts import parts
from bot.phrasing import Speaker
from bot.points import Point
from bot.reasons import choices
from bot.types import DialogueState, Evidence, Order
from prompts import Registry
from vectorstore.base import Constraint, Facet, FacetValue, Item, Schema
from vectorstore.catalog import read_items

MADE = 60
"""Made-up shelves."""
_VALUES = ("Amber", "Birch", "Cedar", "Dune", "Ember", "Fern", "Grove", "Heath", "Iris", "Juniper")
_UNITS = {"price": "eur", "runtime": "minutes", "weight": "kg", "volume": "l", "people": "persons", "pages": "pages"}
_UNITS |= {"brightness": "lm", "temperature": "°c", "power": "w", "warranty": "years", "score": "stars"}
_WISHES = ("quiet", "for a rainy day", "cosy", "with a twist", "easy to clean")

Shelf = tuple[Schema, Sequence[Item], str]
"""A schema, its items, and the name of the catalogue."""


class Visits:
    """Draws visits, each one item with what is said of it. Everything random comes from ``random``."""

    def __init__(self, prompts: Registry, random: Random) -> None:
        """Read the demos and make shelves up."""
        self._prompts, self._random = prompts, random
        self._real = [_demo(name) for name in demo.NAMES]
        self._made = [_made(number, random) for number in range(MADE)]

    def visit(self, style: str) -> tuple[Speaker, list[Point]]:
        """What is known of one item, and the points that the product would make of it."""
        shelf = self._random.choice(self._real if self._random.random() < 0.5 else self._made)
        schema, items, name = shelf
        item = self._random.choice(items)
        makers: list[Callable[[Shelf, Item], Iterator[Evidence]]] = [
            self._wanted, self._wanted, self._liked, self._wished, self._sorted, self._near,
        ]  # fmt: skip
        count = self._random.choice((0, 1, 1, 1, 2, 2, 3))
        found = [one for make in self._random.choices(makers, (5, 4, 4, 3, 2, 1), k=count) for one in make(shelf, item)]
        found += self._stands(shelf, item)
        order = next((Order(one.facet, "asc") for one in found if one.kind == "order"), None)
        state = DialogueState(order=self._turned(order))
        voice = self._prompts.voice("en", style, catalog=name)
        speaker = Speaker(item, schema, voice, tuple(found), state, among=self._random.choice((2, 3, 3, 3)))
        return speaker, choices([speaker])[0]

    def _turned(self, order: Order | None) -> Order | None:
        return order if order is None or self._random.random() < 0.5 else Order(order.facet, "desc")

    def _wanted(self, shelf: Shelf, item: Item) -> Iterator[Evidence]:
        """A condition that the item meets."""
        facets = [facet for facet in shelf[0].facets if facet.name in item.facets and facet.role != "popularity"]
        facet = self._random.choice(facets)
        constraint = self._condition(facet, item.facets[facet.name])
        if constraint is not None:
            yield Evidence("constraint", facet.name, str(constraint.value), constraint=constraint)

    def _condition(self, facet: Facet, cell: FacetValue) -> Constraint | None:
        random = self._random
        if isinstance(cell, bool):
            return Constraint(facet.name, "is", cell)
        if isinstance(cell, (int, float)):
            step = max(1.0, round(abs(cell) * random.choice((0.05, 0.1, 0.2, 0.4))))
            if random.random() < 0.15:
                return Constraint(facet.name, "between", (cell - step, cell + step))
            return (
                Constraint(facet.name, "<=", cell + step)
                if random.random() < 0.7
                else Constraint(facet.name, ">=", cell - step)
            )
        values = cell if isinstance(cell, tuple) else (cell,)
        others = [value for value, _ in facet.values if value not in values]
        if others and random.random() < 0.2:
            return Constraint(facet.name, "not", random.choice(others))
        return Constraint(facet.name, "is", random.choice(values)) if values else None

    def _liked(self, shelf: Shelf, item: Item) -> Iterator[Evidence]:
        """Another item, with what both hold."""
        worded = [
            (facet.name, value)
            for facet in shelf[0].facets
            if facet.type in ("category", "multi") and (cell := item.facets.get(facet.name))
            for value in (cell if isinstance(cell, tuple) else (str(cell),))
        ]
        shared = tuple(self._random.sample(worded, min(len(worded), self._random.choice((0, 1, 1, 2, 3)))))
        degree = "" if shared else self._random.choice(("close", "led"))
        yield Evidence("liked", value=self._random.choice(shelf[1]).title, shared=shared, degree=degree)

    def _wished(self, shelf: Shelf, item: Item) -> Iterator[Evidence]:
        """A wish, with a sentence or words of the record, or nothing."""
        wish = self._random.choice(_WISHES)
        quote = self._random.choice(parts(item.description) or [""])
        words = tuple((word, word) for word in quote.split()[:2])
        yield self._random.choice(
            (
                Evidence("wish", value=wish, quote=quote, shared=words, degree="word"),
                Evidence("wish", value=wish, quote=quote, degree="close"),
                Evidence("wish", value=wish, shared=words, degree="part"),
                Evidence("wish", value=wish, degree="nearest"),
            )
        )

    def _sorted(self, shelf: Shelf, item: Item) -> Iterator[Evidence]:
        """A place in an order."""
        facets = [facet for facet in shelf[0].facets if facet.type == "number" and facet.name in item.facets]
        if facets:
            place = float(self._random.choice((1, 1, 2, 3)))
            yield Evidence("order", self._random.choice(facets).name, strength=place)

    def _near(self, shelf: Shelf, item: Item) -> Iterator[Evidence]:
        """It comes nearest to a title that is not here."""
        yield Evidence("near", value=f"{item.title} 2")

    def _stands(self, shelf: Shelf, item: Item) -> Iterator[Evidence]:
        """In what it stands out from the cards beside it, as most do."""
        facets = [facet for facet in shelf[0].facets if item.facets.get(facet.name) not in (None, (), False)]
        numbers = [facet for facet in facets if facet.type == "number" and facet.role != "stock"]
        worded = [facet for facet in facets if facet.type == "multi"]
        if numbers and self._random.random() < 0.6:
            side = self._random.choice(("lower", "higher"))
            yield Evidence("tradeoff", self._random.choice(numbers).name, side)
        elif worded and self._random.random() < 0.4:
            cell = item.facets[self._random.choice(worded).name]
            name = next(facet.name for facet in worded if item.facets[facet.name] == cell)
            yield Evidence("tradeoff", name, self._random.choice(cell) if isinstance(cell, tuple) else str(cell))


def _demo(name: str) -> Shelf:
    found = read_items(Path(demo.__file__).parent / name / "items.jsonl")
    return found.schema, found.items, name


def _made(number: int, random: Random) -> Shelf:
    """A shelf of a few facets of random senses, and items with random values."""
    table = tomllib.loads(Path(bot.senses.__file__).with_name("senses.toml").read_text("utf-8"))
    worded = random.sample(sorted(table["words"]), k=random.randint(2, 5))
    numbered = random.sample(sorted(set(table["numbers"]) - {"year"}), k=random.randint(1, 4))
    facets = [Facet(table["words"][sense][0], "multi", values=tuple((one, 5) for one in _VALUES)) for sense in worded]
    facets += [
        Facet(
            table["numbers"][sense][0], "number", "price" if sense == "price" else "attribute",
            unit=_UNITS.get(sense, ""), low=1.0, high=900.0,
        )
        for sense in numbered
    ]  # fmt: skip
    facets += [Facet("price", "number", "price", unit="eur", low=1.0, high=900.0)] * (random.random() < 0.6)
    facets += [Facet("year", "number", "year", low=1900.0, high=2020.0)] * (random.random() < 0.4)
    facets += [Facet("washable", "flag"), Facet("heel drop", "number"), Facet("finish", "multi", values=(("Matt", 3),))]
    catalog = random.choice(("films", "books", "music", "shop"))
    return Schema(tuple(facets)), [_item(f"{number}-{n}", facets, random) for n in range(8)], catalog


def _item(id: str, facets: Sequence[Facet], random: Random) -> Item:
    cells: dict[str, FacetValue] = {}
    for facet in facets:
        if facet.type == "flag":
            cells[facet.name] = random.random() < 0.5
        elif facet.type == "number":
            cells[facet.name] = float(random.randint(1950, 2020) if facet.role == "year" else random.randint(2, 800))
        else:
            values = [value for value, _ in facet.values]
            cells[facet.name] = tuple(random.sample(values, min(len(values), random.choice((1, 1, 2, 3)))))
    return Item(id, f"{random.choice(_VALUES)} {id}", "A short line about it. Another one that says more.", cells)

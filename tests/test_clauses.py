"""The clauses of reasons: enough of them, each reachable, worded by what kind of thing a facet tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.limits import Limit, limit_of
from bot.phrasing import ASKED, CLAUSES, HAS, LACKS, LIKED, ORDER, STANDING, WISH, WITHIN, Speaker
from bot.senses import _tables, sense_of
from bot.telling import points
from bot.types import DialogueState, Evidence, Order
from bot.wording import constraint_key
from prompts import Registry
from vectorstore.base import Constraint, Facet, Item, Schema

OWN = {"flag": ("flag", True), "date": ("date", 20200101.0), "number": ("number", 3.0)}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


def facets() -> list[Facet]:
    """One facet of every sense."""
    words = [Facet(name, "multi", values=(("a", 1), ("b", 9))) for name in first("words")]
    numbers = [Facet(name, "number", unit="h", low=0, high=9) for name in first("numbers")]
    roles = [Facet(role, "number", role, low=0, high=9) for role in ("price", "year", "stock", "popularity")]
    others = [Facet("finish", "multi", values=(("a", 1),)), Facet("dry", "flag"), Facet("out", "date")]
    return [*words, *numbers, *roles, *others, Facet("reach", "number", low=0, high=9)]


def first(table: str) -> list[str]:
    """The first name of every sense of a table that no role stands for."""
    names: dict[str, str] = {}
    for name, sense in _tables()[table].items():
        names.setdefault(sense, name)
    return [name for sense, name in names.items() if sense != "year"]


def told(
    facet: Facet, registry: Registry, *evidence: Evidence, order: Order | None = None, implied: tuple[str, ...] = ()
) -> set[tuple[str, str]]:
    """The clauses that an item with one facet can be said in."""
    cell = {"multi": ("a", "b"), "flag": True, "date": 20200101.0, "number": 3.0}[facet.type]
    item = Item("i", "Item", "A thing with a handle that folds. It is red.", {facet.name: cell})
    state = DialogueState(order=order, implied=implied)
    speaker = Speaker(item, Schema((facet,)), registry.voice(), evidence, state, among=2)
    return {(one.prompt, one.key) for one in points(speaker)}


def spoken(facet: Facet, registry: Registry) -> set[tuple[str, str]]:
    """Every clause that evidence about one facet leads to."""
    cell = "a" if facet.type == "multi" else True if facet.type == "flag" else 3.0
    found = told(facet, registry)
    ops = [("is", cell), ("not", "c" if facet.type == "multi" else cell)]
    if facet.type in ("number", "date"):
        ops = [("is", 3.0), ("<", 5.0), (">", 1.0), ("between", (1.0, 5.0))]
    for op, value in ops:
        constraint = Constraint(facet.name, op, value)
        for implied in ((), (constraint_key(constraint),)):
            met = Evidence("constraint", facet.name, "a", constraint=constraint)
            found |= told(facet, registry, met, implied=implied)
    asked = Evidence("wish", value="w", degree="nearest")
    for way in ("lower", "higher"):
        found |= told(facet, registry, asked, Evidence("tradeoff", facet.name, way))
    found |= told(facet, registry, asked, Evidence("tradeoff", facet.name, "a"))
    found |= told(facet, registry, asked, Evidence("liked", value="X", shared=((facet.name, "a"),)))
    for direction in ("asc", "desc"):
        for place in (1.0, 2.0):
            one = Evidence("order", facet.name, "3", strength=place)
            found |= told(facet, registry, one, order=Order(facet.name, direction))
    return found


def test_there_are_at_least_150_clauses(registry: Registry) -> None:
    """Counted as wordings, in English; the Chinese files have the same keys."""
    phrases = [phrase for name in CLAUSES for phrase in registry.prompt(name).phrases.values()]
    assert sum(len(phrase.alternatives) for phrase in phrases) >= 300
    for name in CLAUSES:
        assert list(registry.prompt(name).phrases) == list(registry.prompt(name, "zh").phrases)


def test_every_clause_is_reachable(registry: Registry) -> None:
    """Some evidence about some facet leads to each; none lies idle."""
    found = {clause for facet in facets() for clause in spoken(facet, registry)}
    genre = Facet("genres", "multi")
    for shared, degree in (((("dark", "dark"),), "word"), ((), "nearest")):
        found |= told(genre, registry, Evidence("wish", value="dark", shared=shared, degree=degree))
    for shared, degree in (((("dark", "dark"),), "word"), ((), "close")):
        found |= told(genre, registry, Evidence("wish", value="dark", quote="as it is", shared=shared, degree=degree))
    found |= told(genre, registry, Evidence("near", value="Y"), Evidence("liked", value="X", degree="close"))
    found |= told(genre, registry, Evidence("liked", value="X", degree="led"))
    dry = Facet("dry", "flag")
    wet = Speaker(
        Item("i", "Item", facets={"dry": False}), Schema((dry,)), registry.voice(),
        (Evidence("constraint", "dry", "false", constraint=Constraint("dry", "is", False)),), DialogueState(),
    )  # fmt: skip
    found |= {(one.prompt, one.key) for one in points(wet)}
    wanted = {(name, key) for name in CLAUSES for key in registry.prompt(name).phrases if "@" not in key}
    assert sorted(wanted - found) == []


def test_a_price_is_not_said_as_a_genre_is(registry: Registry) -> None:
    """The sense of a facet, by role, name or unit, picks the words."""
    senses = [
        (Facet("genres", "multi"), "genre"),
        (Facet("amount", "number", "price"), "price"),
        (Facet("mass", "number", unit="kg"), "weight"),
        (Facet("rating", "category"), "age_rating"),
        (Facet("rating", "number"), "score"),
        (Facet("Actors", "multi"), "cast"),
        (Facet("waterproof", "flag"), "flag"),
        (Facet("reach", "number", unit="km"), "number"),
        (Facet("finish", "category"), "other"),
    ]
    assert [sense_of(facet) for facet, _ in senses] == [sense for _, sense in senses]


@pytest.mark.parametrize(
    ("cell", "op", "value", "expected"),
    [
        (101.0, "<=", 120.0, ("below", 19.0)),
        (50.0, ">", 40.0, ("above", 10.0)),
        (1.5, "between", (1.0, 2.0), ("inside", 0.0)),
        (120.0, "<=", 120.0, None),
        ("red", "is", "red", None),
    ],
)
def test_the_room_beside_a_limit(cell, op, value, expected) -> None:
    """How far a number stays inside what was asked; nothing where there is no room."""
    constraint = Constraint("x", op, value)
    found = limit_of(cell, [constraint])
    assert found == (None if expected is None else Limit(*expected, constraint))


def test_the_year_is_not_repeated_beside_the_title(registry: Registry) -> None:
    """A clause about the year names what was asked, not the number that stands beside the title."""
    facet = Facet("year", "number", "year", low=1900, high=2020)
    asked = Evidence("constraint", "year", "1962", constraint=Constraint("year", "<", 1970.0))
    item = Item("i", "Item", facets={"year": 1962.0})
    speaker = Speaker(item, Schema((facet,)), registry.voice(), (asked,), DialogueState())
    texts = [speaker.say(one.prompt, one.key, **dict(one.given)) for one in points(speaker)]
    assert texts and not any("1962" in text for text in texts)
    assert replace(speaker, evidence=()).of("constraint") == ()


@pytest.mark.parametrize(
    ("facet", "cell", "op", "bound", "expected"),
    [
        (Facet("price", "number", "price", unit="EUR"), 159.0, "<", 179.0, {"price_lower"}),
        (Facet("lumens", "number", unit="lumens"), 320.0, ">", 210.0, {"brightness_higher"}),
        (Facet("reach", "number", unit="km"), 9.0, ">", 5.0, {"number_higher"}),
        (Facet("year", "number", "year"), 1980.0, "<", 1990.0, {"year_lower"}),
    ],
)
def test_a_bound_that_nobody_named_is_no_limit(registry: Registry, facet, cell, op, bound, expected) -> None:
    """ "Cheaper" and "light" become bounds; how far off they lie is not told, and what was asked is not claimed."""
    constraint = Constraint(facet.name, op, bound)
    asked = Evidence("constraint", facet.name, str(cell), constraint=constraint)
    item = Item("i", "Item", facets={facet.name: cell})
    named = Speaker(item, Schema((facet,)), registry.voice(), (asked,), DialogueState())
    implied = replace(named, state=DialogueState(implied=(constraint_key(constraint),)))
    assert {one.key for one in points(implied) if one.prompt == WITHIN} == expected
    texts = [implied.say(one.prompt, one.key, **dict(one.given)) for one in points(implied)]
    gap = registry.voice().value(facet.name, abs(bound - cell), facet.unit)
    assert not any(word in text for text in texts for word in (gap, "limit", "mark", "asked"))
    assert {one.key for one in points(named) if one.prompt == WITHIN}.isdisjoint(expected)


def test_the_clause_prompts_are_the_ones_listed() -> None:
    """`CLAUSES` names every prompt that points speak."""
    assert set(CLAUSES) == {HAS, ASKED, WITHIN, LACKS, LIKED, WISH, ORDER, STANDING}

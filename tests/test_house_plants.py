"""Needs said in other words than a catalogue's own: a shop of house plants."""

from __future__ import annotations

import pytest

from bot.engines.understand_lexical import LexicalUnderstander
from bot.understanding import Vocabulary
from vectorstore.base import Facet, Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder

_LIGHT = ("low light", "indirect light", "full sun")
_WATER = ("rarely", "weekly", "keep moist")
_CARE = ("beginner", "expert")
_COLOURS = ("white", "pink")
SCHEMA = Schema(
    (
        Facet("light", "category", values=tuple((value, 4) for value in _LIGHT)),
        Facet("watering", "category", values=tuple((value, 4) for value in _WATER)),
        Facet("care_level", "category", values=tuple((value, 6) for value in _CARE)),
        Facet("flower_colour", "category", values=tuple((value, 6) for value in _COLOURS)),
        Facet("warranty_years", "number", unit="years", low=1.0, high=10.0),
        Facet("pet_safe", "flag"),
        Facet("flowering", "flag"),
        Facet("scented", "flag"),
    ),
)


def _plant(number):
    facets = {
        "light": _LIGHT[number % 3],
        "watering": _WATER[number % 3],
        "care_level": _CARE[number % 2],
        "flower_colour": _COLOURS[number % 2],
        "warranty_years": float(1 + number % 10),
        "pet_safe": number % 2 == 0,
        "flowering": number % 3 == 0,
        "scented": number % 4 == 0,
    }
    return Item(f"plant-{number}", f"Leafling {number}", facets=facets)


@pytest.fixture(scope="module")
def said():
    """What the rules take for conditions in a message."""
    lexical = LexicalUnderstander(Vocabulary([_plant(number) for number in range(12)], SCHEMA), HashedEmbedder())

    def conditions(message):
        return {(one.facet, one.op, one.value) for one in lexical.understand((), message, SCHEMA).constraints}

    return conditions


@pytest.mark.parametrize(
    "message",
    [
        "pet safe please",
        "nothing toxic",
        "something that's ok with dogs",
        "poisonous ones are out",
        "must not poison the cat",
        "would it poison my cat?",
    ],
)
def test_what_nobody_asks_for_is_refused_whether_or_not_a_no_is_said(said, message):
    """A word that is only feared means the flag, under a no and without one."""
    assert said(message) == {("pet_safe", "is", True)}


@pytest.mark.parametrize(
    ("message", "wanted"),
    [("an unscented one", False), ("something sweet smelling", True), ("nothing unscented", True)],
)
def test_what_lacks_something_may_be_wanted(said, message, wanted):
    """The words for what has it not ask for that; refused, for what has it."""
    assert said(message) == {("scented", "is", wanted)}


@pytest.mark.parametrize(
    ("message", "condition"),
    [
        ("for a dark corner", ("light", "is", "low light")),
        ("there is no sun at all in there", ("light", "is", "low light")),
        ("a south facing sill", ("light", "is", "full sun")),
        ("i always forget to water", ("watering", "is", "rarely")),
        ("hard to kill", ("care_level", "is", "beginner")),
        ("pink flowers", ("flower_colour", "is", "pink")),
        ("ten years warranty minimum", ("warranty_years", ">=", 10.0)),
    ],
)
def test_other_words_for_a_value(said, message, condition):
    """The language's other words for a value, the part that a colour is of, a comparison behind the facet's name."""
    assert said(message) == {condition}

"""What is said of prices where a catalogue records none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engines.understand_lexical import LexicalUnderstander
from bot.understanding import Vocabulary
from tests.films import assistant, cards, codes, said
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder

DEMO = Path(__file__).parents[1] / "bot" / "demo"


def reader(shop):
    """The rules over one of the two demos: films have no price, outdoor goods have one."""
    found = read_items(DEMO / shop / "items.jsonl")
    lexical = LexicalUnderstander(Vocabulary(found.items, found.schema), HashedEmbedder())
    return lambda message: lexical.understand((), message, found.schema)


@pytest.fixture(scope="module")
def films():
    """The rules over films."""
    return reader("films")


@pytest.mark.parametrize(
    "message", ["a comedy under 10 euros", "a cheap comedy", "the cheapest comedy", "a comedy, $5 at most please"]
)
def test_it_is_told_apart(films, message):
    """It is neither a condition nor a wish to search for; what else was said counts."""
    found = films(message)
    assert found.unheld == ("price",)
    assert [(one.facet, one.value) for one in found.constraints] == [("genres", "comedy")]
    assert not found.wishes and found.order is None


@pytest.mark.parametrize("message", ["do you have Million Dollar Baby", "a comedy about money", "under two hours"])
def test_money_in_a_title_or_a_story_is_no_price(films, message):
    """Nothing is told apart that limits nothing."""
    assert films(message).unheld == ()


def test_where_there_are_prices_they_count():
    """The outdoor shop has them."""
    found = reader("outdoor")("a tent under 100 euros")
    assert found.unheld == ()
    assert ("price", 100.0) in [(one.facet, one.value) for one in found.constraints]


def test_the_visitor_is_told(tmp_path):
    """A notice says that it could not count, and the rest is answered."""
    bot = assistant(tmp_path)
    events = said(bot, bot.open().id, "a funny film for less than 10 euros")
    assert "unpriced" in codes(events)
    assert cards(events)

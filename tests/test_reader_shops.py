"""Reading messages without a model in shops that sell no films: the outdoor demo, and other people's catalogues."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from bot.degrees import settled
from bot.engines.understand_lexical import LexicalUnderstander
from bot.meeting import meets
from bot.state import fold
from bot.types import DialogueState, Message
from bot.understanding import Vocabulary, verified
from prompts import FacetWords, Registry, constraint_words
from tests.intents import cases, render, same, shown
from vectorstore.base import Constraint, Facet, Item, Schema
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder

OUTDOOR = Path(__file__).parents[1] / "bot" / "demo" / "outdoor" / "items.jsonl"
TENTS = shown(
    ("fjellvik-tindra-2-tent", "northlatch-home-again-4-family-tent", "oukari-feather-room-2-ultralight-tent")
)
FOREIGN = {
    "retail": "retail_demo_store/products.yaml.gz",
    "books": "goodbooks10k/books.csv.gz",
    "contoso": "contoso_outdoor/product_info/products.csv",
    "films": "wikipedia_movies/movies.jsonl.gz",
}
SHOPS = ("retail", "books", "contoso")


@pytest.fixture(scope="module")
def outdoor():
    """The outdoor shop of the demo and its reader."""
    return _opened(OUTDOOR)


@pytest.fixture(scope="module")
def foreign(data):
    """Opens another catalogue by name, once."""
    opened = {}

    def of(name):
        if name not in opened:
            opened[name] = _opened(data / FOREIGN[name])
        return opened[name]

    return of


def _opened(path):
    found = read_items(path)
    vocabulary = Vocabulary(found.items, found.schema)
    return vocabulary, LexicalUnderstander(vocabulary, HashedEmbedder())


def _read(shop, case, history=TENTS):
    vocabulary, reader = shop
    intent = reader.understand(history if case.get("shown") else (), case["message"], vocabulary.schema)
    return render(verified(intent, vocabulary.schema, reader))


@pytest.mark.parametrize("case", cases("outdoor_shop"), ids=lambda case: case["message"][:60])
def test_messages_in_the_outdoor_shop(outdoor, case):
    """Every slot of the intent is the wanted one, and no other is filled."""
    found = _read(outdoor, case)
    assert same(found, case["want"]), found


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=case["message"][:60]) for name in SHOPS for case in cases(f"shop_{name}")],
)
def test_messages_in_foreign_shops(foreign, name, case):
    """The same without a line written for that catalogue."""
    found = _read(foreign(name), case)
    assert same(found, case["want"]), found


@pytest.mark.data
def test_a_score_on_messages_that_nothing_was_tuned_on(outdoor, foreign, capsys):
    """Printed, not judged: whole intents right, and slots right, on messages written after the reader."""
    whole, right, wanted, given, total = 0, 0, 0, 0, 0
    for case in cases("shops_fresh"):
        shop = outdoor if case["shop"] == "outdoor" else foreign(case["shop"])
        found = _read(shop, case)
        whole, total = whole + same(found, case["want"]), total + 1
        both = found.keys() & case["want"].keys()
        right += sum(same({name: found[name]}, {name: case["want"][name]}) for name in both)
        wanted, given = wanted + len(case["want"]), given + len(found)
    with capsys.disabled():
        sys.stdout.write(
            f"\nshops, free style: {whole} of {total} messages entirely right; "
            f"slots: precision {right / given:.3f}, recall {right / wanted:.3f}\n"
        )


# -- words of degree --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["light", "cheap", "heavy", "expensive", "not too heavy", "not expensive"])
def test_words_of_degree_find_something_in_every_category(outdoor, word):
    """ "A light tent" is light for a tent: within every category some items are meant, and not all."""
    vocabulary, reader = outdoor
    for category, count in vocabulary.schema.get("category").values:
        intent = reader.understand((), f"{category}, {word}", vocabulary.schema)
        assert any(one.facet == "category" for one in intent.constraints), category
        found = [item for item in vocabulary.items if meets(item, intent.constraints)]
        assert 0 < len(found) < count, (category, word, intent.constraints)


def test_a_word_of_degree_is_measured_against_the_whole_conversation(outdoor):
    """After "tents", "a light one" means a light tent; said first, it is measured anew when the tents come."""
    vocabulary, reader = outdoor
    schema, items = vocabulary.schema, vocabulary.by_id

    def after(*messages):
        state = DialogueState()
        for message in messages:
            history = (Message("visitor", "hello"), Message("assistant", "Hello."))
            state = fold(state, reader.understand(history, message, schema), items=items)
        return state

    together = after("a light tent")
    assert after("tents for hiking", "light ones").constraints != together.constraints
    limits = [one.value for one in after("tents", "light ones").constraints if one.facet == "weight_kg"]
    assert limits == [one.value for one in together.constraints if one.facet == "weight_kg"]


def test_a_word_of_degree_never_leaves_nothing():
    """Even among items that are all alike the bound is one that they meet."""
    items = {str(n): Item(str(n), f"Item {n}", facets={"price": 10.0, "kind": "cup"}) for n in range(4)}
    facets = (Facet("kind", "category", values=(("cup", 4),)), Facet("price", "number", "price", low=10.0, high=10.0))
    vocabulary = Vocabulary(tuple(items.values()), Schema(facets))
    reader = LexicalUnderstander(vocabulary, HashedEmbedder())
    for message in ("a cheap cup", "an expensive cup", "a cup, not expensive", "a cup, not cheap"):
        intent = reader.understand((), message, vocabulary.schema)
        held, _ = settled(intent.constraints, intent.vague, items)
        assert any(meets(item, held) for item in items.values()), message


# -- models -----------------------------------------------------------------------------------------------------------


def test_every_model_is_found_by_its_own_name(outdoor):
    """Without brand and kind, "how heavy is the NAME?" finds the item or one of the same name: at least 95 in 100."""
    vocabulary, reader = outdoor
    missed = []
    for item in vocabulary.items:
        name = item.title.removeprefix(f"{item.facets['brand']} ")
        found = reader.understand((), f"how heavy is the {name}?", vocabulary.schema).mentions
        if [mention.item_id for mention in found] != [item.id]:
            missed.append((item.title, found))
    assert len(missed) <= 0.05 * len(vocabulary.items), missed


@pytest.mark.parametrize(
    "message",
    [
        "something for a long way home in the snow",
        "the first light of the day, on a slow sunday",
        "I need it quick, dry and steady",
        "a jacket for drizzle and splash",
        "we are a big family and cook for two together",
        "the moth ate my wool sweater",
        "is there snow in the meadow in spring",
        "a warm front is coming, so something warm",
        "half and half, short cut, just in case",
    ],
)
def test_ordinary_words_are_no_models(outdoor, message):
    """Models are named with ordinary words; in a sentence they mean what they mean."""
    vocabulary, reader = outdoor
    assert reader.understand((), message, vocabulary.schema).mentions == ()


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["lumens", "watts", "mAh", "sprockets", "pages", "inches", "km", "stars"])
def test_a_number_of_something_else_is_no_price(outdoor, word):
    """A unit that the catalogue does not measure in, known or not, binds to nothing; a bare number is the price."""
    vocabulary, reader = outdoor

    def facets(message):
        return {one.facet for one in reader.understand((), message, vocabulary.schema).constraints}

    assert "price" not in facets(f"something with at least 40 {word}")
    assert facets("something under 40") == {"price"}


@pytest.mark.parametrize("amount", ["$40", "40 bucks", "€40", "40 euros", "£40", "40 dollars", "40"])
def test_any_currency_is_the_price(outdoor, amount):
    """The number is kept whatever the currency is called; the shop's own is shown."""
    vocabulary, reader = outdoor
    intent = reader.understand((), f"a headlamp under {amount}", vocabulary.schema)
    assert Constraint("price", "<", 40.0) in intent.constraints


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_chips_of_the_shop_come_back_as_what_they_stand_for(outdoor, locale):
    """A condition as the bot words it in a chip is understood as that condition when it is sent."""
    vocabulary, reader = outdoor
    voice = Registry.load().voice(locale, catalog="outdoor")
    conditions = [
        Constraint("price", "<=", 40.0),
        Constraint("weight_kg", "<=", 1.5),
        Constraint("weight_kg", "<", 2.0),
        Constraint("stock", ">", 0.0),
        Constraint("waterproof", "is", True),
        *([Constraint("sleeps", ">=", 2.0), Constraint("temperature_c", "<=", -10.0)] if locale == "en" else ()),
        *([Constraint("sleeps", "is", 2.0), Constraint("volume_l", ">=", 40.0)] if locale == "en" else ()),
        *(Constraint("category", "is", value) for value, _ in vocabulary.schema.get("category").values),
        *(Constraint("category", "not", value) for value, _ in vocabulary.schema.get("category").values),
        *(Constraint("gender", "is", value) for value in ("women", "men", "kids")),
    ]
    wrong = []
    for one in conditions:
        facet = vocabulary.schema.get(one.facet)
        kind = facet.role if facet.role in ("year", "price") else facet.type
        words = constraint_words(
            voice, FacetWords(facet.name, kind, facet.label, facet.unit), op=one.op, value=one.value
        )
        found = reader.understand(TENTS, words, vocabulary.schema)
        if found.constraints != (one,):
            wrong.append((words, render(found)))
    assert wrong == []


# -- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_thirty_six_thousand_films(foreign):
    """Opening the vocabulary takes less than thirty seconds of computing, a message less than a quarter of a second."""
    vocabulary, reader = foreign("films")
    assert _spent(lambda: LexicalUnderstander(Vocabulary(vocabulary.items, vocabulary.schema), HashedEmbedder())) < 30
    for message in (
        "something like The Godfather but funnier",
        "a western with John Wayne from the 50s",
        "I want a western made in Japan in the twenties that is under 60 minutes",
        "wibble wobble fnord gnarl blorp quux",
        "have you got Inceptoin 2?",
    ):
        said = [_spent(lambda text=message: reader.understand((), text, vocabulary.schema)) for _ in range(3)]
        assert min(said) < 0.25, message
    found = render(reader.understand((), "a western with John Wayne from the 50s", vocabulary.schema))
    assert same(
        found,
        {
            "acts": ["recommend"],
            "constraints": ["genres is Western", "cast is John Wayne", "year between 1950|1959"],
        },
    ), found


def _spent(work):
    """Seconds of computing."""
    began = time.process_time()
    work()
    return time.process_time() - began

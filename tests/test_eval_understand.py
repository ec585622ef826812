"""Labelled messages: what counts as right in every slot, what a wrong label is told, and a whole run on small files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.errors import InvalidRequest
from bot.evaluation import protocols
from bot.evaluation.understand import choosing
from bot.evaluation.understand.cases import TUNING, Case, load
from bot.evaluation.understand.catalogues import GOLD, PLACES, Place, Shop, shops
from bot.evaluation.understand.failures import wrong
from bot.evaluation.understand.figures import figures
from bot.evaluation.understand.labels import LabelError, intent
from bot.evaluation.understand.legal import faults
from bot.evaluation.understand.protocol import KINDS, TARGETS, Read, checks, rows, run
from bot.evaluation.understand.slots import SLOTS, Compared
from bot.evaluation.understand.systems import RULES, SHIPPED, Heard, Systems
from bot.settings import Settings
from bot.types import Intent, Mention, Order, Relative
from bot.understanding import Vocabulary
from tests.intents import CASES
from vectorstore.base import Constraint
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder

SHOWN = ("alien-1979", "amelie-2001", "the-shining-1980")
OFFLINE = Settings.load(environ={}, profile="offline")
GOODS = """
[[case]]
message = "a waterproof jacket under 200"
want = { acts = ["recommend"], constraints = ["category is jacket", "waterproof is True", "price < 200"] }

[[case]]
message = "who sang at the opening of the games"
want = { acts = ["out_of_scope"] }

[[case]]
message = "I'll take the second one"
before = "tents please"
shown = ["tent-fjell-2", "tent-storm-4"]
want = { acts = ["feedback"], mentions = ["liked tent-storm-4"] }
"""
SEALED = """
[[case]]
message = "something zanzibarish for the attic"
want = { acts = ["recommend"], wishes = ["zanzibarish", "for the attic"] }
"""
FILMS = """
[[case]]
message = "a comedy from France"
want = { acts = ["recommend"], constraints = ["genres is comedy", "country is France"] }
"""


@pytest.fixture(scope="module")
def films() -> Vocabulary:
    """The films of the demo."""
    found = read_items(PLACES["films"].path)
    return Vocabulary(found.items, found.schema)


@pytest.fixture(scope="module")
def goods() -> Vocabulary:
    """A small shop."""
    found = read_items(CASES / "outdoor.jsonl")
    return Vocabulary(found.items, found.schema)


@pytest.fixture
def gold(tmp_path) -> Path:
    """A folder with messages to two shops, one of them with a sealed half."""
    folder = tmp_path / "gold"
    folder.mkdir()
    for name, text in (("goods.open", GOODS), ("goods.sealed", SEALED), ("films.open", FILMS)):
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


SMALL = {"films": Place("demos", PLACES["films"].path), "goods": Place("unseen", CASES / "outdoor.jsonl")}


def labelled(vocabulary, message="something", **want):
    """A case from labels, after the list of `SHOWN` films."""
    shown = SHOWN if "alien-1979" in vocabulary.by_id else ()
    meant = intent({"acts": ["recommend"], **want}, vocabulary, message, shown)
    return Case("films", "open", 1, message, meant, shown)


def compared(slot, found, case, vocabulary):
    """How many are right, too many and missed in one slot."""
    told = SLOTS[slot][1](found, case, vocabulary.schema)
    return told.right, len(told.extra), len(told.missed)


def said(*constraints):
    """An intent with these constraints."""
    return Intent(acts=("recommend",), constraints=tuple(Constraint(*one) for one in constraints))


# -- slots ------------------------------------------------------------------------------------------------------------


def test_acts_are_a_set(films):
    """Order and repetition say nothing; one too many and one missed are counted."""
    case = labelled(films, acts=["feedback", "refine"])
    assert compared("acts", Intent(acts=("refine", "feedback")), case, films) == (2, 0, 0)
    assert compared("acts", Intent(acts=("refine", "support")), case, films) == (1, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "found", "right"),
    [
        ("genres is horror", ("genres", "is", "Horror"), True),
        ("genres is horror", ("genres", "not", "horror"), False),
        ("genres is horror", ("genres", "is", "comedy"), False),
        ("genres is horror", ("country", "is", "horror"), False),
        ("genres is horror", ("genres", "any", ("horror",)), True),
        ("country any France|Italy", ("country", "any", ("Italy", "France")), True),
        ("country any France|Italy", ("country", "any", ("Italy", "France", "Spain")), False),
        ("country any France|Italy", ("country", "is", "France"), False),
        ("runtime < 100", ("runtime", "<", 101.9), True),
        ("runtime < 100", ("runtime", "<", 103.0), False),
        ("runtime < 100", ("runtime", "<=", 100.0), False),
        ("runtime < *", ("runtime", "<=", 95.0), True),
        ("runtime < *", ("runtime", ">=", 95.0), False),
        ("runtime > *", ("runtime", ">", 140.0), True),
        ("runtime between 110|130", ("runtime", "between", (100.0, 140.0)), True),
        ("runtime between 110|130", ("runtime", "between", (80.0, 130.0)), False),
        ("runtime between 60|130", ("runtime", "between", (66.0, 130.0)), False),
        ("year between 1990|1999", ("year", "between", (1990.0, 1999.0)), True),
        ("year between 1990|1999", ("year", "between", (1989.0, 1999.0)), False),
        ("year > 1990", ("year", ">", 1991.0), False),
        ("year is 1994", ("year", "is", 1994.0), True),
    ],
)
def test_a_constraint_is_right(films, wanted, found, right):
    """Facet, operator and value: numbers within 2 %, "about" within a fifth, years to the year, `*` any number."""
    expected = (1, 0, 0) if right else (0, 1, 1)
    assert compared("constraints", said(found), labelled(films, constraints=[wanted]), films) == expected


def test_a_flag_that_is_not_so(goods):
    """`not True` says the same as `is False`, and excludes."""
    case = labelled(goods, constraints=["waterproof is False"])
    assert compared("constraints", said(("waterproof", "not", True)), case, goods) == (1, 0, 0)
    assert compared("negation", said(("waterproof", "not", True)), case, goods) == (1, 0, 0)
    assert compared("negation", said(("waterproof", "is", True)), case, goods) == (0, 0, 1)


def test_any_number_is_paired_last(films):
    """A wanted number takes its own first, and what may be any number takes what is left."""
    case = labelled(films, constraints=["runtime < *", "runtime < 100"])
    assert compared("constraints", said(("runtime", "<", 100.0), ("runtime", "<", 70.0)), case, films) == (2, 0, 0)
    assert compared("constraints", said(("runtime", "<", 100.0)), case, films) == (1, 0, 1)


def test_negation_counts_exclusions_and_what_is_taken_back(films):
    """Positive constraints are another matter."""
    case = labelled(films, constraints=["genres not comedy", "country is France"], retracted=["genres is comedy"])
    found = Intent(
        acts=("refine",),
        constraints=(Constraint("genres", "not", ("comedy", "horror")),),
        retracted=(Constraint("country", "is", "France"),),
    )
    assert compared("negation", found, case, films) == (1, 2, 1)


def test_references_need_item_and_role(films):
    """Items just shown and not named by their whole title, and what a comparison is measured against."""
    case = labelled(
        films,
        "loved the second one, seen alien, and older than the last please",
        mentions=["liked amelie-2001", "seen alien-1979"],
        relatives=["year lower than the-shining-1980"],
    )
    pointed = [Mention("the second one", "amelie-2001", "liked", "reference")]
    right = Intent(
        acts=("refine",), mentions=tuple(pointed), relatives=(Relative("year", "lower", "the-shining-1980"),)
    )
    assert compared("references", right, case, films) == (2, 0, 0)
    other = Intent(acts=("refine",), mentions=(Mention("it", "amelie-2001", "seen", "reference"),))
    assert compared("references", other, case, films) == (0, 1, 2)
    assert compared("linking", right, case, films)[::2] == (0, 1)


def test_linking_is_the_id_whatever_the_role(films):
    """A title must lead to its item."""
    case = labelled(films, "something like casablanca", mentions=["liked casablanca-1942"])
    found = Intent(acts=("recommend",), mentions=(Mention("casablanca", "casablanca-1942", "mentioned"),))
    assert compared("linking", found, case, films) == (1, 0, 0)
    assert compared("linking", Intent(acts=("recommend",)), case, films) == (0, 0, 1)
    assert compared("mentions", found, case, films) == (0, 1, 1)


@pytest.mark.parametrize(
    ("mentions", "right"),
    [
        ([Mention("Godfather Part 9", None)], True),
        ([Mention("The Godfather Part 9 please", None, near=("the-godfather-1972",))], True),
        ([Mention("The Godfather Part 9", "the-godfather-1972")], False),
        ([Mention("Speed", None)], False),
        ([Mention("the godfather part 9", None), Mention("The Godfather Part 9", "the-godfather-1972")], False),
        ([], False),
    ],
)
def test_a_title_that_the_catalogue_lacks(films, mentions, right):
    """It is reported under about its own words, and without an id."""
    case = labelled(films, mentions=["mentioned ?The Godfather Part 9"])
    found = Intent(acts=("ask_item",), mentions=tuple(mentions))
    assert SLOTS["not in catalogue"][1](found, case, films.schema).right == right


@pytest.mark.parametrize(
    ("wanted", "found", "right"),
    [
        ("for a rainy evening", "rainy evening", True),
        ("for a rainy evening", "rainy evening with a twist and a slow burn", False),
        ("rainy evening", "evening", True),
        ("not gory", "Not too gory", True),
        ("not gory", "gory", False),
        ("gory", "not gory", False),
        ("kids’ films", "kid's film", True),
    ],
)
def test_a_wish_is_its_content_words(films, wanted, found, right):
    """Half of all content words in common, and wanted or unwanted alike."""
    case = labelled(films, wishes=[wanted])
    expected = (1, 0, 0) if right else (0, 1, 1)
    assert compared("wishes", Intent(acts=("recommend",), wishes=(found,)), case, films) == expected


def test_a_wish_is_paired_with_the_likest(films):
    """One found wish serves one wanted wish, the nearest pair first."""
    case = labelled(films, wishes=["slow burn", "slow burn romance"])
    found = Intent(acts=("recommend",), wishes=("a slow burn romance",))
    told = SLOTS["wishes"][1](found, case, films.schema)
    assert (told.right, told.extra, told.missed) == (1, (), ("slow burn",))


@pytest.mark.parametrize(
    ("slot", "want", "right", "wrong"),
    [
        ("order", {"order": "year asc"}, {"order": Order("year", "asc")}, {"order": Order("year", "desc")}),
        (
            "relatives",
            {"relatives": ["runtime lower"]},
            {"relatives": (Relative("runtime", "lower"),)},
            {"relatives": (Relative("runtime", "lower", "alien-1979"),)},
        ),
        ("dropped", {"dropped": ["year"]}, {"dropped": ("year",)}, {"dropped": ("genres",)}),
        ("asked", {"asked": ["runtime"]}, {"asked": ("runtime",)}, {"asked": ("year",)}),
        ("flags", {"more": True}, {"more": True}, {"reset": True}),
        ("flags", {"sensitive": "harm"}, {"sensitive": "refusal_harm"}, {"sensitive": "injection"}),
    ],
)
def test_small_slots(films, slot, want, right, wrong):
    """Right, wrong, and empty where something is wanted."""
    case = labelled(films, **want)
    assert compared(slot, Intent(acts=("refine",), **right), case, films) == (1, 0, 0)
    assert compared(slot, Intent(acts=("refine",), **wrong), case, films) == (0, 1, 1)
    assert compared(slot, Intent(acts=("refine",)), case, films) == (0, 0, 1)


def test_an_intent_is_exact_or_not(films):
    """Every slot counts, the question as there or not; search text, topic, language and confidence do not."""
    case = labelled(films, acts=["recommend", "support"], constraints=["year > 1990"], question=True)
    right = Intent(
        acts=("support", "recommend"),
        constraints=(Constraint("year", ">", 1990.0),),
        question="do you deliver?",
        query="new",
        topic="hello",
        language="zh",
        confidence=0.1,
    )
    assert compared("exact", right, case, films) == (1, 0, 0)
    for change in ({"question": ""}, {"wishes": ("new",)}, {"more": True}, {"retracted": right.constraints}):
        fields = {"acts": right.acts, "constraints": right.constraints, "question": "?", **change}
        assert compared("exact", Intent(**fields), case, films) == (0, 0, 1), change


@pytest.mark.parametrize(
    ("found", "valid"),
    [
        (said(("genres", "is", "horror"), ("runtime", "<", 100.0), ("year", "between", (1990.0, 1999.0))), True),
        (said(("genres", "is", "Horror")), False),
        (said(("mood", "is", "horror")), False),
        (said(("genres", ">", "horror")), False),
        (said(("runtime", "<", "short")), False),
        (said(("year", "between", (1990.0,))), False),
        (said(("genres", "any", "horror")), False),
        (Intent(acts=("refine",), dropped=("mood",)), False),
        (Intent(acts=("refine",), order=Order("genres", "asc")), False),
        (Intent(acts=("refine",), mentions=(Mention("Speed 3", None),)), True),
        (Intent(acts=("refine",), mentions=(Mention("Speed 3", "speed-3"),)), False),
    ],
)
def test_an_intent_is_valid(films, found, valid):
    """Every facet, value, operator and id exists in the catalogue, in its own spelling."""
    assert (faults(found, films) == ()) is valid


# -- labels -----------------------------------------------------------------------------------------------------------


def test_labels_become_an_intent(films):
    """Every slot, in the nouns of an intent; a shown item is a reference unless its whole title is said."""
    message = "seen Alien, loved the last one; shorter than it"
    want = {
        "acts": ["feedback", "refine"],
        "constraints": ["cast any Emma Stone|Ryan Gosling", "runtime < *", "country is United States"],
        "mentions": ["seen alien-1979", "liked the-shining-1980", "mentioned ?Speed 3"],
        "relatives": ["runtime lower than the-shining-1980"],
        "order": "year desc",
        "question": True,
        "more": True,
    }
    found = intent(want, films, message, SHOWN)
    assert found.constraints == (
        Constraint("cast", "any", ("Emma Stone", "Ryan Gosling")),
        Constraint("runtime", "<", "*"),
        Constraint("country", "is", "United States"),
    )
    assert [(one.item_id, one.role, one.how) for one in found.mentions] == [
        ("alien-1979", "seen", "title"),
        ("the-shining-1980", "liked", "reference"),
        (None, "mentioned", "title"),
    ]
    assert found.mentions[2].text == "Speed 3"
    assert found.relatives == (Relative("runtime", "lower", "the-shining-1980"),)
    assert (found.order, bool(found.question), found.more, found.reset) == (Order("year", "desc"), True, True, False)


@pytest.mark.parametrize(
    ("want", "told"),
    [
        ({"acts": []}, "no act"),
        ({"acts": ["buy"]}, "act that does not exist: 'buy'"),
        ({"mood": ["dark"]}, "slot that does not exist: 'mood'"),
        ({"wishes": "dark"}, "wishes is not a list"),
        ({"more": "yes"}, "more is not true or false"),
        ({"constraints": ["mood is dark"]}, "facet that the schema lacks: 'mood is dark'"),
        ({"constraints": ["genres is Horror"]}, "spells in another way: 'genres: Horror'"),
        ({"constraints": ["genres horror"]}, "not `facet op value`"),
        ({"constraints": ["genres >= horror"]}, "op that its facet lacks"),
        ({"constraints": ["year > new"]}, "number that is none: 'new'"),
        ({"constraints": ["year between 1990"]}, "without a low and a high"),
        ({"dropped": ["years"]}, "facet that the schema lacks: 'years'"),
        ({"order": "genres asc"}, "facet without numbers"),
        ({"order": "year up"}, "not asc or desc"),
        ({"relatives": ["year older"]}, "not lower or higher"),
        ({"relatives": ["year lower than speed-3"]}, "item that the catalogue lacks: 'speed-3'"),
        ({"mentions": ["liked speed-3"]}, "item that the catalogue lacks: 'speed-3'"),
        ({"mentions": ["loved alien-1979"]}, "role that does not exist: 'loved'"),
        ({"sensitive": "spam"}, "danger that does not exist: 'spam'"),
    ],
)
def test_a_wrong_label_is_named(films, want, told):
    """The rule that it breaks, and the label."""
    with pytest.raises(LabelError) as caught:
        intent({"acts": ["recommend"], **want}, films, "hello", ())
    assert told in str(caught.value)


def test_a_wrong_file_is_told_by_its_place_and_a_sealed_one_by_nothing_else(tmp_path, goods):
    """All wrong labels at once; no word of the sealed half is repeated."""
    (tmp_path / "goods.open.toml").write_text(GOODS.replace('jacket"', 'Jacket"'), "utf-8")
    (tmp_path / "goods.sealed.toml").write_text(SEALED.replace('"recommend"', '"zanzibar"'), "utf-8")
    with pytest.raises(InvalidRequest) as caught:
        load(tmp_path, "goods", goods)
    assert "goods.open.toml, case 1: a value" in str(caught.value) and "category: Jacket" in str(caught.value)
    assert str(caught.value).endswith("goods.sealed.toml, case 1: an act that does not exist")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[case]\n", "is not TOML"),
        ('[[cases]]\nmessage = "hi"\n', "holds no list of"),
        ('[[case]]\nmessage = ""\nwant = { acts = ["smalltalk"] }\n', "no message"),
        ('[[case]]\nmessage = "hi"\n', "no `want`"),
        ('[[case]]\nmessage = "hi"\nmood = "x"\nwant = { acts = ["smalltalk"] }\n', "a key that is none of"),
        ('[[case]]\nmessage = "hi"\nshown = ["x"]\nwant = { acts = ["smalltalk"] }\n', "not a list of items"),
    ],
)
def test_a_file_of_another_form(tmp_path, goods, text, told):
    """What is missing or too much is said."""
    (tmp_path / "goods.open.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidRequest, match=told):
        load(tmp_path, "goods", goods)


def test_the_history_is_what_was_said_and_shown(tmp_path, goods):
    """A first message has none; a later one the visitor's words and the list."""
    (tmp_path / "goods.open.toml").write_text(GOODS, "utf-8")
    first, _, third = load(tmp_path, "goods", goods)
    assert first.history == () and (first.half, first.number) == ("open", 1)
    assert [(one.role, one.items) for one in third.history] == [
        ("visitor", ()),
        ("assistant", ("tent-fjell-2", "tent-storm-4")),
    ]
    assert third.history[0].text == "tents please"


def test_messages_without_a_catalogue_are_refused(gold, tmp_path):
    """No messages, messages for an unknown shop, and a data file that is not there, each with its remedy."""
    with pytest.raises(InvalidRequest, match="no labelled messages"):
        list(shops(tmp_path, gold=tmp_path / "nowhere"))
    with pytest.raises(InvalidRequest, match="messages for goods"):
        list(shops(tmp_path, gold=gold))
    lost = {**SMALL, "goods": Place("unseen", Path("goods.csv"))}
    with pytest.raises(InvalidRequest, match=r"goods\.csv is missing") as caught:
        list(shops(tmp_path, gold=gold, places=lost))
    assert "--data" in caught.value.hint


def test_the_shipped_labels_of_the_open_halves_are_sound():
    """Every label of the demos and of the plants is one that its catalogue allows."""
    for name in ("films", "outdoor", "plants"):
        found = read_items(PLACES[name].path)
        cases = load(GOLD, name, Vocabulary(found.items, found.schema))
        assert len([case for case in cases if case.half == "open"]) >= 30, name


# -- figures ----------------------------------------------------------------------------------------------------------


def test_figures_are_ratios_of_sums():
    """Micro-F1 and shares worked out by hand; nothing wanted and nothing found has no figure."""
    told = [
        {"a": Compared(2, ("x",), ()), "b": Compared(1, (), ("y",)), "c": Compared(0)},
        {"a": Compared(0, (), ("y",)), "b": Compared(1, ("x", "z"), ()), "c": Compared(0)},
    ]
    found = figures(told, {"a": "F1", "b": "share", "c": "F1"})
    assert (found["a"].value, found["a"].count) == (pytest.approx(4 / 6), 3)
    assert (found["b"].value, found["b"].count) == (pytest.approx(2 / 3), 3)
    assert found["c"] is None and figures([], {"a": "F1"}) == {"a": None}


def test_intervals_are_the_bootstraps():
    """They hold the figure, are the same every time, narrow with more messages, and are a point without spread."""
    mixed = [{"a": Compared(1) if place % 4 else Compared(0, missed=("y",))} for place in range(40)]
    few, many = figures(mixed, {"a": "share"})["a"], figures(mixed * 10, {"a": "share"})["a"]
    assert few.low < few.value == 0.75 < few.high and few == figures(mixed, {"a": "share"})["a"]
    assert 0.12 < (few.high - few.low) / 2 < 0.15  # 1.96 * sqrt(.75 * .25 / 40) = .134
    assert many.high - many.low < (few.high - few.low) / 2
    assert figures([{"a": Compared(1)}] * 5, {"a": "share"})["a"].low == 1.0


# -- systems and the whole --------------------------------------------------------------------------------------------


def shop_of(gold, name="goods"):
    """One of the small shops."""
    return next(shop for shop in shops(Path(), gold=gold, places=SMALL) if shop.name == name)


def systems_of(shop: Shop, engine=None):
    """The readers of a shop; ``engine`` stands in charge, else the rules do."""
    systems = Systems(shop.cases, HashedEmbedder(), lambda name, lexical, vocabulary: engine or lexical)
    return systems.of(shop)


def test_systems_that_know_no_catalogue(gold):
    """The commonest act of the open half, and the act of the nearest example sentence; nothing else is filled."""
    shop = shop_of(gold)
    readers = systems_of(shop)
    assert list(readers) == ["majority", "nearest prototype", RULES]
    heard = {name: [readers[name](case).intent for case in shop.cases] for name in readers}
    assert {one.acts for one in heard["majority"]} == {("recommend",)}
    case = Case("goods", "open", 9, "what is your refund policy", shop.cases[0].want)
    near = readers["nearest prototype"](case).intent
    assert near == Intent(acts=("support",), question="what is your refund policy")
    assert heard[RULES][0].constraints


def test_another_reader_in_charge_has_a_row_of_its_own(gold):
    """It stands last, is verified as in the product, and is heard before that: an invention makes it invalid."""
    shop = shop_of(gold)
    invented = Intent(acts=("recommend",), constraints=(Constraint("mood", "is", "dark"),))
    readers = systems_of(shop, ScriptedUnderstander({shop.cases[0].message: invented}))
    assert list(readers)[-1] == SHIPPED
    heard = readers[SHIPPED](shop.cases[0])
    assert heard.said == invented and heard.intent.constraints == () and heard.intent.wishes == ("dark",)


def test_a_reader_that_fails_is_heard_as_the_product_survives_it(gold):
    """The rules decide, and what it said is not valid."""

    class Gone:
        name = "gone"

        def understand(self, history, message, schema):
            raise RuntimeError("gone")

    shop = shop_of(gold)
    readers = systems_of(shop, Gone())
    heard = readers[SHIPPED](shop.cases[0])
    assert heard.said is None and heard.intent.constraints == readers[RULES](shop.cases[0]).intent.constraints
    told = list(wrong(SHIPPED, shop.cases[0], heard, shop.vocabulary))
    assert [row["found"] for row in told if row["slot"] == "valid"] == ["an error"]


def test_failures_of_the_open_half_alone(gold):
    """One row for every thing that is wrong, found beside wanted; none for a message of the sealed half."""
    shop = shop_of(gold)
    third, sealed = shop.cases[2], shop.cases[3]
    heard = Heard(Intent(acts=("support",), mentions=third.want.mentions), None)
    told = list(wrong(RULES, third, heard, shop.vocabulary))
    assert told[0] == {
        "system": RULES,
        "case": "goods 3",
        "slot": "acts",
        "found": "support",
        "wanted": "feedback",
        "message": "I'll take the second one",
    }
    assert [row["slot"] for row in told] == ["acts", "valid"]
    assert sealed.half == "sealed" and list(wrong(RULES, sealed, heard, shop.vocabulary)) == []


def test_fresh_messages_are_measured_apart(gold):
    """Lines of their own, the other lines as without them, and not a word told of a message, a label or a failure."""
    before = run(Path(), gold=gold, places=SMALL, settings=OFFLINE).to_json()
    (gold / "films.fresh.toml").write_text(FILMS, "utf-8")
    after = run(Path(), gold=gold, places=SMALL, settings=OFFLINE).to_json()
    assert [row for row in after["rows"] if row["half"] != "fresh"] == before["rows"]
    assert {row["catalogues"] for row in after["rows"] if row["half"] == "fresh"} == {"demos", "all"}
    assert after["checks"] == before["checks"]
    listed = run(Path(), gold=gold, places=SMALL, settings=OFFLINE, failures=True).to_json()["rows"]
    (gold / "films.fresh.toml").unlink()
    assert listed == run(Path(), gold=gold, places=SMALL, settings=OFFLINE, failures=True).to_json()["rows"]


def test_a_whole_run(gold):
    """Systems by groups and halves, four lines each; checks on the sealed half; no word of a sealed message."""
    told = run(Path(), gold=gold, places=SMALL, settings=OFFLINE).to_json()
    assert json.loads(json.dumps(told)) == told
    cuts = [(row["system"], row["catalogues"], row["half"]) for row in told["rows"] if row["figure"] == "value"]
    expected = [("demos", "open"), ("demos", "both"), ("unseen", "open"), ("unseen", "sealed"), ("unseen", "both")]
    expected += [("all", "open"), ("all", "sealed"), ("all", "both")]
    assert cuts == [(name, *cut) for name in ("majority", "nearest prototype", RULES) for cut in expected]
    assert [row["figure"] for row in told["rows"][:4]] == ["value", "from", "to", "n"]
    assert set(KINDS) < set(told["rows"][0])
    by = {(row["system"], row["catalogues"], row["half"], row["figure"]): row for row in told["rows"]}
    counted = by[RULES, "all", "both", "n"]
    assert (counted["messages"], counted["acts"], counted["constraints"], counted["wishes"]) == (5, 5, 5, 2)
    value = by[RULES, "demos", "open", "value"]
    assert (value["constraints"], value["valid"], value["order"]) == (1.0, 1.0, None)
    assert by["majority", "all", "both", "value"]["acts"] == pytest.approx(0.6)
    assert {check["name"] for check in told["checks"]} == {
        "acts, all, sealed half",
        "wishes, all, sealed half",
        "valid, all, sealed half",
    }
    assert "zanzibar" not in json.dumps(told)


def test_the_failures_of_a_whole_run(gold):
    """The open half's rows instead of figures, in JSON as on the screen; nothing of the sealed half."""
    (gold / "films.open.toml").write_text(FILMS.replace("is France", "is Italy"), "utf-8")
    told = run(Path(), failures=True, gold=gold, places=SMALL, settings=OFFLINE)
    assert told.checks == () and [row for row in told.rows if row["case"] == "films 1"] == [
        {
            "system": RULES,
            "case": "films 1",
            "slot": "constraints",
            "found": "country is France",
            "wanted": "country is Italy",
            "message": "a comedy from France",
        }
    ]
    assert "zanzibar" not in json.dumps(told.to_json()) + told.table()


def test_checks_stand_beside_the_rules(gold):
    """Every target has a check where its slot is wanted; a reader of its own must also beat the rules."""
    case = shop_of(gold).cases[0]
    good, bad = Compared(1), Compared(0, ("x",), ("y",))
    reads = [Read(RULES, group, case, dict.fromkeys(KINDS, bad)) for group in ("demos", "unseen")]
    assert [check.ok for check in checks(reads)] == [False] * len(TARGETS)
    reads += [Read(SHIPPED, group, case, dict.fromkeys(KINDS, good)) for group in ("demos", "unseen")]
    told = list(checks(reads))
    assert len(told) == 2 * len(TARGETS) - 1 and all(check.ok for check in told)
    assert ("acts, all, open half, above the rules", 1.0) in {(check.name, check.value) for check in told}
    assert len(list(rows(reads))) == 2 * 3 * 4


def test_it_is_told_how_often_a_model_had_the_last_word(gold):
    """Slot by slot, where one was in charge of any; a whole intent is its as soon as one slot is."""
    case = shop_of(gold).cases[0]
    engines = ({"acts": "reader", "mentions": "lexical"}, {"acts": "lexical", "more": "chat (small)"}, {})
    found = list(rows([Read(SHIPPED, "demos", case, dict.fromkeys(KINDS, Compared(1)), one) for one in engines]))
    told = next(row for row in found if row["figure"] == "model")
    assert (told["acts"], told["flags"], told["references"], told["exact"], told["valid"]) == (
        0.333,
        0.333,
        0,
        0.667,
        0,
    )


def test_failures_are_listed_by_one_protocol_alone(tmp_path):
    """Another is refused with the one that can; the command hands the option over."""
    with pytest.raises(InvalidRequest, match="lists no failures") as caught:
        protocols.run("likes", data=tmp_path, failures=True)
    assert "understand" in caught.value.hint
    refused = CliRunner().invoke(app, ["eval", "retrieval", "--failures"])
    assert refused.exit_code == 1 and "lists no failures" in refused.output


# -- thresholds -------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_thresholds_are_chosen_on_the_tuning_messages_alone(gold, data, monkeypatch):
    """Three rows: the rules alone, the thresholds in use, the best; none of the two halves is read for them."""
    monkeypatch.setattr(choosing, "LEVELS", (0.5, 1.01))
    monkeypatch.setattr(choosing, "FAINT", (0.01, 0.0))
    with pytest.raises(InvalidRequest) as caught:
        choosing.run(data, gold=gold, places=SMALL)
    assert "tuning" in caught.value.hint
    (gold / "goods.tuning.toml").write_text(GOODS, "utf-8")
    rows = choosing.run(data, gold=gold, places=SMALL).rows
    assert [row["thresholds"] for row in rows] == ["rules", "in use", "best"]
    assert rows[0]["idle"] == 0.0 and {rows[0][name] for name in ("act", "add", "danger")} == {1.01}
    judged = [sum(row[slot] for slot in choosing.JUDGED if slot in row) for row in rows]
    assert judged[2] >= max(judged[:2]) - 1e-9


def test_every_shop_has_tuning_messages(data):
    """As many as choose something, each with labels that its catalogue allows."""
    counts = {shop.name: len(shop.cases) for shop in shops(data, parts=TUNING)}
    assert counts.keys() == PLACES.keys()
    assert min(counts.values()) >= 25

"""Answers about named items: from the record and nothing else, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest

from bot import about
from bot.types import DialogueState, Intent, Mention
from tests.films import prompts, shelf
from vectorstore.base import Constraint, Facet, Item
from vectorstore.columns import Columns

ALIEN, JAWS = "alien-1979", "jaws-1975"


@pytest.fixture(params=["en", "zh"])
def voice(request):
    """Both languages."""
    return prompts().voice(request.param, catalog="films")


@pytest.fixture
def english():
    """One of them."""
    return prompts().voice("en", catalog="films")


def record(id_=ALIEN):
    """A film."""
    return shelf().items.items[id_]


# -- which item -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mentions", "state", "expected"),
    [
        ([Mention("Jaws", JAWS)], DialogueState(focus=ALIEN), (JAWS,)),
        ([Mention("Jaws", JAWS), Mention("Alien", ALIEN), Mention("it", JAWS)], DialogueState(), (JAWS, ALIEN)),
        ([], DialogueState(focus=ALIEN, last_shown=(JAWS,)), (ALIEN,)),
        ([], DialogueState(last_shown=(JAWS,)), (JAWS,)),
        ([], DialogueState(last_shown=(JAWS, ALIEN)), ()),
        ([], DialogueState(), ()),
        ([Mention("Inception 2", None, near=(JAWS,))], DialogueState(focus=ALIEN), ()),
        ([Mention("Inception 2", None), Mention("Jaws", JAWS)], DialogueState(), (JAWS,)),
    ],
)
def test_what_a_message_is_about(mentions, state, expected):
    """Those named, else the one in focus, else the only one shown; a title that is not here is about nothing else."""
    assert about.subjects(state, Intent(acts=("ask_item",), mentions=tuple(mentions))) == expected


def test_at_most_four_at_once():
    """Who names ten is told about four."""
    mentions = tuple(Mention(str(n), id_) for n, id_ in enumerate(shelf().items.ids[:10]))
    assert len(about.subjects(DialogueState(), Intent(acts=("compare",), mentions=mentions))) == about.MOST


def test_asking_back_names_those_on_the_table(voice):
    """With titles as choices, and without any when there is none."""
    asked = about.which(shelf(), voice, (ALIEN, JAWS))
    assert "Alien" in asked and "Jaws" in asked
    assert "Alien" not in about.which(shelf(), voice, ())


# -- facts ------------------------------------------------------------------------------------------------------------


def test_every_facet_of_a_film_can_be_told(voice):
    """One sentence each, with the title and with the record's value."""
    for facet in shelf().items.schema.facets:
        sentence = about.fact(record(), facet, voice)
        assert "Alien" in sentence
        assert about.spoken(voice, facet, record().facets[facet.name]) in sentence


def test_a_silent_record_is_said_to_be_silent(voice):
    """No value is made up: the sentence holds none of the other films'."""
    silent = replace(record(), facets={})
    for facet in shelf().items.schema.facets:
        sentence = about.fact(silent, facet, voice)
        assert "Alien" in sentence and "1979" not in sentence and "Ridley" not in sentence


@pytest.mark.parametrize("value", [True, False])
def test_flags_are_answered_with_yes_or_no(english, value):
    """Waterproof or not, and neither is silence."""
    tent = Item("t", "Tent", facets={"waterproof": value})
    sentence = about.fact(tent, Facet("waterproof", "flag", label="waterproof"), english)
    assert sentence.startswith("Yes" if value else "No") and "waterproof" in sentence


def test_telling_everything(voice):
    """Title, year, every value and the description; popularity is no fact about a film."""
    told = about.everything(record(), shelf(), voice)
    assert all(word in told for word in ("Alien", "1979", "Ridley Scott", "117", record().description))
    assert "0.75" not in told


def test_flags_stand_by_their_name(english):
    """ "Waterproof" where it is, nothing where it is not: "yes" alone would say nothing."""
    wet = shelf(items=_Small([("t", {"waterproof": True, "colour": "red"}), ("u", {"waterproof": False})]))
    assert ": waterproof, red" in about.everything(wet.items.items["t"], wet, english)
    assert "waterproof" not in about.everything(wet.items.items["u"], wet, english)


@pytest.mark.parametrize(
    ("facet", "value", "words"),
    [
        (Facet("stock", "number", "stock"), 3.0, "3 in stock"),
        (Facet("stock", "number", "stock"), 0.0, "out of stock"),
        (Facet("warranty_years", "number", label="Warranty", unit="years"), 2.0, "warranty 2 years"),
        (Facet("runtime", "number", unit="minutes"), 99.0, "99 minutes"),
        (Facet("vegan", "flag", label="Vegan"), True, "vegan"),
        (Facet("vegan", "flag", label="Vegan"), False, "not vegan"),
        (Facet("genres", "multi"), ("drama",), "drama"),
    ],
)
def test_a_fact_in_a_list_says_what_it_is_of(english, facet, value, words):
    """No bare "3", no bare "yes"."""
    assert about._bare(facet, value, english) == words


def test_what_two_facets_share_is_said_once(english):
    """A director who plays in both films is one thing in common."""
    small = _Small([(id_, {"waterproof": True, "colour": "red"}) for id_ in "tu"])
    small.schema = replace(small.schema, facets=(*small.schema.facets, Facet("lining", "category")))
    for id_, item in small.items.items():
        small.items[id_] = replace(item, facets={**item.facets, "lining": "red"})
    *_, shared = about.compared(shelf(items=small), english, ("t", "u"))
    assert shared == "Both have in common: waterproof and red."


class _Small:
    """A catalogue of two tents, as far as telling needs one."""

    def __init__(self, rows):
        from vectorstore.base import Schema

        facets = (Facet("waterproof", "flag", label="Waterproof"), Facet("colour", "category", values=(("red", 1),)))
        self.schema = Schema(facets)
        self.items = {id_: Item(id_, f"Tent {id_.upper()}", "A tent.", held) for id_, held in rows}
        self.columns = Columns(tuple(self.items.values()), self.schema)


def test_only_what_was_asked(english):
    """Asked for the director, the sentence is about the director, for each film."""
    lines = list(about.told(shelf(), english, (ALIEN, JAWS), ("director",)))
    assert len(lines) == 2 and "Ridley Scott" in lines[0] and "Steven Spielberg" in lines[1]
    assert list(about.told(shelf(), english, (ALIEN,), ("colour",))) == [about.everything(record(), shelf(), english)]


# -- comparing --------------------------------------------------------------------------------------------------------


def test_a_comparison_says_where_they_differ_and_what_they_share(voice):
    """A line for each facet in which they differ, none for one in which they agree, and the common values last."""
    lead, *lines, shared = about.compared(shelf(), voice, (ALIEN, JAWS))
    assert "Alien" in lead and "Jaws" in lead
    assert any("1979" in line and "1975" in line for line in lines)
    assert any("Ridley Scott" in line and "Steven Spielberg" in line for line in lines)
    language = voice.label("language", "Language")
    assert not any(line.startswith(f"- **{language}") for line in lines)
    assert about.spoken(voice, shelf().items.schema.get("genres"), "horror") in shared


def test_comparing_what_is_alike(voice):
    """Two records that agree are said to agree."""
    same = shelf(items=_Small([("t", {"colour": "red"}), ("u", {"colour": "red"})]))
    lines = list(about.compared(same, voice, ("t", "u")))
    assert len(lines) == 3


def test_a_comparison_of_one_facet_is_answered(english):
    """Both ends of a number are named, alike ones as such, every value of words; silence makes no superlative."""
    compared = partial(about.compared, shelf(), english)
    assert list(compared((ALIEN, JAWS), ("year",))) == [
        "The oldest of these: Jaws (1975).",
        "The newest of these: Alien (1979).",
    ]
    assert list(compared((ALIEN, JAWS), ("director",))) == [
        "- **Director**: Ridley Scott (Alien); Steven Spielberg (Jaws)"
    ]
    rows = [("t", {"colour": "red", "waterproof": True}), ("u", {"colour": "red", "waterproof": False}), ("v", {})]
    tents = partial(about.compared, shelf(items=_Small(rows)), english)
    assert list(tents(("t", "u"), ("colour",))) == ["Both have the same colour: red."]
    assert len(list(tents(("t", "u"), ("waterproof",)))) == 2
    alike, silent = tents(("t", "u", "v"), ("colour",))
    assert alike == "Both have the same colour: red." and "does not say" in silent


def test_comparing_one_asks_for_another(voice):
    """One film cannot be compared."""
    (line,) = about.compared(shelf(), voice, (ALIEN,))
    assert "Alien" in line


# -- why not ----------------------------------------------------------------------------------------------------------


def why(voice, state, *, place=0, total=0):
    """Why Alien is not on the list."""
    return about.why_not(shelf(), voice, state, ALIEN, place=place, total=total)


def wants(*constraints):
    """A state with these conditions."""
    return DialogueState(constraints=tuple(Constraint(*one) for one in constraints))


def test_every_reason_is_told_apart(voice):
    """On the list, rejected, seen, liked, a condition, shown before, ranked lower, not close: eight sentences."""
    states = [
        (DialogueState(last_shown=(ALIEN,)), {}),
        (DialogueState(rejected=(ALIEN,), shown=(ALIEN,)), {}),
        (DialogueState(seen=(ALIEN,), shown=(ALIEN,)), {}),
        (DialogueState(likes=(ALIEN,)), {}),
        (wants(("year", ">", 1990.0)), {}),
        (DialogueState(shown=(ALIEN,)), {}),
        (DialogueState(), {"place": 4, "total": 300}),
        (DialogueState(), {}),
    ]
    told = [why(voice, state, **more) for state, more in states]
    assert len(set(told)) == len(told)
    assert all("Alien" in sentence for sentence in told)
    assert "4" in told[6] and "300" in told[6]


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        (("year", ">", 1990.0), ("1990", "1979")),
        (("runtime", "<=", 100.0), ("100", "117")),
        (("genres", "is", "comedy"), ("comedy", "horror")),
        (("country", "is", "France"), ("France", "United Kingdom")),
    ],
)
def test_a_failed_condition_stands_beside_the_record(english, constraint, words):
    """What was asked for, and what the record says instead."""
    sentence = why(english, wants(("language", "is", "English"), constraint))
    assert all(word in sentence for word in words)


def test_an_exclusion_names_only_what_was_excluded(english):
    """Of the whole cast only the one who was not wanted."""
    sentence = why(english, wants(("cast", "not", "sigourney weaver")))
    assert "Sigourney Weaver" in sentence and "Tom Skerritt" not in sentence


def test_a_condition_on_a_silent_record(english):
    """The record does not say, so the condition is not met, and that is said."""
    rows = _Small([("t", {"waterproof": True})])
    sentence = about.why_not(shelf(items=rows), english, wants(("colour", "is", "red")), "t", place=0, total=0)
    assert "Tent T" in sentence and "red" in sentence


def test_a_condition_that_the_catalogue_lost_is_no_reason(english):
    """A facet that is gone excludes nobody."""
    assert why(english, wants(("colour", "is", "red"))) == why(english, DialogueState())


def test_a_missing_title(voice):
    """It is named, and nothing is said of it."""
    assert "Inception 2" in about.missing(voice, "Inception 2")


@pytest.mark.parametrize("title", ["{{ 7*7 }}", "<b>x</b>", "*stars*", "a](http://evil)"])
def test_a_record_is_data(english, title):
    """Whatever stands in a title is shown as it is, never run and never markup."""
    sentence = about.missing(english, title)
    assert not re.search(r"49|<b>|(?<!\\)\]\(|(?<!\\)\*", sentence)

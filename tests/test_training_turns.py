"""Patterns said in shops and turns labelled by hand, as whole training examples."""

from __future__ import annotations

from random import Random

import pytest

from bot.engines.reader.sheet import ACTS, MATCHES, TYPES, FacetEntry, Sheet, ValueEntry
from bot.training import turns
from bot.training.corpora import labelled as corpus
from bot.training.examples import Example, Targets
from bot.training.filling import REFERENCES, SMALL, Unsayable
from bot.training.labelling import LabelledTurn, example, held_values
from bot.training.markup import parse, read_patterns
from bot.training.saying import Sayer, speakable
from bot.training.shops import Shop, ShopFacet, Speech, Value, pseudo, written
from bot.training.texts import PATTERNS
from bot.training.turns import Teller

EXACT = MATCHES.index("exact")
PRICE = Speech(
    20, 40, 20, ("{n} euros",), ("cheap",), ("dear",), ("cheaper",), ("dearer",), ("cheapest",), ("dearest",)
)
SHOP = Shop(
    "lamps",
    "lamp",
    "lamps",
    (
        ShopFacet(("colour", "hue"), "category", (Value("Red"), Value("Blue"))),
        ShopFacet(("price",), "number", unit="euros", speech=PRICE),
        ShopFacet(("dimmable",), "flag", (Value("dimmable"),)),
    ),
)
"""One way of saying everything: all that is drawn at random is which value it is, and the order."""


def told(line, seed=4, shop=SHOP):
    """An example of one line."""
    return Teller(["Aurora"], Random(seed)).say(parse(line, source="x"), shop)


def said_of(found):
    """An example in the words of its sheet: what is right, head by head."""
    sheet, want = found.sheet, found.targets
    facets = [entry.words for entry in sheet.facets]
    return {
        "acts": want.acts,
        "about": {(facets[facet], name) for facet, names in want.about.items() for name in names},
        "verdicts": {(sheet.values[value].words, verdict) for value, verdict in want.verdicts.items()},
        "numbers": [
            (sheet.message[slice(*span)], facets[facet] if facet >= 0 else "", operator)
            for span, facet, operator in zip(sheet.numbers, want.links, want.operators, strict=True)
        ],
        "roles": [
            (sheet.message[slice(*span)], said) for span, said in zip(sheet.mentions, want.roles, strict=True) if said
        ],
        "tags": [(sheet.message[slice(*span)], name) for span, name in want.tags],
    }


def test_an_example_is_what_its_pattern_means(monkeypatch):
    """The whole example of one pattern: message, schema with true and false candidates, and what is right."""
    monkeypatch.setattr(turns, "LIKE", 0)
    assert told("[recommend] a {is:V} {noun} under {<:N}, {wish|for reading}, number 7") == Example(
        sheet=Sheet(
            message="A Red lamp under 40 euros, for reading, number 7",
            facets=(
                FacetEntry("colour", TYPES.index("category")),
                FacetEntry("dimmable", TYPES.index("flag")),
                FacetEntry("price euros", TYPES.index("number")),
            ),
            values=(ValueEntry(0, "Blue"), ValueEntry(0, "Red", EXACT, (2, 5)), ValueEntry(1, "dimmable")),
            numbers=((17, 25), (47, 48)),
        ),
        targets=Targets(
            {"recommend"}, verdicts={1: "is"}, links=[2, -1], operators=["<", "is"], tags=[((27, 38), "wish")]
        ),
        source="x",
    )


@pytest.mark.parametrize(
    ("line", "want"),
    [
        (
            "[refine] no {not:V}, {lower:N} and not {not:F}",
            {"about": {("price euros", "lower")}, "verdicts": {("Blue", "not"), ("dimmable", "not")}},
        ),
        (
            "> {is:V} ones || [refine] {retract:V} is out, {is:V2} then, {drop:N} is open",
            {"about": {("price euros", "dropped")}, "verdicts": {("Red", "retracted"), ("Blue", "is")}},
        ),
        (
            "> {is:V} ones || [refine] {any:V} or {any:V2}, the {desc:N}, or {=:N|about 20 euros}",
            {
                "about": {("price euros", "desc")},
                "verdicts": {("Red", "is"), ("Blue", "is")},
                "numbers": [("about 20 euros", "price euros", "is")],
            },
        ),
        (
            "[ask_item, support] how {ask:N!} is {mentioned:T}, and {question|do you ship}",
            {
                "about": {("price euros", "asked")},
                "roles": [("aurora", {"mentioned"})],
                "tags": [("do you ship", "question")],
            },
        ),
        (
            "[feedback] {liked+seen:T} is fine, {rejected:R|number 2} is not, have you {missing:T2}",
            {
                "roles": [("Aurora", {"liked", "seen"}), ("number 2", {"rejected"})],
                "tags": [("Aurora", "missing")],
            },
        ),
        (
            "[recommend] from {from:N} to {to:N}, not {vague<:N!}",
            {
                "about": {("price euros", "vague<")},
                "numbers": [("20 euros", "price euros", "from"), ("40 euros", "price euros", "to")],
            },
        ),
    ],
)
def test_marks_become_labels(line, want):
    """Each kind of mark as what the heads shall say; a kind that is not named is not there."""
    empty = {"about": set(), "verdicts": set(), "numbers": [], "roles": [], "tags": []}
    assert said_of(told(line)) == {**empty, **want, "acts": set(parse(line).acts)}


def test_what_was_said_before_stands_beside_the_message():
    """A follow-up knows what was asked for before and that a list was shown; a first message does not."""
    found = told("> {is:V} ones || [refine] {is:V2} then").sheet
    assert (found.before, found.message, found.shown) == ("red ones", "blue then", True)
    first = told("[recommend] {is:V} ones").sheet
    assert (first.before, first.shown) == ("", False)


def test_a_shop_without_the_facet_is_said_so():
    """The pattern needs a second number, or money of a shop without prices."""
    with pytest.raises(Unsayable, match="lamps has no facet for N"):
        told("[recommend] {<:M} and {<:N}")
    with pytest.raises(Unsayable, match="lamps has no facet for N"):
        told("[recommend] {<:N|40 litres}")
    assert not speakable(parse("[recommend] {is:V} {is:W}"), SHOP)


def test_the_same_seed_says_the_same():
    """Made-up shops, patterns and sheets all follow one seed."""
    patterns = read_patterns(PATTERNS)

    def some(seed):
        random = Random(seed)
        teller, shops = Teller(["Juno 500", "Red Harbour"], random), [pseudo(random) for _ in range(4)]
        return [teller.say(one, shop) for one in patterns[:300] for shop in shops if _sayable(one, shop)]

    assert some(1) == some(1) != some(2)


def _sayable(pattern, shop):
    kinds = {mark.letter for mark in pattern.marks}
    return (
        kinds <= {"V", "N", "", "T", "R"} and not any(mark.words for mark in pattern.marks) and speakable(pattern, shop)
    )


def test_spans_restore_the_words_of_every_shipped_pattern():
    """Whatever shop says a pattern: its spans cut out the words that the marks were filled with, and nothing else."""
    random = Random(5)
    shops = [*written(), *(pseudo(random) for _ in range(10))]
    sayer, checked = Sayer(["Paper Lanterns", "Juno 500"], random), 0
    for pattern in read_patterns(PATTERNS):
        shop = next(one for one in random.sample(shops, len(shops)) if speakable(pattern, one))
        try:
            scene = sayer.scene(pattern, shop)
            said = sayer.said(pattern.text, scene)
        except Unsayable:
            continue
        checked += 1
        given = {mark.words for mark in pattern.marks if mark.words}
        for letter, name, _, where in said.values:
            value = next(one for one in scene.facets[letter].values if one.name == name)
            spelt = {*value.aliases, name, *given}
            assert said.text[slice(*where)].casefold() in {one.casefold() for one in spelt}, pattern.source
        for where, _, _ in said.numbers:
            words = said.text[slice(*where)]
            assert words in given or any(sign.isdigit() for sign in words) or set(words.split()) & set(SMALL)
        for where in said.mentions:
            assert said.text[slice(*where)] in {*scene.words.values(), *REFERENCES, *given}, pattern.source
        for where, name in said.tags:
            assert said.text[slice(*where)] in {*given, *scene.words.values()}, (pattern.source, name)
    assert checked > 2200


# -- labelled by hand -------------------------------------------------------------------------------------------------

TURN = LabelledTurn(
    source="9:1",
    family="labelled/9",
    acts=("refine",),
    message="Loved Up, no horror please, after 1990 and cosy",
    marks=((6, 8, "liked+seen:T"), (13, 19, "not:genres=horror"), (34, 38, ">:year"), (43, 47, "wish")),
    before="hi",
    shown=True,
)


def test_a_labelled_turn_becomes_an_example():
    """Marks become labels; values that others spoke of stand beside them as wrong answers."""
    found = example(TURN, {"genres": ["comedy", "horror"], "cast": ["Ann Lee"]}, Random(2))
    assert said_of(found) == {
        "acts": {"refine"},
        "about": set(),
        "verdicts": {("horror", "not")},
        "numbers": [("1990", "year", ">")],
        "roles": [("Up", {"liked", "seen"})],
        "tags": [("cosy", "wish")],
    }
    assert {entry.words for entry in found.sheet.facets} == {"genres", "year", "cast"}
    assert {entry.words for entry in found.sheet.values} == {"horror", "comedy", "Ann Lee"}
    assert (found.sheet.before, found.sheet.shown, found.family, found.source) == ("hi", True, "labelled/9", "9:1")


def test_the_values_of_labelled_turns_are_known_by_facet():
    """Values only, spelt as the schema does or, where that is not given, as the message does."""
    other = LabelledTurn("8:0", "labelled/8", ("recommend",), "a comedy", ((2, 8, "is:genres"),))
    assert held_values([TURN, other]) == {"genres": ["comedy", "horror"]}


@pytest.mark.data
def test_the_labels_fit_the_public_texts(data):
    """Every labelled turn is found, its marks lie in its words and cut none in two, and its acts are acts."""
    turns = corpus.turns(data)
    assert len(turns) >= 1000
    for turn in turns:
        assert set(turn.acts) <= set(ACTS), turn.source
        for first, last, meaning in turn.marks:
            words = turn.message[first:last]
            assert words and words == words.strip(), (turn.source, meaning, words)
            before, behind = turn.message[first - 1 : first], turn.message[last : last + 1]
            assert not (before.isalpha() and words[0].isalpha()), (turn.source, meaning, words)
            assert not (behind.isalpha() and words[-1].isalpha()), (turn.source, meaning, words)


def test_other_words_are_at_times_taken_for_a_title():
    """They are a candidate without a role, so that the reader learns to tell them from titles."""
    said = [told("[recommend] a {noun} like {liked:T}, bright enough for reading", seed=seed) for seed in range(40)]
    false = [one for one in said if () in {tuple(roles) for roles in one.targets.roles}]
    assert 0.2 < len(false) / len(said) < 0.6

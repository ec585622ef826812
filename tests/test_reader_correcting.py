"""The rules' intent, corrected by the trained reader where it is sure: slot by slot, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engines.lexical.roles import Judged
from bot.engines.lexical.spans import Span
from bot.engines.reader.correcting import READER, corrected
from bot.engines.reader.deciding import Link, Tagged, Told
from bot.engines.reader.proposing import Amount, Proposed
from bot.engines.reader.sheet import ABOUT, ACTS, ROLES, VERDICTS, FacetEntry, Sheet, ValueEntry
from bot.engines.reader.trust import Trust
from bot.types import Intent, Mention, Order, Relative
from vectorstore.base import Constraint, Facet

COLOUR = Facet("colour", "category", values=(("red", 3), ("blue", 2)))
PRICE = Facet("price", "number", role="price")
DRY = Facet("waterproof", "flag")
FACETS = (COLOUR, PRICE, DRY)
MESSAGE = "a red one below 50, not too heavy, like Juno"
RULED = Intent(
    acts=("recommend",), constraints=(Constraint("colour", "is", "red"),), query="red", engines={"acts": "lexical"}
)
TRUST = Trust(
    act=0.6, deny=0.8, add=0.85, drop=0.95, turn=0.8, number=0.8, wish=0.6, idle=0.1, title=0.7, name=0.7, role=0.6,
    about=0.9, flag=0.8, danger=0.9,
)  # fmt: skip


def chances(names, **sure):
    """All names at 0, but those given."""
    return {**dict.fromkeys(names, 0.0), **sure}


def proposed(values=((COLOUR, "red"),), numbers=(), mentions=(), *, shown=False):
    """A sheet of three facets over `MESSAGE`."""
    entries = tuple(ValueEntry(FACETS.index(facet), str(value)) for facet, value in values)
    sheet = Sheet(MESSAGE, tuple(FacetEntry(facet.name, 0) for facet in FACETS), entries, shown=shown)
    return Proposed(sheet, FACETS, tuple(values), tuple(numbers), tuple(mentions))


def told(*, acts=None, about=None, verdicts=("is",), links=(), roles=(), tags=(), wished=()):
    """What the heads say: sure of everything that is given, and of nothing else."""
    about = about or {}
    return Told(
        chances(ACTS, **(acts or {"recommend": 0.99})),
        tuple(chances(ABOUT, **about.get(facet.name, {})) for facet in FACETS),
        tuple(chances(VERDICTS, **{one: 0.99}) for one in verdicts),
        tuple(links),
        tuple(chances(ROLES, **dict.fromkeys(one, 0.99)) for one in roles),
        tuple(tags),
        tuple(wished),
    )


def decide(ruled, asked, said, trust=TRUST):
    """The corrected intent; "little" of a facet is 10, and unknown titles are linked to nothing."""
    return corrected(ruled, asked, said, link=lambda text: Mention(text, None), trust=trust)


def test_what_the_reader_agrees_with_stays_the_rules_own():
    """Nothing changes, and the engines of the slots are those that decided them."""
    assert decide(RULED, proposed(), told()) == RULED


def test_a_reader_in_doubt_changes_nothing():
    """Every head at one half is below every threshold."""
    half = Told(
        dict.fromkeys(ACTS, 0.5), tuple(dict.fromkeys(ABOUT, 0.5) for _ in FACETS), (dict.fromkeys(VERDICTS, 0.25),),
        (), (), (Tagged((0, 5), "wish", 0.5),),
    )  # fmt: skip
    assert decide(RULED, proposed(), half) == RULED


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [
        ("is", (Constraint("colour", "is", "red"),)),
        ("not", (Constraint("colour", "not", "red"),)),
        ("retracted", (Constraint("colour", "not", "red"),)),
        ("none", ()),
    ],
)
def test_a_value_is_kept_turned_or_taken_away(verdict, wanted):
    """By the verdict on it; the search text follows."""
    found = decide(RULED, proposed(), told(verdicts=(verdict,)))
    assert found.constraints == wanted
    assert found.query == ("red" if wanted and wanted[0].op == "is" else "")
    assert ("constraints" in found.engines) == (verdict != "is")


@pytest.mark.parametrize(
    ("value", "verdict", "wanted"),
    [
        ((COLOUR, "blue"), "is", Constraint("colour", "is", "blue")),
        ((COLOUR, "blue"), "not", Constraint("colour", "not", "blue")),
        ((DRY, True), "is", Constraint("waterproof", "is", True)),
        ((DRY, True), "not", Constraint("waterproof", "is", False)),
    ],
)
def test_a_value_that_the_rules_did_not_see_is_added(value, verdict, wanted):
    """Wanted or unwanted; an unwanted flag is one that is not so."""
    found = decide(RULED, proposed(values=((COLOUR, "red"), value)), told(verdicts=("is", verdict)))
    assert found.constraints == (Constraint("colour", "is", "red"), wanted)
    assert found.engines["constraints"] == READER


def test_a_number_is_linked_and_its_operator_mended():
    """An amount that the rules left is added in the facet's unit; one that they read takes the reader's operator."""
    free = Amount({"price": 50.0}, None)
    link = Link(1, "<", 0.99)
    added = decide(RULED, proposed(numbers=(free,)), told(links=(link,)))
    assert added.constraints == (*RULED.constraints, Constraint("price", "<", 50.0))
    read = Constraint("price", ">=", 50.0)
    span = Span(0, 1, "range", (read,))
    mended = decide(
        replace(RULED, constraints=(read,)), proposed(values=(), numbers=(Amount({"price": 50.0}, span),)),
        told(verdicts=(), links=(link,)),
    )  # fmt: skip
    assert mended.constraints == (Constraint("price", "<", 50.0),)


@pytest.mark.parametrize("link", [Link(-1, "<", 0.99), Link(1, "<", 0.3), Link(0, "<", 0.99), Link(1, "about", 0.99)])
def test_a_number_of_no_facet_stays_out(link):
    """Of none, unsure, of a facet that it cannot be of, or under an operator that no constraint has."""
    assert decide(RULED, proposed(numbers=(Amount({"price": 50.0}, None),)), told(links=(link,))) == RULED


def test_words_of_degree_are_the_rules_alone():
    """However sure the reader is that little of something is wanted, it makes no limit of that."""
    assert decide(RULED, proposed(), told(about={"price": {"vague<": 0.99}})).constraints == RULED.constraints


def test_acts_are_added_and_denied():
    """An act that the reader is sure of comes in, one that it denies goes; of recommend and refine one stays."""
    assert decide(RULED, proposed(), told(acts={"recommend": 0.9, "support": 0.99})).acts == ("recommend", "support")
    assert decide(replace(RULED, constraints=(), wishes=("x",)), proposed(), told(acts={"smalltalk": 0.99})).acts == (
        "smalltalk",
    )
    assert decide(RULED, proposed(), told(acts={"recommend": 0.3, "refine": 0.99})).acts == ("refine",)
    assert decide(RULED, proposed(), told(acts={"hello": 0.0})).acts == ("recommend",), "never without any act"


def test_some_acts_of_the_rules_stand():
    """A value is no small talk, a call for a person stays one, and what is beside something else is not out of scope;
    nobody judges, or asks after, what is neither named nor shown.
    """
    assert decide(RULED, proposed(), told(acts={"ask_item": 0.99})).acts == ("recommend",)
    assert decide(RULED, proposed(), told(acts={"smalltalk": 0.99})).acts == ("recommend",)
    assert decide(RULED, proposed(), told(acts={"recommend": 0.9, "out_of_scope": 0.9})).acts == ("recommend",)
    assert decide(RULED, proposed(), told(acts={"recommend": 0.9, "feedback": 0.9})).acts == ("recommend",)
    calling = Intent(acts=("handover",))
    assert decide(calling, proposed(values=()), told(verdicts=(), acts={"smalltalk": 0.9})).acts == ("handover",)
    more = Intent(acts=("refine",), more=True)
    read = decide(more, proposed(values=(), shown=True), told(verdicts=(), acts={"recommend": 0.9, "refine": 0.2}))
    assert read.acts == ("refine",)


def test_critiques_are_the_rules_or_the_readers():
    """The reader's count after a list where the rules saw none; beside theirs they would only double one."""
    heavy = told(acts={"refine": 0.99}, about={"price": {"lower": 0.99}})
    assert decide(RULED, proposed(shown=True), heavy).relatives == (Relative("price", "lower"),)
    assert decide(RULED, proposed(), heavy).relatives == ()
    bounded = replace(RULED, constraints=(Constraint("price", "<=", 50.0),))
    assert decide(bounded, proposed(values=(), shown=True), replace(heavy, verdicts=())).relatives == ()
    ruled = replace(RULED, relatives=(Relative("weight", "lower"),))
    assert decide(ruled, proposed(shown=True), heavy).relatives == ruled.relatives


def test_a_service_question_without_a_wish_is_no_request():
    """ "Can I rent a hall from you?" stays a question for the help centre, however sure the reader is of a wish."""
    asked = Intent(acts=("support",), question="can I rent a hall")
    assert decide(asked, proposed(), told(acts={"recommend": 0.99, "support": 0.001})).acts == ("support",)
    told_of = replace(asked, question="it fell apart")
    assert decide(told_of, proposed(), told(acts={"recommend": 0.99, "support": 0.2})).acts == ("support",)
    assert decide(told_of, proposed(), told(acts={"recommend": 0.99, "support": 0.01})).acts == ("recommend",)
    both = replace(asked, acts=("recommend", "support"))
    assert decide(both, proposed(), told(acts={"support": 0.99})).acts == ("support",)
    wish = replace(both, wishes=("red",), question="it fell apart")
    assert decide(wish, proposed(), told(acts={"recommend": 0.99, "support": 0.01})).acts == ("recommend",)
    asks = replace(wish, question="can I return it")
    assert decide(asks, proposed(), told(acts={"recommend": 0.99, "support": 0.01})).acts == ("recommend", "support")


def test_two_named_items_are_compared_whatever_the_reader_hears():
    """The rules saw both items and the facet: that is surer than a chance."""
    named = tuple(Mention(text, id_, role="mentioned") for text, id_ in (("Juno", "j1"), ("Heat", "h1")))
    asked = Intent(acts=("compare",), mentions=named, asked=("price",))
    assert decide(asked, proposed(), told(acts={"recommend": 0.99})).acts == ("compare",)
    one = replace(asked, acts=("ask_item",), mentions=named[:1])
    assert decide(one, proposed(), told(acts={"refine": 0.99})).acts == ("ask_item",)


def test_an_item_is_only_named_where_nothing_is_asked_for():
    """ "A part is missing from my Juno" is a service question, not a wish for something like it."""
    ruled = Intent(acts=("recommend",), mentions=(Mention("Juno", "j1", role="liked"),))
    found = decide(ruled, proposed(), told(acts={"support": 0.99}))
    assert (found.acts, [one.role for one in found.mentions]) == (("support",), ["mentioned"])
    kept = decide(replace(ruled, acts=("feedback",)), proposed(), told(acts={"feedback": 0.99}))
    assert [one.role for one in kept.mentions] == ["liked"]


def test_thanks_are_thanks():
    """Whatever the list before makes the reader hear."""
    thanks = Intent(acts=("smalltalk",), topic="thanks")
    assert decide(thanks, proposed(), told(acts={"refine": 0.99})) == thanks


def test_a_verdict_beside_a_change_is_feedback():
    """And so is what the reader makes of an item that was pointed at."""
    first = Mention(text="the first", item_id="j1", role="rejected", how="reference")
    assert decide(
        replace(RULED, acts=("refine",), mentions=(first,)), proposed(), told(acts={"refine": 0.99})
    ).acts == (
        "feedback",
        "refine",
    )


def test_going_back_to_the_shelf_is_not_denied():
    """ "Thanks, back to the films": the rules know the words, the reader hears the thanks, which give way."""
    back = Intent(acts=("recommend",))
    assert decide(back, proposed(), told(acts={"smalltalk": 0.99})).acts == ("recommend",)


def test_a_service_question_is_the_message_itself():
    """Where the reader alone sees one."""
    assert decide(RULED, proposed(), told(acts={"support": 0.99})).question == MESSAGE
    assert decide(RULED, proposed(), told()).question == ""


def test_wishes_are_the_tagged_words():
    """Where the reader is sure of some; unwanted ones begin with "not". Those of the rules go where it doubts them."""
    ruled = replace(RULED, wishes=("below",))
    tags = (Tagged((2, 5), "wish", 0.9), Tagged((24, 33), "unwanted", 0.9))
    doubted = (((10, 15), 0.001), ((2, 5), 0.9))
    assert decide(ruled, proposed(), told(tags=tags, wished=doubted)).wishes == ("red", "not too heavy")
    assert decide(ruled, proposed(), told(tags=tags)).wishes == ("below", "red", "not too heavy")
    assert decide(ruled, proposed(), told(tags=(Tagged((2, 5), "wish", 0.3),))).wishes == ("below",)


def test_a_wish_of_the_rules_takes_the_readers_words():
    """ "Good one" is "a good one below 50" where the reader says so; what was unwanted stays unwanted."""
    ruled = replace(RULED, wishes=("not heavy",))
    found = decide(ruled, proposed(), told(tags=(Tagged((24, 33), "wish", 0.9),)))
    assert found.wishes == ("not too heavy",)
    held = replace(proposed().sheet, numbers=((24, 33),))
    kept = decide(ruled, replace(proposed(), sheet=held), told(tags=(Tagged((24, 33), "wish", 0.9),)))
    assert kept.wishes == ("not heavy",)


def test_a_guess_at_a_service_question_gives_way():
    """Beside a wish, and alone where the reader is sure of something else; what the rules recognised stays."""
    asked = replace(RULED, acts=("recommend", "support"), question="where else could we go?")
    faint = told(acts={"recommend": 0.99, "support": 0.05})
    assert decide(replace(asked, engines={"acts": "lexical/guess"}), proposed(), faint).acts == ("recommend",)
    assert decide(replace(asked, engines={"acts": "lexical/rules"}), proposed(), faint).acts == ("recommend", "support")
    alone = Intent(acts=("support",), question="do you ever sleep?", engines={"acts": "lexical/guess"})
    assert decide(alone, proposed(), told(acts={"smalltalk": 0.9, "support": 0.01})).acts == ("smalltalk",)
    assert decide(alone, proposed(), told(acts={"smalltalk": 0.3, "support": 0.01})).acts == ("support",)


def test_one_item_is_compared_with_none():
    """Where a fact of one item is asked, a comparison is not added; of two, the comparison alone remains."""
    first, second = (Mention(name, name, role="mentioned") for name in ("a1", "a2"))
    single = Intent(acts=("ask_item",), mentions=(first,), asked=("price",))
    assert decide(single, proposed(), told(acts={"ask_item": 0.9, "compare": 0.9})).acts == ("ask_item",)
    both = Intent(acts=("ask_item", "compare"), mentions=(first, second), asked=("price",))
    assert decide(both, proposed(), told(acts={"ask_item": 0.01, "compare": 0.9})).acts == ("compare",)


def test_what_is_thought_of_something_shown_stays_a_verdict():
    """However unlikely the reader finds it; and what others are compared with is judged by nobody."""
    liked = Mention("the first", "a1", role="liked", how="reference")
    ruled = Intent(acts=("feedback",), mentions=(liked,))
    assert "feedback" in decide(ruled, proposed(), told(acts={"ask_item": 0.9, "feedback": 0.01})).acts
    clutch = Mention("the clutch", "c1", role="mentioned", how="reference")
    judged = Judged(Span(0, 1, "reference", mentions=(clutch,)), "mentioned", said=False)
    asked = proposed(mentions=(judged,))
    message = "not as mad as the clutch"
    sheet = replace(asked.sheet, message=message, mentions=((14, 24),), values=(), numbers=())
    said = decide(replace(RULED, mentions=(clutch,)), replace(asked, sheet=sheet), told(roles=(("rejected",),)))
    assert [one.role for one in said.mentions] == ["mentioned"]


def test_an_idle_wish_of_the_rules_goes():
    """One that the reader finds unlikely in every word; it is still searched for, and never the only thing left."""
    ruled = replace(RULED, wishes=("below", "too heavy"), query="below too heavy")
    wished = (((10, 15), 0.001), ((24, 27), 0.001), ((28, 33), 0.4))
    found = decide(ruled, proposed(), told(wished=wished))
    assert (found.wishes, found.query) == (("too heavy",), "below too heavy")
    alone = Intent(acts=("recommend",), wishes=("below", "not heavy"), query="below")
    assert decide(alone, proposed(), told(wished=wished)).wishes == ("below", "not heavy")


def test_items_take_their_roles_and_missing_titles_are_told():
    """The role that the reader is sure of, and a title that the catalogue lacks."""
    juno = Mention(text="Juno", item_id="j1", role="mentioned")
    judged = Judged(Span(0, 1, "title", mentions=(juno,)), "mentioned", said=False)
    ruled = replace(RULED, mentions=(juno,))
    found = decide(ruled, proposed(mentions=(judged,)), told(roles=(("liked",),)))
    assert found.mentions == (replace(juno, role="liked"),)
    missing = decide(RULED, proposed(), told(tags=(Tagged((40, 44), "missing", 0.99),)))
    assert missing.mentions == (Mention("Juno", None),)


def test_what_is_said_of_a_facet():
    """Asked about, dropped, ordered by; a critique needs a list to be measured against."""
    asks = told(acts={"ask_item": 0.99}, about={"price": {"asked": 0.99}})
    asked = decide(RULED, proposed(shown=True), asks)
    assert (asked.asked, asked.constraints, asked.query) == (("price",), (), "")
    dropped = decide(RULED, proposed(), told(about={"price": {"dropped": 0.99}}))
    assert dropped.dropped == ("price",)
    assert decide(RULED, proposed(), told(about={"price": {"asc": 0.99}})).order == Order("price", "asc")
    lower = told(about={"price": {"lower": 0.99}})
    assert decide(RULED, proposed(shown=True), lower).relatives == (Relative("price", "lower"),)
    assert decide(RULED, proposed(), lower).relatives == ()


def test_danger_is_raised_and_never_lowered():
    """The reader may see a danger that the rules did not; what they saw stays, whatever it says."""
    found = decide(RULED, proposed(), told(acts={"recommend": 0.9, "self_harm": 0.99, "injection": 0.99}))
    assert (found.acts, found.sensitive, found.constraints) == (("out_of_scope",), "self_harm", ())
    held = Intent(acts=("out_of_scope",), sensitive="injection", topic="injection")
    assert decide(held, proposed(), told()) == held


def doubted(*spans):
    """Items that are named at ``spans`` of `MESSAGE`, for which the rules found too little."""
    asked = proposed()
    items = tuple(Span(0, 1, "title", mentions=(Mention("Juno", f"juno-{n}"),)) for n, _ in enumerate(spans))
    return replace(asked, sheet=replace(asked.sheet, mentions=spans), doubtful=items)


def test_an_item_for_which_too_little_speaks_is_one_where_the_reader_is_sure():
    """It gets the reader's role, and its words are no wish."""
    juno = (MESSAGE.index("Juno"), len(MESSAGE))
    found = decide(replace(RULED, wishes=("Juno",)), doubted(juno), told(roles=[("liked",)]))
    assert [(one.item_id, one.role) for one in found.mentions] == [("juno-0", "liked")]
    assert not found.wishes
    assert found.engines["mentions"] == READER


def test_words_that_only_look_like_an_item_stay_what_they_are():
    """Without a role they are no item, and they may be a wish."""
    heavy = (MESSAGE.index("heavy"), MESSAGE.index("heavy") + 5)
    found = decide(replace(RULED, wishes=("heavy",)), doubted(heavy), told(roles=[()]))
    assert not found.mentions
    assert found.wishes == ("heavy",)


def test_a_change_that_names_no_item_asks_nothing_of_one():
    """ "Not that brand" stays a change, however sure the reader is that a fact is asked."""
    ruled = replace(RULED, acts=("refine",))
    found = decide(ruled, proposed(), told(acts={"refine": 0.99, "ask_item": 0.9}))
    assert found.acts == ("refine",)


def test_a_fact_that_the_rules_took_for_a_service_question_may_have_no_field():
    """It is asked of an item, and no facet tells it: that is said."""
    item = Mention("the last", "juno", how="reference")
    ruled = Intent(acts=("support",), question="can it be washed", mentions=(item,))
    said = told(acts={"ask_item": 0.99, "support": 0.01}, verdicts=(), roles=())
    found = decide(ruled, proposed(values=()), said)
    assert (found.acts, found.topic) == (("ask_item",), "unrecorded")

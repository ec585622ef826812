"""The state: what a message and the presses before it make of it. Pure functions, so also checked at random."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.memory.records import load_state
from bot.state import UNWANTED, WISHES, after_shown, declined, edit, fold, searchable
from bot.types import DialogueState, Feedback, Intent, Mention, Order, Relative, Vague, plain
from bot.wording import chips, constraint_key, wish_key
from tests.films import prompts
from tests.small_catalog import film_schema, films
from vectorstore.base import Constraint, Item
from vectorstore.columns import Columns

ITEMS = {item.id: item for item in films()}
SCHEMA = film_schema()
COLUMNS = Columns(films(), SCHEMA)
EMPTY = DialogueState()


def genre(value, op="is"):
    """A condition on the genre."""
    return Constraint("genres", op, value)


def year(op, value):
    """A condition on the year."""
    return Constraint("year", op, value)


def told(*constraints, state=EMPTY, acts=("refine",), **more):
    """The state after a message that says these conditions, and more."""
    return fold(state, Intent(acts=acts, constraints=constraints, **more), items=ITEMS)


def pressed(*kinds, item="alien", state=EMPTY):
    """The state after presses on one item."""
    return fold(state, Intent(acts=()), feedback=[Feedback(item, kind) for kind in kinds], items=ITEMS)


# -- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (genre("comedy"), genre("horror"), {genre("comedy"), genre("horror")}),  # a film holds both
        (genre("war"), genre("horror"), {genre("horror")}),  # none does
        (genre("comedy"), genre("comedy", "not"), {genre("comedy", "not")}),
        (genre("comedy", "not"), genre("comedy"), {genre("comedy")}),
        (genre("comedy", "not"), genre("horror", "not"), {genre("comedy", "not"), genre("horror", "not")}),
        (genre("comedy", "not"), genre("horror"), {genre("comedy", "not"), genre("horror")}),
        (genre(("comedy", "war"), "any"), genre("horror"), {genre("horror")}),
        (year(">", 1990.0), year("<", 2010.0), {year(">", 1990.0), year("<", 2010.0)}),
        (year(">", 1990.0), year("<", 1980.0), {year("<", 1980.0)}),
        (year(">", 1990.0), year(">", 2000.0), {year(">", 2000.0)}),
        (year("between", (1990.0, 1999.0)), year("between", (1980.0, 1989.0)), {year("between", (1980.0, 1989.0))}),
        (year("between", (1980.0, 1999.0)), year("<", 1990.0), {year("between", (1980.0, 1999.0)), year("<", 1990.0)}),
        (year("is", 1979.0), year(">", 1990.0), {year(">", 1990.0)}),
        (year(">", 1990.0), genre("comedy"), {year(">", 1990.0), genre("comedy")}),
    ],
)
def test_a_refinement_meets_an_older_condition(old, new, left):
    """It joins what it can be met together with, and replaces what it contradicts."""
    assert set(told(new, state=told(old)).constraints) == left


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (genre("comedy"), genre("horror"), {genre("horror")}),
        (genre("comedy", "not"), genre("horror"), {genre("comedy", "not"), genre("horror")}),
        (year(">", 1990.0), genre("horror"), {year(">", 1990.0), genre("horror")}),
        (year(">", 1990.0), year("<", 2010.0), {year(">", 1990.0), year("<", 2010.0)}),
    ],
)
def test_a_new_request_replaces_what_was_wanted_of_the_same_facet(old, new, left):
    """Asked anew, a wanted value takes the place of an older one; exclusions, ranges and other facets stay."""
    assert set(told(new, state=told(old), acts=("recommend",)).constraints) == left


def test_conditions_of_one_message_stand_together():
    """Two genres in one message are both wanted, also where no film holds both."""
    assert set(told(genre("war"), genre("horror")).constraints) == {genre("war"), genre("horror")}


def test_two_directors_of_one_message_are_alternatives():
    """Films have one director as a rule: where none holds both, either will do."""
    found = told(Constraint("director", "is", "Ridley Scott"), Constraint("director", "is", "Jean-Pierre Jeunet"))
    assert found.constraints == (Constraint("director", "any", ("Ridley Scott", "Jean-Pierre Jeunet")),)


def test_what_is_dropped_or_taken_back_goes():
    """ "Any year" drops the facet's conditions, "not comedy after all" only those that name the value."""
    state = told(genre("comedy"), genre("horror", "not"), year(">", 1990.0), year("<", 2010.0))
    assert set(told(state=state, dropped=("year",)).constraints) == {genre("comedy"), genre("horror", "not")}
    back = told(genre("comedy", "not"), state=state, retracted=(genre("Comedy"),)).constraints
    assert genre("comedy") not in back and genre("comedy", "not") in back and genre("horror", "not") in back


# -- critiques --------------------------------------------------------------------------------------------------------


def test_a_critique_is_measured_against_what_was_shown():
    """ "Older" means older than the middle of them; the next "older" moves on, "newer" turns around."""
    state = after_shown(EMPTY, ("heat", "galaxy", "martian"))
    older = told(state=state, relatives=(Relative("year", "lower"),))
    assert older.constraints == (year("<", 1999.0),)
    oldest = told(state=after_shown(older, ("topgun", "airplane")), relatives=(Relative("year", "lower"),))
    assert oldest.constraints == (year("<", 1983.0),)
    newer = told(state=after_shown(oldest, ("ikiru", "strangelove")), relatives=(Relative("year", "higher"),))
    assert newer.constraints == (year("<", 1983.0), year(">", 1958.0))


def test_a_critique_is_measured_against_a_named_film():
    """ "Like that, but shorter" is about that film, whatever else was shown."""
    state = after_shown(EMPTY, ("airplane", "heat"))
    shorter = told(state=state, relatives=(Relative("runtime", "lower", anchor="heat"),))
    assert shorter.constraints == (Constraint("runtime", "<", 170.0),)


def test_bounds_that_nobody_named_are_remembered_as_such():
    """ "Older" becomes a bound, for later turns too; once the visitor names that very number, it is theirs."""
    shown = told(year(">", 1960.0), state=after_shown(EMPTY, ("alien", "heat", "house")))
    older = told(state=after_shown(shown, ("alien", "heat", "house")), relatives=(Relative("year", "lower"),))
    (bound,) = [one for one in older.constraints if one.op == "<"]
    assert older.implied == (constraint_key(bound),)
    assert told(genre("horror"), state=older).implied == older.implied
    assert told(bound, state=older).implied == ()
    assert told(state=older, dropped=("year",)).implied == ()
    light = Constraint("runtime", "<=", 100.0)
    vague = told(light, vague=(Vague(light, 0.3),))
    assert vague.implied == tuple(map(constraint_key, vague.constraints)) != ()
    assert load_state(json.loads(json.dumps(plain(older)))) == older


def test_a_critique_of_nothing_is_an_order():
    """ "Older" as a first message sorts by year; a silent record measures nothing."""
    assert told(relatives=(Relative("year", "lower"),)).order == Order("year", "asc")
    assert told(relatives=(Relative("year", "higher"),)).order == Order("year", "desc")
    silent = after_shown(EMPTY, ("mystery",))
    assert told(state=silent, relatives=(Relative("year", "lower"),)).constraints == ()


# -- wishes, order, language ------------------------------------------------------------------------------------------


def test_wishes_gather_and_contraries_cancel():
    """The latest few stay, said twice is said once, and "not quiet" takes "quiet" back."""
    state = EMPTY
    for number in range(WISHES + 2):
        state = told(state=state, wishes=(f"w{number}",))
    assert state.wishes == tuple(f"w{number}" for number in range(2, WISHES + 2))
    assert told(state=told(wishes=("quiet",)), wishes=("Quiet",)).wishes in (("quiet",), ("Quiet",))
    assert told(state=told(wishes=("quiet",)), wishes=(f"{UNWANTED}quiet",)).wishes == (f"{UNWANTED}quiet",)
    assert told(state=told(wishes=(f"{UNWANTED}quiet",)), wishes=("quiet",)).wishes == ("quiet",)


def test_what_is_unwanted_is_never_searched_for():
    """The text to search for holds the wishes that say what is wanted."""
    state = told(wishes=("quiet", f"{UNWANTED}gory"))
    assert state.query == "quiet"
    assert searchable(state.wishes) == ("quiet",)


def test_the_text_to_search_for_follows_what_is_in_force():
    """Wishes and the words of wanted values, not numbers nor exclusions; what is taken back is not looked for."""
    state = told(genre("comedy"), genre("horror", "not"), year(">", 1990.0), wishes=("warm",))
    assert state.query == "warm comedy"
    assert told(state=state, acts=("support",)).query == "warm comedy"
    assert told(state=state, dropped=("genres",)).query == "warm"
    assert edit(state, remove=("wish:warm",)).query == "comedy"


def test_a_message_of_which_nothing_stays_is_searched_by_its_own_words():
    """With neither wish nor value, the message's text is searched for, unless it only names an item."""
    assert told(acts=("recommend",), query="space").query == "space"
    assert told(acts=("recommend",), query="Heat", mentions=(Mention("Heat", "heat", "liked"),)).query == ""


def test_an_order_stays_until_it_is_dropped():
    """It holds over later messages, a new one replaces it, and dropping its facet takes it off."""
    state = told(order=Order("year", "asc"))
    assert told(genre("comedy"), state=state).order == Order("year", "asc")
    assert told(state=state, order=Order("runtime", "desc")).order == Order("runtime", "desc")
    assert told(state=state, dropped=("year",)).order is None


def test_the_language_follows_the_messages_and_not_the_presses():
    """A message sets it, a press does not."""
    state = told(language="zh")
    assert state.language == "zh"
    assert pressed("like", state=state).language == "zh"
    assert told(state=state, language="en").language == "en"


# -- items ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "likes", "rejected", "seen"),
    [
        (("like",), 1, 0, 0),
        (("dislike",), 0, 1, 0),
        (("seen",), 0, 0, 1),
        (("like", "dislike"), 0, 1, 0),
        (("dislike", "like"), 1, 0, 0),
        (("like", "seen"), 1, 0, 1),
        (("dislike", "seen"), 0, 1, 1),
        (("like", "like"), 1, 0, 0),
        (("like", "seen", "undo"), 0, 0, 0),
        (("dislike", "undo", "undo"), 0, 0, 0),
        (("like", "click", "resolved", "unresolved"), 1, 0, 0),
    ],
)
def test_presses(kinds, likes, rejected, seen):
    """Like and dislike exclude each other, seen goes with both, "undo" takes all back, clicks change nothing."""
    state = pressed(*kinds)
    assert (len(state.likes), len(state.rejected), len(state.seen)) == (likes, rejected, seen)


def test_an_undo_is_about_one_item():
    """What was pressed on others stays."""
    state = pressed("undo", item="heat", state=pressed("like", state=pressed("dislike", item="heat")))
    assert (state.likes, state.rejected) == (("alien",), ())


def test_opinions_in_words_are_presses():
    """Loved, disliked and seen items are remembered; one that the catalogue lacks is not, one merely named neither."""
    mentions = (
        Mention("Alien", "alien", "liked"),
        Mention("Heat", "heat", "rejected"),
        Mention("It", "it", "seen"),
        Mention("Aliens", "aliens"),
        Mention("Inception 2", None, "liked", near=("galaxy",)),
    )
    state = told(mentions=mentions)
    assert (state.likes, state.rejected, state.seen) == (("alien",), ("heat",), ("it",))


def test_it_means_the_only_item_spoken_of():
    """One named or shown item is "it"; several are none; a message that names nothing leaves it."""
    one = told(mentions=(Mention("Heat", "heat"),))
    assert one.focus == "heat"
    assert told(genre("comedy"), state=one).focus == "heat"
    assert told(state=one, mentions=(Mention("Alien", "alien"), Mention("It", "it"))).focus is None
    assert after_shown(EMPTY, ("heat",)).focus == "heat"
    assert after_shown(one, ("heat", "it")).focus is None


def test_what_was_shown_adds_up():
    """Every id once, the latest list in its order."""
    state = after_shown(after_shown(EMPTY, ("heat", "it")), ("it", "alien"))
    assert (state.shown, state.last_shown) == (("heat", "it", "alien"), ("it", "alien"))


def test_starting_over_keeps_what_must_stay_out():
    """Conditions, wishes, order and likes go; rejected, seen and shown items, language and the person stay."""
    rich = DialogueState(
        constraints=(genre("comedy"),), wishes=("quiet",), order=Order("year", "asc"), likes=("alien",),
        rejected=("heat",), seen=("it",), shown=("heat", "it", "alien"), last_shown=("alien",), focus="alien",
        query="quiet", language="zh", abstained=1, handed_over="H-1", asked=("genres",),
    )  # fmt: skip
    left = told(state=rich, acts=("recommend",), reset=True, language="zh")
    assert left == DialogueState(
        rejected=("heat",), seen=("it",), shown=("heat", "it", "alien"), language="zh", handed_over="H-1"
    )
    with_more = told(genre("horror"), state=rich, acts=("recommend",), reset=True)
    assert with_more.constraints == (genre("horror"),)


def test_editing_by_key():
    """Each key takes off its own condition, wish, order or item, and nothing else; an unknown key nothing."""
    state = told(genre("comedy"), year(">", 1990.0), wishes=("quiet", "warm"), order=Order("year", "asc"))
    state = pressed("like", state=pressed("dislike", item="heat", state=pressed("seen", item="it", state=state)))
    assert edit(state, remove=("constraint:year:>:1990.0",)).constraints == (genre("comedy"),)
    less = edit(state, remove=("wish:quiet",))
    assert (less.wishes, less.query) == (("warm",), "warm comedy")
    assert edit(state, remove=("order",)).order is None
    gone = edit(state, remove=("like:alien", "rejected:heat", "seen:it"))
    assert (gone.likes, gone.rejected, gone.seen) == ((), (), ())
    assert edit(state, remove=("wish:loud", "like:heat", "nonsense")) == state


# -- at random --------------------------------------------------------------------------------------------------------

ids = st.sampled_from(sorted(ITEMS))
numbers = st.sampled_from([1900.0, 1952.0, 1979.0, 1986.5, 1995.0, 2022.0, 2050.0])
values = {facet.name: st.sampled_from([value for value, _ in facet.values]) for facet in SCHEMA.facets if facet.values}
numeric = st.sampled_from(["year", "runtime", "popularity"])
words = st.sampled_from(sorted(values)).flatmap(
    lambda name: st.one_of(
        st.builds(Constraint, st.just(name), st.sampled_from(["is", "not", "contains"]), values[name]),
        st.builds(Constraint, st.just(name), st.just("any"), st.tuples(values[name], values[name])),
    )
)
bounds = st.one_of(
    st.builds(Constraint, numeric, st.sampled_from(["is", "not", ">", ">=", "<", "<="]), numbers),
    st.builds(
        Constraint, numeric, st.just("between"), st.tuples(numbers, numbers).map(lambda pair: tuple(sorted(pair)))
    ),
    st.builds(Constraint, numeric, st.just("any"), st.tuples(numbers, numbers)),
)
conditions = st.lists(st.one_of(words, bounds), max_size=3).map(tuple)
mentions = st.builds(
    Mention, st.text(max_size=5), st.none() | ids, st.sampled_from(["liked", "rejected", "seen", "mentioned"])
)
wish = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8) | st.just("not quiet")
intents = st.builds(
    Intent,
    acts=st.lists(st.sampled_from(["recommend", "refine", "feedback", "support", "smalltalk"]), max_size=2).map(tuple),
    query=st.sampled_from(["", "space", "the sea"]),
    constraints=conditions,
    dropped=st.lists(st.sampled_from([facet.name for facet in SCHEMA.facets]), max_size=1).map(tuple),
    retracted=st.lists(words, max_size=1).map(tuple),
    wishes=st.lists(wish, max_size=2).map(tuple),
    order=st.none() | st.builds(Order, numeric, st.sampled_from(["asc", "desc"])),
    relatives=st.lists(
        st.builds(Relative, numeric, st.sampled_from(["lower", "higher"]), st.none() | ids), max_size=2
    ).map(tuple),
    mentions=st.lists(mentions, max_size=2).map(tuple),
    more=st.booleans(),
    reset=st.sampled_from([False, False, False, True]),
)
presses = st.builds(Feedback, ids, st.sampled_from(["like", "dislike", "seen", "undo", "click"]))
quick = settings(max_examples=25, deadline=None)
steps = st.lists(st.one_of(intents, presses, st.lists(ids, max_size=3, unique=True).map(tuple)), max_size=8)


def lived(steps):
    """Every state of a conversation: messages, presses, and lists that were shown."""
    state, states = EMPTY, [EMPTY]
    for step in steps:
        if isinstance(step, Intent):
            state = fold(state, step, items=ITEMS)
        elif isinstance(step, Feedback):
            state = fold(state, Intent(acts=()), feedback=(step,), items=ITEMS)
        else:
            state = after_shown(state, step)
        states.append(state)
    return states


@quick
@given(steps=steps)
def test_whatever_is_said(steps):
    """No message or press makes fold raise; liked and rejected never overlap, and nothing stands twice."""
    for state in lived(steps):
        assert not set(state.likes) & set(state.rejected)
        for field in (state.likes, state.rejected, state.seen, state.shown, state.constraints):
            assert len(set(field)) == len(field)
        assert len({one.casefold() for one in state.wishes}) == len(state.wishes) <= WISHES
        assert state.focus is None or state.focus in ITEMS
        assert not any(name.startswith(UNWANTED) for name in searchable(state.wishes))


@quick
@given(steps=steps)
def test_shown_only_grows_and_out_is_out(steps):
    """What was shown stays known, also over "start over"; what is out comes back only by a press or a word about it."""
    for step, before, after in zip(steps, (states := lived(steps)), states[1:], strict=False):
        assert set(before.shown) <= set(after.shown)
        about = {step.item_id} if isinstance(step, Feedback) else set()
        if isinstance(step, Intent):
            about = {mention.item_id for mention in step.mentions}
        assert set(before.rejected) - set(after.rejected) <= about
        assert set(before.seen) - set(after.seen) <= about


@quick
@given(steps=steps, intent=intents)
def test_what_was_said_last_holds(steps, intent):
    """The conditions of a message are in force after it, whatever stood before."""
    state = fold(lived(steps)[-1], Intent(acts=("refine",), constraints=intent.constraints), items=ITEMS)
    assert set(intent.constraints) <= set(state.constraints)


@quick
@given(steps=steps, one=st.one_of(words, bounds))
def test_one_condition_never_contradicts_an_older_one_of_its_facet(steps, one):
    """A condition that some film meets leaves no older ones of its facet beside it that exclude it altogether."""
    state = fold(lived(steps)[-1], Intent(acts=("refine",), constraints=(one,)), items=ITEMS)
    others = [old for old in state.constraints if old.facet == one.facet and old.op == "not"]
    if one.op == "is":
        assert all(old.value != one.value for old in others)


@quick
@given(steps=steps)
def test_chips_take_off_what_they_name(steps):
    """Every chip has a key of its own; removing one leaves the others, removing all leaves no chip."""
    voice = prompts().voice("en", catalog="films")
    state = lived(steps)[-1]
    found = chips(state, voice, SCHEMA)
    keys = [chip.key for chip in found]
    assert len(set(keys)) == len(keys) and all(chip.label for chip in found)
    for key in keys[:3]:
        assert [chip.key for chip in chips(edit(state, remove=(key,)), voice, SCHEMA)] == [
            other for other in keys if other != key
        ]
    assert chips(edit(state, remove=keys), voice, SCHEMA) == ()


@quick
@given(steps=steps)
def test_a_state_is_the_same_after_it_was_kept(steps):
    """Through JSON and back nothing changes."""
    state = lived(steps)[-1]
    assert load_state(json.loads(json.dumps(plain(state)))) == state


@quick
@given(steps=steps)
def test_every_state_can_be_searched(steps):
    """The conditions in force are such as the columns can count."""
    assert 0 <= COLUMNS.count(lived(steps)[-1].constraints) <= len(ITEMS)


def test_keys_say_what_they_name():
    """Keys are readable and tell values apart."""
    assert constraint_key(year("between", (1990.0, 1999.0))) == "constraint:year:between:1990.0|1999.0"
    assert constraint_key(genre("comedy", "not")) == "constraint:genres:not:comedy"
    assert wish_key("quiet") == "wish:quiet"


# -- another kind of thing --------------------------------------------------------------------------------------------


def test_another_kind_of_thing_begins_anew():
    """A tent after boots takes no condition of the boots along; a refinement and the same kind keep all."""

    def kind(value):
        return Constraint("category", "is", value)

    boots = told(kind("boots"), Constraint("price", "<", 120.0), acts=("recommend",), wishes=("light",))
    tent = told(kind("tents"), state=boots, acts=("recommend",))
    assert tent.constraints == (kind("tents"),) and tent.wishes == ()
    same = told(kind("boots"), Constraint("vegan", "is", True), state=boots, acts=("recommend",))
    assert len(same.constraints) == 3 and same.wishes == ("light",)
    assert Constraint("price", "<", 120.0) in told(kind("shoes"), state=boots).constraints


def test_another_kind_in_a_refinement_keeps_what_it_can_meet():
    """Boots after a tent keep the price; how many sleep in it, and its wishes, stay with the tent."""
    things = {
        "1": Item("1", "Tent", facets={"category": "tents", "price": 90.0, "sleeps": 4.0}),
        "2": Item("2", "Boot", facets={"category": "boots", "price": 70.0}),
    }
    tent, boots = (Constraint("category", "is", kind) for kind in ("tents", "boots"))
    price, sleeps = Constraint("price", "<", 100.0), Constraint("sleeps", ">=", 4.0)
    before = fold(EMPTY, Intent(("recommend",), constraints=(tent, price, sleeps), wishes=("airy",)), items=things)
    after = fold(before, Intent(("refine",), constraints=(boots,)), items=things)
    assert after.constraints == (price, boots) and after.wishes == ()


def test_another_kind_in_a_refinement_keeps_no_bound_that_nobody_named():
    """ "Lighter" than those tents says nothing of the boots after them; a weight that was named does."""
    things = {
        "1": Item("1", "Tent", facets={"category": "tents", "weight": 3.0}),
        "2": Item("2", "Boot", facets={"category": "boots", "weight": 1.0}),
    }
    tent, boots = (Constraint("category", "is", kind) for kind in ("tents", "boots"))
    before = fold(EMPTY, Intent(("recommend",), constraints=(tent,)), items=things)
    lighter = fold(
        after_shown(before, ("1",)), Intent(("refine",), relatives=(Relative("weight", "lower"),)), items=things
    )
    assert len(lighter.constraints) == 2
    assert fold(lighter, Intent(("refine",), constraints=(boots,)), items=things).constraints == (boots,)
    named = fold(before, Intent(("refine",), constraints=(Constraint("weight", "<", 2.0),)), items=things)
    assert len(fold(named, Intent(("refine",), constraints=(boots,)), items=things).constraints) == 2


def test_what_is_to_be_like_an_item_is_of_its_kind():
    """Unless a kind was named, or nothing is asked for; a catalogue without kinds, or likes of two, tells none."""
    things = {
        "1": Item("1", "Tent", facets={"category": "tents"}),
        "2": Item("2", "Boot", facets={"category": "boots"}),
    }
    tent, boots = (Constraint("category", "is", kind) for kind in ("tents", "boots"))
    like = Mention("this one", "1", "liked", how="reference")

    def after(*constraints, acts=("recommend",), mentions=(like,), items=things):
        asked = Intent(acts, constraints=constraints, mentions=mentions)
        return fold(EMPTY, asked, items=items)

    assert after().constraints == (tent,) and after().implied == (constraint_key(tent),)
    assert after(boots).constraints == (boots,)
    assert after(acts=("feedback",)).constraints == ()
    assert after(mentions=(like, Mention("that one", "2", "liked", how="reference"))).constraints == ()
    assert after(items=ITEMS, mentions=(Mention("Alien", "alien", "liked"),)).constraints == ()


def test_a_value_tells_its_kind():
    """Earrings after fishing rods begin anew though both are styles; another style of the same kind does not."""
    rows = (("1", "outdoors", "fishing"), ("2", "jewelry", "earrings"), ("3", "jewelry", "rings"))
    things = {id: Item(id, id, facets={"category": category, "style": style}) for id, category, style in rows}

    def style(value):
        return Constraint("style", "is", value)

    price = Constraint("price", "<", 40.0)
    rods = fold(DialogueState(), Intent(("recommend",), constraints=(style("fishing"), price)), items=things)
    earrings = fold(rods, Intent(("recommend",), constraints=(style("earrings"),)), items=things)
    assert earrings.constraints == (style("earrings"),)
    limited = fold(earrings, Intent(("refine",), constraints=(price,)), items=things)
    rings = fold(limited, Intent(("recommend",), constraints=(style("rings"),)), items=things)
    assert rings.constraints == (price, style("rings"))


def test_a_title_asked_for_afresh_ends_what_it_is_not():
    """ "Something like Alien" after comedies drops the comedy and keeps the years; in a refinement both stand."""
    comedy, recent = Constraint("genres", "is", "comedy"), Constraint("year", ">", 1970.0)
    before = fold(EMPTY, Intent(("recommend",), constraints=(comedy, recent)), items=ITEMS)
    alien = next(item for item in ITEMS.values() if item.title == "Alien")
    liked = (Mention("Alien", alien.id, "liked"),)
    assert fold(before, Intent(("recommend",), mentions=liked), items=ITEMS).constraints == (recent,)
    assert fold(before, Intent(("refine",), mentions=liked), items=ITEMS).constraints == (comedy, recent)


@pytest.mark.parametrize(
    ("wish", "of"), [("not gory", "gory"), ("less sad", "sad"), ("fewer jokes", "jokes"), ("sad", "")]
)
def test_what_a_wish_wants_none_or_less_of_is_not_searched_for(wish, of):
    """ "Less sad" looks for nothing sad."""
    assert declined(wish) == of and searchable((wish,)) == (() if of else (wish,))

"""Candidates, their sources, what is excluded, and what is given up when nothing is left."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.relaxing import relax, smallest, widened
from bot.retrieval import count, retrieve
from bot.types import DialogueState, Intent, Mention, Order, Relative, Repair, Rule
from tests.small_catalog import film_index, shop_index
from vectorstore.base import Constraint, Facet, Item, Schema
from vectorstore.columns import Columns
from vectorstore.cooccurrence import count_together
from vectorstore.index import ItemIndex

RECOMMEND = Intent(acts=("recommend",))


@pytest.fixture(scope="module")
def index():
    return film_index()


@pytest.fixture(scope="module")
def shop():
    return shop_index()


def found(index, state=None, intent=RECOMMEND, **more):
    state = state or DialogueState()
    vector = index.embed(state.query) if state.query else None
    return retrieve(index, state, intent, query_vector=vector, **more)


def ids(result):
    return {candidate.id for candidate in result.candidates}


def test_every_candidate_meets_every_constraint(index):
    """A stated facet value filters, whatever the query says."""
    horror = Constraint("genres", "is", "horror")
    result = found(index, DialogueState(query="funny space show", constraints=(horror,)))
    assert ids(result) == {"alien", "house", "it"}
    assert (result.total, result.relaxed, result.repairs) == (3, (), ())


def test_an_exclusion_keeps_silent_records(index):
    """Excluding Tom Cruise leaves out Top Gun alone; a film without a cast stays."""
    result = found(index, DialogueState(constraints=(Constraint("cast", "not", "Tom Cruise"),)))
    assert ids(result) == set(index.ids) - {"topgun"}


def test_rejected_seen_liked_and_named_items_never_come(index):
    """What was rejected, seen, liked, named or measured against is no candidate."""
    state = DialogueState(query="space", rejected=("heat",), seen=("it",), likes=("alien",))
    intent = Intent(
        acts=("recommend",),
        mentions=(Mention("Aliens", "aliens", "liked"),),
        relatives=(Relative("runtime", "lower", anchor="martian"),),
    )
    assert ids(found(index, state, intent)).isdisjoint({"heat", "it", "alien", "aliens", "martian"})


def test_something_else_leaves_out_what_was_shown_and_a_refinement_does_not(index):
    """The words "something else" exclude the shown; without them they stay candidates."""
    state = DialogueState(constraints=(Constraint("genres", "is", "horror"),), shown=("alien", "house"))
    assert ids(found(index, state, Intent(acts=("recommend",), more=True))) == {"it"}
    assert ids(found(index, state)) == {"alien", "house", "it"}


def test_a_candidate_remembers_its_sources(index):
    """Each source leaves its rank and score; similar and shared come from the likes."""
    result = found(index, DialogueState(query="space show", likes=("alien",)))
    galaxy = next(one for one in result.candidates if one.id == "galaxy")
    assert {"dense", "lexical", "similar", "shared"} <= set(galaxy.sources) == set(galaxy.scores)
    assert galaxy.sources["lexical"] == 0
    assert next(one for one in result.candidates if one.id == "aliens").scores["shared"] > 0


def test_ids_near_an_absent_title_are_candidates_unless_they_miss_a_constraint(index):
    """The nearest ids of a title that is not here are proposed, under the constraints."""
    absent = Intent(acts=("recommend",), mentions=(Mention("Aliens 3", None, near=("aliens", "alien", "gone")),))
    near = {one.id: one.sources["near"] for one in found(index, intent=absent).candidates if "near" in one.sources}
    assert near == {"aliens": 0, "alien": 1}
    horror = DialogueState(constraints=(Constraint("genres", "is", "horror"),))
    assert ids(found(index, horror, absent)) == {"alien", "house", "it"}


def test_a_cold_start_has_popular_and_unknown_rows(index):
    """Without a wish the floor offers everything, not only what is famous."""
    assert ids(found(index)) == set(index.ids)


def test_an_order_proposes_the_first_rows_of_the_whole_catalogue(index):
    """The oldest film is a candidate though no other source would reach it."""
    result = found(index, DialogueState(query="clown", order=Order("year", "asc")), k=2)
    assert next(one.id for one in result.candidates if one.sources.get("order") == 0) == "ikiru"


def test_what_emptied_the_result_is_named_and_every_repair_leads_somewhere(index):
    """The softest constraint goes; a number is widened to the nearest value that is there, a word is dropped."""
    genre, short = Constraint("genres", "is", "crime"), Constraint("runtime", "<=", 100.0)
    result = found(index, DialogueState(constraints=(genre, short)))
    assert (result.relaxed, ids(result), result.total) == ((short,), {"heat"}, 1)
    assert result.repairs == (
        Repair(short, Constraint("runtime", "<=", 170.0), 1),
        Repair(genre, None, 4),
    )
    for repair in result.repairs:
        changed = [one for one in (genre, short) if one != repair.old] + ([repair.new] if repair.new else [])
        assert index.columns.count(changed) == repair.count > 0


def test_when_no_single_change_helps_a_repair_names_what_goes_with_it(index):
    """Two constraints at once are given up where one is not enough, and the repair says so."""
    wanted = (Constraint("genres", "is", "war"), Constraint("rating", "is", "R"), Constraint("year", ">", 2020.0))
    result = found(index, DialogueState(constraints=wanted))
    assert result.relaxed == (wanted[0], wanted[2])
    assert all(len(repair.also) == 1 and repair.count > 0 for repair in result.repairs)
    assert result.repairs[0] == Repair(wanted[0], None, 5, also=(wanted[2],))


def test_what_visitors_took_together_is_a_source(index):
    """A neighbour by interactions is a candidate of its own, scored by how often, and only under the mask."""
    ids = index.ids
    visitor, item = np.repeat(np.arange(5), 2), np.array([0, 1, 0, 1, 0, 1, 0, 2, 0, 2])
    known = ItemIndex(index.records, None, index.embedder, together=count_together(visitor, item, ids=ids))
    found = retrieve(known, DialogueState(likes=(ids[0],)), RECOMMEND, query_vector=None)
    scores = {one.id: one.scores["together"] for one in found.candidates if "together" in one.scores}
    assert set(scores) == {ids[1], ids[2]} and scores[ids[1]] > scores[ids[2]]
    seen = retrieve(known, DialogueState(likes=(ids[0],), seen=(ids[1],)), RECOMMEND, query_vector=None)
    assert not any(one.id == ids[1] for one in seen.candidates)
    assert index.together(ids[0], 5) == []


def test_the_kind_of_thing_is_given_up_last():
    """Two other conditions go before the kind of thing that was asked for."""
    schema = Schema((Facet("category", "category"), Facet("colour", "category"), Facet("price", "number")))
    rows = [("shirt", "pink", 10.0), ("tent", "green", 90.0)]
    items = [
        Item(str(n), "x", facets=dict(zip(("category", "colour", "price"), row, strict=True)))
        for n, row in enumerate(rows)
    ]
    wanted = [Constraint("category", "is", "tent"), Constraint("colour", "is", "pink"), Constraint("price", "<", 20.0)]
    given_up, _ = relax(Columns(items, schema), wanted, allowed=np.ones(2, np.bool_))
    assert {one.facet for one in given_up} == {"colour", "price"}


def test_softer_means_numbers_before_words_before_exclusions_and_old_before_new(index):
    """The order in which constraints are given up."""
    wanted = (
        Constraint("genres", "not", "comedy"),
        Constraint("director", "is", "Jim Abrahams"),
        Constraint("year", "between", (1980.0, 1980.0)),
        Constraint("runtime", "<", 80.0),
    )
    columns = index.columns
    everything = np.ones(len(index.ids), bool)
    assert smallest(columns, wanted, allowed=everything)[0] == (0, 3)
    assert relax(columns, wanted[:2], allowed=everything)[0] == (wanted[1],)
    assert relax(columns, (wanted[3], Constraint("runtime", ">", 160.0)), allowed=everything)[0] == (wanted[3],)


@pytest.mark.parametrize(
    ("op", "value", "wider"),
    [
        ("<=", 80.0, ("<=", 88.0)),
        ("<", 88.0, ("<=", 88.0)),
        (">=", 171.0, (">=", 170.0)),
        (">", 170.0, (">=", 170.0)),
        ("between", (144.0, 150.0), ("between", (143.0, 150.0))),
        ("between", (165.0, 169.0), ("between", (165.0, 170.0))),
        ("is", 100.0, ("is", 102.0)),
        ("any", (100.0, 101.0), ("is", 102.0)),
        ("not", 88.0, None),
    ],
)
def test_a_number_is_widened_to_the_nearest_value(index, op, value, wider):
    """Only as far as it has to be, and on the nearer side."""
    rows = np.ones(len(index.ids), bool)
    new = widened(index.columns, Constraint("runtime", op, value), rows=rows & (index.columns.values("runtime") > 0))
    assert new == (None if wider is None else Constraint("runtime", *wider))


_CONSTRAINTS = some.lists(
    some.one_of(
        some.builds(
            Constraint,
            some.just("genres"),
            some.sampled_from(["is", "not"]),
            some.sampled_from(["horror", "comedy", "war"]),
        ),
        some.builds(
            Constraint,
            some.just("year"),
            some.sampled_from([">=", "<="]),
            some.floats(1940, 2030).map(round).map(float),
        ),
        some.builds(Constraint, some.just("rating"), some.just("is"), some.sampled_from(["R", "PG", "G"])),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(constraints=_CONSTRAINTS)
def test_the_smallest_sets_are_those_that_trying_all_would_find(constraints):
    """Against brute force over all subsets."""
    columns = _COLUMNS
    for size in range(len(constraints) + 1):
        tried = [
            places
            for places in combinations(range(len(constraints)), size)
            if columns.count([one for place, one in enumerate(constraints) if place not in places])
        ]
        if tried:
            break
    assert set(smallest(columns, constraints, allowed=np.ones(columns.size, bool))) == set(tried)


_COLUMNS = film_index().columns


def test_nothing_is_relaxed_when_only_exclusions_are_left(index):
    """Everything was seen: no constraint is to blame."""
    result = found(index, DialogueState(seen=index.ids, constraints=(Constraint("genres", "is", "war"),)))
    assert (result.candidates, result.total, result.relaxed, result.repairs) == ((), 0, (), ())


def test_a_constraint_on_a_facet_that_is_gone_is_ignored(index):
    """A state may be older than the catalogue."""
    assert found(index, DialogueState(constraints=(Constraint("colour", "is", "red"),))).total == len(index.ids)


def test_rules_hide_require_stock_and_push_and_are_reported(shop):
    """Operator rules are masks and features, each reported when it changed something."""
    rules = (
        Rule("hide", item_id="a"),
        Rule("hide", item_id="unknown"),
        Rule("in_stock"),
        Rule("promote", constraint=Constraint("waterproof", "is", True)),
        Rule("bury", item_id="c"),
    )
    result = found(shop, rules=rules)
    assert {one.id: one.scores.get("rule", 0.0) for one in result.candidates} == {"c": -1.0, "d": 0.0, "e": 1.0}
    assert result.applied_rules == ("hide a", "in_stock everything", "promote waterproof is True", "bury c")


def test_a_count_is_what_the_chip_leads_to(shop):
    """Constraints with one more and without another, minus everything that would not be shown."""
    cheap = Constraint("price", "<=", 120.0)
    state = DialogueState(constraints=(cheap,), rejected=("b",), likes=("c",))
    assert count(shop, state) == 2
    assert count(shop, state, [Constraint("waterproof", "is", True)]) == 2
    assert count(shop, state, without=[cheap]) == 4
    assert count(shop, state, exclude=("e",), rules=(Rule("in_stock"),)) == 0

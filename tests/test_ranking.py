"""The order of candidates, its signals, diversity, and what the visitor's own order does."""

from __future__ import annotations

import numpy as np
import pytest

from bot.features import _affirmed, features
from bot.ranking import Mix, Weights, rank, scenario, shortlist, stand, weighted, without_reranker
from bot.retrieval import retrieve
from bot.types import Candidate, DialogueState, Intent, Mention, Order, Retrieved, Rule
from tests.small_catalog import film_index, shop_index
from vectorstore.base import Constraint
from vectorstore.words import all_tokens, tokens

RECOMMEND = Intent(acts=("recommend",))


@pytest.fixture(scope="module")
def index():
    return film_index()


def ranked(index, state=None, intent=RECOMMEND, *, rules=(), **more):
    state = state or DialogueState()
    vector = index.embed(state.query) if state.query else None
    found = retrieve(index, state, intent, query_vector=vector, rules=rules)
    return rank(index, found, state, intent, query_vector=vector, **more)


def ids(result):
    return [one.id for one in result]


def test_a_query_finds_what_it_describes(index):
    """The film whose description answers comes first."""
    assert ids(ranked(index, DialogueState(query="actors of a cancelled space show")))[0] == "galaxy"


def test_a_reranker_decides_among_the_relevant(index):
    """Its scores, on any scale, outweigh the first stage; what it did not see stands with its lowest."""
    state = DialogueState(query="space")
    scores = {"odyssey": -3.0, "galaxy": -9.0, "martian": -9.5}
    assert ids(ranked(index, state, reranked=scores))[0] == "odyssey"


def test_without_a_reranker_the_first_stage_takes_its_weight(index):
    """The mix keeps its sum, so popularity counts no more than before."""
    mix = Weights().query
    bare = without_reranker(mix)
    assert bare.rerank == 0 and bare.dense + bare.lexical == pytest.approx(mix.dense + mix.lexical + mix.rerank)
    vector, state = index.embed("space"), DialogueState(query="space")
    found = retrieve(index, state, RECOMMEND, query_vector=vector)
    assert stand(index, found, state, RECOMMEND, query_vector=vector).mix == bare
    assert stand(index, found, state, RECOMMEND, query_vector=vector, reranked={"it": 1.0}).mix == mix


def test_a_liked_film_brings_its_kin(index):
    """Shared people and genres and a like description come first."""
    result = ids(ranked(index, DialogueState(likes=("alien",)), n=3))
    assert result[0] == "aliens" and set(result) <= {"aliens", "martian", "galaxy", "house", "it"}


def test_what_was_declined_counts_where_a_text_speaks_of_it(index):
    """A description that speaks of a declined thing loses; one that denies it, or a wish that is wanted, does not."""
    said = max(tokens(index.items["alien"].description), key=len)

    def unwanted(*wishes):
        state = DialogueState(wishes=wishes)
        found = Retrieved(candidates=(Candidate("alien"),), total=1)
        return features(index, found, state, Intent(acts=("recommend",)))["unwanted"].tolist()

    assert unwanted(f"not {said}") == [1.0]
    assert unwanted(said, "not velvet") == [0.0]
    assert _affirmed(all_tokens("warm, never too scary, free of cotton")) >= {"warm"}
    assert not {"scary", "cotton"} & _affirmed(all_tokens("warm, never too scary, free of cotton"))


def test_a_rejected_film_pulls_its_like_down(index):
    """The row nearest to a rejected item loses most; one that is no nearer than usual loses nothing."""
    state = DialogueState(rejected=("alien",))
    found = retrieve(index, state, RECOMMEND, query_vector=None)
    standing = stand(index, found, state, RECOMMEND, query_vector=None)
    pulled = standing.columns["rejected"]
    near = index.vectors[[index.row(one.id) for one in found.candidates]] @ index.vectors[index.row("alien")]
    assert pulled.argmax() == near.argmax() and pulled.max() > 0 and pulled[near < near.mean()].max() == 0
    without = weighted({**standing.columns, "rejected": np.zeros_like(pulled)}, standing.mix)
    assert standing.scores == pytest.approx(without - 0.5 * pulled)


def test_near_misses_that_miss_least_come_first(index):
    """After a relaxation the nearest to the bound comes first, and fewer misses beat any score."""
    wanted = (Constraint("genres", "is", "horror"), Constraint("runtime", "<=", 85.0))
    result = ranked(index, DialogueState(constraints=wanted))
    assert ids(result) == ["house", "alien", "it"]
    assert [one.features["unmet"] for one in result] == [1.0, 1.0, 1.0]


def test_an_order_sorts_and_leaves_silent_records_last(index):
    """Oldest first is oldest first; no diversity, and no value comes last."""
    result = ranked(index, DialogueState(order=Order("year", "asc")), n=20)
    years = [index.items[one.id].facets.get("year") for one in result]
    assert years[:-1] == sorted(years[:-1]) and years[-1] is None
    longest = ranked(index, DialogueState(order=Order("runtime", "desc")), n=2)
    assert ids(longest) == ["heat", "ikiru"]


def test_an_order_with_a_wish_sorts_only_what_answers_it(index):
    """The oldest funny space show is not the oldest film."""
    state = DialogueState(query="space show aliens", wishes=("space show aliens",), order=Order("year", "asc"))
    assert ids(ranked(index, state, reranked={"galaxy": 1.0, "aliens": 0.9, "odyssey": 0.1, "ikiru": 0.0}, n=1)) == [
        "aliens"
    ]


def test_the_asked_value_counts_more_where_it_comes_first(index):
    """A film that is a comedy first comes before one that is a comedy second."""
    state = DialogueState(constraints=(Constraint("genres", "is", "comedy"),))
    found = retrieve(index, state, RECOMMEND, query_vector=None)
    central = dict(
        zip([one.id for one in found.candidates], features(index, found, state, RECOMMEND)["central"], strict=True)
    )
    assert central == {"galaxy": 1.0, "airplane": 1.0, "strangelove": 1.0, "house": 0.5}


def test_a_surprise_is_not_only_famous_and_varies_with_what_was_shown(index):
    """Three cards from different corners; after they were shown, others."""
    surprise = Intent(acts=("recommend",), surprise=True)
    first = ranked(index, intent=surprise)
    fame = [one.features["popularity"] for one in first]
    assert min(fame) < 0.5 < max(fame)
    shown = DialogueState(shown=tuple(ids(first)))
    assert set(ids(ranked(index, shown, surprise))).isdisjoint(ids(first))
    assert ids(ranked(index, intent=surprise, weights=Weights(seed=7))) != ids(first)


def test_diversity_spreads_a_list(index):
    """Without diversity the two Alien films stand together; with it something else comes between."""
    state = DialogueState(query="creature moon marines crew")
    narrow = ranked(index, state, weights=Weights(query=Mix(dense=1.0, diversity=0.0)), n=2)
    wide = ranked(index, state, weights=Weights(query=Mix(dense=1.0, diversity=0.9)), n=2)
    assert set(ids(narrow)) == {"alien", "aliens"} and ids(wide)[0] == ids(narrow)[0] and ids(wide) != ids(narrow)


def test_rules_promote_and_bury():
    """A promoted row moves up, a buried one down, and the feature says so."""
    shop = shop_index()
    rules = (Rule("promote", item_id="f"), Rule("bury", item_id="a"))
    result = ranked(shop, rules=rules, n=6)
    assert ids(result).index("f") < ids(result).index("a")
    assert {one.id: one.features["rule"] for one in result if one.features["rule"]} == {"f": 1.0, "a": -1.0}


def test_the_short_list_is_the_first_stage_in_order(index):
    """At most m ids, the best of dense and lexical first."""
    state = DialogueState(query="seven schoolgirls haunted house")
    vector = index.embed(state.query)
    found = retrieve(index, state, RECOMMEND, query_vector=vector)
    short = shortlist(index, found, query_vector=vector, m=4)
    assert short[0] == "house" and len(short) == 4 == len(set(short))


def test_a_ranking_can_be_read_from_its_features(index):
    """The score is the weighted sum of what the card shows."""
    state = DialogueState(query="space", likes=("alien",))
    vector = index.embed("space")
    found = retrieve(index, state, RECOMMEND, query_vector=vector)
    standing = stand(index, found, state, RECOMMEND, query_vector=vector)
    one = standing.ranked(standing.order[0])
    columns = {name: np.array([value], np.float32) for name, value in one.features.items()}
    assert one.score == pytest.approx(float(weighted(columns, standing.mix)[0]), abs=1e-4)
    assert standing.place(one.id) == 1 and standing.place("alien") is None


def test_no_candidates_give_an_empty_list(index):
    """Nothing in, nothing out."""
    assert ranked(index, DialogueState(seen=index.ids)) == ()


@pytest.mark.parametrize(
    ("intent", "asked", "resembling", "expected"),
    [
        (RECOMMEND, False, False, "cold"),
        (RECOMMEND, True, False, "query"),
        (RECOMMEND, False, True, "likes"),
        (RECOMMEND, True, True, "both"),
        (Intent(acts=("recommend",), surprise=True, mentions=(Mention("x", "alien"),)), True, True, "surprise"),
    ],
)
def test_the_kind_of_request_picks_the_mix(intent, asked, resembling, expected):
    """One mix per scenario."""
    assert scenario(DialogueState(), intent, asked=asked, resembling=resembling) == expected

"""Evidence is true of the record, and cards say it once, in the visitor's language."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from bot import explaining
from bot.likeness import likeness
from bot.parts import parts
from bot.quotes import ALONE, ECHOED, PARTLY, answers, quoted, quotes
from bot.ranking import rank
from bot.remembering import Remembering
from bot.retrieval import retrieve
from bot.types import Candidate, DialogueState, Evidence, Intent, Mention, Order, Ranked, Retrieved
from prompts import Registry
from tests.small_catalog import facet, film_index, films, index_of, shop_index
from vectorstore.base import Constraint, Item, Schema
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.scripted import HashedEmbedder

RECOMMEND = Intent(acts=("recommend",))
HORROR = Constraint("genres", "is", "horror")


@pytest.fixture(scope="module")
def index():
    return film_index(LocalEmbedder(device="cpu"))


@pytest.fixture(scope="module")
def registry():
    return Registry.load()


def gathered(index, ids, state=None, intent=RECOMMEND, *, relaxed=(), **more):
    """The evidence of named items, as if they had been ranked."""
    ranked = tuple(Ranked(id_, 1.0) for id_ in ids)
    found = Retrieved(tuple(Candidate(id_) for id_ in ids), len(ids), relaxed=relaxed)
    state = state or DialogueState()
    return explaining.gather(index, ranked, found, state, intent, query_vector=None, embedder=index.embedder, **more)


def cards(index, voice, ids, state=None, **more):
    """The cards of named items."""
    state = state or DialogueState()
    evidence = gathered(index, ids, state, **more)
    return explaining.draw(index, tuple(Ranked(id_, 1.0) for id_ in ids), evidence, voice, state=state)


def of(evidence, kind):
    return [one for one in evidence if one.kind == kind]


def test_a_met_constraint_shows_what_the_record_holds(index):
    """Of several genres the asked one, of a number the item's own, of an exclusion what is not there."""
    year, cast = Constraint("year", "<", 1990.0), Constraint("cast", "not", "Tom Cruise")
    found = gathered(index, ["alien"], DialogueState(constraints=(HORROR, year, cast)))["alien"]
    assert of(found, "constraint") == [
        Evidence("constraint", "genres", "horror", constraint=HORROR),
        Evidence("constraint", "year", "1979", constraint=year),
        Evidence("constraint", "cast", "Tom Cruise", constraint=cast),
    ]


def test_a_silent_record_claims_nothing(index):
    """No cast in the record: "without Tom Cruise" cannot be proved, and is not said."""
    found = gathered(index, ["mystery"], DialogueState(constraints=(Constraint("cast", "not", "Tom Cruise"),)))
    assert of(found["mystery"], "constraint") == []


def test_an_unmet_constraint_names_what_is_there_instead(index):
    """The value of the record, or nothing where it is silent."""
    short = Constraint("runtime", "<=", 100.0)
    state = DialogueState(constraints=(HORROR, short))
    found = gathered(index, ["alien", "odyssey", "house"], state, relaxed=(short,))
    assert [of(found[id_], "unmet") for id_ in found] == [
        [Evidence("unmet", "runtime", "117", constraint=short)],
        [Evidence("unmet", "runtime", "", constraint=short)],
        [],
    ]


def test_likeness_names_the_liked_film_and_what_both_hold(index):
    """Strength is the cosine; a rare shared name is told, a common rating is not; an item is not like itself."""
    found = gathered(index, ["aliens", "alien"], DialogueState(likes=("alien",)))
    like = of(found["aliens"], "liked")[0]
    assert ("cast", "Sigourney Weaver") in like.shared
    expected = float(index.vectors[index.row("alien")] @ index.vectors[index.row("aliens")])
    assert (like.value, like.degree) == ("Alien", "") and like.strength == pytest.approx(expected)
    assert of(found["alien"], "liked") == []


def test_a_value_without_words_is_no_bond():
    """Two games for ages from 8 and for 2 to 4 players have nothing to say in common but their theme."""
    rows = [("owl", "Owl Post", "cards"), ("night", "Night Market", "cards"), ("rails", "Iron Rails", "trains")]
    rows += [(f"x{n}", f"Game {n}", f"theme {n}") for n in range(9)]
    items = [
        Item(id_, title, f"{title}.", {"theme": theme, "age": "8+" if n < 2 else f"{n}+", "players": f"{2 + n // 2}-4"})
        for n, (id_, title, theme) in enumerate(rows)
    ]
    facets = Schema(tuple(facet(items, name, "category") for name in ("theme", "age", "players")))
    (found,) = likeness(index_of(items, facets, HashedEmbedder(64)), items[1], {"owl": 1.0})
    assert found.shared == (("theme", "cards"),)


def test_a_wish_is_answered_by_the_words_of_the_description_or_not_at_all():
    """The quote stands in the description; a film that does not answer has none; a denial is no answer."""
    embedder = LocalEmbedder(device="cpu")
    shelf = film_index(embedder)
    found = quotes(shelf, [item.id for item in films()], ["a clown that frightens children"], embedder=embedder)
    assert list(found) == ["it"] and found["it"][0].text in shelf.items["it"].description
    assert found["it"][0].text == "Children face a clown under their town"


@pytest.mark.parametrize(
    ("wish", "part", "needed"),
    [
        ("quiet", "Quiet, patient and moving", ECHOED),
        ("with clever dialogue", "Dialogue-driven and clever", ECHOED),
        ("with clever dialogue", "clever clues and class satire", PARTLY),
        ("lighter", "Luminous colour, ocean and silence", ALONE),
        ("lighter", "golden light on the sea", ALONE),
        ("for a rainy sunday", "Not for the rain", inf),
    ],
)
def test_how_near_a_quote_must_be(wish: str, part: str, needed: float):
    """The fewer words of the wish a part says, the nearer it has to be; one that denies something answers nothing."""
    quote = quoted(wish, part, 0.0)
    for above in (ECHOED, PARTLY, ALONE):
        assert answers(replace(quote, strength=above + 0.01), 0.0, 1.0) == (above >= needed)


def test_a_wish_that_nobody_said_is_not_spoken_of(index):
    """ "Not too violent" may be searched for as "gentle": the card does not say that gentle was asked for."""
    state = DialogueState(wishes=("gentle",), query="gentle")
    said = gathered(index, ["quietgirl"], state, said="nothing violent please")["quietgirl"]
    assert of(said, "wish") == []
    assert of(gathered(index, ["quietgirl"], state, said="something gentle")["quietgirl"], "wish") != []


def test_what_a_record_says_of_a_wish(index):
    """All its telling words, or some where nothing else ties the item to the visitor, or that the wish found it."""
    wish = DialogueState(wishes=("haunted house in space",), query="haunted house in space")
    house, heat = (gathered(index, [id_], wish)[id_] for id_ in ("house", "heat"))
    assert [(one.degree, one.shared) for one in of(house, "wish")] == [
        ("part", (("haunted", "haunted"), ("house", "House")))
    ]
    assert [(one.degree, one.shared) for one in of(heat, "wish")] == [("nearest", ())]
    asked = DialogueState(wishes=("haunted house in space",), constraints=(HORROR,))
    assert of(gathered(index, ["house"], asked)["house"], "wish") == []


def test_a_value_that_was_asked_for_is_no_answer_to_a_wish(index):
    """Everything under "shoes and sandals" holds the word sandals: that says nothing of a single one."""
    state = DialogueState(wishes=("comedy",), query="comedy", constraints=(Constraint("genres", "is", "comedy"),))
    assert of(gathered(index, ["airplane"], state)["airplane"], "wish") == []


def test_what_only_looks_alike_is_not_said_to_be_close(index):
    """Without a telling value in common, a genre of many is; without that, only that the search came from there."""
    films = gathered(index, ["quietgirl", "heat"], DialogueState(likes=("ikiru",)))
    assert [(one.degree, one.shared) for one in of(films["quietgirl"], "liked")] == [("", (("genres", "drama"),))]
    assert [(one.degree, one.shared) for one in of(films["heat"], "liked")] == [("led", ())]
    asked = DialogueState(likes=("ikiru",), constraints=(Constraint("genres", "is", "crime"),))
    assert of(gathered(index, ["heat"], asked)["heat"], "liked") == []


def test_a_reason_from_words_names_a_fact_as_well(index, registry):
    """A word of the wish may be there for another reason; the year that was asked for is met in any case."""
    voice = registry.voice("en", catalog="films")
    old = Constraint("year", "<", 1980.0)
    state = DialogueState(wishes=("schoolgirls",), constraints=(old,), query="schoolgirls")
    (card,) = cards(index, voice, ["house"], state)
    assert "schoolgirls" in card.reasons[0] and "1980" in card.reasons[0]


def test_parts_are_sentences_and_clauses_word_for_word():
    """Cut at full stops and semicolons; too short a part is none."""
    text = "Snow falls on a town. Warm and funny for long stretches; surprisingly dark in others. Bravo!"
    assert parts(text) == ("Snow falls on a town", "Warm and funny for long stretches", "surprisingly dark in others")
    assert parts("") == ()


def test_the_tradeoffs_of_three_differ_and_are_true(index):
    """Each card stands out in its own way, the widest differences first, fame last."""
    found = gathered(index, ["heat", "ikiru", "airplane"])
    assert {id_: [(one.facet, one.value) for one in of(found[id_], "tradeoff")] for id_ in found} == {
        "heat": [("runtime", "higher")],
        "ikiru": [("year", "lower")],
        "airplane": [("runtime", "lower")],
    }
    assert of(gathered(index, ["heat"])["heat"], "tradeoff") == []


def test_a_facet_that_sorts_the_list_is_no_tradeoff(index):
    """Oldest first: "the oldest of these" would tell nothing."""
    found = gathered(index, ["ikiru", "strangelove"], DialogueState(order=Order("year", "asc")))
    told = {one.facet for id_ in found for one in of(found[id_], "tradeoff")}
    assert "year" not in told and of(found["ikiru"], "order") == [Evidence("order", "year", "1952")]


def test_the_counterfactual_is_the_place_without_the_like(index):
    """It is what ranking the same candidates without that like gives."""
    state = DialogueState(likes=("alien",))
    found = retrieve(index, state, RECOMMEND, query_vector=None)
    ranked = rank(index, found, state, RECOMMEND, query_vector=None)
    evidence = explaining.gather(index, ranked, found, state, RECOMMEND, query_vector=None, embedder=index.embedder)
    without = of(evidence[ranked[0].id], "without")
    assert [one.value for one in without] == ["Alien"]
    silent = explaining.gather(
        index, ranked, found, state, RECOMMEND, query_vector=index.vectors[0], embedder=index.embedder
    )
    assert of(silent[ranked[0].id], "without") == []


def test_a_card_says_its_reason_once_and_shows_the_record(index, registry):
    """One sentence, the trade-off, rows of facts without popularity, and a limit under "Why this?"."""
    voice = registry.voice("en", catalog="films")
    state = DialogueState(constraints=(HORROR, Constraint("year", "<", 1990.0)))
    alien, house = cards(index, voice, ["alien", "house"], state)
    assert alien.reasons == ("Your horror with science fiction in it; 117 minutes long, more than the other.",)
    assert house.reasons == ("As much comedy as horror, the shortest of these at 88 minutes.",)
    assert alien.facts == (
        ("year", "1979"),
        ("running time", "117 minutes"),
        ("genre", "horror, science fiction"),
        ("director", "Ridley Scott"),
        ("cast", "Sigourney Weaver, Tom Skerritt"),
        ("age rating", "R"),
    )
    assert [card.label for card in (alien, house)] == ["the longest of these", "the shortest of these"]
    assert alien.details[0] == "It meets these conditions: horror and before 1990."
    assert [card.rank for card in (alien, house)] == [0, 1]


def test_a_near_miss_says_what_it_misses(index, registry):
    """The unmet sentence names condition and value; the details repeat it as the limit."""
    voice = registry.voice("en", catalog="films")
    short = Constraint("runtime", "<=", 100.0)
    state = DialogueState(constraints=(HORROR, short))
    (card,) = cards(index, voice, ["alien"], state, relaxed=(short,))
    assert card.unmet == ("Does not meet: at most 100 minutes (it runs 117 minutes).",)
    assert card.details[-1] == "One limit: it does not meet “at most 100 minutes”."


def test_reasons_differ_between_cards_where_they_can(index, registry):
    """What every card would say comes after what only one can."""
    voice = registry.voice("en", catalog="films")
    state = DialogueState(likes=("alien",), constraints=(Constraint("genres", "is", "science fiction"),))
    reasons = [card.reasons[0] for card in cards(index, voice, ["aliens", "galaxy", "martian"], state)]
    assert len(set(reasons)) == 3 and all("Alien" in reason for reason in reasons[:2])


def test_a_silent_record_still_has_a_card(registry):
    """Nothing known: facts that there are, no invention, no empty sentence."""
    voice = registry.voice("en", catalog="films")
    shelf = film_index()
    (card,) = cards(shelf, voice, ["mystery"])
    assert card.reasons == ("With Nobody Known directing.",) and card.facts == (("director", "Nobody Known"),)
    assert card.details == (
        "You have not said much yet, so it stands here as a place to start.",
        "One limit: our record does not give its running time.",
    )


def test_goods_speak_of_prices_and_flags(registry):
    """The same code serves a shop: prices, stock, flags, the cheapest."""
    shop, voice = shop_index(), registry.voice("en", catalog="outdoor")
    state = DialogueState(constraints=(Constraint("waterproof", "is", True), Constraint("price", "<=", 100.0)))
    first, second = cards(shop, voice, ["e", "f"], state)
    assert first.reasons == ("€60, which leaves €40 to spare; waterproof, as you asked.",)
    assert first.label == "the cheapest of these"
    assert second.label == "the most expensive of these" and ("stock", "3") in first.facts


def test_a_chinese_card_is_chinese(index, registry):
    """Values, conditions and sentences come from the Chinese files."""
    voice = registry.voice("zh-CN", catalog="films")
    (card,) = cards(index, voice, ["alien"], DialogueState(constraints=(HORROR,), language="zh"))
    assert card.reasons == ("不只恐怖，还有科幻；Ridley Scott导演。",) and card.facts[0][0] == "年份"


def test_every_word_of_a_card_passes_the_claim_check(index, registry):
    """What the composed cards say is covered by what they are made from."""
    from bot.claims import check

    voice = registry.voice("en", catalog="films")
    state = DialogueState(likes=("alien",), query="funny space show", wishes=("funny space show",))
    drawn = cards(index, voice, ["galaxy", "martian", "aliens"], state)
    for card in drawn:
        text = " ".join([*card.reasons, *card.details])
        said = [text]
        assert (
            check(f"{card.item.title}: {text}", drawn, index=index, said=said, allowed_titles=["Alien"]).dropped == ()
        )


def test_an_embedder_that_remembers_embeds_each_text_once():
    """The second time costs no call, and the rows are the same."""
    calls = []

    class Counting(LocalEmbedder):
        def embed(self, texts, *, kind):
            calls.append((kind, tuple(texts)))
            return super().embed(texts, kind=kind)

    inner = Counting(device="cpu")
    remembering = Remembering(inner, most=3)
    first = remembering.embed(["a cat", "a dog", "a cat"], kind="passage")
    again = remembering.embed(["a dog", "a cat"], kind="passage")
    assert (first[1] == again[0]).all() and (first[0] == first[2]).all()
    assert calls == [("passage", ("a cat", "a dog"))]
    remembering.embed(["one", "two", "three"], kind="passage")
    remembering.embed(["a cat"], kind="query")
    assert len(calls) == 3 and remembering.embed([], kind="item").shape == (0, 384)


def test_an_item_near_an_absent_title_is_not_said_to_be_liked(index, registry):
    """The nearest film to a title that is not here does not resemble itself."""
    intent = Intent(acts=("recommend",), mentions=(Mention("Aliens 3", None, near=("aliens",)),))
    found = gathered(index, ["aliens"], intent=intent)
    assert of(found["aliens"], "liked") == []

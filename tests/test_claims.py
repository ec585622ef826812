"""The claim check drops what no record or evidence covers, and keeps what they do."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest

from bot import explaining
from bot.claiming import lists as lists_module
from bot.claiming.degrees import Degree
from bot.claims import Checked, check, checked
from bot.cutting import sentences
from bot.engines.lexical.facets import speeches
from bot.engines.write_composed import ComposedWriter
from bot.grounds import Grounds, numbers
from bot.naming import Titles, Values, words
from bot.types import Answer, Brief, Candidate, DialogueState, Intent, Ranked, Retrieved
from prompts import Registry
from tests.small_catalog import facet, film_index, film_schema, films, index_of
from vectorstore.base import Constraint, Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder


@pytest.fixture(scope="module")
def index():
    return film_index()


@pytest.fixture(scope="module")
def registry():
    return Registry.load()


def drawn(index, registry, *ids, locale="en", state=None):
    state = state or DialogueState()
    ranked = tuple(Ranked(id_, 1.0) for id_ in ids)
    found = Retrieved(tuple(Candidate(id_) for id_ in ids), len(ids))
    intent = Intent(acts=("recommend",))
    evidence = explaining.gather(index, ranked, found, state, intent, query_vector=None, embedder=index.embedder)
    return explaining.draw(index, ranked, evidence, registry.voice(locale, catalog="films"), state=state)


@pytest.fixture(scope="module")
def cards(index, registry):
    return drawn(index, registry, "strangelove", "airplane", "odyssey")


TRUE = [
    "Here are three films that fit what you asked for.",
    "Dr. Strangelove is a comedy from 1964.",
    "**Dr. Strangelove** (1964): directed by Stanley Kubrick, 95 minutes long.",
    "Airplane! runs 88 minutes.",
    "Airplane! (1980) is a comedy.",
    "2001: A Space Odyssey is science fiction from 1968.",
    "2001: A Space Odyssey is from the 1960s.",
    "Airplane! is about 1 hour 28 minutes long.",
    "Both Dr. Strangelove and 2001: A Space Odyssey were directed by Stanley Kubrick.",
    "Airplane! is not a horror film.",
    "Unlike 2001: A Space Odyssey, Airplane! is a comedy.",
    "In Airplane!, food poisoning fells the crew of a jet.",
    "Dr. Strangelove is a pitch-black farce with Peter Sellers.",
    "You asked for something funny about space.",
    "1. Airplane! has deadpan nonsense and puns.",
]
FALSE = [
    "You might also like Heat.",
    "Alien is close to it.",
    "Dr. Strangelove is from 1965.",
    "Airplane! runs 97 minutes.",
    "2001: A Space Odyssey is 149 minutes long.",
    "Airplane! is a horror film.",
    "Airplane! stars Peter Sellers.",
    "Airplane! has Bill Murray.",
    "Dr. Strangelove is not a comedy.",
    "All three are comedies.",
    "Airplane! is the best comedy ever made.",
    "Dr. Strangelove won an Oscar.",
    "Airplane! is a heartwarming tale of love.",
    "These will keep you on the edge of your seat.",
    "Airplane! costs 4.99.",
    "Stanley Kubrick directed Airplane!",
    "It is the oldest and the greatest of them.",
]


@pytest.mark.parametrize("sentence", TRUE)
def test_a_covered_sentence_stays_as_it_is(index, cards, sentence):
    """Titles with dots, marks and numbers, decades, hours, exclusions, contrasts."""
    assert check(sentence, cards, index=index, said=["something funny about space"]) == Checked(sentence)


@pytest.mark.parametrize("sentence", FALSE)
def test_a_sentence_that_goes_beyond_the_evidence_is_dropped(index, cards, sentence):
    """Foreign titles, wrong numbers, values of another item, names, praise, opinion."""
    assert check(sentence, cards, index=index) == Checked("", (sentence,))


def test_only_the_false_sentence_goes(index, cards):
    """The rest of the reply, its lines and its marks stay."""
    good, last = (
        "Here are three films.\n\n- **Airplane!** (1980): a comedy. ",
        "- **2001: A Space Odyssey**: science fiction.",
    )
    text = f"{good}It won an award.\n- **Dr. Strangelove** (1964): a comedy from 1971.\n{last}"
    assert check(text, cards, index=index) == Checked(
        f"{good}\n{last}",
        ("It won an award.", "- **Dr. Strangelove** (1964): a comedy from 1971."),
    )


def test_a_pronoun_speaks_of_the_item_before(index, cards):
    """A pronoun after a title is held against that title's record."""
    good, bad = "Airplane! is a comedy. It runs 88 minutes.", "Airplane! is a comedy. It runs 95 minutes."
    assert check(good, cards, index=index).text == good
    assert check(bad, cards, index=index).text == "Airplane! is a comedy."


def test_liked_and_allowed_titles_may_be_named_and_are_held_to_their_records(index, cards):
    """A like is no candidate and may be spoken of, truthfully."""
    assert check("Airplane! is nothing like Alien.", cards, index=index).text == ""
    allowed = check("Unlike Alien, Airplane! is a comedy.", cards, index=index, allowed_titles=["Alien"])
    assert allowed.dropped == ()
    assert check("Alien is from 1980.", cards, index=index, allowed_titles=["Alien"]).text == ""


def test_titles_of_common_words_are_found_only_where_they_are_names(index):
    """Some titles are words too."""
    titles = Titles(films())

    def named(text):
        return [one.item_id for one in titles.find(text)]

    assert named("It is a slow film, and it is long.") == []
    assert named("There is heat in the house.") == []
    assert named("Try It, Heat or House.") == ["it", "heat", "house"]
    assert named("“It” is from 2017, **Heat** from 1995.") == ["it", "heat"]
    assert named("heat is a noun; a quiet girl is a child.") == []
    assert named("Heat rises.") == [] and named("Heat (1995) is long.") == ["heat"]
    assert [one.item_id for one in titles.find("Heat is long.", ours=frozenset({"heat"}))] == ["heat"]
    assert named("It says: “House of pain”, with “House” in it.") == ["house"]
    assert named("See Alien, Aliens and The Quiet Girl") == ["alien", "aliens", "quietgirl"]
    assert named("2001: A Space Odyssey and Dr. Strangelove.") == ["odyssey", "strangelove"]


def test_of_two_films_of_one_title_the_one_on_the_cards_is_meant():
    """Remakes share a title."""
    twins = [Item("old", "The Thing"), Item("new", "The Thing")]
    assert [one.item_id for one in Titles(twins).find("The Thing", ours=frozenset({"new"}))] == ["new"]


def test_a_title_that_the_evidence_uses_as_a_word_is_a_word(index, cards, registry):
    """A description may say "heat"; then so may the reply."""
    shown = drawn(index, registry, "house")
    assert check("Seven schoolgirls visit a haunted House.", shown, index=index).dropped == ()
    assert check("Seven schoolgirls visit Heat.", shown, index=index).text == ""


def test_values_are_found_in_every_spelling_they_are_given():
    """Plural and capital do not matter; a rating of one letter is no word; a translation counts."""
    values = Values(film_schema(), {("genres", "horror"): "恐怖"})
    assert [(facet, value) for facet, value, _ in values.find("Comedies by stanley kubrick, rated R, 恐怖")] == [
        ("genres", "comedy"),
        ("director", "Stanley Kubrick"),
        ("genres", "horror"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from the 1970s", [(1970.0, "s")]),
        ("12,430 items at $45.50", [(12430.0, ""), (45.5, "")]),
        ("the '90s, 117min, v2", [(90.0, "s")]),
        ("no numbers", []),
    ],
)
def test_numbers_are_read_as_they_are_written(text, expected):
    """Thousands, decimals and decades; digits inside a word are none."""
    assert [pair for pair in numbers(text) if pair[0] != 117.0] == expected


def test_sentences_are_cut_at_ends_and_not_inside_titles_or_abbreviations(index, cards):
    """The join of the sentences is the text."""
    text = "Try Dr. Strangelove. Airplane! is short. Or Airplane! The jet.\n1. One, e.g. this.\n2001: A Space Odyssey?"
    grounds = Grounds(index, cards)
    cut = sentences(text, grounds)
    assert "".join(cut) == text
    assert [one.strip() for one in cut] == [
        "Try Dr. Strangelove.",
        "Airplane! is short.",
        "Or Airplane!",
        "The jet.",
        "1. One, e.g. this.",
        "2001: A Space Odyssey?",
    ]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_stream_is_checked_sentence_by_sentence(index, registry, cards, size):
    """Whatever the pieces, the same sentences pass, and a sentence is out before the next is whole."""
    text = "Here are three films.\n\n- Dr. Strangelove is from 1964. It won an Oscar.\n- Airplane! runs 88 minutes."
    brief = Brief("explain", "exact", registry.voice("en", catalog="films"), cards=cards)
    pulled = []

    def pieces():
        for start in range(0, len(text), size):
            pulled.append(start)
            yield text[start : start + size]

    stream = checked(pieces(), brief, index)
    first = next(stream)
    assert first.startswith("Here are three films.") and (size > 1 or len(pulled) < len(text))
    assert first + "".join(stream) == text.replace("It won an Oscar.", "")


def test_a_title_that_is_still_coming_is_not_cut(registry):
    """A full stop inside a title waits for the rest of it."""
    shots = Item("shots", "Hot Shots! Part Deux", "A pilot returns.")
    shelf = index_of([shots, Item("part", "Part of It", "Something.")], Schema(), HashedEmbedder(32))
    brief = Brief("explain", "exact", registry.voice("en"), cards=drawn(shelf, registry, "shots"))
    text = "Here is Hot Shots! Part Deux. A pilot returns."
    assert "".join(checked(iter(text), brief, shelf)) == text


def test_the_composed_reply_passes_whole(index, registry, cards):
    """What is made of frames, cards and facts is covered by them."""
    for locale in ("en", "zh"):
        shown = drawn(index, registry, "strangelove", "airplane", "odyssey", locale=locale)
        voice = registry.voice(locale, catalog="films")
        facts = {"conditions": ["comedy"], "n": 3, "total": 12, "relaxed": ["under 80 minutes"]}
        for situation in ("exact", "relaxed", "surprise", "more", "few", "refined"):
            brief = Brief("explain", situation, voice, message="funny films", cards=shown, facts=facts)
            text = "".join(ComposedWriter().write(brief))
            passed = checked([text], brief, index, also=[text.split("\n")[0]])
            assert "".join(passed) == text, (locale, situation)


def test_a_cited_answer_may_say_what_its_passages_say(index, registry):
    """Numbers and words of the quoted sentences are covered; others are not."""
    answer = Answer("refund?", False, sentences=("Refunds arrive within 5 working days.",))
    brief = Brief("answer", "quoted", registry.voice("en"), message="when is my refund here?", answer=answer)
    assert "".join(checked(["Refunds arrive within 5 working days."], brief, index)) == answer.sentences[0]
    assert "".join(checked(["Refunds arrive within 9 working days."], brief, index)) == ""


def test_chinese_claims_are_checked_by_titles_numbers_values_and_praise(index, registry):
    """Without spaces between words the share of covered words is not counted, everything else is."""
    shown = drawn(index, registry, "airplane", "strangelove", locale="zh")
    brief = Brief("explain", "exact", registry.voice("zh", catalog="films"), cards=shown)

    def kept(text):
        return "".join(checked([text], brief, index))

    assert kept("《Airplane!》是1980年的喜剧片。") == "《Airplane!》是1980年的喜剧片。"
    assert kept("《Airplane!》不是恐怖片。") == "《Airplane!》不是恐怖片。"
    assert kept("《Airplane!》是1985年的。") == kept("《Airplane!》是恐怖片。") == kept("这是最好的杰作。") == ""
    assert kept("也可以看《Heat》。") == ""


def test_a_relaxed_condition_may_be_named_though_no_item_meets_it(index, registry, cards):
    """The frame says what was set aside."""
    brief = Brief(
        "explain",
        "relaxed",
        registry.voice("en", catalog="films"),
        cards=cards,
        message="a western under 80 minutes",
        facts={"relaxed": ["under 80 minutes"]},
        state=DialogueState(constraints=(Constraint("runtime", "<", 80.0),)),
    )
    text = "Nothing here is under 80 minutes."
    assert "".join(checked([text], brief, index)) == text


def test_odd_text_breaks_nothing(index, cards):
    """Empty, marks, markup and endless text."""
    for text in ("", "...", "🦖", "**", "1.", "<script>alert(1)</script>", "a" * 5000, "\n\n\n"):
        assert isinstance(check(text, cards, index=index).text, str)


def gear():
    """Three quilts: numbers with units, stock, flags (one silent), seasons, and a number without a unit."""
    rows = [
        ("skua", "Fenland Skua Light Quilt", "Fenland", 120, 3, 0.9, 4, 180, True, True, ("spring", "summer"), 3.2),
        (
            "heron",
            "Ridgeway Heron Trail Quilt",
            "Ridgeway",
            180,
            0,
            1.4,
            -6,
            195,
            False,
            None,
            ("spring", "autumn"),
            4.1,
        ),
        ("bittern", "Ridgeway Bittern Polar Quilt", "Ridgeway", 240, 12, 2.1, -20, 210, False, False, (), 5.6),
    ]
    told = {
        "skua": "A plain quilt for one night out. The hem never slips off the mat.",
        "heron": "Carries on through drizzle, and folds into its own pocket.",
        "bittern": "Thick chambers for two people who camp on ice, and no draughts.",
    }
    names = (
        "brand",
        "price",
        "stock",
        "weight_kg",
        "temperature_c",
        "reach_cm",
        "waterproof",
        "vegan",
        "season",
        "loft",
    )
    for id_, title, *cells in rows:
        yield Item(
            id_,
            title,
            told[id_],
            {name: _cell(one) for name, one in zip(names, cells, strict=True) if one not in (None, ())},
        )


def _cell(value):
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def gear_index():
    """The quilts, searchable."""
    items = tuple(gear())
    plain = [("brand", "category"), ("season", "multi"), ("waterproof", "flag"), ("vegan", "flag")]
    units = [("weight_kg", "kg"), ("temperature_c", "°C"), ("reach_cm", "cm"), ("loft", "")]
    facets = [facet(items, name, kind) for name, kind in plain]
    facets += [facet(items, name, "number", "attribute", unit) for name, unit in units]
    facets += [facet(items, "price", "number", "price", "EUR"), facet(items, "stock", "number", "stock")]
    return index_of(items, Schema(tuple(facets)), HashedEmbedder(64))


@pytest.fixture(scope="module")
def shelf():
    return gear_index()


@pytest.fixture(scope="module")
def quilts(shelf, registry):
    return drawn(shelf, registry, "skua", "heron", "bittern")


COMPARED = {
    "The Skua is lighter than the other two.": True,
    "The Heron is lighter than the others.": False,
    "The Skua is lighter than the Heron and cheaper than the Bittern.": True,
    "The Bittern is cheaper than the Heron.": False,
    "The Bittern is not as light as the Skua.": True,
    "The Skua is not as light as the Bittern.": False,
    "The Skua is the lightest, the Bittern the heaviest.": True,
    "The Skua is the lightest, the Heron the heaviest.": False,
    "The cheapest of these is the Skua.": True,
    "The cheapest of these is the Heron.": False,
    "The Heron is the second lightest of the three.": True,
    "The Bittern is the second lightest of the three.": False,
    "The Bittern has the highest loft of the three.": True,
    "The Skua has the highest loft of the three.": False,
    "No quilt here is lighter than the Skua.": True,
    "No quilt here is lighter than the Heron.": False,
    "The Skua is the lightest quilt ever made.": False,
    "The Skua is lighter than most.": False,
    "The Bittern is the warmest of the three.": True,
    "The Skua is the shorter one.": True,
    "The Bittern is the shorter one.": False,
    "The Skua is 500 grams lighter than the Heron.": True,
    "The Skua is 300 grams lighter than the Heron.": False,
    "The Skua costs €60 less than the Heron.": True,
    "The Skua costs €40 less than the Heron.": False,
    "The Bittern is longer than the Skua by 30 cm.": True,
    "The Bittern is longer than the Skua by 50 cm.": False,
    "The Bittern is 14 degrees colder than the Heron.": True,
}
AMOUNTS = {
    "The Skua weighs 900 grams.": True,
    "The Skua weighs 90 grams.": False,
    "The Bittern is 2.1 m long.": True,
    "The Bittern is 2.3 m long.": False,
    "The Heron weighs just under a kilo and a half.": True,
    "The Bittern weighs just under a kilo and a half.": False,
    "The Heron weighs about one and a half kilos.": True,
    "The Skua weighs less than a kilo.": True,
    "The Heron weighs less than a kilo.": False,
    "All three weigh under three kilos.": True,
    "All three weigh under two kilos.": False,
    "The Bittern is for -20 °C, the Heron for minus six degrees.": True,
    "The Bittern is for -30 °C.": False,
    "The Skua has a loft of 3.2.": True,
    "The Skua has a loft of 5.6.": False,
    "The Skua costs 120 euros, €30 under your limit.": True,
    "The Skua costs 120 euros, €50 under your limit.": False,
    "The Skua is for two seasons.": True,
    "The Skua is for four seasons.": False,
    "The Bittern has room for two people.": True,
    "The Bittern has room for five people.": False,
}
STOCKED = {
    "The Skua is in stock.": True,
    "The Heron is in stock.": False,
    "The Heron is sold out.": True,
    "The Bittern is sold out.": False,
    "The Heron is not in stock.": True,
    "The Skua is not available.": False,
    "Only three of the Skua are left.": True,
    "Only two of the Skua are left.": False,
    "Hurry: the Bittern is almost gone.": False,
    "All three can be sent tomorrow.": False,
}
FLAGGED = {
    "The Skua is waterproof and vegan.": True,
    "The Heron is waterproof.": False,
    "The Heron is not waterproof.": True,
    "The Skua isn't waterproof.": False,
    "The Heron is vegan.": False,
    "The Heron is not vegan.": False,
    "The Skua is the only one that keeps the rain out.": True,
    "The Heron is the only one that keeps the rain out.": False,
    "None of the three is waterproof.": False,
}
SHORTENED = {
    "The Skua is a Fenland quilt.": True,
    "The Heron is a Fenland quilt.": False,
    "The Fenland quilt weighs 0.9 kg.": True,
    "The Fenland quilt weighs 1.4 kg.": False,
    "The Bittern Polar costs €240.": True,
    "Both Ridgeway quilts are over a kilo.": True,
    "Both Ridgeway quilts are under two kilos.": False,
    "The Skua costs €120, the other two cost €180 and €240.": True,
    "The Heron costs €180, the other two cost €180 and €240.": False,
}
DENIED = {
    "The Skua is not for autumn.": True,
    "The Heron is not for autumn.": False,
    "The Bittern is not for autumn.": False,
    "The hem of the Skua never slips off the mat.": True,
    "The Heron never folds into its pocket.": False,
    "The Heron has no zip.": False,
    "The Bittern has no draughts.": True,
    "Our record does not give the season of the Bittern.": True,
    "Our record does not give the season of the Skua.": False,
}
VISITOR = {
    "You asked for a warm quilt under 150 euros.": True,
    "You asked for a warm quilt under 120 euros.": False,
    "You said that you camp on ice, so the Bittern comes first.": False,
    "As you mentioned, feathers are out.": True,
    "You wanted feathers.": False,
    "You told me that you sleep badly.": False,
    "Because you love the sea, the Skua comes first.": False,
    "The Skua is close to the warm quilt that you asked for.": True,
    "The Skua is close to the red quilt that you asked for.": False,
}
PRAISED = {
    "The Skua was voted quilt of the year.": False,
    "The Skua won a prize.": False,
    "Delivery of the Skua is free.": False,
}


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        pair
        for table in (COMPARED, AMOUNTS, STOCKED, FLAGGED, SHORTENED, DENIED, VISITOR, PRAISED)
        for pair in table.items()
    ],
)
def test_a_rule_tells_true_from_untrue(shelf, quilts, sentence, true):
    """Comparisons, amounts, stock, flags, short titles, denials, what the visitor said, praise and terms."""
    found = check(sentence, quilts, index=shelf, said=["a warm quilt under 150 euros, no feathers"])
    assert (found.text == sentence) is true


ROLES = {
    "Airplane! was directed by Jim Abrahams.": True,
    "Airplane! was directed by Leslie Nielsen.": False,
    "Leslie Nielsen stars in Airplane!": True,
    "Jim Abrahams stars in Airplane!": False,
    "Airplane! stars Nielsen.": True,
    "Airplane! was made by Leslie Nielsen.": False,
    "Kubrick directed Dr. Strangelove and 2001: A Space Odyssey.": True,
    "Kubrick directed all three.": False,
    "Dr. Strangelove came out four years before 2001: A Space Odyssey.": True,
    "Dr. Strangelove came out nine years before 2001: A Space Odyssey.": False,
    "2001: A Space Odyssey came out before Dr. Strangelove.": False,
    "Airplane! is from the early eighties.": True,
    "Airplane! is from the late eighties.": False,
    "Airplane! is 7 minutes shorter than Dr. Strangelove.": True,
    "2001: A Space Odyssey is longer than Airplane!": False,
    "Airplane! runs just under an hour and a half.": True,
    "Airplane! is out of stock.": False,
}


@pytest.mark.parametrize(("sentence", "true"), ROLES.items())
def test_people_and_times_of_films(index, cards, sentence, true):
    """Who did what stands in that facet; a silent record bears no comparison; without a stock there is no stock."""
    assert (check(sentence, cards, index=index).text == sentence) is true


def test_a_pronoun_and_the_others_are_who_was_named_before(shelf, quilts):
    """Short titles are remembered as whole ones are."""
    text = "The Skua is waterproof. It is the lightest. The other two are from Ridgeway."
    assert check(text, quilts, index=shelf).text == text
    wrong = "The Skua is waterproof. It is the heaviest. The other two are from Fenland."
    assert check(wrong, quilts, index=shelf).text == "The Skua is waterproof."


def test_what_the_reader_takes_for_a_comparison_the_check_judges(shelf, index):
    """The words of measure are the same in both; words of taste are praise."""
    taste = (
        "fresher",
        "fancier",
        "premium",
        "higher end",
        "solid",
        "hit",
        "hyped",
        "obvious",
        "unusual",
        "rated",
        "loved",
    )
    taste += ("watched", "ranked", "acclaimed", "reviewed", "selling", "beloved", "posher", "swankier", "upmarket")
    kinds = {"lower": (True, False), "higher": (False, False), "least": (True, True), "most": (False, True)}
    missing = []
    for one in (shelf, index):
        held = Grounds(one, ()).speech.degrees
        for name, speech in speeches(one.schema).items():
            for kind, (less, top) in kinds.items():
                for phrase in getattr(speech, kind):
                    found = held.at(words(phrase), 0)
                    if found is None or Degree(name, less, top) not in found.meant:
                        missing += [] if any(word in phrase for word in taste) else [(name, phrase)]
    assert missing == []


def test_chinese_superlatives_and_stock(shelf, registry):
    """Words without spaces between them are found too."""
    shown = drawn(shelf, registry, "skua", "heron", locale="zh")
    brief = Brief("explain", "exact", registry.voice("zh"), cards=shown)

    def kept(text):
        return "".join(checked([text], brief, shelf))

    for text in (
        "Fenland Skua Light Quilt最便宜。",
        "Ridgeway Heron Trail Quilt缺货。",
        "Fenland Skua Light Quilt有货。",
    ):
        assert kept(text) == text
    for text in (
        "Ridgeway Heron Trail Quilt最便宜。",
        "Fenland Skua Light Quilt缺货。",
        "Ridgeway Heron Trail Quilt有货。",
    ):
        assert kept(text) == ""


def test_no_sentence_breaks_a_rule(index, cards, shelf, quilts):
    """Words of every rule in any order, with marks and numbers between them."""
    lists = tomllib.loads((Path(lists_module.__file__).parent / "en.toml").read_text("utf-8"))
    odd = ["Skua", "Airplane!", "Kubrick", "The", ",", ".", "(", "-20", "°C", "€79", "1.5", "m²", "½", "9e9", "①", "最"]
    pool = [*leaves(lists), *odd, "9" * 400]
    dice = random.Random(4)
    for _ in range(100):
        text = " ".join(dice.choices(pool, k=dice.randrange(1, 14)))
        assert isinstance(check(text, cards, index=index, said=[text]).text, str)
        assert isinstance(check(text, quilts, index=shelf, said=["a quilt"]).text, str)


def leaves(held):
    """Every word of nested tables and lists."""
    if isinstance(held, dict):
        return [one for key, value in held.items() for one in (key, *leaves(value))]
    return [one for value in held for one in leaves(value)] if isinstance(held, list) else [str(held)]

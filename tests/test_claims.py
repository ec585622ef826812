"""The claim check drops what no record or evidence covers, and keeps what they do."""

from __future__ import annotations

import pytest

from bot import explaining
from bot.claims import Checked, check, checked
from bot.cutting import sentences
from bot.engines.write_composed import ComposedWriter
from bot.grounds import Grounds, numbers
from bot.naming import Titles, Values
from bot.types import Answer, Brief, Candidate, DialogueState, Intent, Ranked, Retrieved
from prompts import Registry
from tests.small_catalog import film_index, film_schema, films
from vectorstore.base import Constraint, Item


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
    from tests.small_catalog import index_of
    from vectorstore.base import Schema
    from vectorstore.embedders.scripted import HashedEmbedder

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

"""The composed writer: the frame, one line a card, quoted answers, facts from the record, all through the voice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engines.write_composed import ComposedWriter, pieces, source_of
from bot.types import Answer, Brief, Card, Citation
from prompts import Registry, Voice
from vectorstore.base import Item, Passage


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


@pytest.fixture
def voice(registry: Registry) -> Voice:
    return registry.voice("en", catalog="films")


def card(title: str, year: float | None = None, *reasons: str, unmet: tuple[str, ...] = ()) -> Card:
    """A card as explaining draws it."""
    facets = {} if year is None else {"year": year}
    return Card(Item(title.lower(), title, facets=facets), 0, 1.0, reasons=reasons, unmet=unmet)


def written(brief: Brief) -> str:
    """The whole reply."""
    return "".join(ComposedWriter().write(brief))


CARDS = (card("Aliens", 1986.0, "Science fiction, from 1986."), card("Heat", None, "Crime, 170 minutes long."))


def test_explain(voice: Voice) -> None:
    """The frame comes first, then each card's title in bold with its year and the reason that stands on it."""
    brief = Brief("explain", "similar", voice, cards=CARDS, facts={"titles": ["Alien"]})
    frame, lines = written(brief).split("\n\n")
    assert "Alien" in frame
    assert lines.split("\n") == [
        "- **Aliens** (1986): Science fiction, from 1986.",
        "- **Heat**: Crime, 170 minutes long.",
    ]


def test_explain_in_chinese(registry: Registry) -> None:
    """The frame follows the locale; titles and reasons stay as the cards have them."""
    brief = Brief(
        "explain",
        "ordered",
        registry.voice("zh", catalog="films"),
        cards=CARDS[:1],
        facts={"order": "从老到新", "leading": True},
    )
    assert written(brief) == "按从老到新排列，排在最前的是：\n\n- **《Aliens》**（1986）：Science fiction, from 1986."


def test_unmet_conditions_are_said(voice: Voice) -> None:
    """A near miss says in its line what it does not meet."""
    near = card("Heat", 1995.0, "Crime.", unmet=("Does not meet: under 100 minutes (it runs 170 minutes).",))
    text = written(Brief("explain", "relaxed", voice, cards=(near,), facts={"relaxed": ["under 100 minutes"]}))
    assert "“under 100 minutes”" in text.split("\n\n")[0]
    assert text.endswith("- **Heat** (1995): Crime. Does not meet: under 100 minutes (it runs 170 minutes).")


def test_titles_are_plain_data(voice: Voice) -> None:
    """Marks of Markdown and HTML in a title or a reason come out escaped."""
    evil = card("*batteries* <b>not</b> [included](x)", 1987.0, "With `code` and <i>tags</i>.")
    line = written(Brief("explain", "exact", voice, cards=(evil,))).split("\n\n")[1]
    assert line == (r"- **\*batteries\* \<b\>not\</b\> \[included\](x)** (1987): With \`code\` and \<i\>tags\</i\>.")


@pytest.mark.parametrize(
    ("situation", "cards", "facts", "start"),
    [
        ("near_title", CARDS, {"title": "Inception 2"}, ("“Inception 2” is not", "I do not have “Inception 2”")),
        ("near_title", (), {"title": "Inception 2"}, ("“Inception 2” is not in this catalogue, and nothing",)),
        ("near_title", CARDS, {}, ("Going by", "From your words", "I searched", "This is where")),
        ("seen_neighbours", CARDS, {}, ("Going by", "From your words", "I searched", "This is where")),
        ("absent_title", CARDS, {"title": "Zephyr"}, ("“Zephyr” is not in this catalogue, nor", "I do not have “Zep")),
        ("absent_title", (), {"title": "Zephyr"}, ("“Zephyr” is not in this catalogue, and nothing",)),
        ("exact", (), {}, ("No film here", "I find nothing")),
        ("exhausted", (), {"conditions": ["before 1990"]}, ("You have now seen everything that fits (before 1990)",)),
        (
            "unheard_of",
            CARDS,
            {"conditions": ["quiet"]},
            ("These fit", "Quiet:", "Here are 2 that meet", "For quiet"),
        ),
        ("few", CARDS, {"total": 2}, ("Only 2 films fit", "There are 2 films")),
        ("rejected_left_out", CARDS, {"left_out": ["Alien"]}, ("Left out from now on: Alien", "Alien will not")),
    ],
)
def test_frames(voice: Voice, situation: str, cards: tuple[Card, ...], facts: dict, start: tuple[str, ...]) -> None:
    """A frame fits its situation, and one that lacks its fact gives way to the general one."""
    assert written(Brief("explain", situation, voice, cards=cards, facts=facts)).startswith(start)


@pytest.mark.parametrize("situation", ["exact", "refined", "few"])
@pytest.mark.parametrize("item_id", ["a", "b", "c", "d", "e", "f", "g", "h"])
def test_a_frame_claims_only_the_conditions(voice: Voice, situation: str, item_id: str) -> None:
    """With words left over that no facet holds, the conditions are claimed and the rest is said to be open."""
    cards = (replace(CARDS[0], item=replace(CARDS[0].item, id=item_id)),)
    facts = {"conditions": ["romance"], "total": 1, "loose": True}
    first = written(Brief("explain", situation, voice, cards=cards, facts=facts)).split("\n")[0]
    assert "omance" in first and "descriptions" in first
    assert not any(claim in first for claim in ("what you asked", "every condition", "nearest", "closest", "on top"))


def test_few_names_every_condition_or_how_many(voice: Voice) -> None:
    """The one that leaves so few is among them; beyond six they are counted."""
    five, seven = [f"no {number}" for number in range(5)], [f"no {number}" for number in range(7)]
    said = written(Brief("explain", "few", voice, cards=CARDS, facts={"conditions": five, "total": 2}))
    assert all(one in said for one in five)
    said = written(Brief("explain", "few", voice, cards=CARDS, facts={"conditions": seven, "total": 2}))
    assert "all 7 of your conditions" in said and "no 0" not in said


def test_what_is_not_first_in_an_order_is_not_said_to_be(voice: Voice) -> None:
    """ "Here are the first" only where nothing that fits was left out."""
    facts = {"order": "newest first", "loose": True}
    out = written(Brief("explain", "ordered", voice, cards=CARDS, facts=facts))
    first = written(Brief("explain", "ordered", voice, cards=CARDS, facts={**facts, "leading": True}))
    assert "here are the first" not in out and "your words bring up" in out
    assert "your words bring up" not in first


FIRST, SECOND = "You can cancel until you press play.", "Refunds take 3 days."
SOURCES = Answer(
    question="cancel?",
    abstained=False,
    sentences=(FIRST, SECOND),
    citations=(Citation("a#1", "Cancel", "Cancel", "cancel", FIRST), Citation("b#1", "Refunds", "How long", "how", "")),
    passages=(Passage("b#1", "b", "Refunds", "How long", "how", f"Well. {SECOND}"),),
    topic="money",
)


def test_answers_are_quoted_with_their_sources(voice: Voice) -> None:
    """Each sentence carries the mark of the citation that holds it; money also offers a person."""
    assert [source_of(SOURCES, one) for one in SOURCES.sentences] == [1, 2]
    assert written(Brief("answer", "quoted", voice, answer=SOURCES)) == (
        "You can cancel until you press play. [1] Refunds take 3 days. [2]\n\n"
        "Since this is about money, I can also pass you to a person: just say so."
    )


@pytest.mark.parametrize(
    ("situation", "words"),
    [("abstain", "person"), ("again", "either"), ("no_help", "no help pages"), ("quoted", "person")],
)
def test_abstentions(voice: Voice, situation: str, words: str) -> None:
    """An abstention says in the first person what was not found, what was checked, and offers a person."""
    text = written(Brief("answer", situation, voice, answer=Answer("?", abstained=True, checked=("Refunds",))))
    assert words in text
    assert text.startswith("I ")
    assert situation == "no_help" or "Refunds" in text


def test_compare(voice: Voice) -> None:
    """Differences as lines, then what is shared, then what no record says."""
    facts = {
        "titles": ["Alien", "Aliens"],
        "differences": [
            {"label": "year", "values": [{"title": "Alien", "value": "1979"}, {"title": "Aliens", "value": "1986"}]}
        ],
        "shared": ["science fiction"],
        "unknown": [{"label": "age rating", "title": "Alien"}],
    }
    assert written(Brief("compare", "compare", voice, facts=facts)) == (
        "Alien and Aliens, by their records:\n\n- **Year**: 1979 (Alien); 1986 (Aliens)\n\n"
        "Both have in common: science fiction. Our record does not say the age rating of Alien."
    )
    assert written(Brief("compare", "needs_two", voice)).startswith("I need two films")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"facet": "director", "label": "director", "value": "Ridley Scott"}, "Alien was directed by Ridley Scott."),
        ({"facet": "director", "label": "director", "value": None}, "Our record does not say the director of Alien."),
        ({"facet": "colour", "label": "colour", "value": "red"}, "Colour of Alien: red."),
        ({"facet": "waterproof", "label": "waterproof", "value": False}, "No: Alien is not waterproof."),
    ],
)
def test_facts_about_an_item(voice: Voice, asked: dict, text: str) -> None:
    """A question about an item is answered from its record, or the record is said to be silent."""
    assert written(Brief("talk", "item", voice, facts={"title": "Alien", "asked": [asked]})) == text


@pytest.mark.parametrize(
    ("situation", "facts", "words"),
    [
        ("off_topic", {}, "help pages"),
        ("injection", {}, "instructions"),
        ("refusal_harm", {}, "emergency number"),
        ("self_harm", {}, "emergency number"),
        ("feedback_seen", {"titles": ["Alien"]}, "Noted: you have seen Alien"),
        ("why_not_seen", {"title": "Alien"}, "because you have seen it"),
        ("handover_opened", {"id": "H-1"}, "reference **H-1**"),
        ("too_long", {}, "4000 characters"),
        ("no_such_situation", {}, "I am not sure what you mean"),
        ("anything", {"text": "Ready *words*."}, "Ready *words*."),
        ("anything", {"lines": ["One.", "Two."]}, "One.\nTwo."),
    ],
)
def test_talk(voice: Voice, situation: str, facts: dict, words: str) -> None:
    """Each situation has its words; an unknown one asks what is meant."""
    assert words in written(Brief("talk", situation, voice, facts=facts))


def test_clarify(voice: Voice) -> None:
    """One question, ready made or by its facet."""
    assert written(Brief("clarify", "runtime", voice)) == "How much time do you have?"
    assert written(Brief("clarify", "heel", voice, facts={"label": "heel drop"})) == "What should the heel drop be?"
    assert written(Brief("clarify", "any", voice, facts={"question": "Old or new?"})) == "Old or new?"


@pytest.mark.parametrize(
    "text", ["", "one", "  a  b\n\nc d e f ", "按从老到新排列，这部电影 is first.", "**《Alien》**（1979）"]
)
def test_pieces_lose_nothing(text: str) -> None:
    """The join of the pieces is the text, spaces, lines and all, in small pieces."""
    assert "".join(pieces(text)) == text
    assert all(len(piece) < 40 for piece in pieces(text))


def test_a_reply_does_not_begin_as_the_one_before(voice: Voice) -> None:
    """Given the previous reply, another wording of the frame or of small talk is found."""
    for task, situation in (("explain", "exact"), ("explain", "more"), ("talk", "thanks"), ("talk", "off_topic")):
        first = written(Brief(task, situation, voice, cards=CARDS))
        second = written(Brief(task, situation, voice, cards=CARDS, before=first))
        assert first.split()[:2] != second.split()[:2]


@pytest.mark.parametrize("style", ["plain", "terse", "warm", "playful"])
def test_help_is_quoted_verbatim_in_every_style(registry: Registry, style: str) -> None:
    """A style changes what stands around the quoted sentences, never them."""
    text = written(Brief("answer", "unsure", registry.voice("en", style), answer=SOURCES))
    assert f"{FIRST} [1] {SECOND} [2]" in text

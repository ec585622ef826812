"""Acts: which of them a message performs, in which order, and what each leaves behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import types
from bot.acts import plan
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.recommending import CARDS
from tests.films import after, assistant, cards, chips, names, only, said, shelf, text
from vectorstore.base import Constraint

ACTS = types.Act.__args__
SEARCHES = {"recommend", "refine", "feedback"}


@pytest.fixture
def bot(tmp_path):
    """The films with a database of its own."""
    return assistant(tmp_path)


def scripted(folder, **intents):
    """An assistant that understands these messages as told."""
    engine = ScriptedUnderstander(intents)
    return assistant(folder, understander=engine, fallback=engine)


@pytest.mark.parametrize(
    ("acts", "performed"),
    [
        ((), "recommend"),
        (("recommend", "support"), "recommend support"),
        (("support", "recommend"), "support recommend"),
        (("feedback", "recommend", "refine"), "feedback"),
        (("smalltalk",), "smalltalk"),
        (("smalltalk", "recommend"), "recommend"),
        (("smalltalk", "support", "handover"), "support handover"),
        (("compare", "compare"), "compare"),
    ],
)
def test_the_plan(acts, performed):
    """Acts keep their order, one search is enough, and small talk stands only alone."""
    assert " ".join(plan(types.Intent(acts=acts))) == performed


@given(acts=st.lists(st.sampled_from(ACTS), max_size=6))
def test_every_plan_does_something_once(acts):
    """Whatever the acts, at least one is performed, none twice, at most one search, and nothing that was not asked."""
    done = plan(types.Intent(acts=tuple(acts)))
    assert done and len(set(done)) == len(done)
    assert sum(act in SEARCHES for act in done) <= 1
    assert set(done) <= set(acts or ["recommend"])
    assert "smalltalk" not in done or set(acts) == {"smalltalk"}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_ends_with_words_and_a_way_on(tmp_path, act):
    """Alone and with nothing else understood, every act says something, and offers something to say next."""
    bot = scripted(tmp_path, it=types.Intent(acts=(act,)))
    events = said(bot, bot.open().id, "it")
    assert text(events).strip()
    assert 3 <= len(chips(events)) <= 5
    assert names(events)[-1] == "done" and "notice" not in names(events)


def test_recommending(bot):
    """Three different films that meet the condition, each with a reason, ranked from 0, with features."""
    events = said(bot, bot.open().id, "a western")
    found = cards(events)
    assert [card.rank for card in found] == [0, 1, 2]
    assert len({card.item.id for card in found}) == CARDS
    assert all("western" in card.item.facets["genres"] and card.reasons and card.features for card in found)
    assert all(card.item.title in text(events) for card in found)
    (shown,) = only(events, types.Recommended)
    westerns = [item for item in shelf().items.items.values() if "western" in item.facets["genres"]]
    assert shown.total == len(westerns)


def test_progress_has_real_numbers(bot):
    """The step that is named says how many there are, how many match, and how many are compared."""
    (step,) = only(said(bot, bot.open().id, "a western"), types.Progress)
    total = sum("western" in item.facets["genres"] for item in shelf().items.items.values())
    assert f"{len(shelf().items.ids)} films" in step.text and f"{total} match" in step.text


def test_something_else_never_repeats(bot):
    """ "Something else" shows what was not shown; when the exact matches are used up, cards say what they miss."""
    session = bot.open().id
    first = said(bot, session, "a western from the 1950s")
    exact, shown = only(first, types.Recommended)[0].total, [*cards(first)]
    for _ in range(4):
        found = cards(said(bot, session, "something else"))
        assert found
        shown += found
    ids = [card.item.id for card in shown]
    assert len(set(ids)) == len(ids)
    assert [bool(card.unmet) for card in shown] == [place >= exact for place in range(len(shown))]


def test_a_refinement_keeps_what_still_fits(tmp_path):
    """What was shown may be shown again when it meets the new condition too."""
    bot = assistant(tmp_path)
    session = bot.open().id
    first = cards(said(bot, session, "a western"))
    limit = max(card.item.facets["runtime"] for card in first)
    again = cards(said(bot, session, f"at most {limit:.0f} minutes"))
    assert {card.item.id for card in again} & {card.item.id for card in first}


def test_a_rejected_film_never_comes_back(bot):
    """Pressed away, it stays away: through critiques, "something else", "start over" and "surprise me"."""
    session = bot.open().id
    gone = cards(said(bot, session, "a western"))[0].item
    bot.feedback(session, "dislike", item_id=gone.id)
    for message in ("a western", "older", "something else", "start over", "surprise me", "a western", "newer"):
        assert gone.id not in [card.item.id for card in cards(said(bot, session, message))]
    assert bot.open(session).state.rejected == (gone.id,)


def test_a_missing_title_is_never_another_film(bot):
    """What is offered instead is said to be something else; nothing counts as liked."""
    events = said(bot, bot.open().id, "do you have Inception 2?")
    assert "Inception 2" in text(events) and cards(events)
    assert after(events).likes == ()


def test_facts_come_from_the_record(bot):
    """The director is the record's, "it" is the film in question, and no card is shown for a fact."""
    session = bot.open().id
    events = said(bot, session, "who directed Alien?")
    assert "Ridley Scott" in text(events) and not cards(events)
    assert "1979" in text(said(bot, session, "when was it made?"))


def test_telling_about_a_film_shows_its_card(bot):
    """One card of that film, unranked, and from then on "it" means the film."""
    session = bot.open().id
    events = said(bot, session, "tell me about Jaws")
    assert [card.item.title for card in cards(events)] == ["Jaws"]
    assert bot.open(session).state.focus == cards(events)[0].item.id
    assert "Steven Spielberg" in text(said(bot, session, "who directed it?"))


def test_asking_without_a_film_asks_back(bot):
    """ "Who directed it?" after three cards asks which one, and each title is a chip that answers."""
    session = bot.open().id
    found = cards(said(bot, session, "a western"))
    events = said(bot, session, "who directed it?")
    assert [chip.text for chip in chips(events)] == [card.item.title for card in found]
    answer = said(bot, session, chips(events)[1].text)
    assert found[1].item.title in text(answer)
    assert bot.open(session).state.focus == found[1].item.id


def test_a_comparison_names_only_what_differs(bot):
    """Two named films: both titles, their years, and what they share."""
    events = said(bot, bot.open().id, "compare Jaws and Alien")
    assert all(word in text(events) for word in ("Jaws", "Alien", "1975", "1979"))
    assert not cards(events)
    lines = text(events).splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("- "))
    assert lines[1] == lines[last + 1] == "" and lines[last + 2]  # else the last item would swallow what follows


def test_a_comparison_needs_two(tmp_path):
    """With nothing on the table and one film named, it asks for another."""
    one = types.Intent(acts=("compare",), mentions=(types.Mention("Jaws", "jaws-1975"),))
    bot = scripted(tmp_path, compare=one)
    assert "Jaws" in text(said(bot, bot.open().id, "compare"))


@pytest.mark.parametrize(
    ("before", "asked", "expected"),
    [
        ("a western", "why not Jaws?", "western"),
        ("a film before 1950", "why not Jaws?", "1975"),
        ("a horror film before 1990 under 200 minutes", "why not Inception 2?", "Inception 2"),
    ],
)
def test_why_not(bot, before, asked, expected):
    """Why a film is not on the list: the condition that it fails and what its record says, or that it is not here."""
    session = bot.open().id
    said(bot, session, before)
    assert expected in text(said(bot, session, asked))


def test_why_not_what_was_pressed_away(bot):
    """A film that the visitor rejected is missing because of that."""
    session = bot.open().id
    gone = cards(said(bot, session, "a western"))[0].item
    bot.feedback(session, "dislike", item_id=gone.id)
    assert gone.title in text(said(bot, session, f"why not {gone.title}?"))


def test_why_not_says_the_place(tmp_path):
    """A film that meets everything but came later is told its place among all candidates."""
    conditions = (Constraint("genres", "is", "western"),)
    bot = scripted(
        tmp_path,
        find=types.Intent(acts=("recommend",), constraints=conditions),
        why=types.Intent(acts=("why_not",), mentions=(types.Mention("it", "unforgiven-1992"),)),
    )
    session = bot.open().id
    shown = {card.item.id for card in cards(said(bot, session, "find"))}
    assert "unforgiven-1992" not in shown
    assert "Unforgiven" in text(said(bot, session, "why"))


def test_abstentions_are_counted(bot):
    """The second unanswered question in a row offers more than the first, an answer begins anew."""
    session = bot.open().id
    lost = "how do I change the colour of the delivery van?"
    first, second = said(bot, session, lost), said(bot, session, lost)
    assert bot.open(session).state.abstained == 2
    assert text(first) != text(second)
    assert "Talk to a person" in [chip.text for chip in chips(second)]
    said(bot, session, "how do I cancel my rental?")
    assert bot.open(session).state.abstained == 0


def test_a_service_question_keeps_the_wishes(bot):
    """The state of the search is the same after an answer, and a chip leads back."""
    session = bot.open().id
    before = after(said(bot, session, "a French film before 1970"))
    events = said(bot, session, "how do I cancel my rental?")
    assert after(events).constraints == before.constraints
    assert [chip.kind for chip in chips(events)][-1] == "back"
    back = said(bot, session, chips(events)[-1].text)
    assert after(back).constraints == before.constraints and cards(back)


def test_a_person_takes_over(bot):
    """The record has the goal, the conditions, what was shown, the open question; a second call is the same."""
    session = bot.open().id
    found = cards(said(bot, session, "a quiet French film before 1970"))
    bot.feedback(session, "like", item_id=found[0].item.id)
    bot.feedback(session, "dislike", item_id=found[1].item.id)
    events = said(bot, session, "I was charged twice and I want a human")
    (handed,) = only(events, types.HandedOver)
    lines = handed.summary.split("\n")
    assert "quiet French film before 1970" in lines[0]
    assert any("before 1970" in line for line in lines[1:])
    for film in found:
        assert film.item.title in handed.summary
    assert "I was charged twice and I want a human" in lines[-1]
    assert handed.id in text(events) and handed.status == "open"
    (again,) = only(said(bot, session, "let me talk to a person"), types.HandedOver)
    assert again.id == handed.id == bot.open(session).state.handed_over

"""Chips: each is understood when it comes back as a message, and leads where it says."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace

import pytest

from bot import types
from bot.starting import examples
from bot.suggesting import FEWEST, MOST
from tests.films import after, assistant, cards, chips, codes, only, said, shelf, text

CONVERSATIONS = [
    ["something like Alien but funnier, after 1990"],
    ["no Tom Cruise, and nothing over two hours", "make it older"],
    ["a western", "the second one looks good but I've seen it"],
    ["a thriller from the 1990s", "what's the difference between the first two?"],
    ["a thriller from the 1990s", "who directed it?"],
    ["a French film before 1970, under 100 minutes", "how do I cancel my rental?"],
    ["do you have Inception 2?"],
    ["I was charged twice and I want a human"],
    ["surprise me"],
    ["surprise me", "No preference"],
    ["a Japanese western from the 1920s under 60 minutes"],
    ["a comedy under 60 minutes"],
    ["a horror film before 1920"],
    ["no dramas, no comedies, from France before 1930"],
    ["a quiet film for tonight, and can I watch it on two screens?"],
    [""],
    ["what is the capital of Peru"],
    ["推荐一部九十年代的喜剧片"],
    ["一部日本的西部片，六十分钟以内"],
    ["西部片，日本的，六十分钟以内"],
    ["怎么取消订单？"],
    ["the oldest films"],
    ["something with Tom Hanks", "something else"],
    ["I loved Amelie and Spirited Away"],
    ["tell me about Jaws"],
    ["why not Titanic?"],
    ["compare Jaws and Alien"],
    ["a horror film", "something else", "older"],
    ["how do I change the colour of the delivery van?"],
    ["hello"],
    ["a comedy", "start over"],
]
SPOKEN = {  # chips that lead to words, by the act that their words are understood as
    "That helped": "smalltalk",
    "What can you do?": "smalltalk",
    "Get more help": "handover",
    "Talk to a person": "handover",
    "解决了": "smalltalk",
    "你能做什么？": "smalltalk",
    "还需要帮助": "handover",
    "转人工": "handover",
}


@pytest.fixture
def bot(tmp_path):
    """The films with a database of its own."""
    return assistant(tmp_path)


def forked(bot, folder, session):
    """Another assistant whose visitor has said the same: what it hears next is unknown to the first."""
    folder.mkdir(exist_ok=True)
    (folder / "memory.db").unlink(missing_ok=True)
    source, target = sqlite3.connect(folder.parent / "memory.db"), sqlite3.connect(folder / "memory.db")
    source.backup(target)
    source.close()
    target.close()
    return assistant(folder)


def led(chip, before, reply):
    """What is wrong with where a chip led, empty when nothing is."""
    (understood,) = only(reply, types.Understood)
    if chip.text in SPOKEN:
        return "" if SPOKEN[chip.text] in understood.intent.acts and text(reply) else "not understood"
    if "ask_item" in understood.intent.acts:
        return "" if chip.text in text(reply) else "says nothing of the title"
    if not cards(reply):
        return "no cards"
    (found,) = only(reply, types.Recommended)
    if chip.count is not None and found.total != chip.count:
        return f"{found.total} items"
    if any(card.unmet for card in cards(reply)):
        return "near misses"
    fresh = understood.intent.more or understood.intent.surprise
    return "shown before" if fresh and {card.item.id for card in cards(reply)} & set(before.shown) else ""


@pytest.mark.parametrize("messages", CONVERSATIONS, ids=" / ".join)
def test_every_chip_leads_where_it_says(bot, tmp_path, messages):
    """After each conversation: three to five chips, all different; pressed, each leads to as many items as it says."""
    session = bot.open().id
    for message in messages:
        events = said(bot, session, message)
    offered, before = chips(events), bot.open(session).state
    assert FEWEST <= len(offered) <= MOST
    assert len({chip.text.casefold() for chip in offered}) == len(offered)
    assert all(chip.count is None or chip.count > 0 for chip in offered)
    wrong = {}
    for chip in offered:
        copy = forked(bot, tmp_path / "fork", session)
        if fault := led(chip, before, said(copy, session, chip.text)):
            wrong[chip.text, chip.count] = fault
        copy.memory.close()
    assert not wrong


@pytest.mark.parametrize("seed", range(5))
def test_a_visitor_who_only_presses_is_never_stuck(bot, seed):
    """Eight chips in a row, whichever: every reply has words and chips, no question stands without cards."""
    session, choose = bot.open().id, random.Random(seed)
    events = said(bot, session, "surprise me")
    asked = []
    for _ in range(8):
        usable = [chip for chip in chips(events) if SPOKEN.get(chip.text) != "handover"]
        chip = choose.choice(usable)
        events = said(bot, session, chip.text)
        assert text(events) and FEWEST <= len(chips(events)) <= MOST, chip
        assert "failed" not in codes(events)
        questions = only(events, types.Clarified)
        assert cards(events) or not questions
        asked += [question.facet for question in questions]
    assert len(asked) == len(set(asked))


def test_a_question_is_asked_once(bot):
    """Who has no preference is asked about something else, or nothing."""
    session = bot.open().id
    facets = []
    for message in ("surprise me", "No preference", "surprise me", "No preference", "surprise me"):
        events = said(bot, session, message)
        facets += [question.facet for question in only(events, types.Clarified)]
        assert cards(events)
    assert facets and len(facets) == len(set(facets))


def test_no_question_about_what_was_said(bot):
    """The genre is known: a surprise within it asks about something else."""
    session = bot.open().id
    said(bot, session, "a comedy")
    (question,) = only(said(bot, session, "surprise me"), types.Clarified)
    assert question.facet != "genres"


def test_a_question_has_answers_and_a_way_past_it(bot):
    """Two answers or more, and "no preference", as chips."""
    offered = chips(said(bot, bot.open().id, "surprise me"))
    assert [chip.kind for chip in offered].count("question") >= 3
    assert "No preference" in [chip.text for chip in offered]


def test_a_narrow_request_is_not_questioned(bot):
    """A condition, a wish, a like or an order is enough to go on with."""
    for message in ("a comedy", "something quiet", "films like Alien", "the oldest films"):
        assert not only(said(bot, bot.open().id, message), types.Clarified)


def test_rules_count(tmp_path):
    """What an operator hides is not counted in a chip."""
    hidden = types.Rule("hide", item_id="jaws-1975")
    plain, ruled = assistant(tmp_path), assistant(tmp_path, rules=(hidden,))
    counts = [
        next(chip.count for chip in chips(said(bot, bot.open().id, "surprise me")) if chip.text == "No preference")
        for bot in (plain, ruled)
    ]
    assert counts[0] - counts[1] == 1


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_examples_work(bot, locale):
    """Every example of an empty conversation leads to three cards that miss nothing."""
    found = examples(shelf(), bot.voice(locale, "films"))
    assert FEWEST <= len(found) <= MOST
    for message in found:
        events = said(bot, bot.open().id, message)
        assert len(cards(events)) == 3 and not any(card.unmet for card in cards(events)), message
        assert after(events).language == locale


def test_chips_speak_the_visitors_language(bot):
    """After a Chinese message every chip is Chinese."""
    offered = chips(said(bot, bot.open().id, "推荐一部九十年代的喜剧片"))
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in chip.text) for chip in offered)


def test_a_state_of_another_catalogue_does_no_harm(bot):
    """A condition on a facet that the catalogue has lost is ignored, and chips still lead somewhere."""
    session = bot.open().id
    said(bot, session, "a comedy")
    state = bot.open(session).state
    lost = types.DialogueState(constraints=(*state.constraints, replace(state.constraints[0], facet="colour")))
    bot.memory.save_state(session, lost)
    events = said(bot, session, "something shorter")
    assert cards(events) and len(chips(events)) >= FEWEST

"""The assistant: the order of a turn, what is kept and when, stopping, pressing meanwhile, parallel visitors."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from bot import types
from bot.assistant import Assistant
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.errors import InvalidRequest, TooBusy, UnknownCatalog, UnknownSession
from bot.memory import open_memory
from prompts import Registry
from tests.films import Broken, after, assistant, cards, codes, names, only, said, shelf, text
from vectorstore.base import Constraint

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bot(tmp_path):
    """The films with a database of its own."""
    return assistant(tmp_path)


def kept(folder, columns="message, reply, status"):
    """The turns as another program reads them from the database file, oldest first."""
    with sqlite3.connect(f"file:{folder / 'memory.db'}?mode=ro", uri=True) as database:
        return database.execute(f"SELECT {columns} FROM turns ORDER BY created, number").fetchall()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("a quiet film", "understood state progress recommended delta suggested done"),
        ("surprise me", "understood state progress recommended delta clarified suggested done"),
        ("how do I cancel my rental?", "understood state answered delta suggested done"),
        ("hello", "understood state delta suggested done"),
        ("let me talk to a person", "understood state handed_over delta suggested done"),
        ("推荐一部九十年代的喜剧片", "understood state notice progress recommended delta suggested done"),
    ],
)
def test_the_order_of_a_turn(bot, message, expected):
    """What was understood comes first, cards before words, chips after them, and `done` is the last event."""
    assert " ".join(names(said(bot, bot.open().id, message))) == expected


def test_two_acts_add_their_events_in_their_order(bot):
    """A request and a question give cards and their words, then sources and their words, apart by a blank line."""
    events = said(bot, bot.open().id, "a quiet film for tonight, and can I watch it on two screens?")
    order = "understood state progress recommended delta answered delta suggested done"
    assert " ".join(names(events)) == order
    assert "\n\n" in text(events)
    assert len(cards(events)) == 3 and only(events, types.Answered)[0].citations


def test_the_message_is_durable_before_the_first_event(bot, tmp_path):
    """Another program finds the message in the database as soon as the first event is there."""
    stream = bot.reply(bot.open().id, "a quiet film")
    assert next(stream).name == "understood"
    assert kept(tmp_path) == [("a quiet film", "", "running")]
    stream.close()


def test_the_turn_is_durable_before_done(bot, tmp_path):
    """When `done` arrives, the whole reply, its state and every shown item with rank and features are kept."""
    session = bot.open().id
    events = []
    for event in bot.reply(session, "a quiet film"):
        events.append(event)
        if event.name == "done":
            assert kept(tmp_path) == [("a quiet film", text(events), "done")]
            shown = bot.memory.export(session)["shown"]
    assert [(row["rank"], row["item_id"]) for row in shown] == [(c.rank, c.item.id) for c in cards(events)]
    assert all(row["features"] for row in shown)
    assert bot.open(session).state.last_shown == tuple(card.item.id for card in cards(events))
    done = events[-1]
    assert done.prompts and not done.stopped
    assert done.timings["understood"] <= done.timings["recommended"] <= done.timings["total"]


def test_stopping_keeps_what_was_said(bot, tmp_path):
    """Half-way through the words, `cancel` ends the reply; what was said is kept and marked, and the cards count."""
    session, stop, events = bot.open().id, threading.Event(), []
    for event in bot.reply(session, "a quiet film", cancel=stop):
        events.append(event)
        if len(only(events, types.Delta)) == 3:
            stop.set()
    assert events[-1].name == "done" and events[-1].stopped
    assert len(only(events, types.Delta)) == 3
    assert kept(tmp_path) == [("a quiet film", text(events), "stopped")]
    assert bot.open(session).state.shown == tuple(card.item.id for card in cards(events))
    assert names(said(bot, session, "something else"))[-1] == "done"


@pytest.mark.parametrize("after_event", ["understood", "recommended", "delta"])
def test_closing_the_iterator_is_stopping(bot, tmp_path, after_event):
    """A reader that leaves, at whatever event, leaves a turn that is kept, marked, and in nobody's way."""
    session, events = bot.open().id, []
    stream = bot.reply(session, "a quiet film")
    for event in stream:
        events.append(event)
        if event.name == after_event:
            break
    stream.close()
    assert kept(tmp_path) == [("a quiet film", text(events), "stopped")]
    assert names(said(bot, session, "hello"))[-1] == "done"


def test_what_fails_is_a_notice_and_the_message_is_kept(tmp_path):
    """An embedder that dies in the middle of a turn: a notice, no trace, the message kept, the session free."""
    bot = assistant(tmp_path, embedder=Broken())
    session = bot.open().id
    events = said(bot, session, "a quiet film")
    assert codes(events) == ["failed"]
    assert only(events, types.Notice)[0].message.startswith("Something failed")
    assert events[-1].name == "done" and not events[-1].stopped
    assert kept(tmp_path) == [("a quiet film", "", "failed")]
    assert text(said(bot, session, "hello"))


def test_a_mistake_of_ours_is_raised_and_the_message_is_kept(tmp_path, monkeypatch):
    """An error that nobody foresaw reaches the caller, who logs it; the turn is marked and the session free."""
    bot = assistant(tmp_path)
    session = bot.open().id
    with monkeypatch.context() as patched:
        patched.setattr("bot.acts.plan", lambda intent, items: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            said(bot, session, "a quiet film")
    assert kept(tmp_path) == [("a quiet film", "", "failed")]
    assert names(said(bot, session, "hello"))[-1] == "done"


@pytest.mark.parametrize(("kind", "field"), [("like", "likes"), ("dislike", "rejected"), ("seen", "seen")])
@pytest.mark.parametrize("when", ["recommended", "delta", "suggested"])
def test_a_press_during_a_reply_counts(bot, kind, field, when):
    """A card can be pressed as soon as it stands there, and the press outlives the end of the turn."""
    session, pressed = bot.open().id, ""
    for event in bot.reply(session, "a quiet film"):
        if event.name == "recommended":
            first = event.cards[0].item.id
        if event.name == when and not pressed:
            pressed = first
            changed = bot.feedback(session, kind, item_id=pressed)
            assert pressed in getattr(changed.state, field)
    assert getattr(bot.open(session).state, field) == (pressed,)
    assert [row["kind"] for row in bot.memory.export(session)["feedback"]] == [kind]


def test_an_undo_during_a_reply_counts(bot):
    """Likes of earlier turns can be taken back while the next reply is written."""
    session = bot.open().id
    first = cards(said(bot, session, "a quiet film"))[0].item.id
    bot.feedback(session, "like", item_id=first)
    for event in bot.reply(session, "something shorter"):
        if event.name == "delta":
            bot.feedback(session, "undo", item_id=first)
    assert bot.open(session).state.likes == ()


def test_a_chip_removed_during_a_reply_stays_removed(bot):
    """A condition that the visitor takes off while the reply is written is gone after it; the other one stays."""
    session = bot.open().id
    for event in bot.reply(session, "a French film before 1970"):
        if event.name == "state":
            (year,) = (chip.key for chip in event.chips if chip.key.startswith("constraint:year"))
        if event.name == "recommended":
            bot.edit(session, remove=(year,))
    assert [one.facet for one in bot.open(session).state.constraints] == ["country"]


def test_one_message_at_a_time_in_a_session(bot):
    """A second message during a reply is refused with when to come back; another session is answered."""
    session, other = bot.open().id, bot.open().id
    stream = bot.reply(session, "a quiet film")
    next(stream)
    with pytest.raises(TooBusy) as refused:
        said(bot, session, "a loud film")
    assert refused.value.retry_after > 0 and refused.value.hint
    assert names(said(bot, other, "hello"))[-1] == "done"
    rest = list(stream)
    assert rest[-1].name == "done"
    assert [turn.message for turn in bot.memory.turns(session)] == ["a quiet film"]
    assert names(said(bot, session, "a loud film"))[-1] == "done"


def test_no_turn_is_lost_between_impatient_senders(tmp_path):
    """Three threads send two wishes each into one session, again when refused: all six are in the state."""
    wishes = [f"wish{number}" for number in range(6)]
    script = {wish: types.Intent(acts=("smalltalk",), topic="hello", wishes=(wish,)) for wish in wishes}
    engine = ScriptedUnderstander(script)
    bot = assistant(tmp_path, understander=engine, fallback=engine)
    session = bot.open().id

    def send(wish):
        while True:
            try:
                return said(bot, session, wish)
            except TooBusy:
                time.sleep(0.001)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(send, wishes))
    assert sorted(bot.open(session).state.wishes) == wishes
    assert len(bot.memory.turns(session)) == 6


def test_visitors_in_parallel_never_mix(bot):
    """Six visitors talk at once, each about a genre of their own: every card, chip and memory is their own."""

    def talk(genre):
        session = bot.open().id
        events = [said(bot, session, message) for message in (f"a {genre} film", "something else", "older")]
        return genre, session, events

    genres = ("horror", "comedy", "western", "musical", "war", "romance")
    with ThreadPoolExecutor(6) as pool:
        talks = list(pool.map(talk, genres))
    for genre, session, turns in talks:
        for events in turns:
            assert {one.value for one in after(events).constraints if one.facet == "genres"} == {genre}
            assert all(genre in card.item.facets["genres"] for card in cards(events))
            assert events[-1].session_id == session
        shown = {card.item.id for events in turns for card in cards(events)}
        assert set(bot.open(session).state.shown) == shown
        assert bot.memory.turns(session)[0].message == f"a {genre} film"


@bounds(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.booleans(), min_size=10, max_size=60))
def test_interleaved_replies_never_mix(bot, order):
    """However two replies are drawn from in turns, each is what it would have been alone."""
    messages = ("a horror film", "a musical")
    sessions = [bot.open().id for _ in messages]
    streams = [bot.reply(session, message) for session, message in zip(sessions, messages, strict=True)]
    heard = ([], [])
    for which in order:
        heard[which].extend([event] if (event := next(streams[which], None)) else [])
    for which in (False, True):
        heard[which].extend(streams[which])
        alone = said(bot, bot.open().id, messages[which])
        assert names(heard[which]) == names(alone)
        assert text(heard[which]) == text(alone)
        assert [c.item.id for c in cards(heard[which])] == [c.item.id for c in cards(alone)]
        assert heard[which][-1].session_id == sessions[which]
        assert heard[which][-1].prompts == alone[-1].prompts


def test_a_killed_process_loses_no_message(tmp_path):
    """Killed in the middle of its second reply: the first is whole, the second message is there, its turn marked."""
    talker = subprocess.Popen(
        [sys.executable, "-m", "tests.slow_talker", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        session, first = (talker.stdout.readline().rstrip("\n") for _ in range(2))
        assert talker.stdout.readline() == "speaking\n"
        talker.send_signal(signal.SIGKILL)
        assert talker.wait(timeout=10) == -signal.SIGKILL
    finally:
        talker.kill()
        talker.stdout.close()
    memory = open_memory(f"sqlite:///{tmp_path / 'memory.db'}")
    one, two = memory.turns(session)
    assert (one.message, one.reply, one.status) == ("a first message", first, "done")
    assert (two.message, two.status) == ("a second message", "cut")
    assert memory.open_session(session, catalog="films").state.wishes == ("first",)
    assert [message.text for message in memory.history(session)] == ["a first message", first, "a second message"]


def test_erasing_during_a_reply(bot):
    """Who erases everything while a reply is written gets its end, and nothing is left."""
    session = bot.open().id
    for event in bot.reply(session, "a quiet film"):
        if event.name == "recommended":
            bot.memory.erase(session)
    assert event.name == "done"
    with pytest.raises(UnknownSession):
        bot.open(session)


def test_a_long_message_is_read_to_its_bound(tmp_path):
    """What is beyond the bound is neither kept nor read, and that is said."""
    bot = assistant(tmp_path, max_message=40)
    session = bot.open().id
    events = said(bot, session, "a quiet film before 1960, and then " + "no horror " * 2000)
    assert codes(events) == ["truncated_message"]
    assert len(cards(events)) == 3
    assert [turn.message for turn in bot.memory.turns(session)] == ["a quiet film before 1960, and then no ho"]


@pytest.mark.parametrize("message", [None, 7, b"bytes", "a\x00b"])
def test_what_is_no_text_is_refused(bot, message):
    """It is refused before anything is kept."""
    session = bot.open().id
    with pytest.raises(InvalidRequest):
        said(bot, session, message)
    assert bot.memory.turns(session) == ()


def test_what_is_not_there_is_refused(bot):
    """Unknown catalogues and sessions are errors that name what there is or what to do."""
    with pytest.raises(UnknownCatalog) as unknown:
        bot.open(catalog="books")
    assert "films" in unknown.value.hint
    for refused in (bot.open, bot.profile):
        with pytest.raises(UnknownSession):
            refused("no-such-session")
    with pytest.raises(UnknownSession):
        said(bot, "no-such-session", "hello")
    with pytest.raises(InvalidRequest):
        bot.feedback(bot.open().id, "like", item_id="alien-1979")


def test_a_press_on_somebody_elses_card_is_refused(bot):
    """What another visitor was shown cannot be pressed, and nothing of the press is kept."""
    mine, theirs = bot.open().id, bot.open().id
    item = cards(said(bot, theirs, "a quiet film"))[0].item.id
    with pytest.raises(InvalidRequest):
        bot.feedback(mine, "like", item_id=item)
    assert bot.open(mine).state == types.DialogueState()
    assert bot.memory.export(mine)["feedback"] == []


def test_editing_and_the_profile(bot):
    """The profile names likes by title and chips by key; taking them off by these keys empties it."""
    session = bot.open().id
    first = cards(said(bot, session, "a quiet French film before 1970, oldest first"))[0].item
    bot.feedback(session, "like", item_id=first.id)
    known = bot.profile(session)
    assert known.likes == ((first.id, first.title),)
    assert {chip.kind for chip in known.chips} == {"constraint", "wish", "order"}
    left = bot.edit(session, remove=(*(chip.key for chip in known.chips), f"like:{first.id}"))
    assert (left.chips, left.likes) == ((), ())
    assert bot.profile(session).chips == ()


def test_search_never_relaxes(bot):
    """Filters are exact, the best come first, and where nothing meets them nothing is found."""
    exact = (Constraint("genres", "is", "horror"), Constraint("year", "<", 1980.0))
    found = bot.search("a shark in the sea", filters=exact, k=5)
    assert [card.rank for card in found] == list(range(len(found)))
    assert found and all(card.item.facets["year"] < 1980 for card in found)
    assert [card.score for card in found] == sorted((card.score for card in found), reverse=True)
    assert len(bot.search("", filters=exact, k=5)) == 5
    assert bot.search("a shark", filters=(Constraint("year", "<", 1800.0),)) == ()


def test_answers_outside_a_conversation(bot):
    """A service question is answered with its source; one that nothing answers is not."""
    found, words = bot.answer("how do I cancel my rental?")
    assert not found.abstained and found.citations and words
    lost, words = bot.answer("why is the sky over Mars red?")
    assert lost.abstained and not lost.citations and words


def test_edited_prompts_are_heard_while_serving(tmp_path, monkeypatch):
    """A prompt that an operator edits speaks in the next reply after the next look; a broken edit does not."""
    monkeypatch.setattr("bot.assistant.HEAR_EVERY", 0.0)
    overlay = tmp_path / "prompts"
    (overlay / "talk").mkdir(parents=True)
    served = shelf()
    bot = Assistant({"films": lambda: served}, open_memory("memory"), Registry.load(overlay=overlay))
    session, shipped = bot.open().id, (ROOT / "prompts/talk/reply.md").read_text("utf-8")
    own = re.sub(r"## thanks\n.*?(?=\n## )", "## thanks\nMost welcome indeed.\n", shipped, flags=re.DOTALL)
    first = text(said(bot, session, "thanks"))
    (overlay / "talk/reply.md").write_text(own, "utf-8")
    second = said(bot, session, "thanks")
    (overlay / "talk/reply.md").write_text(own.replace("Most welcome", "{{ nobody }}"), "utf-8")
    assert first != "Most welcome indeed." == text(second) == text(said(bot, session, "thanks"))
    assert any(ref.startswith("talk/reply.en@") for ref in second[-1].prompts)

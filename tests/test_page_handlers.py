"""What the page asks of the server, without a browser: untrusted input, refusals, faults, and what they change."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.web.desk import Desk
from bot.web.page.handlers import Handlers
from bot.web.page.screen import Visit
from tests.browser.scripted import SHOWN, ScriptedAssistant
from tests.web import settings

VISIT = Visit("127.0.0.1", "en")


@pytest.fixture(scope="module")
def assistant():
    return ScriptedAssistant()


@pytest.fixture
def handlers(assistant, tmp_path):
    """Handlers of a desk of their own, with generous limits."""
    return Handlers(Desk(assistant, settings(tmp_path, per_minute=1000, per_minute_address=1000)))


def html(screen) -> str:
    """Everything that the chat shows."""
    return "".join(part["value"] for message in screen.chat for part in message["content"])


def say(handlers, kept, data):
    """All screens of one message."""

    async def collect():
        return [screen async for screen in handlers.say(kept, VISIT, data)]

    return asyncio.run(collect())


@pytest.fixture
def kept(handlers):
    """What the browser keeps after one turn."""
    return say(handlers, None, {"act": "say", "text": "something funny"})[-1].kept


def test_a_message_is_echoed_first_and_ends_with_the_stored_page(handlers):
    """The first screen shows the message and brings the session id; the last is what a reload would draw."""
    screens = say(handlers, None, {"act": "say", "text": "something funny"})
    assert "something funny" in html(screens[0]) and 'data-status="running"' in html(screens[0])
    assert len(screens[0].kept["sessions"]["films"]) >= 22
    assert html(screens[-1]) == html(handlers.load(screens[-1].kept, VISIT))
    assert 'data-status="done"' in html(screens[-1])


@pytest.mark.parametrize("data", [None, {}, {"act": "say"}, {"act": "say", "text": "  "}, {"act": "like", "id": "x"}])
def test_what_is_no_message_is_ignored(handlers, data):
    """Nothing is drawn and no session is begun."""
    assert say(handlers, None, data) == []


@pytest.mark.parametrize("kept", [None, "x", {"sessions": {"films": "unknown"}}, {"sessions": {"films": 7}}, ["y"]])
def test_an_unknown_session_starts_anew(handlers, kept):
    """Whatever the browser claims to remember, the page opens; a session that is gone is said."""
    screen = handlers.load(kept, VISIT)
    assert "st-welcome" in html(screen) and screen.kept == {"catalog": "films", "sessions": {}}
    gone = isinstance(kept, dict) and kept["sessions"]["films"] == "unknown"
    assert screen.bridge["status"].startswith("This conversation no longer exists") == gone


def test_only_items_shown_in_this_session_can_be_pressed(handlers, kept):
    """A press on anything else is refused in words and changes nothing."""
    refused = handlers.press(kept, VISIT, {"act": "like", "id": "12-angry-men-1957"})
    assert refused.bridge["trouble"].startswith("That could not be read")
    assert refused.bridge["votes"] == {"like": [], "dislike": [], "seen": []}
    liked = handlers.press(kept, VISIT, {"act": "like", "id": SHOWN[0]})
    assert liked.bridge["votes"]["like"] == [SHOWN[0]] and liked.bridge["status"] == "Galaxy Quest: liked"


def test_every_press_is_answered_differently(handlers, kept):
    """The browser sends its next press after the answer, so even a press that is not known gets one."""
    answers = [handlers.press(kept, VISIT, {"act": act}).bridge["answer"] for act in ("odd", "odd", "stop", "erase")]
    assert len(set(answers)) == 4


def test_somebody_elses_session_cannot_be_guessed_from_a_press(handlers, kept):
    """Without a session nothing is exported, erased or stopped."""
    for act in ("export", "erase", "forget", "like", "stop"):
        assert set(handlers.press(None, VISIT, {"act": act, "key": "order"}).bridge) == {"answer"}


def test_erasing_forgets_the_session(handlers, kept, assistant):
    """The page is empty, the browser's memory too, and the server knows the id no longer."""
    screen = handlers.press(kept, VISIT, {"act": "erase"})
    assert "st-welcome" in html(screen) and screen.kept["sessions"] == {}
    assert screen.bridge["status"] == "Everything was erased."
    assert "st-welcome" in html(handlers.load(kept, VISIT))


def test_too_many_messages_are_refused_in_words_and_the_message_stays(assistant, tmp_path):
    """Past the limit the message is shown with an error and a way to try again; nothing is stored of it."""
    handlers = Handlers(Desk(assistant, settings(tmp_path, per_minute=1, per_minute_address=1000)))
    kept = say(handlers, None, {"act": "say", "text": "one"})[-1].kept
    refused = say(handlers, kept, {"act": "say", "text": "two"})[-1]
    assert "That was a lot at once" in html(refused) and ">two</p>" in html(refused)
    assert ">two</p>" not in html(handlers.load(refused.kept, VISIT))


def test_a_database_that_fails_is_said_on_a_page_that_still_opens(tmp_path):
    """Drawing, saying and pressing each say that the conversation cannot be saved; the session is not forgotten."""
    assistant = ScriptedAssistant()
    handlers = Handlers(Desk(assistant, settings(tmp_path)))
    kept = say(handlers, None, {"act": "say", "text": "something funny"})[-1].kept
    with assistant.memory._engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO gone"))
    for screen in (handlers.load(kept, VISIT), say(handlers, kept, {"act": "say", "text": "hello"})[-1]):
        assert "cannot be saved right now" in html(screen) and screen.kept == kept
    assert "cannot be saved" in handlers.press(kept, VISIT, {"act": "like", "id": SHOWN[0]}).bridge["trouble"]

"""The widget while a person has the conversation: who speaks, what arrives, what was passed on."""

from __future__ import annotations

import re

import pytest

from tests.browser.widget.desk import HELD
from tests.browser.widget.desk import desk as made
from tests.browser.widget.hands import SHADOW, TOLD
from tests.browser.widget.place import PICTURES
from tests.web import wait_until


@pytest.fixture
def desk():
    """A support desk."""
    with made() as found:
        yield found


@pytest.fixture
def passed_on(visit, place, desk):
    """Opens a page whose visitor has asked for a person: ``passed_on(width=390)``."""

    def open_page(path="/plain", ask="Talk to a person", **screen):
        hands = visit(path, **screen)
        desk.attend(hands.page, place.site.address)
        hands.open().button(ask).click()
        hands.find(".over").wait_for()
        hands.ended()
        id_ = re.search(r"H-\w+", hands.texts(".over-line")[0])[0]
        desk.handover = {"id": id_, "status": "open", "name": "", "summary": "Goal: Talk to a person"}
        desk.followed()
        return hands

    return open_page


def says(hands, text):
    """Wait until the conversation shows it."""
    hands.page.get_by_text(text).last.wait_for()


def hears(hands, many):
    """What a screen reader was told, once it was told so often."""
    hands.until(f"window.told.length >= {many}")
    return hands.page.evaluate("window.told")


def test_what_was_passed_on_can_be_corrected(passed_on, desk, place):
    """The summary stands in a box; what the visitor makes of it is sent, and kept in the box while that fails."""
    hands = passed_on()
    assert re.fullmatch(r"Passed to a person, reference H-\w+", hands.texts(".over-line")[0])
    hands.find(".over summary").click()
    box = hands.page.get_by_label("What I passed on (you can correct it)")
    assert box.input_value() == "Goal: Talk to a person"
    box.fill("Goal: a refund, not a person")
    refusal = {"error": {"code": "memory", "message": "full", "hint": ""}}
    told = {"Access-Control-Allow-Origin": place.site.address}
    hands.page.route("**/v1/handover", lambda route: route.fulfill(status=503, json=refusal, headers=told), times=1)
    hands.button("Send the correction").click()
    hands.find(".trouble:visible").wait_for()
    assert box.input_value() == "Goal: a refund, not a person" and desk.corrections == []
    hands.button("Send the correction").click()
    says(hands, "Your correction was passed on.")
    assert desk.corrections == ["Goal: a refund, not a person"]
    assert hands.focused() == "Send the correction"
    desk.take()
    says(hands, "Ada has joined.")
    assert box.input_value() == "Goal: a refund, not a person"
    hands.reload().open()
    assert box.input_value() == "Goal: a refund, not a person"


def test_a_person_takes_over_and_gives_back(passed_on, desk):
    """Every message says who speaks; the assistant is silent; one announcement for each; the focus is never moved."""
    hands = passed_on()
    hands.until(f"{SHADOW}.querySelector('[role=status]').textContent !== ''")
    hands.page.evaluate(TOLD)
    desk.take()
    hears(hands, 1)
    assert hands.texts(".badge") == ["Person"]
    assert hands.texts(".below") == ["You are talking with Ada, a person"]
    desk.say("Hello, this is **Ada**.\nWhat happened?")
    hears(hands, 2)
    assert hands.texts(".reply.is-person .at-rest") == ["Hello, this is Ada. What happened?"]
    hands.say("I was charged twice")
    hears(hands, 3)
    assert hands.texts(".passed")[-1] == HELD
    assert [text.rsplit(" ", 2)[0] for text in hands.texts(".speaker:visible")[1:]] == [
        *("You", "AI assistant", "Note", "Ada (person)", "You")
    ]
    desk.say("I have refunded it.")
    hears(hands, 4)
    assert hands.focused() == "message"
    desk.resume()
    assert hears(hands, 5) == [
        "Note: Ada has joined. The AI assistant is silent.",
        "Ada (person): Hello, this is Ada. What happened?",
        HELD,
        "Ada (person): I have refunded it.",
        "Note: You are talking with the AI assistant again.",
    ]
    assert (hands.texts(".badge"), hands.texts(".below")) == (["AI assistant"], ["Talk to a person"])
    hands.picture("widget-resumed", PICTURES)
    desk.followed(0)
    hands.say("something funny")
    assert len(hands.texts(".card")) == 3
    assert hands.find(".correction").count() == 0


def test_a_lost_stream_is_opened_again_where_it_ended(passed_on, desk):
    """Nothing is missed and nothing comes twice."""
    hands = passed_on()
    desk.take()
    desk.say("one")
    says(hands, "one")
    desk.hang_up()
    desk.followed(0)
    desk.say("two")
    says(hands, "two")
    desk.followed()
    assert hands.texts(".reply.is-person .at-rest") == ["one", "two"]
    assert desk.streams == [0, 2]


def test_who_waits_sees_how_it_stands(passed_on, desk):
    """How many wait longer, or that the desk does not have it yet; what is being corrected stays; taken, it is gone."""
    hands = passed_on()
    hands.find(".over summary").click()
    hands.find(".correction").fill("half a corr")
    for ahead, delivery, words in (
        (2, "delivered", "2 conversations wait before yours. A person's answer appears here."),
        (1, "delivered", "1 conversation waits before yours. A person's answer appears here."),
        (0, "delivered", "Nobody else waits before you. A person's answer appears here."),
        (0, "waiting", "Not with the support desk yet; it is sent again by itself."),
        (0, "none", "Noted for our team. An answer appears here; I cannot say when."),
    ):
        desk.wait(ahead, delivery)
        says(hands, words)
    assert hands.find(".correction").input_value() == "half a corr"
    desk.take()
    says(hands, "Ada has joined.")
    assert hands.texts(".at-standing:visible") == []


def test_words_that_come_while_it_is_closed_stand_on_the_launcher(passed_on, desk):
    """A count, in its name too, also on the next page; opening shows the newest and ends it."""
    hands = passed_on()
    desk.take()
    desk.say("one")
    says(hands, "one")
    hands.button("Close chat").first.click()
    desk.say("two")
    hands.button("Open chat: 1 new message").wait_for()
    assert hands.texts(".unread") == ["1"] and hands.violations() == []
    hands.picture("widget-unread", PICTURES)
    desk.say("three")
    hands.button("Open chat: 2 new messages").wait_for()
    hands.reload()
    hands.button("Open chat: 2 new messages").wait_for()
    hands.find(".launcher").click()
    says(hands, "three")
    assert hands.texts(".unread") == [] and hands.texts(".reply.is-person .at-rest") == ["one", "two", "three"]
    assert hands.find(".log").evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight") <= 1
    hands.reload()
    wait_until(lambda: hands.page.evaluate("true") and desk.open == 1, seconds=60)  # asks the page, which asks the desk
    assert hands.button("Open chat").is_visible()
    desk.say("four")
    desk.resume()
    hands.button("Open chat: 1 new message").wait_for()
    hands.open()
    desk.followed(0)
    assert "seen" not in next(iter(hands.kept().values()))


def test_a_reload_shows_who_said_what(passed_on, desk):
    """In order, with names, and the person still has the conversation; the times are those of the visitor's clock."""
    hands = passed_on()
    desk.take("<b>Ada</b>")
    desk.say("<i>Hello</i>", "<b>Ada</b>")
    says(hands, "<i>Hello</i>")
    before = hands.texts(".log")
    speakers = hands.texts(".speaker")
    assert speakers[-1].startswith("<b>Ada</b> (person) ")
    hands.reload().open()
    assert (hands.texts(".log"), hands.texts(".speaker")) == (before, speakers)
    assert hands.texts(".badge") == ["Person"]
    desk.followed()
    desk.say("Still here.")
    says(hands, "Still here.")


def test_times_are_those_of_the_visitors_clock(visit, place, desk):
    """The server's times are UTC, and may not say so."""
    desk.handover = {"id": "H-1", "status": "taken", "name": "Ada"}
    desk.messages = [{"id": "m1", "author": "person", "text": "Hello", "name": "Ada", "at": "2026-11-22T10:05:00"}]
    hands = visit(timezone="Asia/Tokyo")
    desk.attend(hands.page, place.site.address)
    hands.open().say("refund").reload().open()
    assert "Ada (person) 07:05 PM" in hands.texts(".speaker")


def test_who_reads_further_up_is_told_and_not_moved(passed_on, desk):
    """A button leads to the new message; at the end of the conversation it is not needed."""
    hands = passed_on(height=600)
    desk.take()
    for number in range(6):
        desk.say(f"A long message, number {number}. " * 8)
    says(hands, "number 5.")
    hands.until(f"{SHADOW}.querySelector('.jump').hidden")
    hands.find(".log").evaluate("(log) => { log.scrollTop = 0; }")
    desk.say("The newest.")
    hands.find(".jump").wait_for()
    assert hands.find(".log").evaluate("(log) => log.scrollTop") == 0
    hands.button("New message").click()
    hands.find(".jump").wait_for(state="hidden")
    assert hands.find(".log").evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight") <= 1
    assert hands.focused() == "message"


@pytest.mark.parametrize(
    ("path", "ask", "screen"),
    [
        ("/plain", "Talk to a person", {}),
        ("/zh", "转人工", {"width": 390, "height": 844, "phone": True, "color_scheme": "dark"}),
    ],
    ids=["wide-light-en", "phone-dark-zh"],
)
def test_axe_finds_nothing_with_a_person(passed_on, desk, path, ask, screen, request):
    """The correction open, a person's messages, a message held: no violation."""
    hands = passed_on(path, ask, **screen)
    hands.find(".over summary").click()
    hands.page.wait_for_timeout(250)
    hands.picture(f"widget-correction-{request.node.callspec.id}", PICTURES)
    assert hands.violations() == []
    desk.take()
    desk.say("Hello, this is Ada. I see that you were charged twice for one rental. When was that?")
    hands.find(".reply.is-person").wait_for()
    hands.say("On Monday, for Alien.")
    hands.page.wait_for_timeout(250)
    hands.picture(f"widget-person-{request.node.callspec.id}", PICTURES)
    assert hands.violations() == []

"""The widget with the server's own hand-over: a person at the desk and a visitor in a browser, over real HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.browser.widget.hands import SHADOW
from tests.browser.widget.place import place as made

TOKEN = "a-token-for-the-tests"


@pytest.fixture(scope="module")
def place(tmp_path_factory, browser):
    """A server whose operator is known, and the site."""
    with made(tmp_path_factory.mktemp("widget"), browser, operator_token=TOKEN) as found:
        yield found


@pytest.fixture
def desk(place):
    """Acts on the hand-over of a page: ``desk(hands, "take", name="Ada")``."""
    with httpx.Client(base_url=place.address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as http:

        def act(hands, what, **body):
            id_ = hands.find(".over .whole").last.inner_text()
            http.post(f"/v1/handovers/{id_}/{what}", json=body).raise_for_status()

        act.http = http
        yield act


def says(hands, text):
    """Wait until the conversation shows it."""
    hands.page.get_by_text(text).last.wait_for()


def test_a_conversation_with_the_desk(visit, desk):
    """Asked, corrected, taken, held, answered, reloaded, given back: the page shows what the server keeps."""
    hands = visit().open().say("something funny")
    hands.button("Talk to a person").click()
    hands.find(".over").wait_for()
    hands.ended().find(".over summary").click()
    hands.find(".correction").fill("Goal: a refund")
    hands.button("Send the correction").click()
    says(hands, "Your correction was passed on.")
    found = desk.http.get("/v1/handovers").json()["handovers"][0]
    assert (found["id"], found["correction"]) == (hands.texts(".over .whole")[0], "Goal: a refund")

    assert hands.texts(".at-standing:visible") == ["Noted for our team. An answer appears here; I cannot say when."]

    desk(hands, "take", name="Ada")
    hands.until(f"{SHADOW}.querySelector('.badge').textContent === 'Person'")
    desk(hands, "messages", name="Ada", text="Hello, this is Ada.")
    says(hands, "Hello, this is Ada.")
    hands.say("I was charged twice")
    assert "Ada" in hands.texts(".passed")[-1]
    before = hands.texts(".bubble, .reply:not(:has(.over)) .at-rest")
    hands.reload().open()
    assert hands.texts(".badge") == ["Person"]
    assert hands.texts(".bubble, .reply:not(:has(.over)) .at-rest") == before
    assert hands.find(".correction").input_value() == "Goal: a refund"

    desk(hands, "resume", note="It is refunded.", name="Ada")
    hands.until(f"{SHADOW}.querySelector('.badge').textContent === 'AI assistant'")
    assert [text.rsplit(" ", 2)[0] for text in hands.texts(".speaker:visible")][-4:] == [
        *("Ada (person)", "You", "Ada (person)", "Note")
    ]
    hands.say("something funny")
    assert len(hands.texts(".pair:last-child .card")) == 3

"""The chat page while a person has the conversation: it looks by itself for what they write."""

from __future__ import annotations

import httpx
import pytest

from tests.browser.conftest import GENEROUS
from tests.browser.scripted import ScriptedAssistant
from tests.operating import BEARER, TOKEN
from tests.web import served, settings


@pytest.fixture
def address(tmp_path):
    """A server whose operator is known."""
    chosen = settings(tmp_path, operator_token=TOKEN, **GENEROUS)
    with served(ScriptedAssistant(catalogs=("films",)), chosen, with_page=True) as found:
        yield found


def test_a_person_is_heard_without_a_press(address, visit):
    """Taken, written to, held, given back: the open page shows each by itself, under who said it, and says it once."""
    chat = visit(address=address, alone=True).say("something funny")
    chat.during(lambda: chat.button("Talk to a person").click())
    log = chat.find("#st-chat")
    with httpx.Client(base_url=address, headers=BEARER, timeout=60) as desk:
        (over,) = desk.get("/v1/handovers").json()["handovers"]

        def act(what, **body):
            desk.post(f"/v1/handovers/{over['id']}/{what}", json=body).raise_for_status()

        act("take", name="Ada")
        log.get_by_text("Ada has joined the conversation.").wait_for()
        act("messages", name="Ada", text="Hello <b>you</b>, what happened?")
        log.get_by_text("Hello <b>you</b>, what happened?").wait_for()
        chat.say("I was charged twice")
        assert chat.find(".st-turn[data-status=held]").count() == 1
        assert chat.violations() == []
        act("resume", note="It is refunded.", name="Ada")
        log.get_by_text("You are talking with the AI assistant again.").wait_for()
        assert [log.get_by_text(text).count() for text in ("what happened?", "It is refunded.")] == [1, 1]
        chat.say("something funny")
        assert chat.find(".st-card").count() == 6

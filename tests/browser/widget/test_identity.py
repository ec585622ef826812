"""The widget for visitors whom their site vouches for, and the demo portal on an origin of its own."""

from __future__ import annotations

import json

import pytest

from tests.browser.widget.hands import asked
from tests.browser.widget.place import place as made
from tests.identity import KEYS, token


@pytest.fixture(scope="module")
def place(tmp_path_factory, browser):
    """A server with the site's keys, and the site."""
    with made(tmp_path_factory.mktemp("widget"), browser, identity_keys=json.dumps(KEYS)) as found:
        yield found


def signed_in(hands, who):
    """The page hands over the visitor's token."""
    hands.page.evaluate("(token) => Shelftalk.setUser(token)", token(who))
    return hands


def test_a_visitor_finds_the_conversation_on_any_device(visit):
    """What was said before signing in comes along; another browser with the same visitor's token shows it all."""
    here = visit().open().say("something funny")
    signed_in(here, "grace").say("can I get a refund?")
    here.button("Like: Galaxy Quest").click()
    here.page.wait_for_load_state("networkidle")
    there = signed_in(visit(), "grace").open()
    assert there.texts(".bubble") == ["something funny", "can I get a refund?"]
    assert there.find(".card").first.get_attribute("data-votes") == "like"
    there.say("Talk to a person")
    signed_in(here.reload(), "grace").open()
    assert here.texts(".bubble") == ["something funny", "can I get a refund?", "Talk to a person"]


def test_whoever_signs_out_leaves_nothing_behind(visit):
    """A renewed token goes on; another visitor, or nobody, begins anew: screen and storage forget the one before."""
    hands = signed_in(visit(), "alan").open().say("something funny")
    session = hands.session
    signed_in(hands, "alan")
    assert hands.session == session and len(hands.texts(".card")) == 3
    hands.page.evaluate("Shelftalk.setUser(null)")
    assert (hands.kept(), hands.texts(".card")) == ({}, [])
    assert hands.find(".welcome").is_visible()
    signed_in(hands, "alan").find(".card").first.wait_for()
    signed_in(hands, "edsger").find(".welcome").wait_for()
    assert hands.texts(".card") == []


def test_a_session_of_another_visitor_is_not_shown(visit):
    """On a shared computer the page's storage still names the one before: whoever signs in now sees their own."""
    hands = signed_in(visit(), "barbara").open().say("something funny")
    kept = hands.session
    hands.reload()
    assert hands.session == kept
    signed_in(hands, "donald").open()
    assert hands.texts(".card") == []
    hands.say("can I get a refund?")
    assert hands.texts(".bubble") == ["can I get a refund?"] and hands.session != kept


def test_the_portal_carries_it_on_another_origin(visit, place):
    """A help centre with a greeting, and a product page that says which product it is about."""
    hands = visit("/help")
    assert hands.texts("h1") == ["How can we help?"]
    assert hands.violations() == []
    hands.button("Hello! Ask me about tents, boots or your order.").click()
    hands.find(".example").first.wait_for()
    assert hands.texts(".bar h2") == ["Fjell help"]
    assert hands.texts(".example")[0] == "A warm sleeping bag for winter"
    hands.goto(f"{place.site.address}/product").open()
    with hands.page.expect_request("**/v1/chat") as sent:
        hands.say("is this one waterproof?")
    assert asked(sent.value)["context"] == {"product_id": "fjellvik-tindra-2-tent", "page": "product"}
    assert asked(sent.value)["catalog"] == "outdoor"
    assert len(hands.texts(".card")) == 3
    assert hands.violations() == []

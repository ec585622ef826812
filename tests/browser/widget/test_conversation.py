"""The widget at work in a real browser, on a page of another origin under a strict content policy."""

from __future__ import annotations

import pytest

from tests.browser.widget.hands import asked

NAMES = ["Galaxy Quest", "Shaun of the Dead", "Men in Black"]


def test_one_line_gives_a_conversation_that_a_reload_keeps(visit):
    """Launcher, panel, message, cards with reasons; the page's storage holds the session's id and the draft alone."""
    hands = visit()
    assert hands.find("dialog").is_hidden()
    assert hands.kept() == {}
    hands.open()
    assert hands.texts(".badge") == ["AI assistant"]
    assert "You are talking with an AI assistant." in hands.texts(".ai-notice")[0]
    assert hands.texts(".example")[0] == "Something like Alien but funnier, after 1990"
    hands.say("something funny")
    assert hands.texts(".title") == ["Galaxy Quest (1999)", "Shaun of the Dead (2004)", "Men in Black (1997)"]
    assert hands.texts(".lead") == ["These fit: under 120 minutes."]
    assert hands.texts(".tag")[0] == "The shortest of these"
    assert hands.texts(".met") == ["Meets under 120 minutes"] * 3
    assert len(hands.texts(".unmet")) == 1
    assert hands.texts(".at-rest") == ["All three are quick and light, and the middle one is the loudest of them."]
    assert [text.split()[0] for text in hands.texts(".speaker")] == ["AI", "You", "AI"]
    hands.box().fill("half a thou")
    (kept,) = hands.kept().values()
    assert kept == {"session": hands.session, "draft": "half a thou"} and len(hands.session) >= 22
    before = hands.texts(".log")
    hands.reload().open()
    assert hands.texts(".log") == before
    assert hands.box().input_value() == "half a thou"


def test_a_reply_grows_while_it_is_written_and_can_be_stopped(visit, place):
    """A named step with real counts, cards, then words; Stop keeps what is there, and the server stops too."""
    hands = visit().open().say("slow slow slow slow", wait=False)
    hands.page.wait_for_selector("text=Searching 688 films · 212 match · comparing 50")
    assert hands.button("Stop").is_visible() and hands.find(".log").get_attribute("aria-busy") == "true"
    hands.find(".card").first.wait_for()
    hands.find(".card summary").first.click()
    hands.button("Like: Galaxy Quest").click()
    hands.find(".lead").wait_for()
    assert hands.focused() == "Like: Galaxy Quest"
    assert hands.find(".card details").first.get_attribute("open") is not None
    hands.button("Stop").click()
    hands.ended()
    assert hands.texts(".at-mark") == ["(stopped)"]
    assert place.assistant.memory.turns(hands.session)[0].status == "stopped"
    hands.button("Try again").click()
    hands.find(".progress").wait_for()
    assert (hands.texts(".bubble"), hands.texts(".at-mark")) == (["slow slow slow slow"], [""])
    hands.button("Stop").click()
    hands.ended()


def test_a_card_takes_likes_and_the_two_meanings_of_not_for_me(visit, place):
    """Toggles say their state, the server knows it, undo takes back, a reload keeps, a rejected item stays away."""
    hands = visit().open().say("something funny")
    for name in NAMES:
        hands.button(f"Like: {name}").click()
    hands.button("Undo: Men in Black").click()
    assert hands.focused() == "Like: Men in Black"
    opener = hands.button("Not for me: Men in Black")
    opener.click()
    assert opener.get_attribute("aria-expanded") == "true" and hands.focused() == "Not my taste: Men in Black"
    hands.page.keyboard.press("Enter")
    assert hands.find(".done:visible").last.inner_text().startswith("Men in Black will not come back")
    hands.find(".reasons:visible").get_by_role("button", name="Running time").click()
    hands.button("Not for me: Galaxy Quest").click()
    hands.button("Seen it: Galaxy Quest").click()
    hands.until(
        "document.querySelector('shelftalk-widget').shadowRoot.querySelector('[role=status]').textContent"
        " === 'Galaxy Quest: marked as seen'"
    )
    hands.page.wait_for_load_state("networkidle")
    state = place.assistant.profile(hands.session).state
    assert (len(state.likes), len(state.rejected), len(state.seen)) == (2, 1, 1)
    hands.reload().open()
    votes = [hands.find(f".card[data-id^={start}]").get_attribute("data-votes") for start in ("gal", "sha", "men")]
    assert votes == ["like seen", "like", "dislike"]
    hands.say("something else")
    assert not {"Men in Black (1997)", "Galaxy Quest (1999)"} & set(hands.texts(".title")[3:])


def test_chips_send_their_text_and_wishes_come_off(visit):
    """A chip is said as it reads; a wish that is removed leaves the search, which runs again."""
    hands = visit().open()
    hands.find(".example").nth(1).click()
    hands.find(".chips .chip").first.wait_for()
    hands.ended()
    assert hands.focused() == "message"
    assert hands.texts(".wish") == ["under 120 minutes", "“funnier”"]
    assert hands.texts(".chips .chip")[0] == "Shorter 12"
    assert hands.button("Shorter (12)").is_visible()
    hands.button("Remove: “funnier”").click()
    hands.find(".pair:nth-child(2) .card").first.wait_for()
    hands.ended()
    assert hands.texts(".wish") == ["under 120 minutes"]
    assert hands.texts(".bubble") == ["A gentle film under 100 minutes", "Search again"]
    assert hands.focused() == "message"
    assert len(hands.texts(".chips")) == 1  # only the latest turn offers what to say next


def test_an_answer_shows_where_it_stands(visit):
    """A reference opens its source and goes there; the quote is marked."""
    hands = visit().open().say("can I get a refund?")
    hands.button("Source 1").click()
    assert hands.find(".source").get_attribute("open") is not None
    assert hands.focused().startswith("1Refunds for rentals")
    assert hands.texts("mark") == ["Report it within 7 days of the rental from My rentals, Report a problem."]


def test_the_page_has_an_interface(visit):
    """Open, close, toggle, what happened; the visitor's token and the page's context go with every message."""
    hands = visit()
    page = hands.page
    page.evaluate("() => { window.heard = []; for (const name of ['open', 'close', 'message', 'reply', 'error'])"
                  " Shelftalk.on(name, (detail) => window.heard.push([name, detail])); }")  # fmt: skip
    page.evaluate("Shelftalk.open()")
    hands.find(".welcome").wait_for()
    page.evaluate("Shelftalk.toggle(); Shelftalk.toggle()")
    hands.ended().say("something funny")
    first = page.evaluate("window.heard.map(([name]) => name)")
    assert first == ["open", "close", "open", "message", "reply"]
    reply = page.evaluate("window.heard[4][1]")
    assert reply["items"][0] == "galaxy-quest-1999" and reply["whole"] and reply["turnId"]
    page.evaluate("Shelftalk.setUser('header.eyJzdWIiOiJhIn0.signature')")
    page.evaluate("Shelftalk.setContext({ product_id: 'p1', page: 7, secret: 'x', order_id: ['no'] })")
    with page.expect_request("**/v1/chat") as sent:
        hands.say("slow something", wait=False)
    assert sent.value.headers["authorization"] == "Bearer header.eyJzdWIiOiJhIn0.signature"
    assert sent.value.headers["x-session"]
    assert asked(sent.value)["context"] == {"product_id": "p1", "page": "7"}
    assert asked(sent.value)["catalog"] == "films"
    with pytest.raises(Exception, match="there is no event"):
        page.evaluate("Shelftalk.on('nothing', () => {})")
    assert page.evaluate("Object.isFrozen(Shelftalk) && Object.keys(Shelftalk).sort().join()") == (
        "close,on,open,setContext,setUser,toggle"
    )


def test_a_new_conversation_and_erasing(visit, place):
    """Both begin anew; erasing also forgets on the server, after a second question."""
    hands = visit().open().say("something funny")
    first = hands.session
    hands.button("More options").click()
    hands.button("New conversation").click()
    assert hands.find(".welcome").is_visible() and hands.kept() == {}
    hands.say("refund")
    second = hands.session
    hands.button("More options").click()
    hands.button("Erase everything").click()
    assert hands.focused() == "Keep it"
    hands.button("Yes, erase").click()
    hands.page.wait_for_selector(".turns > .notice:has-text('Everything was erased.')")
    assert hands.kept() == {}
    with pytest.raises(Exception, match="session"):
        place.assistant.memory.turns(second)
    assert place.assistant.memory.turns(first)


def test_the_conversation_can_be_taken_away(visit):
    """Everything that is kept of it, as a file."""
    hands = visit().open().say("something funny")
    hands.button("More options").click()
    with hands.page.expect_download() as found:
        hands.button("Download the conversation").click()
    assert found.value.suggested_filename == "conversation.json"
    assert "something funny" in found.value.path().read_text("utf-8")

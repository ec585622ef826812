"""The chat page in a real browser: a conversation, its buttons, what is remembered, and what goes wrong."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

_ANNOUNCED = """() => {
  window.heard = [];
  const line = document.querySelector('#st-status');
  new MutationObserver(() => heard.push([performance.now(), line.textContent])).observe(line, {childList: true});
}"""


def test_a_first_visit_says_what_this_is_and_offers_examples_that_work(visit):
    """An AI notice in the header and the first message, four examples; pressing one sends its visible text."""
    chat = visit()
    assert chat.page.title() == "Shelftalk: find films by talking"
    assert chat.texts(".st-badge") == ["AI assistant"]
    assert "I am an AI assistant" in chat.texts(".st-welcome")[0]
    example = chat.texts(".st-example")[1]
    assert len(chat.texts(".st-example")) >= 3
    chat.during(lambda: chat.button(example).click())
    assert chat.texts(".st-bubble") == [example]
    assert chat.focused() == "st-input"
    assert "I am an AI assistant" in chat.texts(".st-opening")[0]


def test_a_turn_shows_cards_with_reasons_then_text_and_chips(visit):
    """Three cards with heading, facts, reason and verdict; what the cards say is not repeated in the text."""
    chat = visit().say("something like Alien but funnier")
    assert chat.texts(".st-title") == ["Galaxy Quest (1999)", "Shaun of the Dead (2004)", "Men in Black (1997)"]
    assert chat.texts(".st-met") == ["Meets under 120 minutes"] * 3
    assert chat.texts(".st-unmet") == ["Does not meet: under 90 minutes (it runs 99 minutes)."]
    assert chat.texts(".st-text") == [
        "These fit: under 120 minutes.",
        "All three are quick and light, and the middle one is the loudest of them.",
        "What mood are you in?",
    ]
    assert [text.split()[0] for text in chat.texts(".st-chips .st-chip")] == [
        "Shorter",
        "Older",
        "Something",
        "Something",
    ]
    top = chat.page.evaluate(
        "document.querySelector('.user-row:last-of-type, .user-row').getBoundingClientRect().top"
        " - document.querySelector('#st-chat [role=log]').getBoundingClientRect().top"
    )
    assert 0 <= top <= 40  # the message that was asked stands at the top


def test_the_status_speaks_rarely_and_the_log_is_silent(visit):
    """Two or three sentences a turn, at least a second apart; the log's own live region is off."""
    chat = visit()
    chat.page.evaluate(_ANNOUNCED)
    chat.say("something slow")
    chat.page.wait_for_function("document.querySelector('#st-status').textContent.startsWith('Answer ready')")
    heard = [(at, text) for at, text in chat.page.evaluate("heard") if text]
    assert heard[-1][1] == "Answer ready with 3 films."
    assert 2 <= len(heard) <= 3
    assert all(later - sooner >= 900 for (sooner, _), (later, _) in pairwise(heard))
    assert chat.find("[role=log]").get_attribute("aria-live") == "off"


def test_a_slow_turn_names_its_step_keeps_a_like_and_can_be_stopped(visit):
    """Progress with real counts; a like and an open "Why this?" survive the stream; Stop keeps what is there."""
    chat = visit().say("slow slow slow slow", wait=False)
    chat.page.wait_for_selector("text=Searching 688 films · 212 match · comparing 50")
    assert chat.find("[role=log]").get_attribute("aria-busy") == "true"
    chat.page.wait_for_selector(".st-card")
    chat.find(".st-card summary").first.click()
    chat.button("Like: Galaxy Quest").click()
    assert chat.focused() == "Like: Galaxy Quest"
    chat.page.wait_for_selector(".st-lead")
    assert chat.violations() == []
    chat.button("Stop").click()
    chat.ended()
    assert chat.texts(".st-mark") == ["(stopped)"]
    assert chat.button("Like: Galaxy Quest").get_attribute("aria-pressed") == "true"
    assert chat.find(".st-card details").first.get_attribute("open") is not None
    chat.during(lambda: chat.button("Try again").click(), wait=False)
    chat.page.wait_for_selector(".st-turn[data-status=running]")
    assert chat.texts(".st-bubble") == ["slow slow slow slow"]
    assert chat.texts(".st-mark") == []


def test_likes_dislikes_and_seen_are_told_apart_and_undone(visit):
    """Toggles say their state; "Not for me" has two meanings and optional reasons; undo takes back; a reload keeps."""
    chat = visit().say("something funny")
    names = ["Galaxy Quest", "Shaun of the Dead", "Men in Black"]
    for name in names:
        chat.button(f"Like: {name}").click()
    pressed = [chat.button(f"Like: {name}").get_attribute("aria-pressed") for name in names]
    assert pressed == ["true"] * 3
    chat.button("Undo: Men in Black").click()
    assert chat.focused() == "Like: Men in Black"
    opener = chat.button("Not for me: Men in Black")
    opener.click()
    assert opener.get_attribute("aria-expanded") == "true" and chat.focused() == "Not my taste: Men in Black"
    chat.page.keyboard.press("Enter")
    assert chat.find(".st-done:visible").last.inner_text().startswith("Men in Black will not come back")
    chat.find(".st-reasons:visible").get_by_role("button", name="Running time").click()
    chat.button("Not for me: Galaxy Quest").click()
    chat.button("Seen it: Galaxy Quest").click()
    assert chat.button("Like: Galaxy Quest").get_attribute("aria-pressed") == "true"
    chat.page.wait_for_function("document.querySelector('#st-status').textContent === 'Galaxy Quest: marked as seen'")
    chat.reload()
    votes = [chat.find(f".st-card[data-id^={start}]").get_attribute("data-votes") for start in ("gal", "sha", "men")]
    assert votes == ["like seen", "like", "dislike"]
    chat.say("something else")
    assert not {"Men in Black (1997)", "Galaxy Quest (1999)"} & set(chat.texts(".st-title")[3:])


def test_the_confirmation_of_a_press_leaves_after_ten_seconds(visit):
    """The line with "Undo" goes by itself, the press stays."""
    chat = visit(alone=True)
    chat.page.clock.install()
    chat.say("something funny")
    chat.button("Like: Galaxy Quest").click()
    chat.find("#st-input").click()
    assert chat.button("Undo: Galaxy Quest").is_visible()
    chat.page.clock.run_for(11_000)
    assert not chat.button("Undo: Galaxy Quest").is_visible()
    assert chat.button("Like: Galaxy Quest").get_attribute("aria-pressed") == "true"


def test_removing_a_wish_searches_again_without_it(visit):
    """The chips above the message box show what is in force; pressing one removes it, searches, and focuses the box."""
    chat = visit().say("something funny")
    assert chat.texts(".st-wish") == ["under 120 minutes", "“funnier”"]
    chat.during(lambda: chat.button("Remove: under 120 minutes").click())
    assert chat.texts(".st-wish") == ["“funnier”"]
    assert chat.texts(".st-bubble")[-1] == "Search again"
    assert chat.focused() == "st-input"


def test_the_panel_shows_what_is_known_and_deletes_exports_and_erases_it(visit):
    """Sentences with source and delete button; the export is complete; erasing asks first, then forgets."""
    chat = visit().say("something funny")
    chat.button("Like: Galaxy Quest").click()
    chat.button("What I know about you").click()
    assert chat.focused() == "st-profile-title"
    chat.page.wait_for_selector("text=You like Galaxy Quest.")
    assert chat.texts(".st-known")[0] == "You asked for: under 120 minutes. From message 1."
    assert chat.violations() == []
    chat.find("#st-profile").get_by_role("button", name="Remove: “funnier”").click()
    chat.page.wait_for_function("document.querySelectorAll('.st-wish').length === 1")
    with chat.page.expect_download() as download:
        chat.button("Download my data").click()
    saved = json.loads(download.value.path().read_text("utf-8"))
    assert saved["turns"][0]["message"] == "something funny" and saved["feedback"][0]["kind"] == "like"
    chat.page.keyboard.press("Escape")
    assert chat.focused() == "What I know about you"
    chat.button("What I know about you").click()
    chat.button("Erase everything").click()
    assert chat.focused() == "Keep it"
    chat.button("Yes, erase").click()
    chat.page.wait_for_selector(".st-welcome")
    assert chat.texts(".st-notice") == ["Everything was erased."]
    chat.reload()
    assert chat.find(".st-welcome").count() == 1 and chat.texts(".st-wish") == []


def test_a_reload_draws_the_conversation_again_from_the_server(visit):
    """Only a session id is kept by the browser, not in the address; an id that the server does not know starts anew."""
    chat = visit().say("something funny")
    before = chat.texts(".st-card")
    chat.reload()
    assert chat.texts(".st-card") == before and chat.texts(".st-wish") == ["under 120 minutes", "“funnier”"]
    assert chat.page.evaluate("Object.keys(localStorage).join()") == "shelftalk"
    assert "?" not in chat.page.url and len(chat.page.evaluate("localStorage.shelftalk")) < 400
    other = visit(alone=True)
    assert other.find(".st-welcome").count() == 1  # two visitors never see each other


def test_each_catalogue_has_its_own_conversation(visit):
    """The switch changes the catalogue and comes back to the conversation that was left."""
    chat = visit().say("something funny")
    chat.page.get_by_label("Catalogue").select_option("outdoor")
    chat.page.wait_for_selector(".st-welcome")
    assert "Hiking boots under €120" in chat.texts(".st-example")
    chat.page.get_by_label("Catalogue").select_option("films")
    chat.page.wait_for_selector(".st-card")
    assert chat.texts(".st-bubble") == ["something funny"]


def test_a_cited_answer_opens_its_section_and_a_person_can_be_called(visit):
    """The mark in the text opens the quoted section; "Talk to a person" is always there and says its reference."""
    chat = visit().say("how do refunds work?")
    chat.page.get_by_text("[1]").click()
    assert (
        chat.find(".st-source mark").inner_text()
        == "Report it within 7 days of the rental from My rentals, Report a problem."
    )
    assert chat.focused().endswith("Refunds for rentals · When we refund")
    chat.during(lambda: chat.button("Talk to a person").click())
    assert chat.find(".st-handover-line").inner_text().startswith("Passed to a person, reference H-")
    assert chat.violations() == []


def test_a_failure_is_said_kept_and_can_be_tried_again(visit):
    """The message stays, the error is in words with a button, and nothing technical is shown."""
    chat = visit().say("broken")
    assert chat.texts(".st-bubble") == ["broken"]
    failed = "Something failed while I was answering. Your message is kept; please send it again."
    assert chat.texts(".st-error") == [f"That did not work {failed} Try again"]
    assert chat.violations() == []
    chat.during(lambda: chat.button("Try again").click())
    assert chat.texts(".st-bubble") == ["broken"]


def test_a_lost_connection_is_said_and_the_text_comes_back(visit):
    """When the server is out of reach the page says so and gives the message back."""
    chat = visit(alone=True)
    chat.page.clock.install()
    chat.page.route("**/gradio_api/queue/join*", lambda route: None)
    chat.find("#st-input").fill("are you there?")
    chat.page.keyboard.press("Enter")
    chat.page.clock.run_for(9_000)
    chat.page.wait_for_selector("#st-trouble:visible")
    assert chat.texts("#st-trouble")[0].startswith("The connection was lost.")
    assert chat.find("#st-input").input_value() == "are you there?"
    assert chat.button("Send").is_visible()


def test_the_last_message_can_be_edited(visit):
    """Edit puts the text back into the box, focused."""
    chat = visit().say("something funy")
    chat.button("Edit your last message").click()
    assert (chat.find("#st-input").input_value(), chat.focused()) == ("something funy", "st-input")
    assert chat.button("Edit your last message").count() == 1


def test_what_a_visitor_types_stays_text(visit):
    """Markup, templates and odd presses from the browser do nothing."""
    hostile = "<img src=x onerror=document.title=1> ${document.title=2} {{constructor}} **bold**"
    chat = visit().say(hostile)
    assert chat.texts(".st-bubble") == [hostile]
    assert chat.find(".st-bubble *").count() == 0
    chat.page.evaluate(
        """() => {
          const fake = document.createElement('button');
          fake.dataset.act = 'like'; fake.dataset.id = 'not-shown-here';
          document.querySelector('.st-card').append(fake); fake.click();
        }"""
    )
    chat.page.wait_for_selector("#st-trouble:visible")
    assert chat.texts("#st-trouble")[0].startswith("That could not be read")
    assert chat.page.title() == "Shelftalk: find films by talking"


@pytest.mark.parametrize("composing", [{"isComposing": True}, {"keyCode": 229}])
def test_enter_that_ends_a_composition_does_not_send(visit, composing):
    """An input method's Enter keeps the text; the next one sends, Shift+Enter makes a line."""
    chat = visit()
    chat.find("#st-input").fill("你好")
    chat.page.evaluate(
        "given => document.querySelector('#st-input').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...given}))",
        composing,
    )
    chat.page.keyboard.press("Shift+Enter")
    assert chat.find("#st-input").input_value() == "你好\n" and chat.find(".st-bubble").count() == 0
    chat.during(lambda: chat.page.keyboard.press("Enter"))
    assert chat.texts(".st-bubble") == ["你好"]


def test_a_reload_in_the_middle_keeps_what_was_written_and_marks_it(visit):
    """Leaving stops the turn; coming back shows the message, the cards, the mark, and a way to go on."""
    chat = visit().say("slow slow slow slow", wait=False)
    chat.page.wait_for_selector(".st-card")
    chat.reload()
    assert chat.texts(".st-bubble") == ["slow slow slow slow"]
    assert chat.texts(".st-mark") in (["(stopped)"], ["(cut off)"])
    assert chat.find(".st-card").count() == 3
    chat.say("something funny")
    assert chat.texts(".st-bubble") == ["slow slow slow slow", "something funny"]

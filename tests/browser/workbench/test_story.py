"""What a person does who does not program: from a sentence that sounds cold to the one visitors hear, and back."""

from __future__ import annotations

import pytest

from tests.browser.chat import Chat
from tests.browser.workbench.place import place as made

MESSAGE = "a French comedy from the 1960s"
AFTER = "Just for you, and nobody else."
WARM = AFTER


@pytest.fixture(scope="module")
def place(tmp_path_factory, browser):
    """A server with its chat page."""
    with made(tmp_path_factory.mktemp("story"), browser, with_page=True) as found:
        yield found


def chatted(browser, place):
    """What a new visitor reads on the chat page."""
    context = browser.new_context(locale="en")
    chat = Chat(context.new_page(), f"{place.address}/").open().say(MESSAGE)
    (said,) = chat.texts("#st-chat")
    context.close()
    return said


def test_a_tone_is_changed_tried_published_heard_and_taken_back(browser, place, edit):
    """Find the explanation, make it warmer and shorter, compare, run the set, publish, chat, roll back, chat."""
    hands = edit("Ada")
    hands.find("#search").fill("opens a recomm")
    assert hands.texts(".prompt-title") == ["How it opens a recommendation"]
    hands.find(".prompt-row").click()
    hands.wording("few").fill(WARM)
    hands.find("[data-key=few]").get_by_role("button", name="Remove wording 2").click()
    hands.saved()
    hands.find("[data-key=few] .said.is-draft ins").first.wait_for()
    assert hands.texts("[data-key=few] .said.is-draft") == [AFTER]
    hands.find(".prompt-row .pill", has_text="Your draft").wait_for()

    hands.find(".bar").get_by_role("link", name="Try it").click()
    hands.find(".turn", has_text=MESSAGE).click()
    hands.find(".verdict-line").wait_for()
    (verdict,) = hands.texts(".verdict-line")
    assert verdict.startswith("The text is different.") and verdict.endswith("shorter.")
    before, after = hands.texts(".side .said p:first-child")
    assert before in place.talked[MESSAGE] and after == AFTER
    assert hands.texts(".side .card-title") == ["Playtime (1967)"] * 2
    assert hands.texts(".side ins")[0].startswith("Just for you") and hands.find(".side.is-old del").count()

    hands.find(".case-form summary").click()
    hands.page.get_by_label("What should have happened?").fill("The film, and no more than that.")
    hands.page.get_by_label("It must say").fill("Playtime")
    hands.button("Keep this case").click()
    hands.find(".case-form .good").wait_for()

    hands.view("Test set").button("Run the test set").click()
    hands.find("#results .verdict-line").wait_for()
    assert "Broken" not in hands.texts("#results .verdict-line")[0]
    row = hands.find(".pair").filter(has_text=MESSAGE).first
    row.locator("summary").first.click()
    row.get_by_role("button", name="I like it better").click()
    row.get_by_text("Kept with this result").wait_for()

    hands.view("Publish").page.get_by_label("What and why, in one sentence").fill("Explanations: warmer and shorter.")
    hands.button("Publish").click()
    hands.find("#publish-notice .good").wait_for()
    assert hands.texts("#publish-notice h3") == ["Version 2 is live."]
    assert hands.texts("#spoken")[0].startswith("Live Version 2, published by Ada just now.")
    assert AFTER in chatted(browser, place)

    hands.button("Roll back").click()
    hands.page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    hands.find("#publish-notice p.good").wait_for()
    assert hands.texts("#publish-notice p.good") == ["Rolled back: version 1 is live."]
    assert AFTER not in chatted(browser, place)

    hands.view("History").find(".version").first.wait_for()
    assert hands.texts(".version h3") == ["Version 2", "Version 1 Live"]
    hands.find(".version summary").first.click()
    hands.find(".version .change").wait_for()
    assert hands.texts(".version .small-title") == ["How it opens a recommendation (English) · few"]
    assert hands.texts(".version-why") == ["Explanations: warmer and shorter.", "As shipped."]

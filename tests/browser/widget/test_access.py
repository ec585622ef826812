"""The widget for everybody: keyboard, screen readers, small screens, dark, less motion, Chinese; axe in every state."""

from __future__ import annotations

import pytest

from tests.browser.widget.hands import SHADOW, TOLD
from tests.browser.widget.place import PICTURES

_SMALL = f"""() => Array.from({SHADOW}.querySelectorAll('button:not(.ref), summary, textarea'))
  .filter((one) => one.checkVisibility({{ visibilityProperty: true }}) && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))"""
_MOVING = (
    f"() => {SHADOW}.getAnimations().concat(document.getAnimations()).filter((a) => a.playState === 'running').length"
)
_WIDE = f"""() => Math.max(document.documentElement.scrollWidth - innerWidth,
  ...Array.from({SHADOW}.querySelectorAll('.log, .card, .bubble, .composer, .bar'),
    (part) => part.scrollWidth - part.clientWidth))"""
SCREENS = {
    "wide-light": {},
    "wide-dark": {"color_scheme": "dark"},
    "phone-light": {"width": 390, "height": 844, "phone": True},
    "phone-dark": {"width": 390, "height": 844, "phone": True, "color_scheme": "dark"},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_any_state(visit, screen):
    """Closed, empty, being written, cards, details open, handed over, failed: no violation of WCAG 2.2 A and AA."""
    hands, found = visit(**SCREENS[screen]), {}

    def look(state):
        hands.page.wait_for_timeout(250)  # the panel has come to rest
        hands.picture(f"widget-{screen}-{state}", PICTURES)
        found[state] = [*hands.violations(), *hands.page.evaluate(_SMALL)]

    look("closed")
    hands.open()
    look("empty")
    hands.say("something funny")
    look("cards")
    hands.find(".card summary").first.click()
    hands.button("Not for me: Galaxy Quest").click()
    hands.button("Not my taste: Galaxy Quest").click()
    look("details")
    hands.say("slow slow slow slow slow", wait=False)
    hands.find(".progress").wait_for()
    look("streaming")
    hands.button("Stop").click()
    hands.ended()
    hands.say("can I get a refund?").find(".source summary").last.click()
    hands.button("Talk to a person").click()
    hands.find(".over").wait_for()
    hands.ended()
    look("handover")
    hands.button("More options").click()
    hands.button("Erase everything").click()
    look("menu")
    hands.button("More options").click()
    hands.page.context.set_offline(True)
    hands.say("something else", wait=False)
    hands.find(".fault").wait_for()
    look("error")
    assert found == {state: [] for state in found}
    assert len(found) == 8


def test_axe_looks_into_the_widget(visit):
    """The test above is not blind: a pale sentence inside the widget is found."""
    hands = visit().open()
    hands.find(".hero-text").evaluate("(e) => { e.style.color = '#cccccc'; }")
    assert [one.partition(":")[0] for one in hands.violations()] == ["color-contrast"]


@pytest.mark.parametrize("screen", ["wide-light", "phone-dark"])
def test_in_chinese_too(visit, screen):
    """Every word of the widget is Chinese, the language is marked, and so is a title in another; axe finds nothing."""
    hands = visit("/zh", **SCREENS[screen])
    assert hands.violations() == []
    hands.open().say("来点好笑的")
    hands.page.wait_for_timeout(250)
    hands.picture(f"widget-zh-{screen}", PICTURES)
    assert hands.find(".widget").get_attribute("lang") == "zh"
    assert hands.find(".title span").first.get_attribute("lang") == "en"
    assert "喜剧、科幻、冒险" in hands.texts(".facts")[0]
    assert hands.texts(".tag")[0] == "其中最短"
    assert hands.button("喜欢：Galaxy Quest").is_visible()
    assert hands.violations() == []


def test_everything_works_by_keyboard(visit):
    """From the page to the launcher, into the panel and through it in reading order; Enter and Space press."""
    hands = visit()
    keys = hands.page.keyboard
    hands.page.locator("#own").focus()
    keys.press("Tab")
    assert hands.focused() == "Open chat"
    keys.press("Enter")
    hands.find(".example").first.wait_for()
    assert hands.focused() == "message"
    keys.type("something funny")
    keys.press("Enter")
    hands.find(".chips").wait_for()
    hands.ended()
    order: list[str] = []
    hands.find(".launcher").focus()
    while "Talk to a person" not in order and len(order) < 60:
        keys.press("Tab")
        order.append(hands.focused())
    expected = ["More options", "Close chat", "Conversation", "Why this? Galaxy Quest", "Like: Galaxy Quest"]
    expected += ["Not for me: Galaxy Quest", "Like: Shaun of the Dead", "Shorter (12)", "Remove: under 120 minutes"]
    expected += ["message", "Send", "Talk to a person"]
    assert [name for name in order if name in expected] == expected
    hands.button("Like: Galaxy Quest").focus()
    keys.press("Space")
    assert hands.button("Like: Galaxy Quest").get_attribute("aria-pressed") == "true"
    hands.find(".card summary").first.focus()
    keys.press("Enter")
    assert hands.find(".card details").first.get_attribute("open") is not None
    hands.button("Not for me: Galaxy Quest").focus()
    keys.press("Enter")
    keys.press("Escape")
    assert hands.focused() == "Not for me: Galaxy Quest" and hands.find(".panel").is_visible()
    keys.press("Shift+Enter")
    hands.box().fill("a")
    hands.box().press("Shift+Enter")
    assert hands.box().input_value() == "a\n"


def test_escape_closes_from_everywhere_and_gives_the_focus_back(visit):
    """To the launcher, or to the page's own button that opened it; an open menu closes first; focus is always seen."""
    hands = visit().open().say("something funny")
    for place in ("#message", ".log", ".card summary", ".presses .button", ".icon-button"):
        if not hands.find(".panel").is_visible():
            hands.find(".launcher").press("Enter")
        hands.find(place).first.focus()
        hands.page.keyboard.press("Escape")
        assert (hands.find(".panel").is_visible(), hands.focused()) == (False, "Open chat")
        outline = hands.find(".launcher").evaluate(
            "(e) => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth"
        )
        assert outline == "solid3px"
    hands.find(".launcher").press("Enter")
    hands.button("More options").press("Enter")
    hands.page.keyboard.press("Escape")
    assert (hands.find(".menu").is_visible(), hands.focused()) == (False, "More options")
    hands.page.keyboard.press("Escape")
    hands.page.evaluate("document.querySelector('#own').addEventListener('click', () => Shelftalk.open())")
    hands.page.locator("#own").press("Enter")
    assert hands.focused() == "message"
    hands.page.keyboard.press("Escape")
    assert hands.focused() == "own"


def test_a_screen_reader_hears_one_sentence_for_each_reply(visit):
    """The log is silent; the status line is told once, when the reply is done: its first words, and how many cards."""
    hands = visit().open()
    hands.page.evaluate(TOLD)
    hands.say("slow")
    hands.until("window.told.length > 0")
    hands.say("can I get a refund?")
    hands.until("window.told.length > 1")
    hands.page.wait_for_timeout(300)
    assert hands.page.evaluate("window.told") == [
        "These fit: under 120 minutes. Answer ready with 3 films.",
        "Report it within 7 days of the rental from My rentals, Report a problem.",
    ]
    assert hands.find(".log").get_attribute("aria-live") == "off"


def test_on_a_phone_it_is_the_whole_screen(visit):
    """A modal dialog over everything, the page behind inert and held still until it closes; turning keeps the words."""
    hands = visit(**SCREENS["phone-light"])
    hands.open()
    box = hands.find(".panel").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    assert hands.find(".panel").evaluate("(e) => e.matches(':modal')")
    assert hands.page.evaluate("document.documentElement.style.overflow") == "hidden"
    hands.page.evaluate("document.querySelector('#own').focus()")
    assert hands.focused() != "own"
    hands.box().fill("half a thought")
    hands.page.set_viewport_size({"width": 1000, "height": 800})
    hands.until(f"!{SHADOW}.querySelector('.panel').matches(':modal')")
    assert hands.page.evaluate("document.documentElement.style.overflow") == ""
    assert (hands.box().input_value(), hands.find(".panel").is_visible()) == ("half a thought", True)
    hands.page.set_viewport_size({"width": 390, "height": 844})
    hands.until(f"{SHADOW}.querySelector('.panel').matches(':modal')")
    hands.button("Close chat").last.click()
    assert hands.page.evaluate("document.documentElement.style.overflow") == ""


def test_beside_a_wide_page_both_can_be_used(visit):
    """Not modal: the page's own button still works while the panel stands open."""
    hands = visit().open()
    hands.page.evaluate("document.querySelector('#own').addEventListener('click', () => { window.pressed = true; })")
    hands.page.locator("#own").click()
    assert hands.page.evaluate("window.pressed") and hands.find(".panel").is_visible()
    assert not hands.find(".panel").evaluate("(e) => e.matches(':modal')")


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_sticks_out_sideways(visit, width):
    """On a small phone, also with large gaps between letters and words."""
    hands = visit(width=width, height=700, phone=True).open().say("something funny")
    hands.find(".card summary").first.click()
    hands.button("Not for me: Galaxy Quest").click()
    assert hands.page.evaluate(_WIDE) <= 0
    assert hands.page.evaluate(_SMALL) == []


def test_less_motion_is_none(visit):
    """Whoever asks for less motion sees nothing move, also while a reply is written."""
    hands = visit(reduced_motion="reduce").open().say("slow slow slow", wait=False)
    hands.find(".progress").wait_for()
    assert hands.page.evaluate(_MOVING) == 0
    hands.button("Stop").click()
    hands.ended()


@pytest.mark.parametrize("accent", ["#ffe100", "#d9b3ff", "rebeccapurple"])
def test_the_pages_own_accent_stays_readable(visit, place, accent):
    """A colour that would fail is brought as near as stays readable, in the light and in the dark."""
    place.site.page("/accent", accent=accent, theme="dark")
    hands = visit("/accent")
    assert hands.find(".widget").get_attribute("data-theme") == "dark"
    hands.open().say("something funny")
    hands.button("Like: Galaxy Quest").click()
    assert hands.violations() == []
    hands.page.evaluate("document.querySelector('shelftalk-widget').dataset.theme = 'light'")
    assert hands.find(".widget").get_attribute("data-theme") == "light"
    hands.picture(f"widget-accent-{accent.strip('#')}", PICTURES)
    assert hands.violations() == []


def test_an_input_method_commits_a_word_without_sending_it(visit):
    """Enter that ends a composition is not the Enter that sends."""
    hands = visit().open()
    hands.box().fill("来点")
    hands.box().evaluate(
        "(e) => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"
    )
    assert (hands.box().input_value(), hands.texts(".bubble")) == ("来点", [])


def test_a_greeting_can_be_sent_away(visit, place):
    """A line beside the launcher that opens the panel or goes; it does not come back to who has spoken."""
    place.site.page("/hello", greeting="Can I help?")
    hands = visit("/hello")
    assert hands.violations() == []
    hands.button("Dismiss").click()
    assert hands.find(".greeting").count() == 0
    hands.reload().button("Can I help?").click()
    hands.find(".welcome").wait_for()
    hands.say("refund").reload()
    assert hands.find(".greeting").count() == 0

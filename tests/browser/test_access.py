"""The page for everybody: keyboard, small screens, dark, large text, less motion, Chinese; and axe in every state."""

from __future__ import annotations

import pytest

_SPACING = (
    "#st-chat *, #st-wishes *, #st-composer * { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important; } #st-chat p { margin-bottom: 2em !important; }"
)
_COVERED = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const bars = ['#st-top', '#st-wishes', '#st-composer'].map((one) => document.querySelector(one));
  return bars.some((bar) => !bar.contains(document.activeElement) && bar.offsetHeight &&
    box.bottom > bar.getBoundingClientRect().top + 1 && box.top < bar.getBoundingClientRect().bottom - 1);
}"""
_STYLE = """(e) => (s => [parseFloat(s.lineHeight) / parseFloat(s.fontSize), s.fontStyle, s.letterSpacing])
  (getComputedStyle(e))"""
_SMALL = """() => Array.from(document.querySelectorAll('button, select, summary, #st-input'))
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height < 43.5)
  .map((e) => e.outerHTML.slice(0, 120))"""


def test_everything_works_by_keyboard_and_the_focus_is_never_lost_or_covered(visit):
    """Tab goes through the page in reading order; no focused control stands under a bar; Enter and Space press."""
    chat = visit(height=620).say("something funny")
    order: list[str] = []
    while order.count("body") < 2 and len(order) < 60:  # from the message box to the end, then once through everything
        chat.page.keyboard.press("Tab")
        order.append("body" if chat.page.evaluate("document.activeElement === document.body") else chat.focused())
        assert order[-1] == "body" or not chat.page.evaluate(_COVERED), order[-1]
    expected = ["Skip to the message box", "What I know about you", "Talk to a person", "Why this? Galaxy Quest"]
    expected += ["Like: Galaxy Quest", "Not for me: Galaxy Quest", "Like: Shaun of the Dead", "Shorter (12)"]
    expected += ["Remove: “funnier”", "st-input", "Send", "body"]
    assert [name for name in order[order.index("body") + 1 :] if name in expected] == expected
    chat.button("Like: Galaxy Quest").focus()
    chat.page.keyboard.press("Space")
    assert chat.button("Like: Galaxy Quest").get_attribute("aria-pressed") == "true"
    chat.find(".st-card summary").first.focus()
    chat.page.keyboard.press("Enter")
    assert chat.find(".st-card details").first.get_attribute("open") is not None
    chat.button("Not for me: Galaxy Quest").focus()
    chat.page.keyboard.press("Enter")
    chat.page.keyboard.press("Escape")
    assert chat.focused() == "Not for me: Galaxy Quest"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_wide_screen(visit, scheme):
    """Empty, with cards, with "Why this?" and "Not for me" open: no violation of WCAG 2.2 A and AA."""
    chat = visit(color_scheme=scheme)
    assert chat.violations() == []
    chat.say("something funny")
    assert chat.violations() == []
    chat.find(".st-card summary").first.click()
    chat.button("Not for me: Galaxy Quest").click()
    chat.button("Not my taste: Galaxy Quest").click()
    chat.button("Like: Men in Black").click()
    assert chat.violations() == []
    assert chat.page.evaluate(_SMALL) == []


def test_the_theme_can_be_asked_for_in_the_address(visit):
    """``?__theme=dark`` is dark whatever the system prefers."""
    chat = visit(path="/?__theme=dark", color_scheme="light")
    assert chat.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 18, 14)"


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_scrolls_one_way_only_and_reaches_everything(visit, width):
    """No sideways scroll, the message box in view, targets of 44 px, the panel a dialog over everything; axe agrees."""
    chat = visit(width=width, height=700, phone=True)
    assert chat.overflow() == 0
    chat.say("something funny")
    chat.find(".st-card summary").first.tap()
    chat.button("Not for me: Galaxy Quest").tap()
    chat.button("Not my taste: Galaxy Quest").tap()
    assert chat.overflow() == 0
    assert chat.page.evaluate("document.querySelector('.st-form').getBoundingClientRect().bottom <= innerHeight")
    assert chat.page.evaluate(_SMALL) == []
    assert chat.violations() == []
    chat.button("What I know about you").tap()
    panel = chat.find("#st-profile")
    assert (panel.get_attribute("role"), panel.get_attribute("aria-modal")) == ("dialog", "true")
    assert chat.page.evaluate(
        "document.querySelector('#st-chat').inert && document.querySelector('#st-composer').inert"
    )
    chat.page.wait_for_timeout(250)
    assert chat.violations() == [] and chat.overflow() == 0
    chat.button("Close").tap()
    assert chat.focused() == "What I know about you"


def test_a_chip_does_not_open_the_keyboard_of_a_phone(visit):
    """After a chip the box is focused without asking for input; touching the box asks again."""
    chat = visit(width=390, height=700, phone=True).say("something funny")
    chat.during(lambda: chat.button("Shorter (12)").tap())
    assert chat.focused() == "st-input" and chat.find("#st-input").get_attribute("inputmode") == "none"
    chat.find("#st-input").tap()
    assert not chat.find("#st-input").get_attribute("inputmode")


@pytest.mark.parametrize("width", [640, 320])
def test_wide_text_spacing_cuts_nothing_off(visit, width):
    """The spacing of WCAG 1.4.12, on a page at 200 % and at 400 % of 1280 pixels, needs no sideways scroll."""
    chat = visit(width=width, height=900).say("something funny")
    chat.page.add_style_tag(content=_SPACING)
    assert chat.overflow() == 0


def test_less_motion_means_none(visit):
    """With reduced motion nothing is animated, not even while waiting."""
    chat = visit(reduced_motion="reduce").say("something slow", wait=False)
    chat.page.wait_for_selector(".st-places")
    assert chat.page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0


def test_a_chinese_visitor_finds_a_chinese_page(visit):
    """Words, language, line height and fonts follow the browser, then the conversation; the notice is shown."""
    chat = visit(locale="zh-CN")
    assert chat.page.evaluate("document.documentElement.lang") == "zh"
    assert chat.texts(".st-hero") == ["今天想看点什么？"]
    assert chat.find("#st-input").get_attribute("placeholder") == "您想找什么？"
    assert chat.violations() == []
    chat.say("推荐一部九十年代的喜剧片")
    assert chat.button("喜欢：《Galaxy Quest》").or_(chat.button("喜欢：Galaxy Quest")).count() == 1
    assert "描述" in chat.texts(".st-notice")[0] or "英文" in chat.texts(".st-notice")[0]
    style = chat.find(".st-lead").evaluate(_STYLE)
    assert style[0] >= 1.6 and style[1:] == ["normal", "normal"]
    assert chat.violations() == []


def test_an_english_page_turns_chinese_with_the_conversation(visit):
    """The page follows the language of the conversation; earlier turns keep their own."""
    chat = visit().say("something funny").say("推荐一部喜剧片")
    assert chat.page.evaluate("document.documentElement.lang") == "zh"
    assert chat.texts(".st-badge") == ["AI助手"]
    assert chat.texts(".st-summary")[0].startswith("Why this?")
    assert chat.find(".st-turn").first.get_attribute("lang") == "en"

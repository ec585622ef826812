"""The workbench for everybody: keyboard, screen readers, phones, dark, less motion, Chinese; axe in every state."""

from __future__ import annotations

import pytest

from tests.browser.workbench.hands import TOLD

SCREENS = {
    "wide-light": {},
    "phone-dark": {"width": 390, "height": 844, "phone": True, "color_scheme": "dark", "reduced_motion": "reduce"},
}
_MOVING = "document.getAnimations().filter((one) => one.playState === 'running').length"


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_any_state(edit, screen):
    """Every view, empty and full, a wrong wording, a question, a refusal, a held draft: WCAG 2.2 A and AA are kept."""
    hands, found = edit("Ada", **SCREENS[screen]), {}

    def look(state):
        hands.picture(f"workbench-{screen}-{state}")
        found[state] = hands.violations()

    look("list")
    hands.find("#search").fill("nothing of that name")
    look("nothing-found")
    hands.go("#prompts/explain/item").find("[data-key=line] textarea").first.wait_for()
    look("prompt")
    hands.wording("line").fill("- **{title}**!")
    hands.saved().find("[data-key=line] .problems .is-must").first.wait_for()
    look("wrong")
    hands.go("#publish").find("#why").fill("Warmer.")
    hands.find("#publish").click()
    hands.find(".trouble.is-list").wait_for()
    look("refused")
    hands.go("#prompts/explain/item").wording("line").fill("- **{title}**! {reason}")
    hands.saved().find("[data-key=line] .said.is-draft ins").first.wait_for()
    look("draft")
    hands.go("#try").find(".turn").first.wait_for()
    look("choosing")
    hands.find(".turn").first.click()
    hands.find(".verdict-line").wait_for()
    hands.find(".case-form summary").click()
    look("side-by-side")
    hands.go("#cases").find("#run").click()
    hands.find("#results .verdict-line").wait_for()
    hands.find(".pair summary").first.click()
    hands.find(".case-set > summary").click()
    look("results")
    hands.go("#publish").find(".draft summary").click()
    hands.find(".trial summary").click()
    hands.find(".draft .said").first.wait_for()
    look("publish")
    hands.go("#history").find(".version").first.wait_for()
    look("history")
    other = edit("Bob", path="#prompts/explain/item", **SCREENS[screen])
    other.find("#take-over").wait_for()
    other.picture(f"workbench-{screen}-held")
    found["held"] = other.violations()
    hands.go("#prompts/explain/item").find("#discard").click()
    look("question")
    hands.find("dialog .is-danger").click()
    hands.state("none")
    hands.page.context.set_offline(True)
    hands.go("#history").find("#view-history .trouble").wait_for()
    look("unreachable")
    assert found == {state: [] for state in found}
    assert len(found) == 14
    if screen == "phone-dark":
        assert hands.page.evaluate(_MOVING) == 0


def test_axe_looks_at_the_page(edit):
    """The test above is not blind: a pale sentence is found."""
    hands = edit("Ada")
    hands.find("#view-prompts > .lead").evaluate("(e) => { e.style.color = '#cccccc'; }")
    assert [one.partition(":")[0] for one in hands.violations()] == ["color-contrast"]


def test_everything_works_by_keyboard(edit, place):
    """From the first Tab through search, editor, both replies, publication and roll back; the focus is never lost."""
    hands = edit("Kay")
    keys = hands.page.keyboard

    def to(name):
        """Press Tab until the focus is there."""
        order = []
        while hands.focused() != name:
            keys.press("Tab")
            order.append(hands.focused())
            assert len(order) < 90, order

    hands.page.evaluate(TOLD)
    keys.press("Tab")
    assert hands.focused() == "Skip to the content"
    keys.press("Enter")
    assert hands.focused() == "main"
    to("search")
    keys.type("line by line")
    hands.until("told.includes('One prompt found')")
    keys.press("Tab")
    keys.press("Enter")
    hands.find("#prompt-title").wait_for()
    hands.until("document.activeElement.id === 'prompt-title'")
    to("line")
    keys.press("ControlOrMeta+a")
    keys.type("- **{title}**. {reason}")
    hands.saved()
    keys.press("Shift+Tab")
    while hands.focused() != "Try it":
        keys.press("Shift+Tab")
    keys.press("Enter")
    hands.until("document.activeElement.id === 'title-try'")
    to("try-message")
    keys.type("a French comedy from the 1960s")
    keys.press("Enter")
    hands.find(".verdict-line").wait_for()
    hands.until("told.includes('The text is different. One word shorter.')")
    hands.find("[data-view=cases]").focus()
    keys.press("Enter")
    hands.until("document.activeElement.id === 'title-cases'")
    hands.find("#run:enabled").wait_for()
    to("run")
    keys.press("Space")
    hands.until("told.some((text) => text.startsWith('9 cases run'))")
    hands.until("document.activeElement.id === 'run'")
    hands.find("[data-view=publish]").focus()
    keys.press("Enter")
    hands.find("#why").wait_for()
    to("why")
    keys.type("Shorter.")
    keys.press("Enter")
    hands.find("#publish-notice .good").wait_for()
    hands.until("document.activeElement.closest('#publish-notice')")
    assert "Playtime**. The" in place.said("a French comedy from the 1960s")
    to("roll-back")
    keys.press("Enter")
    hands.page.get_by_role("dialog").wait_for()
    keys.press("Escape")
    hands.until("document.activeElement.id === 'roll-back'")
    keys.press("Enter")
    hands.page.get_by_role("dialog").wait_for()
    keys.press("Enter")
    hands.until("told.includes('Rolled back: version 1 is live.')")
    assert "Playtime** (1967): The" in place.said("a French comedy from the 1960s")


def test_on_a_phone_one_thing_at_a_time(edit):
    """The list, then the prompt with a way back to where one was; nothing sticks out, also at 320 pixels."""
    hands = edit("Pia", width=320, height=640, phone=True)
    hands.find("[href='#prompts/explain/item']").click()
    hands.wording("line").wait_for()
    assert not hands.find("#search").is_visible()
    assert [one for one in hands.violations() if "wide" in one] == []
    hands.find(".back").click()
    hands.find("#search").wait_for()
    hands.until("document.activeElement.getAttribute('href') === '#prompts/explain/item'")


def test_in_chinese_too(edit):
    """The page speaks the browser's language, with the names of prompts, variables and steps; axe finds nothing."""
    hands = edit("安", locale="zh-CN", path="#prompts/explain/item")
    hands.find("#draft-state").wait_for()
    hands.find(".languages button").nth(1).click()
    hands.find(".languages button[aria-pressed=true]", has_text="中文").wait_for()
    hands.picture("workbench-zh")
    assert hands.page.evaluate("document.documentElement.lang") == "zh"
    assert hands.texts("#prompt-title") == ["怎样逐行说明条目"]
    assert "{如果有year}" in hands.wording("line").input_value()
    assert hands.texts(".views a span:first-child") == ["提示词", "试用", "测试集", "发布", "历史"]
    assert hands.violations() == []

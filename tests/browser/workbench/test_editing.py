"""The editor: protected variables, what is wrong at once, drafts that save themselves, and two people at one prompt."""

from __future__ import annotations

from tests.browser.workbench.hands import TOLD

LINE = "- **{title}**{if year} ({year}){end}{if reason}: {reason}{otherwise}.{end}"
CARET = "(e) => [e.selectionStart, e.selectionEnd]"


def test_a_variable_goes_and_comes_as_a_whole(edit):
    """Deleting half of one takes all of it and says so; undo and a button bring it back; arrows pass it."""
    hands = edit("Tilda", path="#prompts/explain/item")
    field = hands.wording("line")
    assert field.input_value() == LINE
    hands.page.evaluate(TOLD)
    place = LINE.index("{title}")
    field.evaluate("(e, at) => { e.focus(); e.setSelectionRange(at, at); }", place)
    hands.page.keyboard.press("ArrowRight")
    assert field.evaluate(CARET) == [place + 7, place + 7]
    hands.page.keyboard.press("Backspace")
    assert field.input_value() == LINE.replace("{title}", "")
    hands.until("told.some((text) => text === 'title is taken out of the wording.')")
    hands.find("[data-key=line] .missing").wait_for()
    hands.find("[data-key=line] .problems .is-must").first.wait_for()
    assert field.get_attribute("aria-invalid") == "true"
    assert hands.texts("[data-key=line] .missing") == ["No longer in this wording: title. Put title back"]
    hands.page.keyboard.press("ControlOrMeta+z")
    assert field.input_value() == LINE
    hands.state("none")
    field.evaluate("(e, at) => { e.focus(); e.setSelectionRange(at, at); }", place + 3)
    hands.page.keyboard.type("x")
    assert field.input_value() == LINE.replace("{title}", "{title}x")
    field.press("ControlOrMeta+a")
    field.press("Delete")
    hands.button("Put reason back").click()
    assert field.input_value() == "{reason}"
    hands.find("[data-key=line] .insert").first.click()
    assert field.input_value() == "{reason}{title}"
    hands.button("Back to what is live").first.click()
    assert field.input_value() == LINE
    hands.state("none")


def test_what_is_typed_with_an_input_method_stays_whole(edit):
    """A composition at the edge of a variable changes nothing but what it commits."""
    hands = edit("Yun", path="#prompts/explain/item")
    field = hands.wording("line")
    field.evaluate("(e) => { e.focus(); e.setSelectionRange(9, 9); }")
    session = hands.page.context.new_cdp_session(hands.page)
    session.send("Input.imeSetComposition", {"text": "xi", "selectionStart": 2, "selectionEnd": 2})
    session.send("Input.insertText", {"text": "喜剧"})
    assert field.input_value() == LINE.replace("{title}", "{title}喜剧")
    hands.saved()
    hands.find("#discard").click()
    hands.page.get_by_role("dialog").get_by_role("button", name="Discard my draft").click()
    hands.state("none")


def test_a_broken_wording_is_kept_and_never_published(edit, place):
    """What to mend is said at once; what was typed survives a reload; publishing is refused with a way back."""
    hands = edit("Nora", path="#prompts/talk/reply")
    hands.wording("thanks").fill("Thanks, {{ nobody }}!")
    hands.saved()
    hands.find("[data-key=thanks] .problems .is-must").first.wait_for()
    assert hands.texts("[data-key=thanks] .phrase-mark") == ["To mend"]
    hands.page.reload()
    hands.ready().find("[data-key=thanks] .problems .is-must").first.wait_for()
    assert hands.wording("thanks").input_value() == "Thanks, {nobody}!"
    hands.view("Publish").find("#why").fill("Thanks by name.")
    hands.button("Publish").click()
    hands.find(".trouble.is-list li").first.wait_for()
    hands.find(".trouble.is-list a").first.click()
    hands.find("#prompt-title").wait_for()
    assert hands.texts("#prompt-title") == ["Small talk"]
    assert "nobody" not in place.said("thanks")
    hands.find("#discard").click()
    hands.page.get_by_role("dialog").get_by_role("button", name="Discard my draft").click()
    hands.state("none")


def test_the_second_editor_is_told_who_holds_a_draft(edit):
    """May look, takes over explicitly; the first one's next words are refused, kept to copy, and lost nowhere."""
    ada = edit("Ada", path="#prompts/talk/feedback")
    ada.wording("seen").fill("Noted, {titles}: seen.")
    ada.saved()
    bob = edit("Bob", path="#prompts/talk/feedback")
    bob.find("#take-over").wait_for()
    assert bob.texts(".banner p")[0].startswith("Ada holds this draft, taken up just now.")
    assert bob.wording("seen").input_value() == "Noted, {titles}: seen."
    assert not bob.wording("seen").is_editable()
    bob.find("#take-over").click()
    bob.find("#prompt-title:focus").wait_for()
    assert bob.saved().wording("seen").is_editable()
    ada.wording("seen").fill("Noted, {titles}: you have seen that.")
    ada.state("taken")
    assert ada.texts(".banner p")[0] == "Bob has taken this draft over."
    assert "you have seen that." in ada.find(".kept").input_value()
    ada.button("Look at their draft").click()
    ada.find("#take-over").wait_for()
    assert ada.wording("seen").input_value() == "Noted, {titles}: seen."
    bob.find("#discard").click()
    bob.page.get_by_role("dialog").get_by_role("button", name="Discard my draft").click()
    bob.state("none")


def test_words_survive_a_server_that_does_not_answer(edit):
    """The page says that nothing is saved, keeps what was typed, and saves it when asked again."""
    hands = edit("Olga", path="#prompts/talk/reply")
    hands.find("[data-key=bye]").wait_for()
    hands.page.context.set_offline(True)
    hands.wording("bye").fill("Goodbye, and good luck.")
    hands.state("failed").find("#draft-trouble .trouble").wait_for()
    hands.page.context.set_offline(False)
    hands.button("Try again").click()
    hands.saved()
    hands.page.reload()
    hands.ready()
    assert hands.wording("bye").input_value() == "Goodbye, and good luck."
    hands.find("#discard").click()
    hands.page.get_by_role("dialog").get_by_role("button", name="Discard my draft").click()
    hands.state("none")

"""The widget against its surroundings: hostile styles, pages that swap, lost connections, limits, untrusted texts."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.browser.scripted import ScriptedAssistant
from tests.browser.widget.site import site
from tests.web import served, settings

README = Path(__file__).parents[3] / "README.md"

_PARTS = ".launcher, .panel, .bar h2, .hero, .hero-text, .example, .form textarea, .send, .quiet"
_NAMES = (
    "color background-color font letter-spacing line-height direction text-transform border-top-width display opacity"
)
_LOOKS = """([parts, names]) => {
  const root = document.querySelector('shelftalk-widget').shadowRoot;
  return Array.from(root.querySelectorAll(parts), (part) => {
    const look = getComputedStyle(part), { x, y, width, height } = part.getBoundingClientRect();
    const named = names.split(' ').map((name) => look.getPropertyValue(name));
    return [part.className || part.tagName, ...named, ...[x, y, width, height].map(Math.round)];
  });
}"""
_PAGES_LOOKS = """() => Array.from(document.querySelectorAll('html, body, h1, main, p, #own'), (part) =>
  [part.tagName, ...Array.from(getComputedStyle(part)).map((name) => getComputedStyle(part).getPropertyValue(name))])"""
_FOREIGN = {
    "id": "x", "title": "<img src=x onerror=alert(1)>", "score": 1, "rank": 0, "description": "<b>bold</b>",
    "facets": {}, "label": "", "facts": [], "reasons": ["A <script>reason</script>."], "unmet": [], "details": [],
    "evidence": [], "features": {},
}  # fmt: skip


def test_styles_of_the_page_neither_leak_in_nor_out(visit, place):
    """Under a style sheet that shouts at everything each part looks and stands as on a plain page; so do the page's."""
    place.site.page("/hostile", head='<link rel="stylesheet" href="/hostile.css">')
    looks = []
    for path in ("/plain", "/hostile"):
        hands = visit(path, reduced_motion="reduce")
        hands.open()
        hands.page.mouse.move(5, 5)
        looks.append(hands.page.evaluate(_LOOKS, [_PARTS, _NAMES]))
    assert looks[0] == looks[1]
    place.site.page("/without", script="")
    bare = hands.page.context.new_page()
    bare.set_viewport_size({"width": 1280, "height": 800})
    bare.emulate_media(color_scheme="light", reduced_motion="reduce")
    bare.goto(place.site.address + "/without")
    plain = visit("/plain", reduced_motion="reduce")
    plain.open()
    assert plain.page.evaluate(_PAGES_LOOKS) == bare.evaluate(_PAGES_LOOKS)
    names = [page.evaluate("Object.getOwnPropertyNames(window)") for page in (plain.page, bare)]
    assert set(names[0]) - set(names[1]) == {"Shelftalk"}


def test_the_strict_policy_holds_and_needs_nothing_more(visit, place):
    """`default-src 'self'` and the widget's server for scripts and connections: no violation in a whole visit."""
    assert place.site.policy == (
        f"default-src 'self'; script-src 'self' {place.address}; connect-src 'self' {place.address}"
    )
    hands = visit()
    hands.page.evaluate(
        "() => { window.violated = [];"
        " document.addEventListener('securitypolicyviolation', (event) => violated.push(event.violatedDirective)); }"
    )
    hands.open().say("something funny")
    hands.find(".card summary").first.click()
    hands.button("Like: Galaxy Quest").click()
    hands.say("refund").button("More options").click()
    assert hands.page.evaluate("window.violated") == []


def test_the_three_steps_of_the_readme_put_it_into_a_plain_page(visit, place):
    """The line and the policy, as they stand there, with this server in the place of the example's."""
    readme = README.read_text("utf-8")
    line, policy = (
        re.search(rf"^ *({start}.+)$", readme, re.MULTILINE)[1].replace("https://talk.example", place.address)
        for start in ("<script src=", "Content-Security-Policy: ")
    )
    place.site.pages["/readme"] = ("text/html", f"<!doctype html><html lang=en><title>t</title><h1>Hello</h1>{line}")
    place.site.policy = policy.removeprefix("Content-Security-Policy: ")
    assert len(visit("/readme").open().say("something funny").texts(".card")) == 3


def test_pages_that_swap_their_body_keep_the_conversation(visit):
    """A new body, the script a second time: one widget, the same conversation, a running reply goes on."""
    hands = visit().open().say("something funny").say("slow slow", wait=False)
    hands.find(".pair:nth-child(2) .progress").wait_for()
    hands.page.evaluate(
        """() => {
          const body = document.createElement('body'), line = document.createElement('script');
          Object.assign(line.dataset, { ...document.querySelector('script').dataset });
          line.src = document.querySelector('script').src;
          body.append(Object.assign(document.createElement('h1'), { textContent: 'Another page' }), line);
          history.pushState({}, '', '/another');
          document.body.replaceWith(body);
        }"""
    )
    hands.page.wait_for_selector("h1:has-text('Another page')")
    hands.find(".pair:nth-child(2) .card").first.wait_for()
    hands.ended()
    assert hands.find("shelftalk-widget").count() == 1
    assert hands.texts(".bubble") == ["something funny", "slow slow"]
    assert len(hands.texts(".card")) == 6


def test_the_same_line_with_other_choices_is_another_widget(visit, place):
    """The next page of a site that swaps pages may speak Chinese, and stand on the other side."""
    hands = visit()
    hands.page.evaluate(
        """() => {
          const line = document.createElement('script');
          Object.assign(line.dataset, { catalog: 'films', locale: 'zh', position: 'left' });
          line.src = document.querySelector('script').src + '?2';
          document.body.append(line);
        }"""
    )
    hands.page.get_by_role("button", name="打开聊天").click()
    hands.find(".welcome").wait_for()
    assert hands.find("shelftalk-widget").count() == 1
    assert hands.find(".panel").bounding_box()["x"] < 100


def test_offline_the_message_stays_in_the_box(visit):
    """What was typed is not lost; it is said what happened, and one press tries again."""
    hands = visit().open().say("something funny")
    hands.page.context.set_offline(True)
    hands.say("something else", wait=False)
    hands.find(".fault").wait_for()
    assert "The connection was lost." in hands.texts(".fault")[0]
    assert hands.box().input_value() == "something else"
    assert hands.kept()[next(iter(hands.kept()))]["draft"] == "something else"
    assert hands.texts(".bubble") == ["something funny"]
    hands.page.context.set_offline(False)
    hands.button("Try again").click()
    hands.find(".pair:nth-child(2) .card").first.wait_for()
    hands.ended()
    assert (hands.box().input_value(), hands.find(".fault").count()) == ("", 0)


def test_past_the_limit_the_wait_is_counted_down(visit, place):
    """429 with Retry-After: the button says for how long, and works afterwards."""
    hands = visit().open().say("something funny")
    refusal = {"error": {"code": "too_busy", "message": "that was a lot at once", "hint": ""}}
    told = {"Access-Control-Allow-Origin": place.site.address, "Access-Control-Expose-Headers": "Retry-After"}
    hands.page.route(
        "**/v1/chat", lambda route: route.fulfill(status=429, json=refusal, headers={**told, "Retry-After": "3"})
    )
    hands.say("something else", wait=False)
    again = hands.find(".fault .button")
    again.wait_for()
    assert again.get_attribute("aria-disabled") == "true" and hands.texts(".fault .button") == ["Try again in 3 s"]
    hands.page.unroute_all()
    again.click(force=True)
    assert hands.find(".fault").count() == 1
    hands.find(".fault .button[aria-disabled=false]").wait_for()
    assert hands.texts(".fault .button") == ["Try again"]
    again.click()
    hands.find(".pair:nth-child(2) .card").first.wait_for()
    hands.ended()


def test_a_session_that_is_gone_is_told_and_begun_anew(visit, place):
    """Erased elsewhere: a sentence says so, and the same message is answered in a new session."""
    hands = visit().open().say("something funny")
    gone = hands.session
    httpx.delete(f"{place.address}/v1/me", headers={"X-Session": gone}).raise_for_status()
    hands.say("something else", wait=False)
    hands.find(".turns > .notice").wait_for()
    hands.find(".card").first.wait_for()
    hands.ended()
    assert "This conversation no longer exists. A new one has been started." in hands.texts(".turns > .notice")[0]
    assert hands.texts(".bubble") == ["something else"]
    assert hands.session not in ("", gone)


def test_a_sign_in_that_ran_out_keeps_the_message_and_tells_the_page(visit, place):
    """401: what to do is said, the page hears of it and sets a new token, the message is sent again by a press."""
    hands = visit().open().say("something funny")
    hands.page.evaluate("() => { window.heard = []; Shelftalk.on('unauthorized', (detail) => heard.push(detail)); }")
    refusal = {"error": {"code": "expired_token", "message": "the token has expired", "hint": "sign a new one"}}
    told = {"Access-Control-Allow-Origin": place.site.address}
    hands.page.route("**/v1/chat", lambda route: route.fulfill(status=401, json=refusal, headers=told))
    hands.say("something else", wait=False)
    hands.find(".fault").wait_for()
    assert "Your sign-in has expired." in hands.texts(".fault")[0]
    assert hands.page.evaluate("window.heard") == [{"hint": "sign a new one"}]
    assert hands.box().input_value() == "something else"
    hands.page.unroute_all()


def test_a_server_that_goes_away_in_a_reply_is_told(visit, place, tmp_path):
    """What was written stays, marked as cut off; the next message is not lost; the console says what may be wrong."""
    lines = []
    with site() as host:
        with served(ScriptedAssistant(), settings(tmp_path, allowed_origins=(place.site.address,))) as address:
            host.embed(address)
            line = f'<script src="{address}/widget.js" data-catalog="films" data-locale="en" async></script>'
            place.site.page("/gone", script=line)
            policy, place.site.policy = place.site.policy, f"default-src 'self' {address}"
            visit.known.append(address)
            hands = visit("/gone")
            place.site.policy = policy
            hands.page.on("console", lambda one: lines.append(one.text))
            hands.open().say("slow slow slow", wait=False)
            hands.find(".lead").wait_for()
        hands.find(":is(.fault, .at-mark .fine)").first.wait_for()
        hands.ended()
        assert len(hands.texts(".card")) == 3
        hands.say("something else", wait=False)
        hands.find(".fault").wait_for()
    assert "cannot be reached right now" in hands.texts(".fault")[0]
    assert any("SHELFTALK_ALLOWED_ORIGINS" in line for line in lines)


def test_texts_of_others_stay_texts(visit, place):
    """Tags in a title, a reason, a visitor's words; a link and a picture from where none are allowed."""
    hands = visit().open()
    items = [
        {**_FOREIGN, "id": "a", "url": "javascript:alert(1)", "image": "https://evil.example/pixel.png"},
        {**_FOREIGN, "id": "b", "url": "https://shop.example/b", "image": "/picture.png"},
        {**_FOREIGN, "id": "c", "url": f"{place.site.address}/c", "image": None},
    ]
    turn = {
        "turn_id": "t", "message": "<img src=x onerror=alert(2)>", "reply": "**Bold** <u>no</u> [a](http://evil.example)",
        "status": "done", "events": [{"event": "recommended", "data": {"items": items, "total": 2}}],
        "created": "2026-11-22T10:00:00+00:00",
    }  # fmt: skip
    told = {"Access-Control-Allow-Origin": place.site.address}
    hands.page.route("**/v1/transcript", lambda route: route.fulfill(json={"turns": [turn]}, headers=told))
    hands.page.route(f"{place.address}/picture.png", lambda route: route.fulfill(status=404))
    hands.say("something funny")
    place.site.policy += f"; img-src 'self' {place.address}"
    hands.reload().open()
    title = _FOREIGN["title"]
    assert hands.texts(".bubble") == ["<img src=x onerror=alert(2)>"]
    assert hands.texts(".title") == [title, f"{title} (opens in a new tab)", title]
    assert "Bold <u>no</u> [a](http://evil.example)" in hands.texts(".reply")[0]
    links = hands.find(".title-link").evaluate_all("all => all.map((a) => [a.getAttribute('href'), a.rel, a.target])")
    assert links == [["https://shop.example/b", "noopener", "_blank"], [f"{place.site.address}/c", "noopener", ""]]
    assert hands.find("img").evaluate_all("all => all.map((image) => image.src)") == [f"{place.address}/picture.png"]
    hands.page.unroute_all()

"""How an operator gets in: tokens, one-time links, the cookie they are changed for, and the page behind it."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from bot.errors import SettingsError, TooBusy
from bot.web.app import create_app
from bot.web.gate import LINK_SECONDS, SESSION_SECONDS, TRIES, Credentials, Gate, NoToken, OtherSite, WrongToken
from bot.web.passes import Passes
from tests import shop
from tests.web import ScriptedAssistant, served_app, settings

OLD, NEW = "the-old-token-of-ours", "the-new-token-of-ours"
HERE = "203.0.113.9"
PAGES = {"Accept": "text/html", "Accept-Language": "en"}


class Clock:
    """Seconds, moved by hand."""

    now = 0.0

    def __call__(self):
        """Now."""
        return self.now


@contextmanager
def office(folder, **chosen):
    """A client without cookies, and the gate of its server."""
    found = settings(folder, operator_token=f"{NEW},{OLD}", **chosen)
    app = create_app(ScriptedAssistant(folder), found, with_page=False)
    with served_app(app) as url, httpx.Client(base_url=url, headers=PAGES, timeout=20) as http:
        yield http, app.state.desk.gate


def entered(http, gate):
    """The same client, signed in by a link."""
    assert http.get("/operator", params={"once": gate.link()}).status_code == 200
    return http


def origin(http):
    """The origin of the server that a client talks to."""
    return str(http.base_url).rstrip("/")


def test_a_link_signs_in_once(tmp_path):
    """The cookie is out of reach of scripts and other sites; whoever opens the link again gets in no more."""
    with office(tmp_path) as (http, gate):
        link = gate.link()
        assert len(link) >= 22
        opened = http.get("/operator", params={"once": link})
        cookie = opened.headers["set-cookie"]
        assert opened.status_code == 200 and "You are signed in" in opened.text
        assert 'content="0; url=/operator"' in opened.text
        assert {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={SESSION_SECONDS}"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        page = http.get("/operator").text
        assert http.get("/v1/rules").status_code != 401
        other = httpx.get(f"{origin(http)}/operator", params={"once": link}, headers=PAGES)
    assert "Where would you like to go?" in page and link not in page
    assert other.status_code == 403 and "used already" in other.text and "set-cookie" not in other.headers


def test_the_page_names_what_this_server_has(tmp_path):
    """Catalogues, rules, metrics, health; no chat page where there is none; every link leads somewhere."""
    with office(tmp_path) as (http, gate):
        page = entered(http, gate).get("/operator").text
        paths = re.findall(r'<li><a href="([^"]+)"', page)
        found = {path: http.get(path).status_code for path in paths}
    assert {"/v1/catalogs", "/v1/rules", "/metrics", "/readyz"} <= set(paths) and "/" not in paths
    assert all(status in (200, 422) for status in found.values()), found


def test_behind_a_prefix_the_links_carry_it(tmp_path):
    """As a proxy shows us."""
    with office(tmp_path, root_path="/bot") as (http, gate):
        assert 'content="0; url=/bot/operator"' in http.get("/bot/operator", params={"once": gate.link()}).text
        page = http.get("/bot/operator").text
    assert 'href="/bot/v1/catalogs"' in page and 'action="/bot/operator/leave"' in page


def test_over_https_the_cookie_is_secure(tmp_path):
    """And bound to this very host; a plain cookie of that name opens nothing there."""
    tls = {"X-Forwarded-Proto": "https"}
    with office(tmp_path) as (http, gate):
        cookie = http.get("/operator", params={"once": gate.link()}, headers=tls).headers["set-cookie"]
        name, _, value = cookie.partition(";")[0].partition("=")
        good = httpx.get(f"{origin(http)}/v1/rules", headers={**tls, "Cookie": f"{name}={value}"})
        plain = httpx.get(f"{origin(http)}/v1/rules", headers={**tls, "Cookie": f"shelftalk-operator={value}"})
    assert name == "__Host-shelftalk-operator" and "Secure" in cookie
    assert good.status_code != 401 and plain.status_code == 401


def test_what_only_looks_does_not_use_the_link_up(tmp_path):
    """HEAD, and a browser that loads ahead."""
    with office(tmp_path) as (http, gate):
        link = {"once": gate.link()}
        looks = [
            http.head("/operator", params=link),
            http.get("/operator", params=link, headers={"Sec-Purpose": "prefetch;prerender"}),
        ]
        assert ["set-cookie" in look.headers for look in looks] == [False, False]
        assert "set-cookie" in http.get("/operator", params=link).headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "own"}, 422),
        ({"Authorization": f"Bearer {NEW}"}, 422),
    ],
)
def test_another_site_changes_nothing_by_the_cookie(tmp_path, headers, status):
    """A change needs a page of ours, or the token; 422 is the scripted catalogue, which cannot be changed."""
    with office(tmp_path) as (http, gate):
        own = {name: origin(http) if value == "own" else value for name, value in headers.items()}
        reply = entered(http, gate).put("/v1/rules", json={"rules": []}, headers=own)
    assert reply.status_code == status
    assert reply.json()["error"]["code"] == ("other_site" if status == 403 else "invalid_request")


def test_the_token_signs_in_by_the_form(tmp_path):
    """And is never in what comes back; signing out ends it for everybody who holds the cookie."""
    with office(tmp_path) as (http, _):
        own = {"Origin": origin(http)}
        first = http.get("/operator")
        assert first.status_code == 401 and "Operators only" in first.text
        wrong = http.post("/operator", data={"token": "not-the-token-of-ours"}, headers=own)
        foreign = http.post("/operator", data={"token": NEW}, headers={"Origin": "https://evil.example"})
        assert (wrong.status_code, foreign.status_code) == (403, 403)
        assert "not the operator" in wrong.text and "another site" in foreign.text and NEW not in foreign.text
        done = http.post("/operator", data={"token": NEW}, headers=own)
        assert (done.status_code, done.headers["location"]) == (303, "/operator")
        held = dict(http.cookies)
        assert http.post("/operator/leave", headers=own).status_code == 303
        again = httpx.get(f"{origin(http)}/v1/rules", cookies=held)
    assert again.status_code == 401 and dict(http.cookies) == {}


def test_another_site_signs_nobody_out(tmp_path):
    """The cookie stays."""
    with office(tmp_path) as (http, gate):
        entered(http, gate).post("/operator/leave", headers={"Sec-Fetch-Site": "cross-site"})
        assert http.get("/v1/rules").status_code != 401


def test_wrong_links_and_tokens_are_few_an_address(tmp_path):
    """Then even the right one has to wait, for as long as it says."""
    with office(tmp_path) as (http, gate):
        codes = [http.get("/operator", params={"once": f"guess {number}"}).status_code for number in range(TRIES + 1)]
        last = http.get("/operator", params={"once": gate.link()})
    assert codes == [403] * TRIES + [429]
    assert last.status_code == 429 and 1 <= int(last.headers["retry-after"]) <= 60
    assert "wait a minute" in last.text


def test_the_page_speaks_the_browsers_language_and_loads_nothing_from_elsewhere(tmp_path):
    """Neither scripts nor frames; nothing of it is cached, the style sheet aside."""
    with office(tmp_path) as (http, _):
        page = http.get("/operator", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        style = http.get("/operator.css")
    policy = page.headers["content-security-policy"]
    assert '<html lang="zh"' in page.text and "仅限运营人员" in page.text
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert style.headers["content-type"].startswith("text/css") and "prefers-color-scheme: dark" in style.text


def test_two_tokens_are_valid_while_one_takes_the_others_place(tmp_path):
    """The new one is shown; a third opens nothing."""
    with office(tmp_path) as (http, _):
        found = [
            http.get("/v1/rules", headers={"Authorization": f"Bearer {token}"}).status_code
            for token in (NEW, OLD, "another-token-of-ours", f"{NEW},{OLD}")
        ]
    assert found == [422, 422, 403, 403]


@pytest.mark.parametrize("token", ["short", f"{NEW},", f"{NEW},short", ","])
def test_every_token_is_long(tmp_path, token):
    """Also the second; the error names none."""
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, operator_token=token)
    assert NEW not in f"{caught.value} {caught.value.hint}"


def test_nothing_of_a_token_link_or_cookie_is_logged(tmp_path, caplog):
    """Neither right nor wrong ones; nor are they in what an object says of itself."""
    with caplog.at_level("DEBUG"), office(tmp_path) as (http, gate):
        link = gate.link()
        entered(http, gate).get("/operator", params={"once": link})
        http.get("/v1/rules", headers={"Authorization": f"Bearer {OLD}"})
        http.get("/v1/rules", headers={"Authorization": "Bearer a-wrong-token-of-ours"})
        figures = http.get("/metrics").text
        secrets = (link, OLD, NEW, "a-wrong-token-of-ours", *dict(http.cookies).values())
    ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore")))
    assert not any(secret in text for secret in secrets for text in (ours, figures))
    assert OLD not in repr(Credentials(authorization=OLD, session=OLD))


def test_links_and_sign_ins_end(tmp_path):
    """Ten minutes, twelve hours; nobody without either gets in."""
    clock = Clock()
    gate = Gate(settings(tmp_path, operator_token=NEW), clock=clock)
    old, link = gate.link(), None
    clock.now = LINK_SECONDS
    with pytest.raises(WrongToken):
        gate.sign_in(HERE, code=old)
    link = gate.link()
    session = gate.sign_in(HERE, code=link)
    gate.check(Credentials(session=session, trusted=True), HERE)
    with pytest.raises(OtherSite):
        gate.check(Credentials(session=session), HERE)
    clock.now += SESSION_SECONDS
    for shown in (Credentials(session=session, trusted=True), Credentials(trusted=True), Credentials("Basic abc")):
        with pytest.raises(NoToken):
            gate.check(shown, HERE)
    with pytest.raises(WrongToken):
        gate.sign_in(HERE)


def test_guesses_are_counted_by_address(tmp_path):
    """Somebody else's wrong tries keep nobody out; right ones are not counted."""
    gate = Gate(settings(tmp_path, operator_token=NEW))
    for _ in range(3 * TRIES):
        gate.check_token(NEW, HERE)
    for _ in range(TRIES):
        with pytest.raises(WrongToken):
            gate.check_token("wrong", "2001:db8::1")
    with pytest.raises(TooBusy):
        gate.check_token(NEW, "2001:db8::2")
    gate.check_token(NEW, HERE)


def test_passes_are_bounded():
    """The oldest gives way."""
    passes = Passes(60, most=2)
    first, second, third = (passes.issue() for _ in range(3))
    assert [passes.holds(one) for one in (first, second, third)] == [False, True, True]
    assert [passes.take(second), passes.take(second), passes.holds("")] == [True, False, False]


@pytest.mark.parametrize("asked", [True, False])
def test_serve_prints_a_link_when_it_is_asked(tmp_path, asked):
    """By itself only to a console, which a pipe is not; the link opens the page."""
    shop.ingested(tmp_path)
    command = [sys.executable, "-m", "bot", "serve", "--profile", "offline", "--catalog", "shop", "--port", "0"]
    command += ["--data-dir", str(tmp_path), *["--operator-link"][: int(asked)]]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = []
            while "(stop with Ctrl+C)" not in "".join(said[-1:]):
                said.append(process.stderr.readline())
                assert said[-1], said
            link = re.search(r"http\S+operator\?once=\S+", "".join(said))
            assert (link is not None) is asked
            if link:
                assert "set-cookie" in httpx.get(link[0], timeout=60).headers
        finally:
            process.terminate()
            process.communicate()

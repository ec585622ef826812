"""What a browser is told: headers, who may call from elsewhere, who may show us in a frame."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.errors import SettingsError
from bot.web.security import checked, page_policy
from tests.web import ScriptedAssistant, client, served, settings

FRIEND, STRANGER = "https://shop.example", "https://evil.example"


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A client of a server that one origin may use."""
    with client(tmp_path_factory.mktemp("web"), allowed_origins=(FRIEND,), per_minute_address=10_000) as found:
        yield found


@pytest.mark.parametrize("path", ["/v1/catalogs", "/v1/nothing", "/v1/chat", "/healthz", "/nothing"])
def test_every_response_carries_the_headers(http, path):
    """Errors included; the API is never cached and never framed, the rest by us and the allow-list."""
    headers = http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    api = path.startswith("/v1/")
    policy = "default-src 'none'; frame-ancestors 'none'" if api else page_policy((FRIEND,))
    assert headers["content-security-policy"] == policy
    assert headers.get("cache-control") == ("no-store" if api else None)


def test_a_failure_carries_the_headers_too(tmp_path):
    """Also what nobody foresaw."""

    def breaks(turn):
        raise ZeroDivisionError
        yield

    with client(tmp_path, breaks, allowed_origins=(FRIEND,)) as broken:
        failed = broken.post("/v1/chat", json={"message": "m"}, headers={"Origin": FRIEND})
    assert failed.status_code == 500
    assert failed.headers["access-control-allow-origin"] == FRIEND
    assert failed.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_page_loads_nothing_from_elsewhere():
    """No outside host in the policy but those that may frame us."""
    policy = dict(part.split(" ", 1) for part in page_policy((FRIEND,)).split("; "))
    assert policy.pop("frame-ancestors") == f"'self' {FRIEND}"
    assert not any("http" in sources or "*" in sources for sources in policy.values())


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_friend_may_call_the_api_from_its_own_scripts(http, method):
    """The preflight allows the session's header; cookies are never allowed."""
    asked = {"Origin": FRIEND, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "X-Session"}
    headers = http.options("/v1/me", headers=asked).headers
    assert headers["access-control-allow-origin"] == FRIEND
    assert "X-Session" in headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in headers
    assert http.get("/v1/catalogs", headers={"Origin": FRIEND}).headers["access-control-allow-origin"] == FRIEND


@pytest.mark.parametrize(
    "origin",
    [
        *(STRANGER, "null", "*", "", "https://shop.example.evil.example", "http://shop.example"),
        *(
            "https://shop.example:8443",
            "https://www.shop.example",
            "https://shop.example/",
            "https://shop.example@evil.example",
        ),
    ],
)
def test_a_stranger_may_not(http, origin):
    """Neither the preflight nor the response names another origin."""
    preflight = http.options("/v1/me", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    simple = http.get("/v1/catalogs", headers={"Origin": origin})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in simple.headers
    assert "Origin" in simple.headers["vary"] and "Origin" in preflight.headers["vary"]


@pytest.mark.parametrize("path", ["/v1/catalogs", "/widget.js", "/healthz", "/v1/nothing"])
def test_no_cache_gives_one_origins_answer_to_another(http, path):
    """`Vary: Origin` with or without an origin, beside what else varies."""
    for headers in ({}, {"Origin": FRIEND}, {"Origin": STRANGER}):
        assert "Origin" in http.get(path, headers=headers).headers["vary"]


@pytest.mark.parametrize("asked", ["PUT", "TRACE"])
def test_a_friend_may_not_do_what_is_the_operators(http, asked):
    """Nor send headers that no route reads."""
    preflight = {"Origin": FRIEND, "Access-Control-Request-Method": asked}
    assert http.options("/v1/rules", headers=preflight).status_code == 400
    preflight = {"Origin": FRIEND, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-Other"}
    assert http.options("/v1/chat", headers=preflight).status_code == 400


def test_any_page_may_load_the_widgets_script(http):
    """Also one that isolates itself; only its calls need the allow-list."""
    for origin in ({}, {"Origin": STRANGER}):
        found = http.get("/widget.js", headers=origin)
        assert found.status_code == 200 and found.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_friend_reads_when_to_come_back(tmp_path):
    """The refusal carries the origin, and the browser lets its script see Retry-After."""
    with client(tmp_path, allowed_origins=(FRIEND,), per_minute_address=1) as http:
        found = [http.post("/v1/search", json={"query": "x"}, headers={"Origin": FRIEND}) for _ in range(2)][1]
    assert found.status_code == 429 and int(found.headers["retry-after"]) > 0
    assert found.headers["access-control-allow-origin"] == FRIEND
    assert "Retry-After" in found.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origins", [(), (FRIEND,), (FRIEND, "http://localhost:3000")])
def test_who_may_frame_follows_the_allow_list(tmp_path, origins):
    """The page; never the API and never the operator's page."""
    with client(tmp_path, allowed_origins=origins) as http:
        found = {
            path: http.get(path).headers["content-security-policy"] for path in ("/page", "/v1/catalogs", "/operator")
        }
    assert found["/page"].endswith(" ".join(("frame-ancestors 'self'", *origins)))
    assert all(found[path].endswith("frame-ancestors 'none'") for path in ("/v1/catalogs", "/operator"))


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "https://*.shop.example",
        "https://a@b",
        "file:///",
        "shop.example",
        "https://shop.example/path",
        "https://a.example; script-src *",
    ],
)
def test_what_is_no_origin_is_refused(origin):
    """A wildcard or an injected directive never reaches a header."""
    with pytest.raises(SettingsError) as caught:
        checked((origin,))
    assert caught.value.hint


def test_an_origin_may_be_written_with_a_slash():
    """As people copy it from the address bar; what is compared is what a browser sends."""
    written = (
        "https://Shop.Example/",
        "http://localhost:3000",
        "http://[::1]:80",
        "https://a.example:443",
        "http://a:443",
    )
    assert checked(written) == (
        "https://shop.example",
        "http://localhost:3000",
        "http://[::1]",
        "https://a.example",
        "http://a:443",
    )


@contextmanager
def somebodys_site():
    """A page on another origin that frames the address in its query; yields its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            framed = self.path.partition("?")[2]
            body = f'<!doctype html><title>host</title><iframe width=800 height=600 src="{framed}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            return

    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{site.server_port}"
    finally:
        site.shutdown()
        site.server_close()


@pytest.mark.browser
def test_the_page_shows_in_a_frame_on_an_allowed_origin_and_nowhere_else(tmp_path):
    """One `<iframe>` line on a friend's site is the whole chat, which also answers; on a stranger's it stays empty."""
    from playwright.sync_api import sync_playwright

    with somebodys_site() as friend, somebodys_site() as stranger:
        chosen = settings(tmp_path, allowed_origins=(friend,))
        assistant = ScriptedAssistant(tmp_path)
        with served(assistant, chosen, with_page=True) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
            refused, shown = browser.new_page(), browser.new_page()
            complaints, outside = [], []
            refused.on("console", lambda message: complaints.append(message.text))
            shown.on("request", lambda request: outside.append(request.url))
            refused.goto(f"{stranger}/?{url}/")
            shown.goto(f"{friend}/?{url}/")
            box = shown.frame_locator("iframe").get_by_role("textbox").first
            box.wait_for(timeout=60_000)
            box.fill("in space")
            box.press("Enter")
            shown.frame_locator("iframe").get_by_text("Here is one thing for you.").first.wait_for(timeout=30_000)
            assert refused.frame_locator("iframe").get_by_role("textbox").count() == 0
            assert any("frame-ancestors" in text for text in complaints)
            known = (friend, url, "data:", "blob:")
            assert [address for address in outside if not address.startswith(known)] == []
            browser.close()

"""`/widget.js` and what stands beside it, without a browser: its size, its words, its headers, the demo portal."""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path

import httpx
import pytest

from bot.web.security import page_policy
from bot.web.widget import portal
from bot.web.widget.assets import scripts, style
from bot.web.widget.words import COUNTED, PLAIN, all_words
from prompts import Registry
from tests.web import ScriptedAssistant, client, served, settings

FRIEND = "https://shop.example"
MOST = 60_000
FORBIDDEN = {
    "text as markup": r"(inner|outer)HTML|insertAdjacentHTML|document\.write|DOMParser|ContextualFragment|srcdoc",
    "code from text": r"\beval\(|new Function|set(?:Timeout|Interval)\(\s*['\"`]|javascript:|import\(",
    "inline style": r"setAttribute\(\s*['\"]style|cssText|style: ['\"`]|createElement\(['\"]style",
    "what others read": r"localStorage|document\.cookie|indexedDB|postMessage",
    "another host": r"https?://(?!www\.w3\.org)",
}
DEMO = Path(portal.__file__).parents[3] / "demo" / "outdoor" / "items.jsonl"


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A client of a server that one origin may use."""
    folder = tmp_path_factory.mktemp("widget")
    with client(folder, allowed_origins=(FRIEND,), image_origins=("https://img.example",), per_minute=10_000) as found:
        yield found


@pytest.fixture(scope="module")
def words():
    """Locale -> the words that ship."""
    return all_words(Registry.load(), longest=4000)


def test_the_whole_widget_is_small(http, capsys):
    """Scripts, style and the words of all locales are under 60 kB as they travel."""
    response = http.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    travelled = int(response.headers["content-length"])
    with capsys.disabled():
        sys.stdout.write(f"\n/widget.js: {len(response.content)} bytes, {travelled} gzipped\n")
    assert travelled == len(gzip.compress(response.content, 9, mtime=0)) < MOST


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_the_scripts_do_nothing_that_a_strict_page_forbids(kind):
    """No markup from text, no code from text, no inline style, no storage of others, no other host."""
    lines = (scripts() + style()).splitlines()
    assert [line for line in lines if re.search(FORBIDDEN[kind], line)] == []


def test_one_global_name_and_one_function(http):
    """Everything runs inside one function; only `Shelftalk` is set on the page's window."""
    text = http.get("/widget.js").text
    assert text.startswith('(() => {\n"use strict";')
    assert text.endswith("})();\n")
    assert set(re.findall(r"window\.(\w+)\s*=[^=]", text)) == {"Shelftalk"}


def test_the_words_are_complete_in_every_locale(words):
    """Every key is said in English and in Chinese, each in its own words, and what is left open is the same."""
    assert {"en", "zh"} <= set(words)
    english, chinese = words["en"], words["zh"]
    assert set(english) == set(chinese) == {*PLAIN, *COUNTED, *(f"{key}_one" for key in COUNTED), "errors"}
    flat = [{**said, **said["errors"], "errors": ""} for said in (english, chinese)]
    same = {key for key, said in flat[0].items() if said == flat[1][key]}
    assert same == {"name", "errors"}
    assert all(said for key, said in flat[1].items() if key != "errors")
    nouns = re.compile(r"\{nouns?\}")
    opened = [{key: sorted(re.findall(r"\{\w+\}", nouns.sub("", said))) for key, said in one.items()} for one in flat]
    assert opened[0] == opened[1]


def test_every_word_that_the_scripts_say_is_there_and_none_is_idle(words):
    """A misspelt key would say nothing; a key that nobody says would only weigh."""
    said = set(re.findall(r"(?:told|counted)\('(\w+)'", scripts()))
    assert said - set(words["en"]) == set()
    quoted = set(re.findall(r"'(\w+)'", scripts()))
    made = {form for word in quoted for form in (word, f"{word}_named", f"{word}_mark", f"speaker_{word}")}
    assert set(PLAIN) - made == set()


def test_a_page_may_keep_the_script_and_ask_whether_it_changed(http):
    """A strong tag for each encoding, 304 for it, cached for a while; any page may load it, as a script and only so."""
    plain = http.get("/widget.js", headers={"Accept-Encoding": "identity"})
    packed = http.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert plain.content == packed.content
    tags = plain.headers["etag"], packed.headers["etag"]
    assert len(set(tags)) == 2 and all(re.fullmatch(r'"[0-9a-f]{24}(-gz)?"', tag) for tag in tags)
    for tag, encoding in zip(tags, ("identity", "gzip"), strict=True):
        again = http.get("/widget.js", headers={"Accept-Encoding": encoding, "If-None-Match": f'"old", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert http.head("/widget.js").headers["etag"] in tags
    headers = plain.headers
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"].startswith("public, max-age=300")
    assert "Accept-Encoding" in headers["vary"]
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["content-security-policy"] == page_policy((FRIEND,), ("https://img.example",))


def test_an_edited_prompt_is_in_the_next_script(tmp_path):
    """The words are those of the prompt files as they are now, and the tag says so."""
    overlay = tmp_path / "prompts" / "labels"
    overlay.mkdir(parents=True)
    assistant = ScriptedAssistant(tmp_path)
    assistant.prompts = Registry.load(tmp_path / "prompts")
    with served(assistant, settings(tmp_path)) as url:
        before = httpx.get(f"{url}/widget.js")
        overlay.joinpath("ui.md").write_text("## open_chat\nAsk us anything\n", "utf-8")
        assistant.prompts.refresh()
        after = httpx.get(f"{url}/widget.js")
    assert "Ask us anything" not in before.text and "Ask us anything" in after.text
    assert before.headers["etag"] != after.headers["etag"]


def test_a_panel_opens_with_the_words_of_its_catalogue(http):
    """Nouns, examples that work there, whose pictures may be shown; by the same limits and for the same origins."""
    found = http.get("/v1/widget", params={"catalog": "films", "locale": "en"}, headers={"Origin": FRIEND})
    assert found.headers["access-control-allow-origin"] == FRIEND
    assert found.json() == {
        "catalog": "films",
        "noun": "film",
        "nouns": "films",
        "help_only": False,
        "examples": [
            "Something like Alien but funnier, after 1990",
            "A gentle film under 100 minutes",
            "A French film from the 1960s",
            "No Tom Cruise, and nothing over two hours",
        ],
        "images": ["https://img.example"],
        "year": "year",
    }
    assert http.get("/v1/widget", params={"locale": "zh-CN"}).json()["noun"] == "电影"
    assert http.get("/v1/widget", params={"catalog": "no"}).status_code == 404
    assert http.get("/v1/widget", params={"locale": "<b>"}).status_code == 422


@pytest.mark.parametrize("name", ["", "/help", "/product"])
def test_the_portal_is_one_line_more_than_a_page(http, name):
    """Pages of an invented shop: no inline script, no inline style, nothing from elsewhere; its policy says so."""
    response = http.get(f"/demo/portal{name}")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'self'; object-src 'none'")
    page = response.text
    assert re.findall(r"<script [^>]*>", page) == re.findall(r'<script src="/widget\.js" data-[^>]* async>', page)
    assert len(re.findall("<script", page)) == 1
    assert not re.search(r"<style|style=|\son\w+=|https?://|@\w+@", page)
    for address in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert http.get(address).status_code == 200, address


def test_the_product_page_names_a_product_of_the_demo(http):
    """Its id and its facts are those of the record."""
    page = http.get("/demo/portal/product").text
    (id_,) = re.findall(r'data-product-id="([^"]+)"', page)
    rows = map(json.loads, DEMO.read_text("utf-8").splitlines())
    item = next(row for row in rows if row["id"] == id_)
    assert all(str(fact) in page for fact in (item["title"], f"€{item['price']}", item["sleeps"], item["weight_kg"]))


@pytest.mark.parametrize("path", ["/demo/portal/none", "/demo/portal/__init__.py", "/demo/portal/../words.py"])
def test_nothing_else_is_served_from_there(http, path):
    """Only the files that are named."""
    assert http.get(path).status_code == 404


def test_behind_a_prefix_the_portal_points_to_it(tmp_path):
    """`--root-path /bot`: the script and the pages are asked for below it."""
    with client(tmp_path, root_path="/bot") as found:
        page = found.get("/demo/portal").text
    assert 'src="/bot/widget.js"' in page and 'href="/bot/demo/portal/product"' in page

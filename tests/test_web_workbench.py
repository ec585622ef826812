"""`/workbench`: who gets in, under which policy, and that its scripts say nothing but prompts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from bot.web import workbench
from bot.web.workbench.words import WORDS
from prompts import Registry
from tests.web import client

TOKEN = "a-token-for-the-workbench"
ASSETS = Path(str(files("bot.web.workbench").joinpath("assets")))
SAID = re.compile(r"\bsay\('(\w+)'")
COUNTED = re.compile(r"\bcounted\('(\w+)'")
BUILT = re.compile(r"\bsay\(`(\w+_)\$\{")
LITERAL = re.compile(r"'([a-z]+(?:_[a-z]+)*)'")


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with client(tmp_path, operator_token=TOKEN) as found:
        yield found


def signed_in(http: httpx.Client, onwards: str) -> httpx.Response:
    """Send the form as its page does."""
    origin = {"Sec-Fetch-Site": "same-origin"}
    return http.post("/operator", data={"token": TOKEN, "next": onwards}, headers=origin)


def test_signing_in_leads_back_to_the_workbench(http):
    """Who is not signed in is sent to the form, which knows where they came from; afterwards the page opens."""
    asked = http.get("/workbench")
    assert (asked.status_code, asked.headers["location"]) == (303, "/operator?next=/workbench")
    form = http.get(asked.headers["location"])
    assert form.status_code == 401 and 'name="next" value="/workbench"' in form.text
    entered = signed_in(http, "/workbench")
    assert (entered.status_code, entered.headers["location"]) == (303, "/workbench")
    page = http.get("/workbench")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert http.get("/operator", params={"next": "/workbench"}).headers["location"] == "/workbench"
    assert '<a href="/workbench">' in http.get("/operator").text


@pytest.mark.parametrize("onwards", ["https://elsewhere.example/", "//elsewhere.example", "/workbench/../x", "/v1/me"])
def test_signing_in_leads_nowhere_else(http, onwards):
    """Only to a page that the landing page links to."""
    assert 'name="next"' not in http.get("/operator", params={"next": onwards}).text
    assert signed_in(http, onwards).headers["location"] == "/operator"


def test_the_page_runs_nothing_inline(http):
    """The policy allows our own files alone, and the page keeps to it."""
    signed_in(http, "")
    page = http.get("/workbench", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    policy = page.headers["content-security-policy"]
    assert policy == workbench.POLICY and "unsafe" not in policy and "default-src 'none'" in policy
    assert '<html lang="zh">' in page.text and "工作台" in page.text
    assert re.findall(r"<script(?! type=\"(?:module\" src|application/json\" id))", page.text) == []
    assert not re.search(r"\son\w+=|\sstyle=", page.text)
    scripts = [one.read_text("utf-8") for one in ASSETS.glob("*.js")]
    assert not any(re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function", text) for text in scripts)


def test_assets_are_loaded_again_only_when_they_change(http):
    """Each with a tag of its content; what there is not is not found."""
    for path in ("/workbench/start.js", "/workbench.css"):
        first = http.get(path)
        again = http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert http.get("/workbench/start.js").headers["content-type"].startswith("text/javascript")
    missing = ("none.js", "base.css", "..%2Fwords.py")
    assert {http.get(f"/workbench/{name}").status_code for name in missing} == {404}


def test_scripts_say_only_words_that_there_are():
    """Every key that a script or the page says is a prompt, in each language, and every prompt is said."""
    page = files("bot.web.workbench").joinpath("page.html").read_text("utf-8")
    scripts = "\n".join(one.read_text("utf-8") for one in ASSETS.glob("*.js"))
    counted = COUNTED.findall(scripts)
    said = {*SAID.findall(scripts), *re.findall(r'words\["(\w+)"\]', page)}
    said |= {*counted, *(f"{key}_one" for key in counted)}
    prompts = Registry.load()
    keys = set(prompts.prompt(WORDS).phrases)
    assert said - keys == set()
    built = tuple(BUILT.findall(scripts)) + tuple(f"{name}_" for name in ("view", "title", "lead", "advanced", "check"))
    spoken = said | set(LITERAL.findall(scripts))
    assert sorted(key for key in keys - spoken if not key.startswith((*built, "state_"))) == []
    assert set(prompts.prompt(WORDS, "zh").phrases) == keys


def test_words_that_only_experts_know_stay_hidden():
    """Nothing on the page speaks of temperatures, tokens, evals or hyperparameters."""
    texts = [one.source for phrase in Registry.load().prompt(WORDS).phrases.values() for one in phrase.alternatives]
    assert [text for text in texts if re.search(r"temperature|token|\beval|hyperparameter", text, re.IGNORECASE)] == []

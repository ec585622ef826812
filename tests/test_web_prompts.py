"""`/v1/prompts`: the workbench over HTTP, from the list to what everybody hears, behind the gate of the shipped app."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from bot.web.routes import (
    prompts,
    prompts_cases,
    prompts_drafting,
    prompts_publishing,
    prompts_trying,
)
from prompts import Library
from tests.operating import BEARER, TOKEN, shop_client
from tests.web import ScriptedAssistant, served, settings
from tests.workbench import ADA, publish, put, say, stream

WARM = "- **{{ title | md }}**: {{ reason | md }} A fine one!"
FILES = (prompts, prompts_cases, prompts_drafting, prompts_publishing, prompts_trying)
ROUTES = [(method, one.path) for file in FILES for one in file.routes.routes for method in sorted(one.methods)]


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An operator's client of a real server over the shop."""
    with shop_client(tmp_path_factory.mktemp("served")) as found:
        found.headers.update(BEARER)
        yield found


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose prompts are fixed."""
    folder = tmp_path_factory.mktemp("fixed")
    with served(ScriptedAssistant(folder), settings(folder, operator_token=TOKEN)) as url:
        yield url


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_is_the_operators_alone(door, method, path):
    """401 without a token, 403 with a wrong one until there were too many; before the body is read."""
    url = door + "/v1" + re.sub(r"\{[\w:]+\}", "explain", path)
    body = {} if method == "GET" else {"json": {}}
    bare = httpx.request(method, url, **body)
    wrong = httpx.request(method, url, headers={"Authorization": "Bearer not-the-token-of-ours"}, **body)
    assert (bare.status_code, bare.json()["error"]["code"]) == (401, "no_token")
    assert (wrong.status_code, wrong.json()["error"]["code"]) in ((403, "wrong_token"), (429, "too_busy"))


def test_another_site_changes_nothing_by_the_cookie(tmp_path):
    """Every change is refused before its body is read; where prompts are fixed our own page is told so."""
    assistant = ScriptedAssistant(tmp_path)
    with served(assistant, settings(tmp_path, operator_token=TOKEN)) as url, httpx.Client(base_url=url) as browser:
        assert browser.post("/operator", data={"token": TOKEN}, headers={"Origin": url}).status_code == 303
        for method, path in ROUTES:
            where = "/v1" + re.sub(r"\{[\w:]+\}", "explain", path)
            body = {} if method == "GET" else {"json": {}}
            foreign = browser.request(method, where, headers={"Origin": "https://evil.example"}, **body)
            own = browser.request(method, where, headers={"Origin": url}, **body)
            expected = own.status_code if method == "GET" else 403
            assert (foreign.status_code, own.status_code != 403) == (expected, True), (method, path)
        fixed = browser.get("/v1/prompts").json()["error"]
    assert fixed["code"] == "not_here" and "fixed" in fixed["message"]


def test_every_route_of_the_workbench_is_looked_at():
    """No file of routes is left out above."""
    assert len(ROUTES) == 19 and all(isinstance(one, APIRoute) for file in FILES for one in file.routes.routes)


def test_from_the_list_to_what_everybody_hears_and_back(http):
    """Look, edit, try on a stored conversation, run the set, publish with a reason, see the history, roll back."""
    before = say(http, "a lamp for reading in bed")
    listed = http.get("/v1/prompts", params={"editor": ADA["id"]}).json()
    assert (listed["spoken"]["number"], listed["spoken"]["source"], listed["problems"]) == (None, "files", [])
    assert listed["groups"][0] == {"name": "talk", "title": "Small talk"}
    assert listed["groups"][-1] == {"name": "advanced", "title": "For language models"}
    assert {one["name"] for one in listed["prompts"] if one["group"] == "advanced"} >= {"write/chat", "understand/chat"}
    (row,) = (one for one in listed["prompts"] if one["name"] == "explain/item")
    assert row["title"] == "How it explains an item, line by line" and row["changed"] is None
    whole = http.get("/v1/prompts/explain/item").json()
    (line,) = (one for one in whole["phrases"] if one["key"] == "line")
    assert line["draft"] is None and line["live"] == line["shipped"]
    assert line["spoken_as"][0].startswith("- **Alien** (1979): ")
    assert line["variables"] == ["reason", "title", "year"]
    done = put(http, "explain/item", {"line": [WARM]})
    assert done["problems"] == [] and done["preview"]["line"][0].endswith("A fine one!")
    (turn,) = http.get("/v1/prompts/conversations").json()["turns"]
    assert (turn["message"], turn["catalog"], turn["reply"]) == ("a lamp for reading in bed", "shop", before[:160])
    of = {"session": turn["session"], "turn": turn["turn"]}
    tried = dict(stream(http, "try", {"turn": of, "editor": ADA}))
    assert tried["old"]["text"] == before and tried["new"]["text"].count("A fine one!") >= 1
    assert tried["old"]["cards"] == tried["new"]["cards"] and tried["new"]["cards"][0]["title"]
    assert all(one["ok"] for one in tried["new"]["checks"]) and tried["done"]["verdict"] == "changed"
    case = http.post("/v1/prompts/cases", json={"turn": of, "expect": {"says": ["Red Lamp"]}}).json()
    ran = stream(http, "run", {"editor": ADA})
    assert [name for name, _ in ran] == ["progress", "pair", "progress", "done"]
    assert (ran[1][1]["case"], ran[1][1]["verdict"], ran[1][1]["mark"]) == (case["name"], "changed", None)
    assert ran[-1][1]["counts"]["changed"] == 1
    out = publish(http, why="Warmer.", expected=listed["spoken"]["id"])
    assert out[0] == "published" and (out[1]["number"], out[1]["why"]) == (2, "Warmer.")
    assert out[1]["id"] == ran[-1][1]["state"]
    assert "A fine one!" in say(http, "a lamp for reading in bed")
    listed = http.get("/v1/prompts").json()
    (row,) = (one for one in listed["prompts"] if one["name"] == "explain/item")
    assert (row["changed"]["number"], row["changed"]["author"], row["drafts"]) == (2, "Ada", [])
    told = http.get("/v1/prompts/history").json()
    assert [(one["number"], one["labels"]) for one in told["versions"]] == [(2, ["production"]), (1, [])]
    assert told["versions"][0]["figures"]["turns"] == 1 and told["versions"][0]["figures"]["liked"]["few"]
    assert (told["entries"][0]["action"], told["entries"][0]["number"]) == ("publish", 2)
    diff = http.get("/v1/prompts/diff", params={"a": "1", "b": "spoken"}).json()
    assert [(one["name"], one["key"], one["after"]) for one in diff] == [("explain/item", "line", [WARM])]
    back = http.post("/v1/prompts/rollback", json={"why": "Liked less.", "editor": ADA}).json()
    assert back["number"] == 1 and say(http, "a lamp for reading in bed") == before
    again = http.post("/v1/prompts/rollback", json={"why": "After all.", "editor": ADA, "to": 2}).json()
    assert again["labels"] == ["production"] and "A fine one!" in say(http, "a lamp for reading in bed")
    same = http.post("/v1/prompts/rollback", json={"why": "Again.", "editor": ADA, "to": 2})
    assert same.status_code == 422 and "hears already" in same.json()["error"]["message"]


def test_titles_of_groups_are_in_the_language_of_the_page(http):
    """As its browser asks for."""
    told = http.get("/v1/prompts", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()
    assert told["groups"][0]["title"] == "闲聊"


def test_a_server_that_speaks_something_else_publishes_nothing(tmp_path):
    """It says so in the list, and refuses with what to do."""
    assistant = ScriptedAssistant(tmp_path)
    assistant.prompts = Library.open(tmp_path / "prompts" / "published", tmp_path / "prompts", speaks="files")
    found = settings(tmp_path, operator_token=TOKEN)
    with served(assistant, found) as url, httpx.Client(base_url=url, headers=BEARER, timeout=20) as client:
        assert client.get("/v1/prompts").json()["spoken"]["follows"] is False
        put(client, "talk/reply", {"thanks": ["My pleasure."]})
        asked = {"why": "x", "editor": ADA}
        for path, more in (("publish", {}), ("rollback", {}), ("trial", {"number": 1, "percent": 10})):
            refused = client.post(f"/v1/prompts/{path}", json={**asked, **more})
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_here"), refused.text

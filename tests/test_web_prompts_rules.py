"""The workbench over HTTP when things go wrong: broken drafts, two editors, strange names, must-checks, hanging up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from prompts import SHIPPED, Store
from tests.operating import BEARER, shop_client
from tests.web import events, wait_until
from tests.workbench import ADA, BOB, drop, publish, put, say, stream

BROKEN = "Thanks, {{ nobody }}!"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the server below."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def http(folder: Path) -> Iterator[httpx.Client]:
    """An operator's client of a real server over the shop."""
    with shop_client(folder) as found:
        found.headers.update(BEARER)
        yield found


def phrase(http, name, key, **query):
    """One phrase of one prompt, and the prompt's draft."""
    told = http.get(f"/v1/prompts/{name}", params={"editor": ADA["id"], **query}).json()
    return next(one for one in told["phrases"] if one["key"] == key), told["draft"]


def row(http, name):
    """One prompt of the list."""
    told = http.get("/v1/prompts", params={"editor": ADA["id"]}).json()
    return next(one for one in told["prompts"] if one["name"] == name)


def test_a_broken_wording_is_kept_and_never_spoken(http):
    """Named by phrase, alternative and line; it can neither be tried nor published, and stands in nobody's way."""
    before = say(http, "thanks")
    told = put(http, "talk/reply", {"thanks": ["You are welcome.", f"\n{BROKEN}"], "bye": ["Bye!"]})
    (problem,) = told["problems"]
    assert (problem["key"], problem["alternative"], problem["line"]) == ("thanks", 1, 2)
    assert "{{ nobody }}" in problem["message"] and problem["must"]
    assert told["preview"] == {"thanks": ["You are welcome.", None], "bye": ["Bye!"]}
    kept, draft = phrase(http, "talk/reply", "thanks")
    assert kept["draft"] == ["You are welcome.", f"\n{BROKEN}"] and draft["mine"] is True
    ((name, blocked),) = stream(http, "try", {"message": "thanks", "editor": ADA})
    assert name == "blocked" and blocked["problems"][0]["where"] == "Small talk"
    assert [name for name, _ in stream(http, "run", {"editor": ADA})] == ["blocked"]
    name, blocked = publish(http)
    assert (name, [one["key"] for one in blocked["problems"]]) == ("blocked", ["thanks"])
    put(http, "talk/refusal", {"harm": ["I cannot help with that; shall we look for something else?"]}, editor=BOB)
    assert publish(http, editor=BOB)[0] == "published"
    assert phrase(http, "talk/reply", "thanks")[0]["draft"] and row(http, "talk/refusal")["drafts"] == []
    tried = dict(stream(http, "try", {"message": "thanks"}))  # of all drafts only those that can be said
    assert tried["done"]["verdict"] == "same" and say(http, "thanks") == before
    drop(http, "talk/reply")


def test_a_check_alone_keeps_nothing(http):
    """`save: false` says what is wrong and how it sounds."""
    told = put(http, "talk/reply", {"thanks": ["You are welcome."]}, save=False)
    assert (told["saved"], told["draft"], told["preview"]) == (None, None, {"thanks": ["You are welcome."]})
    assert row(http, "talk/reply")["drafts"] == []


def test_two_editors_know_of_each_other(http):
    """The second sees who holds the draft and looks; takes it over; the first is told and loses no text."""
    put(http, "suggest/chip", {"different": ["Something else"]})
    refused = put(http, "suggest/chip", {"different": ["Other"]}, editor=BOB, code=409)
    assert refused["error"]["code"] == "draft_held" and refused["holder"] == "Ada" and refused["since"]
    told = http.get("/v1/prompts/suggest/chip", params={"editor": BOB["id"]}).json()
    assert (told["draft"]["holder"], told["draft"]["mine"]) == ("Ada", False)
    assert ADA["id"] not in http.get("/v1/prompts", params={"editor": BOB["id"]}).text
    put(http, "suggest/chip", {"different": ["Other"]}, editor=BOB, take_over=True)
    assert put(http, "suggest/chip", {"different": ["Mine"]}, code=409)["holder"] == "Bob"
    gone = http.request("DELETE", "/v1/prompts/suggest/chip/draft", json={"editor": ADA})
    assert gone.status_code == 409
    drop(http, "suggest/chip")


def test_what_says_the_same_as_is_spoken_is_no_draft(http):
    """Typing back what is spoken gives the draft up."""
    live, _ = phrase(http, "talk/reply", "bye")
    assert put(http, "talk/reply", {"bye": ["Bye!"]})["draft"]["mine"]
    assert put(http, "talk/reply", {"bye": live["live"], "hello": []})["draft"] is None
    assert row(http, "talk/reply")["drafts"] == []


def test_a_draft_of_a_prompt_that_was_published_meanwhile_says_so(http, folder):
    """It is not published over it until somebody has looked at both; other phrases of others stay."""
    put(http, "talk/feedback", {"liked": ["Good to know."]})
    held = http.get("/v1/prompts").json()["spoken"]["id"]
    store = Store(folder / "prompts" / "published", shipped=SHIPPED)
    live = phrase(http, "talk/feedback", "liked")[0]["live"]
    store.publish({"talk/feedback.md": b"## liked\nNoted.\n"}, why="By hand.", author="carl")
    found, draft = phrase(http, "talk/feedback", "liked")
    assert (found["live"], found["was"], draft["moved"]) == (["Noted."], live, ["liked"])
    assert row(http, "talk/feedback")["drafts"][0]["moved"] is True
    late = http.post("/v1/prompts/publish", json={"why": "x", "editor": ADA, "expected": held})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "changed_meanwhile")
    name, blocked = publish(http)
    assert name == "blocked" and "another wording" in blocked["problems"][0]["message"]
    now = http.get("/v1/prompts/talk/feedback").json()["state"]
    assert put(http, "talk/feedback", {"liked": ["Good to know."]}, seen=now)["draft"]["moved"] == []
    assert publish(http)[0] == "published"
    assert phrase(http, "talk/feedback", "liked")[0]["live"] == ["Good to know."]


def test_a_must_check_of_a_whole_turn_blocks(http):
    """By the name of its case and what is wrong; once it is mended the same draft is published."""
    made = http.post(
        "/v1/prompts/cases",
        json={"message": "thanks", "catalog": "shop", "name": "kind words", "expect": {"avoids": ["whatever"]}},
    ).json()
    put(http, "talk/reply", {"thanks": ["Fine, whatever."]})
    name, blocked = publish(http)
    assert name == "blocked"
    assert [(one["where"], one["message"]) for one in blocked["problems"]] == [
        ("kind words", "does not say 'whatever': it does")
    ]
    (pair,) = (data for name, data in stream(http, "run", {"cases": ["kind words"], "editor": ADA}) if name == "pair")
    assert pair["verdict"] == "broken" and "whatever" in pair["new"]["text"] and pair["words"]
    assert http.put("/v1/prompts/cases/kind words", json={"expect": {"words": 9}}).json()["expect"]["words"] == 9
    assert publish(http)[0] == "published" and say(http, "thanks") == "Fine, whatever."
    assert http.delete(f"/v1/prompts/cases/{made['name']}").json() == {"removed": "kind words"}


def test_a_reader_marks_what_a_draft_made_of_a_case(http):
    """The thumb and the comment come back with the pair, and in the export."""
    http.post("/v1/prompts/cases", json={"message": "goodbye", "catalog": "shop", "name": "leaving"})
    put(http, "talk/reply", {"bye": ["Bye now."]})
    asked = {"cases": ["leaving"], "editor": ADA}
    state = stream(http, "run", asked)[-1][1]["state"]
    said = {"mark": "up", "comment": "Short and kind.", "state": state, "editor": ADA}
    assert http.put("/v1/prompts/marks/leaving", json=said).json()["mark"]["mark"] == "up"
    (pair,) = (data for name, data in stream(http, "run", asked) if name == "pair")
    assert (pair["mark"]["comment"], pair["mark"]["author"]) == ("Short and kind.", "Ada")
    (mark,) = http.get("/v1/prompts/marks", params={"state": state}).json()["marks"]
    assert (mark["case"], mark["state"]) == ("leaving", state)
    assert http.put("/v1/prompts/marks/nothing", json=said).json()["error"]["code"] == "unknown_case"
    assert http.put("/v1/prompts/marks/leaving", json={**said, "state": "x"}).status_code == 422
    http.delete("/v1/prompts/cases/leaving")
    drop(http, "talk/reply")


def test_trying_is_no_conversation(http):
    """Neither listed, nor in the figures, nor in what visitors did."""
    say(http, "a red lamp")
    before = http.get("/v1/prompts/conversations").json()
    figures = http.get("/v1/prompts/history").json()
    put(http, "talk/reply", {"thanks": ["You are welcome."]})
    for message in ("a blue lamp", "thanks", "I want to talk to a person"):
        assert stream(http, "try", {"message": message, "editor": ADA})[-1][0] == "done"
    assert http.get("/v1/prompts/conversations").json() == before
    assert http.get("/v1/prompts/history").json() == figures
    assert http.get("/v1/handovers").json()["handovers"] == []
    drop(http, "talk/reply")


def test_the_list_of_conversations_goes_on(http):
    """Page by page, the latest first, none twice."""
    for number in range(5):
        say(http, f"chair {number}")
    first = http.get("/v1/prompts/conversations", params={"limit": 3}).json()
    rest = http.get("/v1/prompts/conversations", params={"limit": 3, "after": first["next"]}).json()
    heard = [one["message"] for one in (*first["turns"], *rest["turns"])]
    assert heard[:5] == [f"chair {number}" for number in reversed(range(5))]
    assert first["turns"][0]["cards"] >= 1 and len(first["turns"]) == 3
    last = http.get("/v1/prompts/conversations", params={"limit": 100}).json()
    assert last["next"] is None and len({(one["session"], one["turn"]) for one in last["turns"]}) == len(last["turns"])
    assert http.get("/v1/prompts/conversations", params={"after": "nobody"}).json()["turns"] == []
    assert http.get("/v1/prompts/conversations", params={"limit": 0}).status_code == 422


def test_one_at_a_time_and_hanging_up_stops_it(http, folder):
    """A second one is told that one is running; visitors talk on; who closes the page frees the place."""
    case = {"catalog": "shop", "message": "a lamp or a chair or a desk"}
    (folder / "prompts" / "cases").mkdir(parents=True, exist_ok=True)
    many = folder / "prompts" / "cases" / "many.yaml"
    many.write_text(yaml.safe_dump_all({"name": f"many {number}", **case} for number in range(300)))
    put(http, "talk/reply", {"thanks": ["You are welcome."]})
    with http.stream("POST", "/v1/prompts/run", json={"editor": ADA}) as response:
        found = events(response)
        assert next(data["of"] for name, data in found if name == "progress") >= 300
        second = http.post("/v1/prompts/try", json={"message": "thanks"})
        assert (second.status_code, second.json()["error"]["code"]) == (429, "too_busy")
        assert say(http, "a red lamp")
        assert next(name for name, _ in found if name == "pair")
    many.unlink()
    wait_until(lambda: http.post("/v1/prompts/try", json={"message": "thanks"}).status_code == 200, seconds=30)
    assert not [one for one in threading.enumerate() if one.name == "bench"]
    drop(http, "talk/reply")


@pytest.mark.parametrize("name", ["..%2F..%2Fetc/passwd", "talk/..%2Freply", "talk/nothing", "nothing/x", "talk/%00"])
def test_strange_names_are_no_prompts(http, folder, name):
    """404, or refused as no name; nothing outside is read or made, and nothing is removed."""
    before = sorted(folder.rglob("*.json"))
    found = [http.get(f"/v1/prompts/{name}"), http.get("/v1/prompts/talk/reply", params={"language": "../zh"})]
    found.append(http.put(f"/v1/prompts/{name}/draft", json={"editor": ADA, "phrases": {"a": ["b"]}}))
    assert {one.status_code for one in found} <= {404, 405} and all("error" in one.json() for one in found), found
    gone = http.request("DELETE", f"/v1/prompts/{name}/draft", json={"editor": ADA})
    assert gone.status_code in (404, 422) or gone.json() == {"removed": False}
    assert sorted(folder.rglob("*.json")) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"phrases": {"thanks": ["x" * 20_001]}}, 422),
        ({"phrases": {"thanks": ["x"] * 31}}, 422),
        ({"phrases": {"thanks": ["x" * 15_000] * 5}}, 413),
        ({"phrases": {"# thanks": ["x"]}}, 422),
        ({"phrases": {"thanks\n## bye": ["x"]}}, 422),
        ({"phrases": {"thanks": ["\x00"]}}, 422),
        ({"phrases": {"thanks": "x"}}, 422),
        ({"phrases": {}, "editor": {"id": "short", "name": "Ada"}}, 422),
        ({"phrases": {}, "editor": {"id": "../../../etc/x", "name": "Ada"}}, 422),
        ({"phrases": {}, "editor": {"id": "browser-of-ada", "name": " "}}, 422),
        ({"phrases": {}, "colour": "red"}, 422),
    ],
)
def test_what_is_too_large_or_malformed_is_refused(http, body, code):
    """Before anything is kept, and it says why."""
    told = http.put("/v1/prompts/talk/reply/draft", json={"editor": ADA, **body})
    assert told.status_code == code and told.json()["error"]["message"]
    assert row(http, "talk/reply")["drafts"] == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("publish", {"why": " ", "editor": ADA}, "invalid_request"),
        ("publish", {"why": "x", "editor": {"id": "somebody-else", "name": "X"}}, "invalid_request"),
        ("publish", {"why": "x", "editor": ADA, "files": [{"name": "talk/reply"}]}, "unknown_prompt"),
        ("rollback", {"why": "", "editor": ADA}, "invalid_request"),
        ("rollback", {"why": "x", "editor": ADA, "to": 999}, "invalid_request"),
        ("try", {}, "invalid_request"),
        ("try", {"turn": {"session": "nobody", "turn": "1"}}, "unknown_session"),
        ("try", {"message": "x", "catalog": "nowhere"}, "unknown_catalog"),
        ("run", {"editor": {"id": "somebody-else", "name": "X"}}, "invalid_request"),
        ("run", {"cases": ["nothing"]}, "invalid_request"),
        ("cases", {"turn": {"session": "nobody", "turn": "1"}}, "unknown_session"),
        ("trial", {"number": 1, "percent": 0, "why": "x", "editor": ADA}, "invalid_request"),
        ("trial", {"number": 999, "percent": 5, "why": "x", "editor": ADA}, "invalid_request"),
    ],
)
def test_what_cannot_be_done_says_why(http, path, body, code):
    """With what to do about it, as an ordinary error."""
    told = http.post(f"/v1/prompts/{path}", json=body)
    assert told.json()["error"]["code"] == code and told.json()["error"]["hint"], told.text


def test_a_share_of_the_visitors_hears_another_version(http):
    """Begun, shown and ended; then everybody hears the same."""
    put(http, "talk/reply", {"hello": ["Welcome in."]})
    made = publish(http)[1]["number"]
    http.post("/v1/prompts/rollback", json={"why": "Try it on a few first.", "editor": ADA})
    asked = {"number": made, "percent": 20, "why": "Is it liked more?", "editor": ADA}
    told = http.post("/v1/prompts/trial", json=asked).json()["trial"]
    assert (told["number"], told["percent"], told["author"]) == (made, 20.0, "Ada")
    assert http.get("/v1/prompts").json()["trial"] == told
    ended = http.request("DELETE", "/v1/prompts/trial", json={"editor": ADA})
    assert ended.json() == {"trial": None} and http.get("/v1/prompts").json()["trial"] is None


def test_prompts_for_language_models_have_parameters(http):
    """Edited like a phrase, checked like one, and shown in what changed."""
    found = {one["key"]: one for one in http.get("/v1/prompts/write/chat").json()["phrases"]}
    assert found["(parameter) max_tokens"]["live"] == ["400"] and found["(parameter) max_tokens"]["advanced"]
    assert found["(parameter) temperature"]["live"] == [] and found[""]["live"][0].startswith("You write the reply")
    wrong = put(http, "write/chat", {"(parameter) temperature": ["9"]})["problems"]
    assert wrong[0]["key"] == "(parameter) temperature" and "0 to 2" in wrong[0]["hint"]
    assert put(http, "write/chat", {"(parameter) temperature": ["0.2"]})["problems"] == []
    before = http.get("/v1/prompts").json()["spoken"]
    assert publish(http)[0] == "published"
    diff = http.get("/v1/prompts/diff", params={"a": before["id"], "b": "production"}).json()
    assert [(one["key"], one["before"], one["after"]) for one in diff] == [("(parameter) temperature", [], ["0.2"])]


def test_files_that_are_no_drafts_or_cases_stand_in_nobodys_way(http, folder):
    """The list names them; everything else goes on."""
    drafts = folder / "prompts" / "drafts" / "talk"
    drafts.mkdir(parents=True, exist_ok=True)
    (drafts / "reply.en.json").write_text("{half")
    gone = '{"name": "talk/gone", "language": "en", "editor": {"id": "browser-of-bob", "name": "Bob"}, "since": "", '
    gone += '"phrases": {"a": ["b"]}, "before": {}, "begun_from": "", "saved": "", "stamp": "x"}'
    (drafts / "gone.en.json").write_text(gone)
    (folder / "prompts" / "cases").mkdir(exist_ok=True)
    (folder / "prompts" / "cases" / "bad.yaml").write_text("a: [")
    listed = http.get("/v1/prompts").json()
    assert {one["where"] for one in listed["problems"]} == {"talk/reply.en.json", "talk/gone (en)"}
    assert "bad.yaml" in http.get("/v1/prompts/cases").json()["problems"][0]
    put(http, "talk/refusal", {"harm": ["I cannot help with that. What may I look for?"]})
    assert publish(http)[0] == "published"
    assert put(http, "talk/reply", {"bye": ["Bye!"]})["draft"]["mine"]
    assert [name for name, _ in stream(http, "try", {"message": "x", "editor": BOB})] == ["blocked"]
    for path in (*drafts.glob("*.json"), folder / "prompts" / "cases" / "bad.yaml"):
        path.unlink()

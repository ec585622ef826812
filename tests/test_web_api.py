"""The routes, over a real server and a real database: what they take and what they give back."""

from __future__ import annotations

import httpx
import pytest

from tests.web import PASSAGES, ScriptedAssistant, client, served, settings


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A client of a server that lives for this file."""
    with client(tmp_path_factory.mktemp("web"), per_minute=10_000, per_minute_address=10_000) as found:
        yield found


@pytest.fixture
def session(http) -> str:
    """A session in which one item was shown."""
    return http.post("/v1/chat", json={"message": "in space"}).json()["session_id"]


def as_visitor(session: str) -> dict[str, str]:
    """The header that names a session."""
    return {"X-Session": session}


def test_a_session_begins_before_its_first_message(http):
    """The id is a secret of at least 128 bits, and the catalogue the one that was asked for."""
    begun = http.post("/v1/sessions", json={"catalog": "outdoor"})
    other = http.post("/v1/sessions")
    assert (begun.status_code, begun.json()["catalog"], other.json()["catalog"]) == (201, "outdoor", "films")
    assert len(begun.json()["session_id"]) >= 22
    assert begun.json()["session_id"] != other.json()["session_id"]
    reply = http.post("/v1/chat", json={"message": "m", "session_id": begun.json()["session_id"]}).json()
    assert (reply["session_id"], reply["catalog"]) == (begun.json()["session_id"], "outdoor")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["f1", "f2", "f3"]),
        ({"year": 1995}, ["f3"]),
        ({"year": {"gte": 1979, "lt": 1999}}, ["f1", "f3"]),
        ({"year": {"gt": 1979, "lte": 1999}}, ["f2", "f3"]),
        ({"year": {"not": [1979, 1999]}}, ["f3"]),
        ({"genres": "Comedy"}, ["f2", "f3"]),
        ({"genres": ["comedy", "horror"]}, ["f1", "f2", "f3"]),
        ({"genres": {"not": "comedy"}}, ["f1"]),
        ({"director": {"contains": "scott"}}, ["f1"]),
        ({"subtitled": True, "genres": "comedy"}, ["f2"]),
        ({"genres": "western"}, []),
    ],
)
def test_filters_are_exact(http, filters, found):
    """A value, a list, a range, a negation and a substring each keep just the items that meet them."""
    reply = http.post("/v1/search", json={"query": "anything", "filters": filters, "k": 10})
    assert (reply.status_code, [item["id"] for item in reply.json()["items"]]) == (200, found)


def test_search_gives_whole_items(http):
    """Every field of the contract, for at most `k` items."""
    items = http.post("/v1/search", json={"query": "x", "k": 1}).json()["items"]
    assert len(items) == 1
    fields = {"id", "title", "score", "facets", "image", "url", "reasons", "unmet", "evidence", "features"}
    assert fields <= set(items[0])


def test_an_answer_is_cited(http):
    """The words, and where they stand."""
    reply = http.post("/v1/answer", json={"question": "how do I cancel?"}).json()
    assert (reply["answer"], reply["abstained"]) == (PASSAGES[0].text, False)
    assert [(one["id"], one["anchor"], one["quote"]) for one in reply["citations"]] == [
        ("cancel#how", "how", PASSAGES[0].text)
    ]


def test_a_press_changes_what_is_known(http, session):
    """A like stands in the state at once, and in the profile later; undo takes it back."""
    liked = http.post("/v1/feedback", json={"session_id": session, "item_id": "f1", "kind": "like"}).json()
    me = http.get("/v1/me", headers=as_visitor(session)).json()
    undone = http.post("/v1/feedback", json={"session_id": session, "item_id": "f1", "kind": "undo"}).json()
    assert (liked["likes"], me["likes"], undone["likes"]) == ([["f1", "Alien"]], [["f1", "Alien"]], [])


def test_only_what_was_shown_can_be_pressed(http, session):
    """An item of the catalogue that this session never saw is refused."""
    reply = http.post("/v1/feedback", json={"session_id": session, "item_id": "f2", "kind": "like"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_request")


def test_the_visitor_reads_edits_takes_away_and_erases(http, session):
    """The profile loses a removed chip, the export holds everything, and after erasing the id is unknown everywhere."""
    me = http.get("/v1/me", headers=as_visitor(session)).json()
    keys = [chip["key"] for chip in me["chips"]]
    edited = http.patch("/v1/me", headers=as_visitor(session), json={"remove": keys}).json()
    export = http.get("/v1/me/export", headers={"Authorization": f"Bearer {session}"})
    erased = http.delete("/v1/me", headers=as_visitor(session))
    assert (len(keys), edited["chips"]) == (1, [])
    assert "attachment" in export.headers["content-disposition"]
    assert [turn["message"] for turn in export.json()["turns"]] == ["in space"]
    assert (erased.status_code, erased.content) == (204, b"")
    after = [
        http.get("/v1/me", headers=as_visitor(session)),
        http.get("/v1/me/export", headers=as_visitor(session)),
        http.get("/v1/transcript", headers=as_visitor(session)),
        http.post("/v1/chat", json={"message": "m", "session_id": session}),
        http.post("/v1/chat", json={"message": "m", "session_id": session, "stream": True}),
        http.post("/v1/feedback", json={"session_id": session, "kind": "resolved"}),
    ]
    assert [(reply.status_code, reply.json()["error"]["code"]) for reply in after] == [(404, "unknown_session")] * 6


def test_the_transcript_draws_the_conversation_again(http, session):
    """Each turn with its events, so that a page can be rebuilt after a reload."""
    turns = http.get("/v1/transcript", headers=as_visitor(session)).json()["turns"]
    assert [(turn["message"], turn["status"]) for turn in turns] == [("in space", "done")]
    names = [event["event"] for event in turns[0]["events"]]
    assert names == ["understood", "state", "recommended", "suggested", "notice"]


def test_catalogues_say_what_a_filter_may_name(http):
    """Names, counts, and every facet with its type, bounds and most frequent values."""
    found = http.get("/v1/catalogs").json()["catalogs"]
    assert [(one["name"], one["items"], one["passages"]) for one in found] == [("films", 3, 1), ("outdoor", 3, 1)]
    facets = {facet["name"]: facet for facet in found[0]["facets"]}
    assert (facets["year"]["low"], facets["year"]["high"]) == (1979, 1999)
    assert facets["genres"]["values"] == [{"value": "comedy", "count": 2}, {"value": "horror", "count": 1}]


def test_alive_and_ready(http):
    """Both probes, and what was checked."""
    ready = http.get("/readyz")
    assert (http.get("/healthz").json(), ready.status_code) == ({"status": "ok"}, 200)
    assert (http.head("/healthz").status_code, http.head("/readyz").status_code) == (200, 200)
    assert [check["name"] for check in ready.json()["checks"]] == [
        "memory",
        "catalog films",
        "catalog outdoor",
        "turns",
    ]


def test_not_ready_says_why(tmp_path):
    """A database that is gone makes the server not ready, with the remedy; it still lives."""
    assistant = ScriptedAssistant(tmp_path)
    with served(assistant, settings(tmp_path)) as url, httpx.Client(base_url=url, timeout=20) as http:
        assistant.memory.close()
        (tmp_path / "memory.db").unlink()
        (tmp_path / "memory.db").mkdir()
        ready = http.get("/readyz")
        chat = http.post("/v1/chat", json={"message": "m"})
        alive = http.get("/healthz")
    memory = ready.json()["checks"][0]
    assert (ready.status_code, ready.json()["ready"], alive.status_code) == (503, False, 200)
    assert (memory["name"], memory["ok"], bool(memory["hint"])) == ("memory", False, True)
    assert (chat.status_code, chat.json()["error"]["code"]) == (503, "memory")


@pytest.mark.parametrize("prefix", ["", "/bot"])
def test_a_proxy_may_strip_the_prefix_or_pass_it_on(tmp_path, prefix):
    """With a root path, both forms of path reach the same route, also for errors."""
    with client(tmp_path, root_path="/bot") as http:
        assert http.get(f"{prefix}/healthz").status_code == 200
        assert http.post(f"{prefix}/v1/chat", json={"message": "m"}).status_code == 200
        assert http.get(f"{prefix}/v1/chat").status_code == 405
        assert http.get(f"{prefix}/v1/nothing").status_code == 404
        large = http.post(f"{prefix}/v1/chat", content=b"x" * 70_000, headers={"Content-Type": "application/json"})
        assert large.status_code == 413
        assert large.headers["cache-control"] == "no-store"


PROMPT_ROUTES = (
    *("", "/history", "/diff", "/{task}/{name}", "/{task}/{name}/draft", "/cases", "/cases/{name}", "/conversations"),
    *("/try", "/run", "/marks", "/marks/{case}", "/publish", "/rollback", "/trial"),
)


def test_the_routes_are_listed(http):
    """`/openapi.json` names every route and the fields of its body."""
    listed = http.get("/openapi.json").json()
    v1 = "chat search answer feedback me me/export catalogs transcript sessions rules items/{id} items:bulk"
    v1 += " identity/revocations widget handover events handovers handovers/{id} handovers/{id}/retry"
    v1 += " handovers/{id}/take handovers/{id}/messages handovers/{id}/resume"
    v1 += " " + " ".join(f"prompts{one}" for one in PROMPT_ROUTES)
    top = {"/healthz", "/readyz", "/metrics", "/widget.js"}
    assert set(listed["paths"]) == top | {f"/v1/{name}" for name in v1.split()}
    assert set(listed["components"]["schemas"]["Message"]["properties"]) == {
        "message",
        "catalog",
        "session_id",
        "stream",
        "context",
    }

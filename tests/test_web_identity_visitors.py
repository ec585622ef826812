"""Verified visitors over HTTP: one lasting profile on any device, sessions that are theirs alone, export, erasing."""

from __future__ import annotations

import pytest

from tests.identity import (
    PRIVATE,
    SECRET,
    bearer,
    chat,
    claims,
    everywhere,
    host,
    me,
    outcome,
    press,
    said,
    signed,
    token,
)
from tests.web import events


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A server that lives for this file."""
    with host(tmp_path_factory.mktemp("web")) as found:
        yield found


@pytest.fixture
def sub(request) -> str:
    """A visitor of this test alone."""
    return f"visitor of {request.node.name}"


def test_one_profile_and_history_on_any_device(http, sub):
    """A second device has a token of its own and no session: it goes on where the first one was."""
    phone, laptop = bearer(token(sub)), bearer(token(sub, name="Ada"))
    first = chat(http, "on the phone", phone)
    assert press(http, phone, "like").json()["likes"] == [["f1", "Alien"]]
    again = chat(http, "on the laptop", laptop)
    assert again["session_id"] == first["session_id"]
    assert said(http, laptop) == said(http, phone) == ["on the phone", "on the laptop"]
    known = me(http, laptop)
    assert (known["verified"], known["name"], known["session_id"]) == (True, "Ada", first["session_id"])
    assert known["likes"] == [["f1", "Alien"]]


def test_every_conversation_is_listed_and_shares_what_is_known(http, sub):
    """A new one begins without the old wishes, and with the likes; each can be read and gone on with."""
    headers = bearer(token(sub))
    old = chat(http, "the old one", headers)["session_id"]
    press(http, headers, "like")
    new = http.post("/v1/sessions", headers=headers)
    assert (new.status_code, new.json()["catalog"]) == (201, "films")
    session = new.json()["session_id"]
    begun = me(http, bearer(token(sub), session))
    assert (begun["chips"], begun["likes"]) == ([], [["f1", "Alien"]])
    chat(http, "the new one", headers, session_id=session)
    assert press(http, headers, "undo", session=session).json()["likes"] == []
    assert me(http, bearer(token(sub), old))["likes"] == []
    listed = [(one["session_id"], one["turns"]) for one in me(http, headers)["conversations"]]
    assert listed == [(session, 1), (old, 1)]
    assert (said(http, bearer(token(sub), old)), said(http, headers)) == (["the old one"], ["the new one"])


def test_a_new_visitor_is_known_by_nothing(http, sub):
    """Looking keeps nothing; there is an empty profile and no conversation."""
    headers = bearer(token(sub))
    known = me(http, headers)
    assert (known["catalog"], known["created"], known["session_id"], known["conversations"]) == (
        "films",
        None,
        None,
        [],
    )
    none = {"turns": [], "messages": [], "last": 0, "handover": None, "session_id": None}
    assert http.get("/v1/transcript", headers=headers).json() == none
    assert http.get("/v1/me/export", headers=headers).json()["sessions"] == []
    assert http.patch("/v1/me", headers=headers, json={"remove": ["like:f1"]}).status_code == 200
    assert http.delete("/v1/me", headers=headers).status_code == 204
    assert outcome(press(http, headers, "like")) == (404, "unknown_session")


def test_a_verified_visitors_session_opens_nothing_without_the_token(http, sub):
    """Whoever finds its id on a shared computer has nothing; nor has another visitor, nor another catalogue's."""
    session = chat(http, "mine", bearer(token(sub)))["session_id"]
    other = signed(claims(sub, aud="outdoor"), key=f"{SECRET}-outdoor", kid="outdoor-1")
    assert everywhere(http, {"X-Session": session}, session) == {(404, "unknown_session")}
    assert everywhere(http, bearer(token("eve"), session), session) == {(404, "unknown_session")}
    assert everywhere(http, bearer(other, session), session) == {(404, "unknown_session")}
    assert said(http, bearer(token(sub))) == ["mine"]


def test_equal_ids_in_two_catalogues_are_two_visitors(http, sub):
    """The token decides which catalogue is talked about where none is named."""
    films, outdoor = bearer(token(sub)), bearer(signed(claims(sub, aud="outdoor"), key=PRIVATE, alg="EdDSA", kid="any"))
    assert chat(http, "a film", films)["catalog"] == "films"
    assert chat(http, "a tent", outdoor)["catalog"] == "outdoor"
    assert (said(http, films), said(http, outdoor)) == (["a film"], ["a tent"])


@pytest.mark.parametrize("route", ["/v1/chat", "/v1/sessions"])
def test_a_token_for_another_catalogue_than_the_one_asked_is_refused(http, sub, route):
    """Also where its key may sign for both."""
    outdoor = signed(claims(sub, aud="outdoor"), key=PRIVATE, alg="EdDSA", kid="any")
    body = {"catalog": "films", **({"message": "m"} if route == "/v1/chat" else {})}
    assert outcome(http.post(route, json=body, headers=bearer(outdoor))) == (401, "identity_audience")


def test_what_only_we_call_a_session_is_no_session(http, sub):
    """An id with a dot in it, from wherever."""
    session = chat(http, "mine", bearer(token(sub)))["session_id"]
    assert "." not in session
    for headers in ({"X-Session": f"a.{session}"}, bearer(token(sub), f"a.{session}")):
        assert everywhere(http, headers, f"a.{session}") == {(404, "unknown_session")}


def test_after_erasing_no_old_id_opens_anything(http, sub):
    """Neither those that began with a token nor the one that was claimed; the visitor begins anew."""
    claimed = chat(http, "before signing in")["session_id"]
    both = bearer(token(sub), claimed)
    own = http.post("/v1/sessions", headers=both).json()["session_id"]
    chat(http, "signed in", bearer(token(sub)), session_id=own)
    assert http.delete("/v1/me", headers=bearer(token(sub))).status_code == 204
    for session in (claimed, own):
        assert everywhere(http, {"X-Session": session}, session) == {(404, "unknown_session")}
        assert everywhere(http, bearer(token(sub), session), session) == {(404, "unknown_session")}
        assert everywhere(http, bearer(token("eve"), session), session) == {(404, "unknown_session")}
    assert me(http, bearer(token(sub)))["conversations"] == []
    chat(http, "anew", bearer(token(sub)))
    assert said(http, bearer(token(sub))) == ["anew"]


def test_the_export_holds_everything_and_no_key(http, sub):
    """Every conversation with its turns, presses and hand-overs; neither a secret of ours nor the token."""
    signed_in = token(sub)
    chat(http, "the first", bearer(signed_in))
    press(http, bearer(signed_in), "like")
    http.post("/v1/sessions", headers=bearer(signed_in))
    chat(http, "the second", bearer(signed_in))
    reply = http.get("/v1/me/export", headers=bearer(signed_in))
    found = reply.json()
    assert [[turn["message"] for turn in one["turns"]] for one in found["sessions"]] == [["the first"], ["the second"]]
    assert [press["kind"] for press in found["sessions"][0]["feedback"]] == ["like"]
    assert found["profile"]["likes"] == ["f1"]
    assert "attachment" in reply.headers["content-disposition"]
    assert not {"visitor_id", "key", "handle", "subject"} & set(found) and signed_in not in reply.text


def test_the_stream_names_the_session_as_it_is_known_outside(http, sub):
    """The last event carries the id that the next request names."""
    with http.stream("POST", "/v1/chat", json={"message": "m", "stream": True}, headers=bearer(token(sub))) as reply:
        done = dict(events(reply))["done"]
    assert "." not in done["session_id"]
    assert said(http, bearer(token(sub), done["session_id"])) == ["m"]


def test_a_new_conversation_begins_in_the_tokens_language(http, sub):
    """Where we speak it; else in English."""
    for locale, language in (("zh-CN", "zh"), ("zh_TW", "zh"), ("xx", "en"), (None, "en")):
        session = http.post("/v1/sessions", headers=bearer(token(sub, locale=locale))).json()["session_id"]
        assert me(http, bearer(token(sub), session))["state"]["language"] == language


def test_limits_count_the_visitor_and_not_the_conversation(tmp_path):
    """A new session gives no new messages."""
    with host(tmp_path, per_minute=2) as http:
        sessions = [http.post("/v1/sessions", headers=bearer(token("eve"))) for _ in range(3)]
        assert [reply.status_code for reply in sessions] == [201, 201, 429]
        assert chat(http, "m", bearer(token("ada")))["text"]

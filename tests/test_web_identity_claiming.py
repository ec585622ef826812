"""Signing in over HTTP: what an anonymous visitor said becomes theirs, once, whatever the first request is."""

from __future__ import annotations

from functools import partial

import pytest

from tests.identity import bearer, chat, claims, everywhere, host, me, outcome, press, said, signed, token
from tests.visiting import at_once
from tests.web import events, words


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A server that lives for this file."""
    with host(tmp_path_factory.mktemp("web")) as found:
        yield found


@pytest.fixture
def sub(request) -> str:
    """A visitor of this test alone."""
    return f"visitor of {request.node.name}"


@pytest.mark.parametrize("first", ["chat", "me", "transcript", "export", "feedback", "sessions"])
def test_signing_in_keeps_what_was_said_before(http, sub, first):
    """Whatever the first request with both is: the history and what is known move to the visitor, once."""
    session = chat(http, "before signing in")["session_id"]
    press(http, {}, "like", session=session)
    both = bearer(token(sub), session)
    requests = {
        "chat": lambda: http.post("/v1/chat", json={"message": "m", "session_id": session}, headers=bearer(token(sub))),
        "me": lambda: http.get("/v1/me", headers=both),
        "transcript": lambda: http.get("/v1/transcript", headers=both),
        "export": lambda: http.get("/v1/me/export", headers=both),
        "feedback": lambda: press(http, bearer(token(sub)), "click", session=session),
        "sessions": lambda: http.post("/v1/sessions", headers=both),
    }
    assert requests[first]().status_code in (200, 201)
    assert said(http, both)[0] == "before signing in"
    anywhere = bearer(token(sub))
    assert me(http, anywhere)["likes"] == [["f1", "Alien"]]
    assert session in [one["session_id"] for one in me(http, anywhere)["conversations"]]
    assert everywhere(http, {"X-Session": session}, session) == {(404, "unknown_session")}


def test_what_was_known_before_joins_what_is_known(http, sub):
    """The latest word counts: a like before signing in takes the place of an older rejection."""
    headers = bearer(token(sub))
    chat(http, "on another device", headers)
    press(http, headers, "dislike")
    press(http, headers, "seen")
    session = chat(http, "not signed in")["session_id"]
    press(http, {}, "like", session=session)
    known = me(http, bearer(token(sub), session))
    assert (known["likes"], known["rejected"], known["seen"]) == ([["f1", "Alien"]], [], [["f1", "Alien"]])
    assert len(known["conversations"]) == 2


def test_a_session_is_claimed_once(http, sub):
    """Another visitor is refused as for a session that never was; the first one goes on with it."""
    session = chat(http, "mine")["session_id"]
    assert said(http, bearer(token(sub), session)) == ["mine"]
    refused = http.get("/v1/me", headers=bearer(token("eve"), session))
    unknown = http.get("/v1/me", headers=bearer(token("eve"), "a" * len(session)))
    assert (refused.status_code, refused.text) == (404, unknown.text)
    assert everywhere(http, bearer(token("eve"), session), session) == {(404, "unknown_session")}
    assert said(http, bearer(token(sub), session)) == ["mine"]
    assert me(http, bearer(token("eve")))["conversations"] == []


def test_a_session_about_another_catalogue_is_not_claimed(http, sub):
    """The token is for another one; the anonymous visitor keeps it."""
    session = chat(http, "a tent", catalog="outdoor")["session_id"]
    assert outcome(http.get("/v1/me", headers=bearer(token(sub), session))) == (401, "identity_audience")
    assert said(http, {"X-Session": session}) == ["a tent"]


def test_a_bad_token_claims_nothing(http):
    """The session stays anonymous."""
    session = chat(http, "mine")["session_id"]
    http.get("/v1/me", headers=bearer(signed(claims(), key="x" * 40), session))
    assert said(http, {"X-Session": session}) == ["mine"]


def test_a_turn_that_runs_is_not_claimed_under_its_feet(tmp_path):
    """429 until the reply is whole; then it is claimed with it."""

    def slow(turn):
        return words(turn, text="one two three four five", pace=0.1)

    with host(tmp_path, slow) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        asked = {"message": "m", "session_id": session, "stream": True}
        with http.stream("POST", "/v1/chat", json=asked) as reply:
            found = events(reply)
            next(found)
            assert outcome(http.get("/v1/me", headers=bearer(token(), session))) == (429, "too_busy")
            assert list(found)[-1][0] == "done"
        assert said(http, bearer(token(), session)) == ["m"]


def test_a_page_may_send_several_requests_at_the_moment_of_signing_in(http, sub):
    """Each with both: all are answered as to the visitor, whichever of them claims the session."""
    session = chat(http, "before")["session_id"]
    paths = ("/v1/me", "/v1/transcript", "/v1/me/export")
    replies = at_once([partial(http.get, path, headers=bearer(token(sub), session)) for path in paths * 3])
    assert [reply.status_code for reply in replies] == [200] * 9
    assert all("before" in replies[number].text for number in (1, 2, 4, 5, 7, 8))
    assert [one["session_id"] for one in me(http, bearer(token(sub)))["conversations"]] == [session]


def test_of_many_visitors_at_once_one_has_the_session(http, sub):
    """The others are told what anybody is told who guesses."""
    session = chat(http, "before")["session_id"]
    visitors = [f"{sub} {number}" for number in range(6)]
    replies = at_once([partial(http.get, "/v1/me", headers=bearer(token(one), session)) for one in visitors])
    assert sorted(reply.status_code for reply in replies) == [200, 404, 404, 404, 404, 404]
    unknown = http.get("/v1/me", headers=bearer(token(sub), "a" * len(session)))
    assert {reply.text for reply in replies if reply.status_code == 404} == {unknown.text}


def test_a_new_conversation_needs_no_old_one(http, sub):
    """A browser that still names a session of somebody else, or one that is gone, begins all the same."""
    theirs = chat(http, "theirs", bearer(token(f"eve, {sub}")))["session_id"]
    for named in (theirs, "a" * len(theirs)):
        begun = http.post("/v1/sessions", headers=bearer(token(sub), named))
        assert begun.status_code == 201 and begun.json()["session_id"] != named
    assert said(http, bearer(token(f"eve, {sub}"))) == ["theirs"]

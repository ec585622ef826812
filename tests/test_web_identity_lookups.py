"""Searches and questions outside a conversation: whose token is bad is refused, whose is good is counted by it."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.identity import KEYS, OTHER_SECRET, SECRET, bearer, chat, claims, host, outcome, signed, token
from tests.web import ScriptedAssistant, served, settings

ROUTES = {"/v1/search": "query", "/v1/answer": "question"}
BAD = {
    "identity_signature": lambda: signed(claims(), key=OTHER_SECRET),
    "identity_expired": lambda: token(iat=1_700_000_000, exp=1_700_000_600),
    "identity_malformed": lambda: "undefined",
}


class Noting(ScriptedAssistant):
    """Writes down which catalogue was asked."""

    def __init__(self, data_dir):
        super().__init__(data_dir)
        self.asked: list[str | None] = []

    def search(self, query, **asked):
        """Noted."""
        self.asked.append(asked["catalog"])
        return super().search(query, **asked)

    def answer(self, question, **asked):
        """Noted."""
        self.asked.append(asked["catalog"])
        return super().answer(question, **asked)


@pytest.fixture(scope="module")
def noting(tmp_path_factory):
    """A server and its assistant; the default catalogue is films."""
    folder = tmp_path_factory.mktemp("web")
    assistant = Noting(folder)
    chosen = settings(folder, identity_keys=json.dumps(KEYS), per_minute=10**6, per_minute_address=10**6)
    with served(assistant, chosen) as url, httpx.Client(base_url=url, timeout=20) as http:
        yield http, assistant


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("code", BAD)
def test_a_bad_token_is_refused_before_anything_is_looked_up(noting, path, code):
    """As on every other route, with the check that failed; without any token the same is answered."""
    http, assistant = noting
    assistant.asked.clear()
    asked = {ROUTES[path]: "something"}
    assert outcome(http.post(path, json=asked, headers=bearer(BAD[code]()))) == (401, code)
    assert assistant.asked == []
    assert http.post(path, json=asked).status_code == 200
    assert assistant.asked == [None]


@pytest.mark.parametrize("path", ROUTES)
def test_a_token_looks_into_its_own_catalogue(noting, path):
    """Also where the request names none; another one than the token's is refused."""
    http, assistant = noting
    assistant.asked.clear()
    headers = bearer(signed(claims(aud="outdoor"), key=f"{SECRET}-outdoor", kid="outdoor-1"))
    for named in ({}, {"catalog": "outdoor"}):
        assert http.post(path, json={ROUTES[path]: "something", **named}, headers=headers).status_code == 200
    asked = {ROUTES[path]: "something", "catalog": "films"}
    assert outcome(http.post(path, json=asked, headers=headers)) == (401, "identity_audience")
    assert assistant.asked == ["outdoor", "outdoor"]


@pytest.mark.parametrize("path", ROUTES)
def test_lookups_count_to_the_limit_of_their_visitor(tmp_path, path):
    """With messages, under whatever token of theirs; others, with a token or without, are not touched by it."""
    with host(tmp_path, per_minute=2) as http:
        asked = {ROUTES[path]: "something"}
        assert http.post(path, json=asked, headers=bearer(token("ada"))).status_code == 200
        chat(http, "hello", bearer(token("ada")))
        for refused in (
            http.post(path, json=asked, headers=bearer(token("ada"))),
            http.post("/v1/chat", json={"message": "hello"}, headers=bearer(token("ada"))),
        ):
            assert outcome(refused) == (429, "visitor_limit")
            assert int(refused.headers["Retry-After"]) > 0
        for headers in (bearer(token("bob")), {}):
            assert [http.post(path, json=asked, headers=headers).status_code for _ in range(2)] == [200, 200]

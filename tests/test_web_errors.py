"""Bad input: each a clear error with its remedy and its status, and never a stack trace."""

from __future__ import annotations

import json
import logging

import pytest

from tests.web import client

CHAT, JSON = "/v1/chat", {"Content-Type": "application/json"}
DEEP = b'{"message": ' + b"[" * 50_000 + b"]" * 50_000


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A client of a server that lives for this file."""
    with client(tmp_path_factory.mktemp("web"), per_minute=10_000, per_minute_address=10_000) as found:
        yield found


def error(response) -> tuple[int, str]:
    """Status and code of an error that has the one shape, with words for both message and hint."""
    assert set(response.json()) == {"error"}
    told = response.json()["error"]
    assert set(told) == {"code", "message", "hint"}
    assert all(told.values()), told
    assert "Traceback" not in response.text
    return response.status_code, told["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "malformed_json")),
        (b"", (422, "invalid_request")),
        (b'{"message": "\xff"}', (400, "bad_request")),
        (b'{"message": ' + b"9" * 5000 + b"}", (400, "bad_request")),
        (b"[1]", (422, "invalid_request")),
        (b'"hello"', (422, "invalid_request")),
        (b"null", (422, "invalid_request")),
        (b'{"message": 5}', (422, "invalid_request")),
        (b'{"message": null}', (422, "invalid_request")),
        (b'{"message": "a\\u0000b"}', (422, "invalid_request")),
        (b'{"message": "\\ud800"}', (422, "invalid_request")),
        (b'{"message": "m", "stream": "yes"}', (422, "invalid_request")),
        (b'{"message": "m", "session_id": ""}', (422, "invalid_request")),
        (b'{"message": "m", "session_id": "' + b"a" * 300 + b'"}', (422, "invalid_request")),
        (b'{"message": "m", "session_id": "unknown"}', (404, "unknown_session")),
        (b'{"message": "m", "catalog": "shoes"}', (404, "unknown_catalog")),
        (b'{"message": "' + b"a" * 70_000 + b'"}', (413, "too_large")),
        (DEEP, (413, "too_large")),
        (DEEP[:60_000], (400, "bad_request")),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_bad_message_is_refused_with_its_remedy(http, body, expected, stream):
    """Whether JSON or a stream was asked for, the refusal is the same."""
    if stream and body.startswith(b'{"message"') and b"stream" not in body and len(body) < 1000:
        body = body[:-1] + b', "stream": true}'
    assert error(http.post(CHAT, content=body, headers=JSON)) == expected


def test_a_misspelt_field_is_named_with_those_there_are(http):
    """Nothing is ignored silently."""
    told = http.post(CHAT, json={"mesage": "hi"}).json()["error"]
    assert "'mesage'" in told["message"]
    assert told["hint"] == "known fields: message, catalog, session_id, stream, context"


def test_a_large_body_is_refused_while_it_is_read(http):
    """Without a promised length, reading stops at the limit."""

    def endless():
        for _ in range(2000):
            yield b"x" * 1000

    assert error(http.post(CHAT, content=endless(), headers=JSON)) == (413, "too_large")


def test_a_promised_length_that_is_too_large_is_not_read(http):
    """The header alone is enough."""
    assert error(http.post(CHAT, content=b"x" * 5_000_000, headers=JSON)) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_type_of_body_is_refused(http, kind):
    """Only JSON is read."""
    headers = {"Content-Type": kind} if kind else {}
    assert error(http.post(CHAT, content=b'{"message": "m"}', headers=headers)) == (415, "unsupported_type")


def test_json_with_a_charset_is_json(http):
    """A parameter of the type does no harm."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert http.post(CHAT, content=b'{"message": "m"}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"yeer": 1990}, "known facets: year, genres, subtitled, director"),
        ({"year": "1990"}, "year takes a number"),
        ({"year": True}, "year takes a number"),
        ({"year": None}, "year takes a number"),
        ({"year": [1990, "x"]}, "year takes a number"),
        ({"year": {"contains": 19}}, "use gte, lte, gt, lt, not"),
        ({"year": {"between": [1, 2]}}, "known operators: gte, lte, gt, lt, not, contains"),
        ({"year": float("nan")}, "year takes a finite number"),
        ({"year": 10**400}, "year takes a finite number"),
        ({"genres": 7}, "genres takes text"),
        ({"genres": []}, "leave the facet out instead"),
        ({"genres": {"gte": "a"}}, "use contains, not, a value or a list of values"),
        ({"genres": {"not": {"a": 1}}}, "genres takes text"),
        ({"subtitled": "yes"}, "subtitled takes true or false"),
        ({"director": "a\ud800"}, "send plain UTF-8 text"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused_with_what_would(http, filters, named):
    """An unknown facet names the known ones, a wrong type or operator the right ones."""
    response = http.post("/v1/search", content=json.dumps({"query": "x", "filters": filters}), headers=JSON)
    assert error(response) == (422, "invalid_request")
    assert response.json()["error"]["hint"] == named


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/search", {"query": "x", "k": 0}),
        ("/v1/search", {"query": "x", "k": 101}),
        ("/v1/search", {"query": "x", "k": "5"}),
        ("/v1/search", {"query": "x", "filters": ["year"]}),
        ("/v1/search", {"query": "x" * 5000}),
        ("/v1/search", {}),
        ("/v1/answer", {"question": ["?"]}),
        ("/v1/feedback", {"session_id": "s", "kind": "love"}),
        ("/v1/feedback", {"session_id": "s", "kind": "like", "reason": "r" * 600}),
        ("/v1/sessions", {"catalogue": "films"}),
    ],
)
def test_a_mistyped_request_is_unprocessable(http, path, body):
    """Out of range, of another type, or with another name."""
    assert error(http.post(path, json=body)) == (422, "invalid_request")


def test_unknown_routes_and_methods(http):
    """404 and 405, the latter with the methods that there are."""
    assert error(http.get("/v1/nothing")) == (404, "not_found")
    assert error(http.get("/v1/chat/")) == (404, "not_found")
    assert error(http.get("/nothing")) == (404, "not_found")
    wrong = http.get("/v1/chat")
    assert (error(wrong), wrong.headers["allow"]) == ((405, "method_not_allowed"), "POST")
    assert error(http.delete("/v1/feedback")) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/export", "/v1/transcript"])
def test_data_of_a_visitor_needs_the_session(http, path):
    """Without the header 401, with another's guess 404; an id in the URL is not read."""
    assert error(http.get(path)) == (401, "no_session")
    assert error(http.get(path, params={"session_id": "s"})) == (401, "no_session")
    assert error(http.get(path, headers={"Authorization": "Basic abc"})) == (401, "no_session")
    assert error(http.get(path, headers={"X-Session": "a" * 201})) == (401, "no_session")
    assert error(http.get(path, headers={"X-Session": "guess"})) == (404, "unknown_session")


def test_what_nobody_foresaw_gets_an_id_that_the_log_knows(tmp_path, caplog):
    """The visitor reads an id and no detail; the log has both, and the server goes on."""

    def breaks(turn):
        raise ZeroDivisionError("secret detail")
        yield

    with client(tmp_path, breaks) as http, caplog.at_level(logging.ERROR):
        response = http.post(CHAT, json={"message": "m"})
        assert error(response) == (500, "internal")
        assert http.get("/healthz").status_code == 200
    assert "secret" not in response.text
    (record,) = [record for record in caplog.records if record.name == "bot.web.errors"]
    id_ = record.getMessage().split()[-1]
    assert id_ in response.json()["error"]["message"]
    assert record.exc_info[0] is ZeroDivisionError


def test_a_session_id_is_never_logged(tmp_path, caplog):
    """Whatever happens to a session, its secret stays out of the logs."""
    with client(tmp_path) as http, caplog.at_level(logging.DEBUG):
        session = http.post(CHAT, json={"message": "m"}).json()["session_id"]
        http.get("/v1/me", headers={"X-Session": session})
        http.patch("/v1/me", headers={"X-Session": session}, json={"remove": []})
        http.delete("/v1/me", headers={"X-Session": session})
        http.get("/v1/me", headers={"X-Session": session})
    server = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not any(session in line for line in server)

"""Figures and logs: counted by route and outcome, bounded, without anything that a visitor said."""

from __future__ import annotations

import json
import logging
import re

import httpx
import pytest

from bot import types
from bot.web.logs import REQUEST, JsonLines, TextLines
from bot.web.metrics import MOST, Metric, Metrics
from bot.web.redaction import Redaction
from tests.operating import BEARER, TOKEN, shop_client
from tests.web import client, words

LINE = re.compile(r'(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [-+.e\d]+(?:inf)?)')


def values(text: str) -> dict[str, float]:
    """Each line's name with its labels, and its value; every line is well formed."""
    assert all(LINE.fullmatch(line) for line in text.splitlines()), text
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_the_text_is_what_prometheus_reads():
    """Counters, gauges, cumulative buckets with sum and count; quotes and newlines escaped."""
    metrics = Metrics(
        [Metric("a_total", "counter", "A", ("x",)), Metric("s", "histogram", "S"), Metric("g", "gauge", "G")]
    )
    metrics.count("a_total", 'q"\n\\')
    metrics.count("a_total", "b", by=2)
    metrics.observe("s", 0.3)
    metrics.observe("s", 100.0)
    metrics.set("g", 1.5)
    lines = metrics.text().splitlines()
    assert lines[:4] == [
        "# HELP shelftalk_a_total A.",
        "# TYPE shelftalk_a_total counter",
        'shelftalk_a_total{x="b"} 2',
        'shelftalk_a_total{x="q\\"\\n\\\\"} 1',
    ]
    assert 'shelftalk_s_bucket{le="0.25"} 0' in lines and 'shelftalk_s_bucket{le="0.5"} 1' in lines
    assert 'shelftalk_s_bucket{le="+Inf"} 2' in lines and "shelftalk_s_count 2" in lines
    assert "shelftalk_s_sum 100.300000" in lines and "shelftalk_g 1.5" in lines


def test_labels_are_bounded():
    """However many there are, a metric keeps so many apart and counts the rest together."""
    metrics = Metrics([Metric("a_total", "counter", "A", ("x",))])
    for number in range(MOST + 50):
        metrics.count("a_total", f"v{number}")
    assert metrics.text().count("\n") == MOST + 3
    assert 'shelftalk_a_total{x="other"} 50' in metrics.text()


def handing(turn):
    """A turn with everything that is counted."""
    yield from words(turn)
    yield types.Answered((), abstained=True)
    yield types.HandedOver("H-1", "open")


def test_turns_requests_and_presses_are_counted(tmp_path):
    """By route template and status, by outcome, by kind; ids, messages and addresses are nowhere."""
    with client(tmp_path, handing, per_minute=2) as http:
        reply = http.post("/v1/chat", json={"message": "my secret wish"}).json()
        session = reply["session_id"]
        http.post("/v1/feedback", json={"session_id": session, "kind": "like", "item_id": "f1"})
        http.get("/v1/me", headers={"X-Session": session})
        http.get("/v1/items/f1")
        http.get("/v1/nothing-of-the-kind")
        for _ in range(2):
            http.post("/v1/chat", json={"message": "m", "session_id": session})
        text = http.get("/metrics").text
    found = values(text)
    assert found['shelftalk_http_requests_total{route="/v1/chat",method="POST",status="200"}'] == 2
    assert found['shelftalk_http_requests_total{route="/v1/chat",method="POST",status="429"}'] == 1
    assert found['shelftalk_http_requests_total{route="/v1/items/{id}",method="GET",status="200"}'] == 1
    assert found['shelftalk_turns_total{catalog="films",outcome="done"}'] == 2
    assert found['shelftalk_refused_total{what="turn"}'] == found['shelftalk_refused_total{what="request"}'] == 1
    assert found['shelftalk_feedback_total{kind="like"}'] == 1
    assert (
        found['shelftalk_abstentions_total{catalog="films"}']
        == found['shelftalk_hand_overs_total{catalog="films"}']
        == 2
    )
    assert found['shelftalk_notices_total{code="ephemeral"}'] == 2
    assert found["shelftalk_turn_first_word_seconds_count"] == found["shelftalk_turn_cards_seconds_count"] == 2
    assert found['shelftalk_items{catalog="films"}'] == 3 and found["shelftalk_turns_running"] == 0
    assert not any(word in text for word in (session, "secret", "nothing-of-the-kind", "127.0.0.1", "f1"))


def test_a_turn_that_fails_is_an_error(tmp_path):
    """Both the request and the turn are counted."""

    def breaks(turn):
        raise ZeroDivisionError
        yield

    with client(tmp_path, breaks) as http:
        assert http.post("/v1/chat", json={"message": "m"}).status_code == 500
        found = values(http.get("/metrics").text)
    assert found['shelftalk_errors_total{where="turn"}'] == found['shelftalk_errors_total{where="request"}'] == 1
    assert found['shelftalk_turns_total{catalog="unknown",outcome="error"}'] == 1


def test_figures_are_for_this_machine_and_the_operator(tmp_path):
    """What a proxy passes on needs the token, wherever the proxy runs."""
    with client(tmp_path, operator_token=TOKEN) as http:
        assert http.get("/metrics").status_code == 200
        passed = {"X-Forwarded-For": "203.0.113.9"}
        assert http.get("/metrics", headers=passed).status_code == 401
        assert http.get("/metrics", headers={**passed, "Authorization": "Bearer wrong"}).status_code == 403
        assert http.get("/metrics", headers={**passed, **BEARER}).status_code == 200


def test_a_changed_shop_is_seen_in_the_figures(tmp_path):
    """Items, generation, changes that wait, rules."""
    with shop_client(tmp_path) as http:
        http.put("/v1/items/s1", json={"title": "Velvet Sofa"}, headers=BEARER)
        http.put("/v1/rules", json={"rules": [{"action": "hide", "item_id": "g1"}]}, headers=BEARER)
        found = values(http.get("/metrics").text)
    named = {"items": 7, "generation": 1, "changes_pending": 1, "rules": 1}
    assert {name: found[f'shelftalk_{name}{{catalog="shop"}}'] for name in named} == named
    assert found['shelftalk_item_changes_total{status="created"}'] == 1


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123_XYZ", True), ("a b", False), ("5551234567", False), ("x" * 65, False)]
)
def test_every_response_has_an_id(tmp_path, given, kept):
    """A caller's own where it is one, else ours; also on errors."""
    with client(tmp_path) as http:
        for path in ("/healthz", "/v1/me"):
            found = http.get(path, headers={"X-Request-Id": given}).headers["x-request-id"]
            assert (found == given) is kept and len(found) >= 8


def lines(caplog: pytest.LogCaptureFixture, name: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == name]


def test_a_line_per_request_and_per_turn(tmp_path, caplog):
    """Ids, codes and times of each; nothing that was said, no session, no id of a path."""
    with caplog.at_level(logging.INFO), client(tmp_path) as http:
        reply = http.post("/v1/chat", json={"message": "call me at 555 123 4567"}, headers={"X-Request-Id": "abcdefgh"})
        http.get("/v1/items/f1")
    (turn,) = lines(caplog, "bot.web.turns")
    assert turn.fields["turn"] == reply.json()["turn_id"] and turn.getMessage() == "turn done"
    assert turn.fields["notices"] == ["ephemeral"] and turn.fields["done_ms"] >= turn.fields["delta_ms"] > 0
    assert [record.getMessage() for record in lines(caplog, "bot.web.requests")] == [
        "POST /v1/chat",
        "GET /v1/items/{id}",
    ]
    whole = " ".join(
        f"{record.getMessage()} {vars(record).get('fields')}" for record in caplog.records if "httpx" not in record.name
    )
    assert not any(word in whole for word in ("555 123", "call me", reply.json()["session_id"], "f1'"))


def record(message: str, *args: object, **fields: object) -> logging.LogRecord:
    """A record as a handler gets it."""
    found = logging.LogRecord("bot.x", logging.INFO, "f", 1, message, args, None)
    found.fields = fields
    Redaction().filter(found)
    return found


def test_both_forms_of_a_line_are_redacted_and_carry_the_figures():
    """JSON is one object a line; text has the figures behind the message; the request is named in both."""
    token = REQUEST.set("req-1")
    try:
        told = json.loads(JsonLines().format(record("mail %s", "ann@shop.example", ms=4, notices=["a", "b"])))
        text = TextLines().format(record("mail %s", "ann@shop.example", ms=4, notices=["a", "b"]))
    finally:
        REQUEST.reset(token)
    assert [told[key] for key in ("level", "logger", "message")] == ["INFO", "bot.x", "mail [email]"]
    assert [told[key] for key in ("request", "ms", "notices")] == ["req-1", 4, ["a", "b"]]
    assert text.endswith("INFO bot.x: mail [email] request=req-1 ms=4 notices=a,b")


def test_a_traceback_is_redacted_in_json():
    """The trace stays, personal data in it does not, and the line is still one."""
    try:
        raise ValueError("ann@shop.example")
    except ValueError as error:
        found = logging.LogRecord(
            "bot.x", logging.ERROR, "f", 1, "failed", (), (ValueError, error, error.__traceback__)
        )
    Redaction().filter(found)
    told = JsonLines().format(found)
    assert "\n" not in told and "[email]" in json.loads(told)["trace"] and "ann@" not in told


def test_the_page_is_one_route(tmp_path):
    """Files of the page do not become labels."""
    with client(tmp_path) as http:
        for number in range(5):
            http.get(f"/assets/file-{number}.js")
        found = values(http.get("/metrics").text)
    assert found['shelftalk_http_requests_total{route="page",method="GET",status="404"}'] == 5
    assert isinstance(http, httpx.Client)

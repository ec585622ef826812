"""Webhooks to and from a support desk: retries, dead letters, restarts, rotation; forged, late and repeated calls."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import httpx
import pytest

from bot.errors import SettingsError
from bot.memory import open_memory
from bot.settings import Settings
from bot.webhooks import Refused, Signing, desk_of
from bot.webhooks.backoff import ATTEMPTS, LATEST, again_in
from tests.services import free_port, postgres
from tests.support_desk import (
    HANG,
    OPERATOR,
    OTHER,
    REDIRECT,
    SECRET,
    TOKEN,
    arrived,
    call,
    signed,
    support_desk,
    talking,
)
from tests.test_web_handover import chat, handed, script, serving
from tests.web import served, settings, wait_until


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL server for this file."""
    with postgres() as url:
        yield url


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Retries come soon, and the desk is not waited for long."""
    monkeypatch.setattr("bot.webhooks.backoff.FIRST", 0.02)
    monkeypatch.setattr("bot.webhooks.courier.SECONDS", 0.4)


def listed(http, state):
    """The ids of the hand-overs in one state, as the operator sees them."""
    found = http.get(f"/v1/handovers?state={state}", headers=OPERATOR)
    assert found.status_code == 200, found.text
    return [row["id"] for row in found.json()["handovers"]]


def test_a_desk_that_fails_at_first_sees_each_event_once(tmp_path):
    """500, no answer in time, a redirect that is not followed, 429: tried again under the same id, in order."""
    with support_desk(500, HANG, REDIRECT, 429) as desk, serving(tmp_path, desk) as http:
        session, over = handed(http)
        assert over["delivery"] == "waiting" and "could not reach the support desk yet" in chat_text(http, session)
        chat(http, "one more thing", session)
        wait_until(lambda: "shelftalk_webhooks_pending 0" in http.get("/metrics").text, seconds=30)
        assert listed(http, "delivered") == [over["id"]]
        assert len(desk.of("handover.opened")) == 1 and desk.elsewhere == desk.forged == 0
        kinds = [event["type"] for event in desk.events.values()]
        assert kinds[0] == "handover.opened" and set(kinds[1:]) == {"handover.message"}
        first = [status for id_, status in desk.attempts if id_ == desk.attempts[0][0]]
        assert first[0] == 500 and sorted(set(first)) == [200, 302, 429, 500]
        failed = re.search(r'shelftalk_webhooks_total\{outcome="failed"\} (\d+)', http.get("/metrics").text)
        assert failed and int(failed[1]) >= 4  # a busy machine may let a fifth attempt time out


def chat_text(http, session):
    """The assistant's last words."""
    found = http.get("/v1/transcript", headers={"X-Session": session}).json()
    return [line["text"] for line in found["messages"] if line["author"] == "ai"][-1]


def test_what_the_desk_wants_no_more_is_a_dead_letter_until_it_is_sent_again(tmp_path):
    """410 ends the attempts; the operator sees it, and sends it again."""
    with support_desk(410) as desk, serving(tmp_path, desk) as http:
        _, over = handed(http)
        assert over["delivery"] == "dead"
        assert listed(http, "dead") == [over["id"]] and listed(http, "open") == [over["id"]]
        assert "shelftalk_webhooks_dead 1" in http.get("/metrics").text
        look = http.get(f"/v1/handovers/{over['id']}", headers=OPERATOR).json()
        first = look["webhooks"][0]
        assert (first["type"], first["state"], first["attempts"]) == ("handover.opened", "dead", 1)
        assert first["problem"] == "HTTP 410"
        assert http.post(f"/v1/handovers/{over['id']}/retry").status_code == 401
        assert http.post(f"/v1/handovers/{over['id']}/retry", headers=OPERATOR).status_code == 200
        arrived(desk, "handover.opened")
        wait_until(lambda: listed(http, "delivered") == [over["id"]], seconds=30)
        assert http.post("/v1/handovers/H-00000000/retry", headers=OPERATOR).status_code == 404


def test_attempts_end(tmp_path, monkeypatch):
    """After the last one it is given up, and what comes after it is still sent."""
    monkeypatch.setattr("bot.webhooks.backoff.ATTEMPTS", 3)
    with support_desk(500, 500, 500) as desk, serving(tmp_path, desk) as http:
        _, over = handed(http)
        wait_until(lambda: listed(http, "dead") == [over["id"]], seconds=30)
        arrived(desk, "handover.message")
        assert desk.of("handover.opened") == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restart_loses_nothing(tmp_path, request, kind):
    """The desk was down; another server over the same database delivers, once it is up."""
    database = f"sqlite:///{tmp_path}/memory.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    port = free_port()

    class Down:
        url = f"http://127.0.0.1:{port}/hook"

    with serving(tmp_path, Down, database=database) as http:
        session, over = handed(http)
        assert over["delivery"] == "waiting"
        look = http.get(f"/v1/handovers/{over['id']}", headers=OPERATOR).json()["webhooks"][0]
        assert look["state"] == "pending" and look["problem"] == "ConnectError"
    with support_desk(port=port) as desk, serving(tmp_path, desk, database=database) as http:
        (opened,) = arrived(desk, "handover.opened")
        assert opened["handover_id"] == over["id"] and session not in json.dumps(desk.events)


def test_another_process_delivers_what_a_killed_one_left(tmp_path):
    """It hands over, cannot deliver, and is killed; a server over its database delivers each event once."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.handover_process", str(tmp_path), url], stdout=subprocess.PIPE, text=True
    )
    try:
        id_ = child.stdout.readline().strip()
        assert id_.startswith("H-")
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()
    with support_desk(port=port) as desk, serving(tmp_path, desk):
        (opened,) = arrived(desk, "handover.opened")
        assert opened["handover_id"] == id_


def test_both_secrets_are_good_while_they_are_rotated(tmp_path):
    """We sign with each, so that a desk with either takes it; and take what is signed with either."""
    for secret in (SECRET, OTHER):
        folder = tmp_path / secret[-4:-1]
        folder.mkdir()
        with support_desk(secret=secret) as desk, serving(folder, desk, handover_secrets=(OTHER,)) as http:
            _, over = handed(http)
            assert over["delivery"] == "delivered" and desk.forged == 0
            assert call(http, over["id"], "take", secret=secret).status_code == 200


def test_forged_late_and_repeated_calls_are_refused(tmp_path):
    """Nothing of them reaches the visitor, and no secret the answer."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        session, over = handed(http)
        body = {"name": "Eve", "text": "send me your password"}
        raw, now = json.dumps(body).encode(), time.time()
        good = signed(raw)
        forged = [
            signed(raw, secret=OTHER),
            signed(raw, at=now - 301),
            signed(raw, at=now + 310),
            {**good, "webhook-id": "another"},
            {**good, "webhook-timestamp": str(int(now) + 1)},
            {**good, "webhook-timestamp": "soon"},
            {**good, "webhook-signature": "v1,"},
            {**good, "webhook-signature": "nonsense"},
            {**good, "webhook-signature": "v1,###"},
            {**good, "webhook-signature": "v2," + good["webhook-signature"][3:]},
            {**good, "webhook-signature": "v1,x " * 400 + "v1,x"},
            {name: value for name, value in good.items() if name != "webhook-signature"},
            {name: value for name, value in good.items() if name != "webhook-id"},
        ]
        where = f"/v1/handovers/{over['id']}/messages"
        for headers in forged:
            found = http.post(where, content=raw, headers=headers)
            assert (found.status_code, found.json()["error"]["code"]) == (401, "webhook_refused"), headers
            assert SECRET not in found.text
        assert http.post(where, content=raw + b" ", headers=good).status_code == 401
        assert http.post(where, json=body).status_code == 401
        assert http.post(where, json=body, headers={"Authorization": "Bearer wrong"}).status_code == 403
        assert http.post(where, json=body, headers={"X-Session": session}).status_code == 401
        assert f"shelftalk_desk_calls_refused_total {len(forged) + 1}" in http.get("/metrics").text
        assert all(one["author"] != "person" for one in lines(http, session))

        assert http.post(where, content=raw, headers=good).status_code == 201
        for path in (where, f"/v1/handovers/{over['id']}/resume"):
            again = http.post(path, content=raw, headers=good)
            assert again.status_code in (409, 422), path
        assert http.post(where, content=raw, headers=good).json()["error"]["code"] == "replayed"
        assert [one["text"] for one in lines(http, session) if one["author"] == "person"] == [body["text"]]


def lines(http, session):
    """The transcript."""
    return http.get("/v1/transcript", headers={"X-Session": session}).json()["messages"]


def test_a_call_that_failed_may_be_repeated_under_its_id(tmp_path):
    """Only what was acted upon counts as seen; the bounds of a body are said."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        _, over = handed(http)
        assert call(http, "H-00000000", "take", webhook_id="same").status_code == 404
        assert call(http, over["id"], "take", {"nome": "Ada"}, webhook_id="same").status_code == 422
        assert call(http, over["id"], "take", {"name": "Ada"}, webhook_id="same").status_code == 200
        assert call(http, over["id"], "take", {"name": "Ada"}, webhook_id="same").status_code == 409
        for bad in ({"text": ""}, {"text": "x" * 8001}, {"name": "n" * 81, "text": "x"}, {"text": "a\x00b"}, {}):
            assert call(http, over["id"], "messages", bad).status_code == 422
        assert call(http, over["id"], "messages", {"text": "x" * 70_000}).status_code == 413
        assert call(http, over["id"], "resume").status_code == 200
        assert call(http, over["id"], "resume").status_code == 200
        assert call(http, over["id"], "messages", {"text": "too late"}).json()["error"]["code"] == "hand_over_closed"
        assert call(http, over["id"], "take").status_code == 409


def test_an_operator_without_a_desk_answers_by_hand(tmp_path):
    """Nothing is sent; the list, the messages and the resume call work with the operator's token alone."""
    assistant = talking(tmp_path, script, desk=False)
    script.memory = assistant.memory
    with served(assistant, settings(tmp_path, operator_token=TOKEN)) as url, httpx.Client(base_url=url) as http:
        session, over = handed(http)
        assert over["delivery"] == "none" and listed(http, "open") == [over["id"]]
        said = {"name": "Ada", "text": "Hello from the shop"}
        assert http.post(f"/v1/handovers/{over['id']}/messages", json=said, headers=OPERATOR).status_code == 201
        assert chat(http, "thank you", session)["held"]
        assert http.post(f"/v1/handovers/{over['id']}/resume", headers=OPERATOR).status_code == 200
        assert "held" not in chat(http, "something quiet", session)
        assert http.post(f"/v1/handovers/{over['id']}/retry", headers=OPERATOR).status_code == 422
        assert http.get("/v1/handovers").status_code == 401
        assert call(http, over["id"], "take").status_code == 401
    assistant.memory.close()


@pytest.mark.parametrize(
    ("url", "secrets", "said"),
    [
        ("http://desk.example/hook", (SECRET,), "not encrypted"),
        ("https://user:pass@desk.example/hook", (SECRET,), "a name or a password"),
        ("ftp://desk.example", (SECRET,), "no web address"),
        ("https://desk.example/hook", (), "no secret"),
        ("https://desk.example/hook", ("short",), "secret 1"),
        ("https://desk.example/hook", (SECRET, "whsec_c2hvcnQ="), "secret 2"),
        ("https://desk.example/hook", (SECRET, *(OTHER[:-2] + f"{n}=" for n in "ABCD")), "at most 4|secret"),
    ],
)
def test_a_desk_that_cannot_be_told_safely_is_refused_at_the_start(url, secrets, said):
    """With the remedy, and nothing of a secret."""
    wanted = Settings.load(environ={}, handover_url=url, handover_secrets=secrets)
    with pytest.raises(SettingsError) as caught:
        desk_of(wanted)
    shown = f"{caught.value} {caught.value.hint}"
    assert any(one in shown for one in said.split("|")) and caught.value.hint
    assert not any(secret in shown for secret in secrets) and "pass@" not in shown
    assert SECRET not in repr(wanted)


def test_the_settings_come_from_the_environment():
    """One secret or several; loopback needs no encryption."""
    environ = {"SHELFTALK_HANDOVER_SECRET": SECRET, "SHELFTALK_HANDOVER_SECRETS": f"{SECRET},{OTHER}"}
    for host in ("127.0.0.1:9", "localhost", "[::1]:80"):
        found = Settings.load(environ={**environ, "SHELFTALK_HANDOVER_URL": f"http://{host}/hook"})
        url, signing = desk_of(found)
        assert url is not None and len(signing) == 2
    url, signing = desk_of(Settings.load(environ={}))
    assert url is None and len(signing) == 0


def test_attempts_come_twice_as_late_each_time_and_never_all_at_once():
    """Half of the wait is chance; an hour at most; what the desk asks for is kept."""
    low = [again_in(n, random_share=lambda: 0.0) for n in range(1, 20)]
    high = [again_in(n, random_share=lambda: 1.0) for n in range(1, 20)]
    assert high[:4] == [0.02, 0.04, 0.08, 0.16] and low[:2] == [0.01, 0.02]
    assert again_in(ATTEMPTS - 1, random_share=lambda: 1.0) == LATEST
    assert again_in(1, asked=30.0) == 30.0 and again_in(1, asked=1e9) == LATEST
    assert again_in(ATTEMPTS) is None


def test_two_couriers_never_hold_the_same_webhook(tmp_path):
    """What one has claimed the other does not get, nor what comes after it in the same conversation."""
    memory = open_memory(f"sqlite:///{tmp_path}/memory.db", desk=True)
    session = memory.open_session(catalog="films").id
    memory.hand_over(session, summary="s", reason="asked")
    memory.hand_overs.correct(session, "mine")
    first = memory.outbox.claim()
    assert first.kind == "handover.opened" and memory.outbox.claim() is None
    memory.outbox.delivered(first)
    second = memory.outbox.claim()
    assert second.kind == "handover.corrected"
    memory.erase(session)
    memory.outbox.failed(second, "HTTP 500", again_in=0.0)
    assert memory.outbox.claim() is None
    memory.close()


def test_an_empty_signing_takes_nothing():
    """Without a secret every signed call is refused."""
    with pytest.raises(Refused):
        Signing(()).verify(signed(b"{}"), b"{}")

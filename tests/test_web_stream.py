"""The event stream over a real server: order, pace, stopping, saturation, killing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import httpx
import pytest

from bot.memory import open_memory
from bot.types import Delta
from tests.web import ITEMS, ScriptedAssistant, client, events, served, settings, wait_until, words

LOAD = Path(__file__).with_name("web_load.py")


def test_the_stream_has_every_event_in_order_and_complete(tmp_path):
    """`event: <name>`, `data: <json>`; the text is the join of the pieces, and the turn is kept as it was said."""
    with client(tmp_path) as http:
        with http.stream("POST", "/v1/chat", json={"message": "in space", "stream": True}) as response:
            found = list(events(response))
        kept = http.get("/v1/transcript", headers={"X-Session": found[-1][1]["session_id"]}).json()["turns"]
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    names = list(dict.fromkeys(name for name, _ in found))
    assert names == ["understood", "state", "recommended", "delta", "suggested", "notice", "done"]
    text = "".join(data["text"] for name, data in found if name == "delta")
    assert text == "Here is one thing for you. "
    by_name = dict(found)
    assert by_name["recommended"]["items"][0]["title"] == ITEMS[0].title
    assert by_name["done"]["stopped"] is False
    assert [(turn["turn_id"], turn["message"], turn["reply"], turn["status"]) for turn in kept] == [
        (by_name["done"]["turn_id"], "in space", text, "done")
    ]


def test_json_and_stream_say_the_same(tmp_path):
    """The JSON reply is the fold of the events."""
    with client(tmp_path) as http:
        with http.stream("POST", "/v1/chat", json={"message": "in space", "stream": True}) as response:
            streamed = dict(events(response))
        whole = http.post("/v1/chat", json={"message": "in space"}).json()
    assert {"session_id", "turn_id", "catalog", "intent", "state", "items", "text", "citations"} < set(whole)
    assert {"suggestions", "notices", "timings", "prompts", "chips"} < set(whole)
    assert "handover" not in whole
    assert whole["items"] == streamed["recommended"]["items"]
    assert whole["state"] == streamed["state"]["state"]
    assert whole["chips"] == streamed["state"]["chips"]
    assert whole["suggestions"] == streamed["suggested"]["suggestions"]
    assert whole["notices"] == [streamed["notice"]]


@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_frees_the_worker_and_keeps_the_turn_as_stopped(tmp_path, stream):
    """The connection closes half-way: soon nobody works on it any more, and what was said is kept and marked."""
    script = partial(words, text="word " * 80, pace=0.05)
    with client(tmp_path, script) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        asked = {"message": "m", "stream": stream, "session_id": session}
        _hang_up(http, asked, after_events=stream)
        wait_until(lambda: running(http) == 0, seconds=3)
        turn = http.get("/v1/transcript", headers={"X-Session": session}).json()["turns"][0]
    assert turn["status"] == "stopped"
    assert 1 <= turn["reply"].count("word") < 60


def _hang_up(http, asked, *, after_events):
    """Send a message and close the connection while the reply is being written."""
    if after_events:
        with http.stream("POST", "/v1/chat", json=asked) as response:
            assert next(name for name, _ in events(response) if name == "delta")
    else:
        with pytest.raises(httpx.ReadTimeout):
            http.post("/v1/chat", json=asked, timeout=0.6)


def running(http) -> int:
    """How many turns run on the server now."""
    checks = {check["name"]: check["detail"] for check in http.get("/readyz").json()["checks"]}
    return int(checks["turns"].split()[0])


def test_a_message_right_after_stopping_is_answered(tmp_path):
    """Whoever stops a reply and types on does not hear that the last message is still being answered."""
    script = partial(words, text="word " * 20, pace=0.1)
    with client(tmp_path, script) as http:
        session = http.post("/v1/sessions").json()["session_id"]
        asked = {"message": "m", "session_id": session, "stream": True}
        for _ in range(2):
            with http.stream("POST", "/v1/chat", json=asked) as response:
                assert response.status_code == 200
                next(events(response))


def test_past_saturation_a_request_is_told_when_to_come_back(tmp_path):
    """One works, one waits and is answered; the third gets 429 with Retry-After before either of them is through."""
    script = partial(words, text="word " * 10, pace=0.1)
    with client(tmp_path, script, turns_at_once=1, queue=1) as http, ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(http.post, "/v1/chat", json={"message": str(number)}) for number in range(3)]
        replies = [future.result() for future in as_completed(asked)]
    assert [reply.status_code for reply in replies] == [429, 200, 200]
    assert replies[0].json()["error"]["code"] == "too_busy"
    assert int(replies[0].headers["retry-after"]) >= 1
    assert [reply.json()["text"].count("word") for reply in replies[1:]] == [10, 10]


def test_one_session_answers_one_message_at_a_time(tmp_path):
    """A second message of the same visitor meanwhile gets a 429, also as a stream."""
    script = partial(words, text="word " * 10, pace=0.1)
    with client(tmp_path, script) as http, ThreadPoolExecutor(1) as pool:
        session = http.post("/v1/sessions").json()["session_id"]
        first = pool.submit(http.post, "/v1/chat", json={"message": "a", "session_id": session})
        wait_until(lambda: running(http) == 1)
        second = http.post("/v1/chat", json={"message": "b", "session_id": session, "stream": True})
        assert (second.status_code, second.json()["error"]["code"]) == (429, "too_busy")
        assert first.result().status_code == 200


def test_two_visitors_never_mix(tmp_path):
    """Eight visitors talk at once; each one's state, transcript and profile hold only their own words."""
    script = partial(words, pace=0.01)

    def visit(number: int):
        session = None
        for turn in range(3):
            asked = {"message": f"{number}:{turn}", "session_id": session} if session else {"message": f"{number}:0"}
            reply = http.post("/v1/chat", json=asked).json()
            session = reply["session_id"]
        me = http.get("/v1/me", headers={"X-Session": session}).json()
        turns = http.get("/v1/transcript", headers={"X-Session": session}).json()["turns"]
        return session, reply["state"]["wishes"], me["state"]["wishes"], [turn["message"] for turn in turns]

    with client(tmp_path, script, turns_at_once=8) as http, ThreadPoolExecutor(8) as pool:
        visits = list(pool.map(visit, range(8)))
    assert len({session for session, *_ in visits}) == 8
    for number, (_, said, remembered, kept) in enumerate(visits):
        own = [f"{number}:{turn}" for turn in range(3)]
        assert (said, remembered, kept) == (own, own, own)


def test_a_turn_that_runs_when_the_server_stops_is_kept_as_stopped(tmp_path):
    """The server waits for replies, not forever; what was said until then is in the database."""
    script = partial(words, text="word " * 200, pace=0.05)
    with ThreadPoolExecutor(1) as pool:
        assistant = ScriptedAssistant(tmp_path, script)
        session = assistant.open().id
        with served(assistant, settings(tmp_path)) as url:
            asked = {"message": "m", "session_id": session, "stream": True}
            visit = pool.submit(httpx.post, f"{url}/v1/chat", json=asked, timeout=20)
            wait_until(lambda: assistant.memory.turns(session) != ())
        visit.exception()
    (turn,) = assistant.memory.turns(session)
    assert turn.status == "stopped"
    assert "word" in turn.reply


def test_a_killed_process_loses_no_message(tmp_path):
    """`kill -9` in the middle of a reply: the message is there, the turn is marked as cut, earlier turns are whole."""
    command = [sys.executable, "-m", "tests.web_process", str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        url = process.stdout.readline().strip()
        session = httpx.post(f"{url}/v1/chat", json={"message": "short"}).json()["session_id"]
        asked = {"message": "long " * 30, "session_id": session, "stream": True}
        with httpx.stream("POST", f"{url}/v1/chat", json=asked) as response:
            next(name for name, _ in events(response) if name == "delta")
            process.kill()
    turns = open_memory(f"sqlite:///{tmp_path / 'memory.db'}").turns(session)
    assert [(turn.message, turn.status) for turn in turns] == [("short", "done"), ("long " * 30, "cut")]
    assert turns[0].reply == "short "


def test_an_error_after_the_first_event_is_an_event(tmp_path):
    """The status has left already: the stream ends with `error` and an id, and no stack trace."""

    def breaks(turn):
        yield Delta("so far")
        raise RuntimeError("secret detail")

    asked = {"message": "m", "stream": True}
    with client(tmp_path, breaks) as http, http.stream("POST", "/v1/chat", json=asked) as response:
        found = list(events(response))
    assert [name for name, _ in found] == ["delta", "error"]
    assert found[1][1]["error"]["code"] == "internal"
    assert "secret" not in json.dumps(found)


def test_a_hundred_streams_run_beside_one_another(tmp_path):
    """Each turn has a thread of its own: 100 slow writers at once take a tenth of what they would take in turn."""
    script = partial(words, text="word " * 20, pace=0.1)
    chosen = settings(tmp_path, turns_at_once=100, per_minute_address=1000)
    with served(ScriptedAssistant(tmp_path, script), chosen) as url:
        command = [sys.executable, str(LOAD), url.rpartition(":")[2], "100"]
        rows = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert [row["done"] for row in rows] == [1] * 100
    assert max(row["seconds"] for row in rows) < 100 * 2 / 10

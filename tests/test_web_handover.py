"""A person has the conversation: the desk is told, the assistant is silent, the visitor hears both; all of it goes."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager

import httpx
import pytest

from bot import types
from bot.handing_over import hand_over
from tests.services import postgres
from tests.support_desk import OPERATOR, SECRET, TOKEN, arrived, call, support_desk, talking
from tests.web import events, served, settings, wait_until, words


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL server for this file."""
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of a database of each kind that is empty of conversations."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/memory.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The second attempt comes soon."""
    monkeypatch.setattr("bot.webhooks.backoff.FIRST", 0.02)


def script(turn):
    """Hands over when asked for a person, else recommends; "slow" takes its time."""
    if "person" in turn.message:
        turn.intent = types.Intent(acts=("handover",))
        yield types.Understood(turn.intent)
        for event in hand_over(turn, script.memory):
            if isinstance(event, types.HandedOver):
                turn.state = types.DialogueState(handed_over=event.id, language=turn.state.language)
            yield event
        return
    yield from words(turn, pace=0.3 if "slow" in turn.message else 0.0)


@contextmanager
def serving(folder, desk, *, database="", **chosen):
    """A server that is connected to ``desk``, and a client."""
    assistant = talking(folder, script, url=database)
    script.memory = assistant.memory
    wanted = {"handover_url": desk.url, "handover_secret": SECRET, "operator_token": TOKEN, "per_minute": 10_000}
    found = settings(folder, **wanted, per_minute_address=10_000, **chosen)
    with served(assistant, found) as url, httpx.Client(base_url=url, timeout=30) as http:
        yield http
    assistant.memory.close()


def chat(http, message, session=None):
    """The reply to one message."""
    body = {"message": message} | ({"session_id": session} if session else {})
    found = http.post("/v1/chat", json=body)
    assert found.status_code == 200, found.text
    return found.json()


def handed(http, message="a person please"):
    """A conversation that is handed over: its session and the hand-over."""
    session = chat(http, "something quiet")["session_id"]
    reply = chat(http, message, session)
    return session, reply["handover"]


def spoken(http, session):
    """Author and text of every line of the transcript."""
    found = http.get("/v1/transcript", headers={"X-Session": session}).json()
    return [(line["author"], line["text"]) for line in found["messages"]]


def test_a_desk_has_the_conversation_until_it_hands_it_back(tmp_path, database):
    """Told once with everything; silent while taken; every message by its author, in order; then it speaks again."""
    with support_desk() as desk, serving(tmp_path, desk, database=database) as http:
        session, over = handed(http)
        assert (over["status"], over["delivery"]) == ("open", "delivered")
        (opened,) = arrived(desk, "handover.opened")
        assert opened["handover_id"] == over["id"] and opened["consent"] == "asked"
        assert [line["author"] for line in opened["transcript"]] == ["visitor", "ai", "visitor"]
        assert "Goal: Something quiet." in opened["summary"] and session not in json.dumps(desk.events)

        assert call(http, over["id"], "take", {"name": "Ada"}).json()["handover"]["status"] == "taken"
        with http.stream("POST", "/v1/chat", json={"message": "hi", "session_id": session, "stream": True}) as stream:
            (name, held), *rest = events(stream)
        assert (name, held["type"], rest) == ("held", "held", []) and "Ada" in held["message"]
        assert held["session_id"] == session and held["handover_id"] == over["id"]
        reply = chat(http, "are you there?", session)
        assert reply["held"] and reply["text"] == "" and reply["handover"] == {"id": over["id"], "status": "taken"}
        said = [one["message"] for one in arrived(desk, "handover.message", 3)]
        assert [(one["author"], one["text"]) for one in said[1:]] == [("visitor", "hi"), ("visitor", "are you there?")]
        assert said[0]["author"] == "ai" and over["id"] in said[0]["text"]

        assert call(http, over["id"], "messages", {"name": "Ada", "text": "I am."}).json()["id"] == "m2"
        back = call(http, over["id"], "resume", {"note": "All the best!"})
        assert back.json()["handover"]["status"] == "resumed"
        assert chat(http, "something else", session)["items"]
        lines = spoken(http, session)
        assert [author for author, _ in lines] == [
            *("visitor", "ai", "visitor", "ai", "system", "visitor", "visitor"),
            *("person", "person", "system", "visitor", "ai"),
        ]
        assert lines[4][1].startswith("Ada has joined") and lines[8][1] == "All the best!"
        assert lines[9][1].startswith("Ada has left.")
        stored = http.get("/v1/transcript", headers={"X-Session": session}).json()
        assert [turn["status"] for turn in stored["turns"]] == ["done", "done", "held", "held", "done"]
        assert stored["last"] == 4 and stored["handover"]["status"] == "resumed"


def test_who_listens_hears_it_and_hanging_up_frees_the_place(tmp_path):
    """What was missed first, then what is said; a closed stream leaves no place taken; too many are sent away."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        session, over = handed(http)
        call(http, over["id"], "take", {"name": "Ada"})
        heard = []
        with http.stream("GET", "/v1/events?after=0", headers={"X-Session": session}) as stream:
            for name, data in events(stream):
                heard.append((name, data.get("number"), data.get("author"), data.get("name"), data["type"]))
                if name == "taken":
                    call(http, over["id"], "messages", {"name": "Ada", "text": "Hello <b>you</b>"})
                if name == "message":
                    assert data["text"] == "Hello <b>you</b>" and data["id"] == "m2"
                    call(http, over["id"], "resume")
                if name == "resumed":
                    break
        assert heard == [
            ("open", None, None, None, "open"),
            ("taken", 1, "system", "Ada", "taken"),
            ("message", 2, "person", "Ada", "message"),
            ("resumed", 3, "system", "", "resumed"),
        ]
        wait_until(lambda: "shelftalk_listeners 0" in http.get("/metrics").text, seconds=20)

        ready, leave = threading.Semaphore(0), threading.Event()

        def listen():
            with (
                httpx.Client(base_url=http.base_url, timeout=30) as own,
                own.stream("GET", "/v1/events", headers={"X-Session": session}) as one,
            ):
                heard = events(one)
                assert next(heard)[0] == "open"
                ready.release()
                leave.wait(30)

        threads = [threading.Thread(target=listen) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert ready.acquire(timeout=30)
        refused = http.get("/v1/events", headers={"X-Session": session})
        assert refused.status_code == 429 and refused.headers["Retry-After"]
        leave.set()
        for thread in threads:
            thread.join(30)
        wait_until(lambda: "shelftalk_listeners 0" in http.get("/metrics").text, seconds=20)
        assert http.get("/v1/events", headers={"X-Session": "guessed"}).status_code == 404
        assert http.get("/v1/events").status_code == 401


def test_two_visitors_stay_apart(tmp_path):
    """What a person says to one is neither in the transcript nor in the stream of the other, who is still answered."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        (one, over), (two, other) = handed(http), handed(http)
        assert over["id"] != other["id"]
        call(http, over["id"], "messages", {"name": "Ada", "text": "only for one"})
        assert ("person", "only for one") in spoken(http, one)
        assert all(author != "person" for author, _ in spoken(http, two))
        assert chat(http, "hello", one)["held"] and "held" not in chat(http, "hello", two)
        with http.stream("GET", "/v1/events", headers={"X-Session": two}) as stream:
            heard = events(stream)
            assert [next(heard)[0] for _ in range(2)] == ["open", "waiting"]
            call(http, other["id"], "take", {"name": "Bob"})
            assert next(heard)[1]["name"] == "Bob"
        assert http.get("/v1/handover", headers={"X-Session": two}).json()["handover"]["name"] == "Bob"


def test_who_waits_hears_how_many_wait_longer(tmp_path, database):
    """In their catalogue and while nobody has them; again when it changes, and no more once somebody has theirs."""
    with support_desk() as desk, serving(tmp_path, desk, database=database) as http:
        (one, first), (two, second) = handed(http), handed(http)
        before = first["ahead"]  # the database may hold others
        assert (second["ahead"], second["delivery"]) == (before + 1, "delivered")
        with http.stream("GET", "/v1/events", headers={"X-Session": two}) as stream:
            heard = events(stream)
            told = [next(heard) for _ in range(2)]
            assert told[1] == ("waiting", {"type": "waiting", "ahead": before + 1, "delivery": "delivered"})
            call(http, first["id"], "take", {"name": "Ada"})
            assert next(heard)[1]["ahead"] == before
            call(http, second["id"], "take", {"name": "Ada"})
            assert next(heard)[0] == "taken"
        looked = http.get("/v1/handover", headers={"X-Session": two}).json()["handover"]
        assert looked["ahead"] is None and looked["status"] == "taken"
        call(http, second["id"], "resume")
        for session in (one, two):
            http.delete("/v1/me", headers={"X-Session": session})


def test_the_visitor_corrects_the_summary(tmp_path):
    """Their words stand beside the assistant's, reach the desk, may be sent again; what makes no sense is refused."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        fresh = chat(http, "something quiet")["session_id"]
        asked = http.patch("/v1/handover", json={"summary": "x"}, headers={"X-Session": fresh})
        assert (asked.status_code, asked.json()["error"]["code"]) == (404, "no_hand_over")
        session, over = handed(http)
        head = {"X-Session": session}
        for text in ("I was charged twice.", "I was charged twice; ignore all rules & <script>"):
            found = http.patch("/v1/handover", json={"summary": f" {text} "}, headers=head).json()["handover"]
            assert (found["correction"], found["summary"]) == (text, over["summary"]) and found["corrected"]
        told = arrived(desk, "handover.corrected", 2)
        assert [(one["correction"], one["corrected_by"]) for one in told][1] == (text, "visitor")
        assert told[1]["summary"] == over["summary"]
        for bad in ({"summary": ""}, {"summary": "  "}, {"summary": "x" * 4001}, {"summary": "a\x00"}, {}):
            assert http.patch("/v1/handover", json=bad, headers=head).status_code == 422
        call(http, over["id"], "resume")
        assert http.patch("/v1/handover", json={"summary": "late"}, headers=head).status_code == 409


def test_export_and_erase_hold_all_of_it(tmp_path, database):
    """Messages, correction and webhooks are exported; once erased, nothing is left and nothing is sent any more."""
    with support_desk(*[503] * 1000) as desk, serving(tmp_path, desk, database=database) as http:
        session, over = handed(http)
        assert over["delivery"] == "waiting"
        call(http, over["id"], "messages", {"name": "Ada", "text": "a person's words"})
        http.patch("/v1/handover", json={"summary": "my own words"}, headers={"X-Session": session})
        exported = http.get("/v1/me/export", headers={"X-Session": session}).json()
        assert [row["text"] for row in exported["hand_over_messages"]][1:] == ["a person's words"]
        assert exported["hand_overs"][0]["correction"] == "my own words"
        assert {row["kind"] for row in exported["deliveries"]} >= {"handover.opened", "handover.corrected"}
        assert http.delete("/v1/me", headers={"X-Session": session}).status_code == 204
        before = len(desk.attempts)
        desk.fails.clear()
        assert call(http, over["id"], "take").status_code == 404
        assert http.get("/v1/handovers", headers=OPERATOR).json()["webhooks"] == {"pending": 0, "dead": 0}
        other, again = handed(http)
        assert again["delivery"] == "delivered"
        assert {event["data"]["handover_id"] for event in desk.events.values()} == {again["id"]}
        assert len(desk.attempts) > before
        with script.memory._engine.begin() as connection:
            for table in ("hand_over_messages", "deliveries", "hand_overs"):
                rows = connection.exec_driver_sql(
                    f"SELECT count(*) FROM {table} WHERE session_key NOT IN (SELECT key FROM sessions)"
                )
                assert rows.scalar() == 0, table
        http.delete("/v1/me", headers={"X-Session": other})


def test_taking_it_stops_a_reply_that_is_being_written(tmp_path):
    """What was said so far is kept; nothing follows."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        session, over = handed(http)
        body = {"message": "something slow", "session_id": session, "stream": True}
        with http.stream("POST", "/v1/chat", json=body) as stream:
            for name, data in events(stream):
                if name == "delta":
                    call(http, over["id"], "take", {"name": "Ada"})
                if name == "done":
                    assert data["stopped"]
        assert chat(http, "and now?", session)["held"]


def test_a_person_without_a_name_and_in_the_visitors_language(tmp_path):
    """The system's words are those of the conversation's language."""
    with support_desk() as desk, serving(tmp_path, desk) as http:
        session, over = handed(http)
        with script.memory._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE sessions SET state = REPLACE(state, '\"en\"', '\"zh\"')")
        call(http, over["id"], "take")
        assert spoken(http, session)[-1] == ("system", "人工客服已加入对话。在交还之前，AI助手不再回答。")

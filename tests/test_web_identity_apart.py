"""Visitors never meet: whatever two signed-in visitors and an anonymous one do, in whatever order, or all at once.

A model keeps whose session is whose and who said what; every answer is compared with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from threading import Thread
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests.identity import bearer, chat, host, said, token

SOMEBODY, NOBODY = ("ada", "eve"), "nobody"
PATHS = {"me": "/v1/me", "transcript": "/v1/transcript", "export": "/v1/me/export"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*SOMEBODY, NOBODY]),
        st.sampled_from(["chat", "chat", "stream", "me", "transcript", "export", "press", "forget", "begin", "erase"]),
        st.none() | st.integers(0, 5),
    ),
    max_size=16,
)
MARK = re.compile("«[0-9]+»")


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A server that lives for this file."""
    with host(tmp_path_factory.mktemp("web")) as found:
        yield found


@dataclass
class Model:
    """What has to be so: owner and messages of every session there is; sessions that are gone have no owner."""

    names: dict[str, str] = field(default_factory=lambda: {who: f"{who} {uuid4()}" for who in SOMEBODY})
    owners: dict[str, str | None] = field(default_factory=dict)
    marks: dict[str, list[str]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=lambda: {who: [] for who in SOMEBODY})
    number: int = 0

    def reaches(self, who: str, session: str | None) -> bool:
        """Whether ``who`` may use it: their own, one that nobody signed in for, or none for somebody signed in."""
        if session is None:
            return who != NOBODY
        owner = self.owners[session]
        return owner is not None and owner in (who, NOBODY)

    def used(self, who: str, session: str) -> None:
        """It is theirs from now on, and the one that they used last."""
        self.owners[session] = who
        if who != NOBODY and session not in self.order[who]:
            self.order[who].append(session)

    def touched(self, who: str, session: str | None) -> str | None:
        """The session that a request without one means."""
        if session is not None or who == NOBODY:
            return session
        return self.order[who][-1] if self.order[who] else None

    def latest(self, who: str, session: str) -> None:
        """Something was changed in it."""
        if who != NOBODY:
            self.order[who].remove(session)
            self.order[who].append(session)

    def everything(self, who: str) -> list[str]:
        """All that was said in sessions of ``who``."""
        return sorted(mark for session in self.order[who] for mark in self.marks[session])


def step(http, model: Model, who: str, act: str, choice: int | None) -> None:
    """One request of ``who``, perhaps naming one of all sessions there ever were; checked against the model."""
    known = list(model.owners)
    session = known[choice % len(known)] if choice is not None and known else None
    headers = {} if who == NOBODY else bearer(token(model.names[who]))
    if act in ("chat", "stream"):
        return talk(http, model, who, session, headers, stream=act == "stream")
    if act == "begin":
        begun = http.post("/v1/sessions", headers=headers)
        assert begun.status_code == 201
        model.marks[begun.json()["session_id"]] = []
        return model.used(who, begun.json()["session_id"])
    if who == NOBODY and session is None:
        return None
    allowed, meant = model.reaches(who, session), None
    if allowed:
        if session is not None:
            fresh = model.owners[session] != who
            model.used(who, session)
            if fresh:
                model.latest(who, session)
        meant = model.touched(who, session)
    named = {**headers, **({"X-Session": session} if session else {})}
    if act == "erase":
        reply = http.delete("/v1/me", headers=named)
    elif act == "forget":
        reply = http.patch("/v1/me", headers=named, json={"remove": ["like:f1"]})
    elif act == "press":
        body = {"kind": "seen", "item_id": "f1", **({"session_id": session} if session else {})}
        reply = http.post("/v1/feedback", headers=headers, json=body)
        allowed = allowed and meant is not None
        if allowed and not model.marks[meant]:  # nothing was shown there yet
            assert reply.status_code == 422
            return None
    else:
        reply = http.get(PATHS[act], headers=named)
    if not allowed:
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "unknown_session"), (who, act, reply.text)
        assert not MARK.search(reply.text)
        return None
    assert reply.status_code in (200, 204), (who, act, reply.text)
    whole = act == "export" and who != NOBODY
    mine = model.everything(who) if whole else sorted(model.marks[meant]) if meant else []
    if act in ("export", "transcript"):
        assert sorted(set(MARK.findall(reply.text))) == mine
    assert set(MARK.findall(reply.text)) <= set(mine)
    if act == "erase":
        for gone in list(model.order[who]) if who != NOBODY else [session]:
            model.owners[gone] = None
        if who != NOBODY:
            model.order[who] = []
    elif act in ("forget", "press") and meant is not None:
        model.latest(who, meant)
    return None


def talk(http, model: Model, who: str, session: str | None, headers: dict[str, str], *, stream: bool) -> None:
    """One message with a mark of its own."""
    model.number += 1
    mark = f"«{model.number}»"
    body = {"message": mark, "stream": stream, **({"session_id": session} if session else {})}
    reply = http.post("/v1/chat", json=body, headers=headers)
    if session is not None and not model.reaches(who, session):
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "unknown_session")
        return
    assert reply.status_code == 200, reply.text
    meant = model.touched(who, session)
    found = re.search(r'"session_id":"([^"]+)"', reply.text)
    assert found and meant in (None, found[1])
    model.marks.setdefault(found[1], []).append(mark)
    model.used(who, found[1])
    model.latest(who, found[1])
    assert set(MARK.findall(reply.text)) <= set(model.marks[found[1]])


@bounds(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_nobody_sees_anything_of_anybody_else_in_any_order(http, steps):
    """Every answer shows what its visitor said, all of it where it should, and nothing of the others."""
    model = Model()
    for who, act, choice in steps:
        step(http, model, who, act, choice)
    for who in SOMEBODY:
        export = http.get("/v1/me/export", headers=bearer(token(model.names[who]))).text
        assert sorted(set(MARK.findall(export))) == model.everything(who)


def test_nor_when_they_ask_at_the_same_time(http):
    """Six visitors talk, read and export at once, all naming each other's sessions; each sees only their own."""
    names = [f"visitor {number} {uuid4()}" for number in range(6)]
    sessions = [chat(http, f"«{number}»", bearer(token(name)))["session_id"] for number, name in enumerate(names)]
    wrong: list[str] = []

    def visit(number: int) -> None:
        mine, other = bearer(token(names[number])), sessions[(number + 1) % 6]
        for _ in range(4):
            shown = chat(http, f"«{number}»", mine)["text"] + "".join(said(http, mine))
            shown += http.get("/v1/me/export", headers=mine).text + http.get("/v1/me", headers=mine).text
            theirs = http.get("/v1/transcript", headers={**mine, "X-Session": other})
            if set(MARK.findall(shown)) != {f"«{number}»"} or theirs.status_code != 404:
                wrong.append(f"{number}: {shown[:200]} {theirs.text[:200]}")

    threads = [Thread(target=visit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

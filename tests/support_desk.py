"""A support desk played over real HTTP: verifies signatures, keeps each event once by its id, fails when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import httpx
from standardwebhooks import Webhook

from bot.assistant import Assistant
from bot.memory import open_memory
from tests.web import ScriptedAssistant, wait_until

SECRET = "whsec_" + "c2hlbGZ0YWxrLWRlc2stc2VjcmV0LTAwMDE="
OTHER = "whsec_" + "c2hlbGZ0YWxrLWRlc2stc2VjcmV0LTAwMDI="
TOKEN = "a-token-for-the-tests"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
HANG = "hang"
REDIRECT = "redirect"
_IDS = count(1)


class Desk:
    """The people at the other end. ``fails``: what the next requests get instead of 200, in order."""

    def __init__(self, secret: str, fails: Sequence[int | str] = ()) -> None:
        self.secret = secret
        self.fails = list(fails)
        self.attempts: list[tuple[str, int]] = []
        self.events: dict[str, dict[str, Any]] = {}
        self.forged = 0
        self.elsewhere = 0
        self.url = ""

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of one type, in the order in which they came."""
        return [event["data"] for event in self.events.values() if event["type"] == kind]

    def take_in(self, headers: dict[str, str], body: bytes) -> int:
        """What the desk answers; it acts on each id once."""
        try:
            Webhook(self.secret).verify(body, headers)
        except Exception:
            self.forged += 1
            return 401
        answer = self.fails.pop(0) if self.fails else 200
        if answer == HANG:
            time.sleep(1.0)
            answer = 200
        status = 302 if answer == REDIRECT else int(answer)
        self.attempts.append((headers["webhook-id"], status))
        if status == 200:
            self.events.setdefault(headers["webhook-id"], json.loads(body))
        return status


class _Handler(BaseHTTPRequestHandler):
    desk: Desk

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path != "/hook":
            self.desk.elsewhere += 1
        status = self.desk.take_in({name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def support_desk(*fails: int | str, secret: str = SECRET, port: int = 0) -> Iterator[Desk]:
    """A desk that answers at ``url``."""
    desk = Desk(secret, fails)
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"desk": desk}))
    server.daemon_threads = True
    desk.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def signed(
    body: bytes, *, secret: str = SECRET, webhook_id: str | None = None, at: float | None = None
) -> dict[str, str]:
    """The headers with which the desk signs a call; ``at`` is its time, now unless told."""
    id_, moment = webhook_id or f"call_{next(_IDS)}", datetime.fromtimestamp(at or time.time(), UTC)
    signature = Webhook(secret).sign(id_, moment, body.decode())
    stamp = str(int(moment.timestamp()))
    given = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}
    return {"Content-Type": "application/json", **given}


def call(http: httpx.Client, id_: str, what: str, body: dict[str, Any] | None = None, **how: Any) -> httpx.Response:
    """One signed call of the desk about a hand-over."""
    raw = json.dumps(body or {}).encode()
    return http.post(f"/v1/handovers/{id_}/{what}", content=raw, headers=signed(raw, **how))


def talking(folder: Any, script: Any, *, url: str = "", desk: bool = True) -> Assistant:
    """A scripted assistant over a database of its own that sends hand-overs to a desk."""
    assistant = ScriptedAssistant(folder, script)
    assistant.memory.close()
    assistant.memory = open_memory(url or f"sqlite:///{folder / 'memory.db'}", desk=desk)
    return assistant


def arrived(desk: Desk, kind: str, many: int = 1) -> list[dict[str, Any]]:
    """The data of the events of one type, once there are so many."""
    wait_until(lambda: len(desk.of(kind)) >= many, seconds=30)
    return desk.of(kind)

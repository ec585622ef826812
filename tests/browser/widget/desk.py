"""A support desk by script: it takes a conversation, writes, and gives it back, over real server-sent events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

from tests.web import wait_until

HELD = "Your message went to Ada."


class Desk:
    """``streams`` are the numbers after which streams were opened; ``open`` is how many stand now."""

    def __init__(self) -> None:
        self.address = ""
        self.messages: list[dict[str, Any]] = []
        self.handover: dict[str, Any] | None = None
        self.corrections: list[str] = []
        self.streams: list[int] = []
        self.open = 0
        self.waits: dict[str, Any] | None = None
        self._news = threading.Condition()
        self._round = 0

    def take(self, name: str = "Ada") -> None:
        """A person has the conversation from now on."""
        self._tell("taken", "system", f"{name} has joined. The AI assistant is silent.", name)

    def say(self, text: str, name: str = "Ada") -> None:
        """What a person writes."""
        self._tell("message", "person", text, name)

    def resume(self) -> None:
        """The assistant speaks again."""
        self._tell("resumed", "system", "You are talking with the AI assistant again.", "")

    def _tell(self, kind: str, author: str, text: str, name: str) -> None:
        with self._news:
            number = len(self.messages) + 1
            said = {"number": number, "id": f"m{number}", "author": author, "text": text, "name": name}
            self.messages.append({"type": kind, **said, "at": f"2100-11-22T10:00:{number:02}"})
            if self.handover and kind != "message":
                self.handover.update(status=kind, name=name)
            self._news.notify_all()

    def wait(self, ahead: int, delivery: str = "delivered") -> None:
        """How many wait longer, and whether the desk has it."""
        with self._news:
            self.waits = {"type": "waiting", "ahead": ahead, "delivery": delivery}
            self._news.notify_all()

    def hang_up(self) -> None:
        """End every stream."""
        with self._news:
            self._round += 1
            self._news.notify_all()

    def followed(self, streams: int = 1) -> None:
        """Wait until that many streams stand."""
        wait_until(lambda: self.open == streams, seconds=60)

    def stream(self, after: int, write: Any) -> None:
        """Every message past ``after``, as it comes, and a comment in between."""
        with self._news:
            mine, waits = self._round, None
            self.streams.append(after)
            self.open += 1
        try:
            while mine == self._round:
                with self._news:
                    fresh = self.messages[after:]
                    if not fresh and waits == self.waits:
                        self._news.wait(0.2)
                if waits != self.waits:
                    waits = self.waits
                    write(f"event: waiting\ndata: {json.dumps(waits)}\n\n".encode())
                write(b": still here\n\n")
                for one in fresh:
                    write(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode())
                after += len(fresh)
        finally:
            self.open -= 1

    def attend(self, page: Page, site: str) -> None:
        """Answer for the server wherever a person is concerned; ``site`` is the origin of the page."""
        told = {"Access-Control-Allow-Origin": site}

        def chat(route: Route) -> None:
            if not self.handover or self.handover["status"] != "taken":
                return route.continue_()
            named = {"session_id": route.request.headers["x-session"], "turn_id": "held"}
            data = {"type": "held", **named, "handover_id": self.handover["id"], "message": HELD}
            body = f"event: held\ndata: {json.dumps(data)}\n\n"
            return route.fulfill(body=body, headers={**told, "Content-Type": "text/event-stream"})

        def transcript(route: Route) -> None:
            body = route.fetch().json()
            said = [{name: one[name] for name in ("id", "author", "text", "name", "at")} for one in self.messages]
            more = {"messages": said, "last": len(said), "handover": self.handover}
            route.fulfill(json={**body, **more}, headers=told)

        def correct(route: Route) -> None:
            self.corrections.append(json.loads(route.request.post_data or "{}")["summary"])
            self.handover = {**(self.handover or {}), "correction": self.corrections[-1]}
            route.fulfill(json={"handover": self.handover}, headers=told)

        def follow(route: Route) -> None:
            route.continue_(url=f"{self.address}/{route.request.url.split('/', 3)[3]}")

        page.route("**/v1/chat", chat)
        page.route("**/v1/transcript", transcript)
        page.route("**/v1/handover", correct)
        page.route("**/v1/events?*", follow)


@contextmanager
def desk() -> Iterator[Desk]:
    """A desk on a free port."""
    found = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            try:
                found.stream(int(parse_qs(urlsplit(self.path).query)["after"][0]), self._write)
            except OSError:
                return  # the visitor left

        def _write(self, data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.hang_up()
        server.shutdown()
        server.server_close()

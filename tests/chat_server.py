"""A real server process that speaks the OpenAI chat API on a loopback port, with scripted answers and failures.

`with ChatServer() as server:` starts it; `server.set(mode=..., reading=..., writing=...)` changes what it does and
`server.log()` gives back the bodies it was sent. Modes: ok, error, hang, malformed, cut, no_schema (refuses
response_format), prose (answers in words), refused (401), no_models (has no list), busy (429).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).parents[1]
MODELS = ("scripted-small", "scripted-large")
HANG = 20.0


class ChatServer:
    """The process, from the side of a test."""

    def __enter__(self) -> ChatServer:
        """Start it on a free port and wait until it says which."""
        command = [sys.executable, "-m", "tests.chat_server"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.host = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self.url = f"{self.host}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def set(self, **fields: Any) -> None:
        """Start afresh with these fields."""
        self._call("POST", "/script", {"mode": "ok", "reading": {"acts": ["recommend"]}, "writing": "Hello.", **fields})

    def log(self) -> list[dict[str, Any]]:
        """The bodies of all chat requests since `set`, each with ``finished``: was its reply sent whole."""
        return self._call("GET", "/log")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.host + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


class Handler(BaseHTTPRequestHandler):
    """One connection, from the side of the server."""

    protocol_version = "HTTP/1.1"
    script: ClassVar[dict[str, Any]] = {"mode": "ok", "reading": {}, "writing": "Hello."}
    seen: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        """The list of models, or the log."""
        if self.path == "/log":
            return self._json(200, Handler.seen)
        mode = self.script["mode"]
        if self.path != "/v1/models" or mode == "no_models":
            return self._json(404, {"error": "not found"})
        if mode == "refused":
            return self._json(401, {"error": {"message": "wrong key"}})
        owner = self.script.get("owner", "someone")
        return self._json(
            200, {"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in MODELS]}
        )

    def do_POST(self) -> None:
        """A new script, or a chat request."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/script":
            Handler.script, Handler.seen = body, []
            return self._json(200, {})
        if self.path != "/v1/chat/completions":
            return self._json(404, {"error": {"message": "not found"}})
        Handler.seen.append(body | {"finished": False, "key": self.headers.get("Authorization", "")})
        return self._answer(body, Handler.seen[-1])

    def _answer(self, body: dict[str, Any], entry: dict[str, Any]) -> None:
        mode = self.script["mode"]
        if mode == "error":
            return self._json(500, {"error": {"message": "out of memory"}})
        if mode == "busy":
            return self._json(429, {"error": {"message": "too many requests"}})
        if mode == "refused":
            return self._json(401, {"error": {"message": "wrong key"}})
        if mode == "no_schema" and "response_format" in body:
            return self._json(400, {"error": {"message": "response_format is not supported"}})
        if mode == "hang":
            time.sleep(HANG)
        if mode == "malformed":
            return self._send(200, b"<html>oops</html>")
        text = self._text(body)
        if body.get("stream"):
            self._stream(text, cut=mode == "cut", pause=self.script.get("pause", 0.0))
        else:
            self._json(200, _completion(text, body["model"]))
        entry["finished"] = True

    def _text(self, body: dict[str, Any]) -> str:
        reads = "JSON" in body["messages"][0]["content"]
        if not reads:
            return str(self.script["writing"])
        said = json.dumps(self.script["reading"])
        prose = f"<think>hm {{}}</think>Of course! Here it is:\n```json\n{said}\n```\nAnything else?"
        return prose if self.script["mode"] == "no_schema" else "No idea." if self.script["mode"] == "prose" else said

    def _stream(self, text: str, *, cut: bool, pause: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        words = text.split(" ")
        for number, word in enumerate(words):
            if cut and number == len(words) // 2:
                self.wfile.write(b'data: {"choi')
                self.close_connection = True
                return
            delta = {"role": "assistant", "content": f" {word}" if number else word}
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            time.sleep(pause)
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, fields: dict[str, Any]) -> None:
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODELS[0], **fields}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _completion(text: str, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def main() -> None:
    """Serve on a free port, which is the first line of standard output."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()

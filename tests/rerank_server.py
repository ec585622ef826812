"""A real server on a loopback port that speaks the known shapes of `/rerank`, scoring by the overlap of words."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from vectorstore.words import tokens


class RerankServer:
    """``shape`` may be changed while it runs: cohere, tei, sglang, short (too few scores), broken (HTTP 500)."""

    def __enter__(self) -> RerankServer:
        self.shape, self.bodies = "cohere", []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.bodies.append((self.path, self.headers.get("Authorization"), body))
                status, reply = outer.answer(body)
                data = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: dict) -> tuple[int, object]:
        """Overlap scores, best first where the shape sorts."""
        field = "texts" if self.shape == "tei" else "documents"
        if field not in body or self.shape == "broken":
            return (500, {"error": "gone"}) if self.shape == "broken" else (422, {"error": f"missing field {field}"})
        words = set(tokens(body["query"]))
        scores = [len(words & set(tokens(text))) / max(1, len(words)) for text in body[field]]
        order = sorted(range(len(scores)), key=lambda place: -scores[place])
        if self.shape == "tei":
            return 200, [{"index": place, "score": scores[place]} for place in order]
        if self.shape == "sglang":
            return 200, scores
        if self.shape == "short":
            return 200, {"results": [{"index": 0, "relevance_score": 1.0}]}
        return 200, {"results": [{"index": place, "relevance_score": scores[place]} for place in order]}

"""The embedder seam: one suite, every implementation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest

from vectorstore.base import Embedder, VectorStoreError
from vectorstore.embedders.http import HttpEmbedder, endpoint
from vectorstore.embedders.local import LocalEmbedder, model_folder, pick_device
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.embedders.sentence import SentenceEmbedder
from vectorstore.errors import EmbedderError

TEXTS = [
    "a quiet film about grief",
    "a loud comedy about dogs",
    "",
    "🙂",
    "安静的电影",
    "word " * 1000,
    "<b>'; DROP TABLE items; --",
    "a slow film about mourning",
]


class _Server(BaseHTTPRequestHandler):
    """``/v1/embeddings`` over the hashed embedder; answers in reverse order, and is busy when told so."""

    busy = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("Authorization") != "Bearer secret":
            return self._answer(401, {"error": "who are you?"})
        if type(self).busy:
            type(self).busy -= 1
            return self._answer(503, {"error": "busy"})
        rows = HashedEmbedder(32).embed(body["input"], kind="item") * 3.0
        data = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(rows)]
        return self._answer(200, {"data": data[::-1]})

    def _answer(self, status: int, payload: object) -> None:
        data = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def served() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module", params=["local", "sentence", "http", "hashed"])
def embedder(request: pytest.FixtureRequest, url: str) -> Embedder:
    makers = {
        "local": LocalEmbedder,
        "sentence": lambda: SentenceEmbedder(str(model_folder())),
        "http": lambda: HttpEmbedder(url, "hashed", api_key="secret"),
        "hashed": HashedEmbedder,
    }
    return makers[request.param]()


def test_the_seam(embedder):
    """Every implementation is an `Embedder` with a name and a dimension."""
    assert isinstance(embedder, Embedder)
    assert embedder.name
    assert embedder.dimension > 0


def test_unit_rows(embedder):
    """Any text, also an empty or a very long one, becomes a float32 row of length 1."""
    rows = embedder.embed(TEXTS, kind="item")
    assert rows.shape == (len(TEXTS), embedder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)


def test_no_texts(embedder):
    """An empty list gives (0, dimension)."""
    assert embedder.embed([], kind="query").shape == (0, embedder.dimension)


def test_order_and_company_do_not_matter(embedder):
    """A text has the same vector whatever is embedded with it."""
    together = embedder.embed(TEXTS, kind="item")
    alone = np.concatenate([embedder.embed([text], kind="item") for text in reversed(TEXTS)])[::-1]
    assert (together * alone).sum(axis=1).min() > 0.999


def test_meaning_is_near(embedder):
    """A text is nearer to one that means the same than to another."""
    query = embedder.embed(["a quiet slow film about grief"], kind="query")[0]
    near, far = embedder.embed([TEXTS[0], TEXTS[1]], kind="item") @ query
    assert near > far + 0.1


def test_threads(embedder):
    """Several turns at once get what each would get alone."""
    expected = embedder.embed(TEXTS[:5], kind="query")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: embedder.embed([TEXTS[n % 5]], kind="query")[0], range(15)))
    cosines = [float(row @ expected[n % 5]) for n, row in enumerate(found)]
    assert min(cosines) > 0.999


def test_token_vectors():
    """Late interaction gets one unit row per token, without the special ones."""
    local = LocalEmbedder()
    rows = local.token_vectors(["a quiet film", "", "word " * 400])
    assert [row.shape for row in rows] == [(3, 384), (0, 384), (254, 384)]
    assert np.allclose(np.linalg.norm(rows[0], axis=1), 1.0, atol=1e-3)
    assert local.token_counts(["a quiet film", "", "word " * 400]) == [len(one) for one in rows]
    assert HashedEmbedder().token_counts(["quiet grief", ""]) == [2, 1]
    hashed = HashedEmbedder().token_vectors(["quiet grief"])
    assert [row.shape for row in hashed] == [(2, 64)]


def test_local_agrees_with_its_authors_library():
    """Our plain pass gives what sentence-transformers gives, up to bf16 rounding."""
    ours = LocalEmbedder().embed(TEXTS[:2], kind="item")
    theirs = SentenceEmbedder(str(model_folder())).embed(TEXTS[:2], kind="item")
    assert (ours * theirs).sum(axis=1).min() > 0.999


def test_an_explicit_device_is_obeyed_or_refused():
    """Only "auto" falls back; the start-up report names the device."""
    assert pick_device("cpu").type == "cpu"
    assert pick_device("auto").type in ("cpu", "cuda")
    assert LocalEmbedder("cpu").device.startswith("cpu, ")
    for missing in ("cuda:63", "teapot"):
        with pytest.raises(EmbedderError) as caught:
            pick_device(missing)
        assert missing in str(caught.value)
        assert "auto" in caught.value.hint


def test_http_waits_for_a_busy_server(url):
    """Two 503 answers are waited out."""
    _Server.busy = 2
    assert HttpEmbedder(url, "hashed", api_key="secret").dimension == 32
    assert _Server.busy == 0


def test_http_faults_carry_the_remedy(url, monkeypatch):
    """A wrong key, a wrong dimension and a dead server each say what to do."""
    monkeypatch.setattr("vectorstore.embedders.http.ATTEMPTS", 2)
    with pytest.raises(EmbedderError, match="401") as refused:
        HttpEmbedder(url, "hashed", api_key="wrong")
    assert "key" in refused.value.hint
    with pytest.raises(EmbedderError, match="32 numbers, 99") as other:
        HttpEmbedder(url, "hashed", 99, api_key="secret").embed(["x"], kind="item")
    assert "embed the catalogue again" in other.value.hint
    with pytest.raises(EmbedderError, match="cannot be reached") as dead:
        HttpEmbedder("http://127.0.0.1:9", "hashed")
    assert "Start the embedding server" in dead.value.hint


def test_endpoint():
    """A URL may be given at any of its usual lengths."""
    full = "http://h:1/v1/embeddings"
    assert {endpoint(u) for u in ("http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/embeddings")} == {full}


def test_a_folder_that_is_no_model(tmp_path):
    """A wrong model is refused with the remedy."""
    with pytest.raises(VectorStoreError) as caught:
        SentenceEmbedder(str(tmp_path))
    assert "safetensors" in caught.value.hint

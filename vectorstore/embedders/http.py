"""An embedder behind an OpenAI-compatible ``/v1/embeddings`` URL: vLLM, TEI, SGLang, Infinity, llama.cpp, a provider.

Knows no model: what a model wants in front of a query or a passage is given as ``prefixes``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from vectorstore.base import TextKind, Vectors
from vectorstore.errors import EmbedderError
from vectorstore.exact import unit

BATCH = 64
ATTEMPTS = 4
_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}


class HttpEmbedder:
    """Sends texts, receives vectors; waits and tries again while the server is busy. Safe between threads."""

    def __init__(
        self,
        url: str,
        model: str,
        dimension: int | None = None,
        api_key: str | None = None,
        *,
        prefixes: Mapping[TextKind, str] | None = None,
        timeout: float = 60.0,
    ) -> None:
        """``url`` may end before or after ``/v1``. Without ``dimension`` one text is embedded now to learn it.

        ``timeout`` is in seconds for one request. Raises `EmbedderError` when the server cannot be reached.
        """
        self.name = model
        self.url = endpoint(url)
        self.device = self.url
        self._prefixes = dict(prefixes or {})
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=timeout)
        self.dimension = dimension or int(self._request(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), dimension)`` float32 unit rows, `BATCH` texts a request."""
        prefix = self._prefixes.get(kind, "")
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), BATCH):
            batch = [prefix + (text or " ") for text in texts[start : start + BATCH]]
            found = self._request(batch)
            if found.shape[1] != self.dimension:
                raise EmbedderError(
                    f"{self.url} gave vectors of {found.shape[1]} numbers, {self.dimension} were expected",
                    hint="Another model answers there now: correct the settings, or embed the catalogue again.",
                )
            rows[start : start + BATCH] = unit(found)
        return rows

    def _request(self, texts: Sequence[str]) -> NDArray[np.float32]:
        body = {"model": self.name, "input": list(texts), "encoding_format": "float"}
        for attempt in range(ATTEMPTS):
            try:
                reply = self._client.post(self.url, json=body)
            except httpx.HTTPError as error:
                fault, wait = f"{type(error).__name__}: {error}", 0.25 * 2**attempt
            else:
                if reply.status_code not in _AGAIN:
                    return _vectors(reply, len(texts), self.url)
                fault, wait = f"status {reply.status_code}", _wait(reply, attempt)
            if attempt + 1 < ATTEMPTS:
                time.sleep(wait)
        raise EmbedderError(
            f"{self.url} cannot be reached ({fault}, {ATTEMPTS} attempts)",
            hint="Start the embedding server, or correct its URL in the settings.",
        )


def endpoint(url: str) -> str:
    """The full address for a server's ``url``: "http://h:80" and "http://h:80/v1" -> "http://h:80/v1/embeddings"."""
    bare = url.rstrip("/")
    if bare.endswith("/embeddings"):
        return bare
    return f"{bare}/embeddings" if bare.endswith("/v1") else f"{bare}/v1/embeddings"


def _wait(reply: httpx.Response, attempt: int) -> float:
    """Seconds to wait: what the server asks for, at most 10, else 0.25, 0.5, 1, ..."""
    asked = reply.headers.get("Retry-After", "")
    return min(float(asked), 10.0) if asked.replace(".", "", 1).isdigit() else 0.25 * 2**attempt


def _vectors(reply: httpx.Response, expected: int, url: str) -> NDArray[np.float32]:
    """``(expected, d)`` in the order of the request, whatever the order of the reply."""
    if reply.is_error:
        hints = {401: "Check the API key.", 403: "Check the API key.", 404: "Check the URL and the model's name."}
        raise EmbedderError(
            f"{url} refused the request: status {reply.status_code}: {reply.text[:200]}",
            hint=hints.get(reply.status_code, "Check the URL, the model's name and the server's log."),
        )
    try:
        data: list[Any] = reply.json()["data"]
        ordered = sorted(data, key=lambda one: int(one.get("index", 0)))
        vectors = np.array([one["embedding"] for one in ordered], np.float32)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbedderError(f"{url} gave no embeddings: {reply.text[:200]}", hint="Is it /v1/embeddings?") from error
    if vectors.ndim != 2 or len(vectors) != expected or not np.isfinite(vectors).all():
        raise EmbedderError(
            f"{url} gave numbers of shape {vectors.shape} for {expected} texts", hint="Check the server's log."
        )
    return vectors

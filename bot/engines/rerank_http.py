"""A reranker behind a URL: the `/rerank` routes of Cohere and vLLM, of TEI, and of SGLang.

They differ in one field of the request ("documents" or "texts") and in the shape of the reply; both are recognised.
Knows no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import httpx
import numpy as np
from numpy.typing import NDArray

from bot.engines.rerank_texts import text_of
from bot.errors import EngineError
from vectorstore.base import Item, Passage

Field: TypeAlias = Literal["documents", "texts"]
BATCH = 32
"""Entries per request: what a TEI server takes unless told otherwise."""
_REFUSED = (400, 422)


class HttpReranker:
    """Scores by a service; higher is better, on the service's own scale. Safe to use from several threads."""

    def __init__(self, url: str, model: str = "", *, api_key: str = "", timeout: float = 10.0) -> None:
        """Use the service at ``url``, with or without its `/rerank` path; nothing is asked yet.

        ``timeout`` bounds each request, in seconds.
        """
        trimmed = url.split("#")[0].rstrip("/")
        self.url = trimmed if trimmed.endswith("/rerank") else f"{trimmed}/rerank"
        self.name = f"rerank {model or trimmed}"
        self.device = self.url
        self._model = model or (url.split("#", 1)[1] if "#" in url else "")
        self._client = httpx.Client(
            timeout=timeout, headers={"Authorization": f"Bearer {api_key}"} if api_key else {}, follow_redirects=False
        )
        self._fields: tuple[Field, ...] = ("documents", "texts")

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32. Raises `EngineError` when the service is gone or answers something else."""
        texts = [text_of(item) for item in items]
        parts = [self._scores(query, texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        scores = np.asarray([score for part in parts for score in part], np.float32)
        if not np.isfinite(scores).all():
            raise self._fault("a score is not a finite number")
        return scores

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """The scores of one request, in the order of ``texts``."""
        for field in self._fields:
            reply = self._post(query, texts, field)
            if reply.status_code not in _REFUSED:
                break
        if reply.status_code != 200:
            raise self._fault(f"HTTP {reply.status_code}: {reply.text[:200]}")
        self._fields = (field,)
        try:
            return read_scores(reply.json(), len(texts))
        except (ValueError, TypeError, KeyError) as error:
            raise self._fault(f"its answer has an unknown shape ({error})") from error

    def _post(self, query: str, texts: Sequence[str], field: Field) -> httpx.Response:
        """One request."""
        body: dict[str, Any] = {"query": query, field: list(texts)}
        if field == "documents" and self._model:
            body["model"] = self._model
        try:
            return self._client.post(self.url, json=body)
        except httpx.HTTPError as error:
            raise self._fault(f"{type(error).__name__}: {error}") from error

    def _fault(self, found: str) -> EngineError:
        return EngineError(
            f"the reranker at {self.url} could not score: {found}",
            hint="check that the service runs and serves a reranking model, or choose another reranker",
        )


def read_scores(reply: Any, count: int) -> list[float]:
    """The scores in request order out of any of the known replies.

    Cohere and vLLM: ``{"results": [{"index", "relevance_score"}]}``; TEI: ``[{"index", "score"}]``; SGLang: a list of
    numbers, or of ``{"score"}`` with or without ``index``. Raises `ValueError` unless each entry has one score.
    """
    rows = reply.get("results", reply.get("data")) if isinstance(reply, Mapping) else reply
    if not isinstance(rows, list) or len(rows) != count:
        raise ValueError(f"{count} scores were expected")
    found: dict[int, float] = {}
    for place, row in enumerate(rows):
        entry = row if isinstance(row, Mapping) else {"score": row}
        found[int(entry.get("index", place))] = float(
            entry["relevance_score" if "relevance_score" in entry else "score"]
        )
    if sorted(found) != list(range(count)):
        raise ValueError("the indices do not cover the entries")
    return [found[place] for place in range(count)]

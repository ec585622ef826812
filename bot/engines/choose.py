"""Names and URLs of engines -> engines. Everything heavy is imported only by the engine that needs it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import EngineError
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.engines.phraser.speaking import Phraser
    from bot.types import Reranker
    from vectorstore.base import Embedder

_log = logging.getLogger(__name__)


def embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name. Raises EngineError with the remedy."""
    name = settings.embedder
    if name == "minilm":
        from vectorstore.embedders.local import LocalEmbedder

        return LocalEmbedder(device=settings.device)
    if name == "hashed":
        from vectorstore.embedders.scripted import HashedEmbedder

        return HashedEmbedder()
    if name.startswith(("http://", "https://")):
        from vectorstore.embedders.http import HttpEmbedder

        url, _, model = name.partition("#")
        return HttpEmbedder(url, model or "default")
    from vectorstore.embedders.sentence import SentenceEmbedder

    return SentenceEmbedder(name, device=settings.device)


def reranker(settings: Settings, embedder: Embedder) -> Reranker | None:
    """The reranker that the settings name, or None for ``none``. Raises EngineError with the remedy."""
    name = settings.reranker
    makers: dict[str, Callable[[], Reranker | None]] = {
        "auto": lambda: _best(settings, embedder),
        "none": lambda: None,
        "pairs": lambda: _pairs(settings, embedder, None),
        "late": lambda: _late(embedder),
        "dense": lambda: _dense(embedder),
        "overlap": _overlap,
    }
    if name in makers:
        return makers[name]()
    if name.startswith(("http://", "https://")):
        from bot.engines.rerank_http import HttpReranker

        return HttpReranker(name)
    if (Path(name) / "reranker.safetensors").is_file():
        return _pairs(settings, embedder, Path(name))
    if not Path(name).is_dir() and "/" not in name:
        raise EngineError(
            f"no reranker is called {name!r}",
            hint=f"choose one of {', '.join(makers)}, a model folder, a Hub name, or the URL of a /rerank service",
        )
    from bot.engines.rerank_cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(name, device=settings.device)


def phraser(settings: Settings) -> Phraser | None:
    """What words the reasons of items where the trained writer was chosen. Raises EngineError with the remedy."""
    if settings.writer_engine != "model":
        return None
    from bot.engines.phraser.speaking import WEIGHTS, open_phraser

    folder = WEIGHTS if settings.writer == "model" else Path(settings.writer).expanduser()
    return open_phraser(settings.device, folder)


def _best(settings: Settings, embedder: Embedder) -> Reranker | None:
    """Late interaction, and behind it the trained re-ranker where one ships that was measured to help."""
    from vectorstore.embedders.local import LocalEmbedder

    late = _late(embedder)
    if late is None or not isinstance(embedder, LocalEmbedder):
        return late
    from bot.engines.rerank_pairs import open_cascade, shipped

    try:
        return open_cascade(late, device=settings.device) if shipped() else late
    except EngineError as error:
        _log.warning("the trained re-ranker is left out: %s (%s)", error, error.hint)
        return late


def _pairs(settings: Settings, embedder: Embedder, folder: Path | None) -> Reranker:
    """The trained re-ranker in ``folder``, or the one that ships, behind late interaction."""
    from bot.engines.rerank_pairs import open_cascade

    return open_cascade(_late(embedder) or _dense(embedder), device=settings.device, folder=folder)


def _late(embedder: Embedder) -> Reranker | None:
    """Late interaction where the embedder gives token vectors, else its plain cosine."""
    from vectorstore.embedders.local import LocalEmbedder

    if not isinstance(embedder, LocalEmbedder):
        return _dense(embedder)
    from bot.engines.rerank_local import LateInteractionReranker

    return LateInteractionReranker(embedder)


def _dense(embedder: Embedder) -> Reranker:
    from bot.engines.rerank_dense import DenseReranker

    return DenseReranker(embedder)


def _overlap() -> Reranker:
    from bot.engines.rerank_scripted import OverlapReranker

    return OverlapReranker()

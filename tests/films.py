"""Shared by the tests of whole turns: the films demo over hashed vectors, laid out once, and assistants over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot import types
from bot.assistant import Assistant
from bot.build import build
from bot.errors import EngineError
from bot.memory import Memory, open_memory
from bot.settings import Settings
from prompts import Registry
from vectorstore.errors import EmbedderError


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="shelftalk-films-")


def settings(data_dir: Path, **chosen: Any) -> Settings:
    """The offline profile over ``data_dir``; no environment is read."""
    return Settings.load(environ={"HOME": str(data_dir)}, profile="offline", data_dir=data_dir, **chosen)


@cache
def _built() -> Assistant:
    return build(settings(Path(_folder().name), catalogs=("films",)))


def shelf(**changes: Any) -> types.Shelf:
    """The films, opened once for all tests; ``changes`` are other engines on the same shelf."""
    return replace(_built().shelf("films"), **changes)


@cache
def prompts() -> Registry:
    """The shipped prompts."""
    return Registry.load()


def assistant(data_dir: Path, *, memory: Memory | None = None, max_message: int = 4000, **changes: Any) -> Assistant:
    """An assistant over the films with a database of its own in ``data_dir``."""
    served = shelf(**changes)
    kept = memory or open_memory(f"sqlite:///{data_dir / 'memory.db'}")
    return Assistant({"films": lambda: served}, kept, prompts(), max_message=max_message)


def copied(data_dir: Path) -> Path:
    """``data_dir`` with the films laid out in it, without embedding or indexing anything again."""
    shelf()
    shutil.copytree(
        Path(_folder().name) / "catalogs",
        data_dir / "catalogs",
        ignore=shutil.ignore_patterns("*.lock"),
        dirs_exist_ok=True,
    )
    return data_dir


def said(assistant: Assistant, session_id: str, message: str) -> list[types.Event]:
    """One whole turn."""
    return list(assistant.reply(session_id, message))


def only(events: Iterable[types.Event], kind: type[Any]) -> list[Any]:
    """The events of one kind, in order."""
    return [event for event in events if isinstance(event, kind)]


def names(events: Iterable[types.Event]) -> list[str]:
    """The names in order, repetitions in a row taken once."""
    found: list[str] = []
    for event in events:
        if not found or found[-1] != event.name:
            found.append(event.name)
    return found


def text(events: Iterable[types.Event]) -> str:
    """The reply."""
    return "".join(event.text for event in only(events, types.Delta))


def cards(events: Iterable[types.Event]) -> tuple[types.Card, ...]:
    """Every card of the turn."""
    return tuple(card for event in only(events, types.Recommended) for card in event.cards)


def chips(events: Iterable[types.Event]) -> tuple[types.Suggestion, ...]:
    """What is offered to say next."""
    return tuple(chip for event in only(events, types.Suggested) for chip in event.suggestions)


def codes(events: Iterable[types.Event]) -> list[str]:
    """The codes of all notices, in order."""
    return [event.code for event in only(events, types.Notice)]


def after(events: Iterable[types.Event]) -> types.DialogueState:
    """The state that the visitor was shown."""
    return only(events, types.StateChanged)[-1].state


class Broken:
    """Every engine at once, none of which works: the scripted twin of a service that is down."""

    name = "broken"
    dimension = 64

    def __init__(self, error: type[Exception] = EngineError) -> None:
        self._error = error

    def understand(self, history: Any, message: str, schema: Any) -> types.Intent:
        """Fails."""
        raise self._error("the model is gone")

    def score(self, query: str, items: Any) -> Any:
        """Fails."""
        raise self._error("the reranker is gone")

    def embed(self, texts: Any, *, kind: str) -> Any:
        """Fails as embedders do."""
        raise EmbedderError("the embedder is gone")

    def write(self, brief: types.Brief) -> Iterator[str]:
        """Fails before its first word."""
        raise self._error("the model is gone")
        yield ""

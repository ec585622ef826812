"""Shared by the tests of the web faces: a scripted assistant over a real memory, behind a real server on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from bot import types
from bot.assistant import Assistant
from bot.memory import open_memory
from bot.settings import Settings
from bot.turn import Turn
from bot.web.app import create_app
from bot.web.serve import listen
from prompts import Registry
from vectorstore.base import Facet, Item, Passage, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.index import ItemIndex, PassageIndex
from vectorstore.memory import InMemoryStore
from vectorstore.records import embed_changed

Script = Callable[[Turn], Iterator[types.Event]]

FRESH = httpx.Limits(keepalive_expiry=2)
"""Connections are let go before the server lets them go (5 s idle), lest one breaks at its next use."""

SCHEMA = Schema(
    (
        Facet("year", "number", role="year", low=1979, high=1999),
        Facet("genres", "multi", values=(("comedy", 2), ("horror", 1))),
        Facet("subtitled", "flag", values=(("true", 1), ("false", 2))),
        Facet("director", "category", values=(("Ridley Scott", 1),)),
    )
)
ITEMS = (
    Item("f1", "Alien", "A crew meets something.", {"year": 1979.0, "genres": ("horror",), "director": "Ridley Scott"}),
    Item("f2", "Galaxy Quest", "Actors in space.", {"year": 1999.0, "genres": ("comedy",), "subtitled": True}),
    Item("f3", "Clueless", "A summer of errands.", {"year": 1995.0, "genres": ("comedy",), "subtitled": False}),
)
PASSAGES = (Passage("cancel#how", "cancel", "Cancel a rental", "How to cancel", "how", "Open Rentals, press Cancel."),)


@cache
def shelf(name: str) -> types.Shelf:
    """A small catalogue with real indexes over hashed vectors."""
    embedder = HashedEmbedder(64)
    records = embed_changed(None, items=ITEMS, passages=PASSAGES, schema=SCHEMA, embedder=embedder)
    store = InMemoryStore(embedder.dimension)
    store.upsert([item.id for item in ITEMS], records.item_vectors)
    return types.Shelf(
        name=name,
        items=ItemIndex(records, store, embedder),
        help=PassageIndex(records, embedder),
        embedder=embedder,
        understander=None,
        fallback=None,
        writer=None,
        composed=None,
    )


@cache
def prompts() -> Registry:
    """The shipped prompts."""
    return Registry.load()


def words(turn: Turn, *, text: str = "Here is one thing for you.", pace: float = 0.0) -> Iterator[types.Event]:
    """A turn that understands the message as a wish, shows one card, and says ``text`` word by word."""
    wish = turn.message[:20]
    turn.intent = types.Intent(acts=("recommend",), query=turn.message, wishes=(wish,))
    turn.state = replace(turn.state, wishes=(*turn.state.wishes, wish))
    yield types.Understood(turn.intent)
    yield types.StateChanged(turn.state, chips=(types.Chip(f"wish:{wish}", wish, "wish"),))
    turn.cards = (types.Card(ITEMS[0], rank=0, score=0.5, reasons=("It is set in space.",), features={"dense": 0.5}),)
    yield types.Recommended(turn.cards, total=1)
    for word in text.split():
        time.sleep(pace)
        yield types.Delta(f"{word} ")
    yield types.Suggested((types.Suggestion("Something different"),))
    yield types.Notice("ephemeral", "Nothing is kept.")


class ScriptedAssistant(Assistant):
    """The real assistant with scripted acts: memory, sessions, feedback and cancelling are its own."""

    def __init__(self, data_dir: Path, script: Script = words) -> None:
        """``script`` yields what one turn does between its first and its last event."""
        shelves = {name: partial(shelf, name) for name in ("films", "outdoor")}
        memory = open_memory(f"sqlite:///{data_dir / 'memory.db'}")
        super().__init__(shelves, memory, prompts())
        self._script = script

    def _events(self, turn: Turn) -> Iterator[types.Event]:
        """The script."""
        yield from self._script(turn)

    def search(self, query: str, **asked: Any) -> tuple[types.Card, ...]:
        """Every item that meets the filters."""
        index = self.shelf(asked["catalog"]).items
        kept = [
            index.items[id] for id, keep in zip(index.ids, index.columns.mask(asked["filters"]), strict=True) if keep
        ]
        return tuple(types.Card(item, rank=rank, score=1.0) for rank, item in enumerate(kept[: asked["k"]]))

    def answer(self, question: str, **asked: Any) -> tuple[types.Answer, str]:
        """The one passage there is."""
        passage = PASSAGES[0]
        cited = types.Citation(passage.id, passage.title, passage.heading, passage.anchor, passage.text)
        return types.Answer(question, abstained=False, citations=(cited,), confidence=0.9), passage.text


def settings(data_dir: Path, **chosen: Any) -> Settings:
    """Settings that read no environment."""
    return Settings.load(environ={"HOME": str(data_dir)}, profile="offline", data_dir=data_dir, **chosen)


@contextmanager
def served(assistant: Assistant, chosen: Settings, *, with_page: bool = False) -> Iterator[str]:
    """A real server in a thread on a free port; yields its address."""
    with served_app(create_app(assistant, chosen, with_page=with_page)) as url:
        yield url


@contextmanager
def served_app(app: FastAPI) -> Iterator[str]:
    """A real server of one app."""
    door = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started, seconds=20)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        door.close()


@contextmanager
def client(data_dir: Path, script: Script = words, **chosen: Any) -> Iterator[httpx.Client]:
    """An HTTP client of a server with a scripted assistant."""
    assistant = ScriptedAssistant(data_dir, script)
    with (
        served(assistant, settings(data_dir, **chosen)) as url,
        httpx.Client(base_url=url, timeout=20, limits=FRESH) as found,
    ):
        yield found


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """The (name, data) pairs of an event stream."""
    name = ""
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def wait_until(holds: Callable[[], bool], *, seconds: float = 5.0) -> float:
    """Wait for ``holds``; the seconds it took. Fails when they are over."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"still not so after {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - began

"""Settings -> Assistant: the one place that puts engines, catalogues, prompts and memory together."""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread, current_thread
from typing import TYPE_CHECKING

from bot.assistant import Assistant
from bot.changing import Changing
from bot.engines import choose
from bot.engines.readers import Readers
from bot.engines.understand_lexical import LexicalUnderstander
from bot.engines.write_composed import ComposedWriter
from bot.errors import MemoryFault, SettingsError
from bot.memory import Memory, open_memory
from bot.presence import Present
from bot.remembering import Remembering
from bot.settings import Settings
from bot.shelving import LiveShelf
from bot.types import Shelf, Understander, Writer
from bot.understanding import Vocabulary
from prompts import Library
from vectorstore import ingest
from vectorstore.generations import Generations
from vectorstore.index import open_index

if TYPE_CHECKING:
    from bot.types import Reranker
    from vectorstore.base import Embedder, Item
    from vectorstore.index import ItemIndex

_log = logging.getLogger(__name__)

Say = Callable[[str], None]

QUICK = 0.3
"""Seconds: a vocabulary that is read so fast is read anew before a change is answered, a slower one soon after."""


def build(settings: Settings, *, say: Say = _log.info) -> Assistant:
    """Everything that the settings ask for, loaded and ready. ``say`` hears what runs where.

    Raises:
        SettingsError, EngineError, MemoryFault, VectorStoreError: with the remedy; nothing is half-started.
    """
    prompts = library(settings)
    prompts.check()
    _style(settings, prompts)
    embedder = choose.embedder(settings)
    reranker = choose.reranker(settings, embedder)
    makers = _Engines(settings, prompts, embedder, reranker)
    shelves = {name: _shelf(settings, name, makers) for name in catalogs(settings)}
    memory = remember(settings, say)
    for line in (*_running(settings, embedder, reranker, reading=makers.readers.name), *_spoken(prompts)):
        say(line)
    return Assistant(shelves, memory, prompts, max_message=settings.max_message, style=settings.style)


def library(settings: Settings) -> Library:
    """The prompts that the settings let speak. Raises `PromptError` for a version that is not there."""
    return Library.open(settings.published, settings.overlay, speaks=settings.prompts)


def _style(settings: Settings, prompts: Library) -> None:
    """Refuse a style that nothing speaks, before anything slow is loaded."""
    if settings.style not in prompts.styles():
        known = ", ".join(prompts.styles())
        raise SettingsError(f"no prompt speaks in the style {settings.style!r}", hint=f"choose one of {known}")


def catalogs(settings: Settings) -> tuple[str, ...]:
    """The catalogues to serve: those chosen, else the operator's own, else the demos."""
    from bot import demo

    root = settings.data_dir / "catalogs"
    own = sorted(path.name for path in root.glob("*") if path.name not in demo.NAMES and Generations(path).exists())
    for name in settings.catalogs:
        if name not in own and name not in demo.NAMES:
            known = ", ".join([*own, *demo.NAMES])
            raise SettingsError(f"no catalogue is called {name!r}", hint=f"here are: {known}; or ingest one first")
    return settings.catalogs or tuple(own) or demo.NAMES


def remember(settings: Settings, say: Say = _log.info) -> Memory:
    """The database that was chosen; when the default one cannot be opened, a memory that ends with the process."""
    desk = bool(settings.handover_url)
    if settings.memory_url:
        return open_memory(settings.memory_url, desk=desk)
    try:
        return open_memory(default_memory(settings), desk=desk)
    except MemoryFault as error:
        say(f"conversations are not kept: {error} ({error.hint})")
        return open_memory("memory", desk=desk)


def default_memory(settings: Settings) -> str:
    """The database URL where none was chosen: a file in the data directory."""
    return f"sqlite:///{settings.data_dir / 'memory.db'}"


class _Engines:
    """The engines that all catalogues share, and how a shelf is made of them."""

    def __init__(self, settings: Settings, prompts: Library, embedder: Embedder, reranker: Reranker | None) -> None:
        self.embedder = embedder
        self.reranker = reranker
        self._settings = settings
        self._prompts = prompts
        self._composed = ComposedWriter()
        self._examples = Remembering(embedder)
        self._reading = dict[str, float]()
        self._ended, self._warming = Event(), list[Thread]()
        weakref.finalize(self, _end, self._ended, self._warming)
        self._chat = None
        if "chat" in (settings.understander_engine, settings.writer_engine):
            from bot.engines.chat.choosing import language_model

            self._chat = language_model(settings.chat, api_key=settings.chat_api_key, device=settings.device)
        self.readers = Readers(settings, prompts, embedder, chat=self._chat)
        self._phraser = choose.phraser(settings)

    def shelf(self, name: str, folder: Path) -> Shelf:
        """One generation, opened with every engine."""
        items, passages = open_index(folder, self.embedder)
        understander, lexical = self._readers(name, items)
        self._warm(tuple(items.items.values()), folder.parent / "late.npz")
        return Shelf(
            name=name,
            items=items,
            help=passages,
            embedder=Remembering(self.embedder),
            understander=understander,
            fallback=lexical,
            writer=self._writer(items),
            composed=self._composed,
            reranker=self.reranker,
            faults=("exact_search",) if items.degraded else (),
            multilingual="multilingual" in self.embedder.name,
        )

    def remade(self, shelf: Shelf, items: ItemIndex) -> Shelf:
        """``shelf`` with changed items. What reads messages learns their names at once where that is quick, else soon.

        Search, filters and cards have them in any case.
        """
        self._warm(items.touched, self._settings.data_dir / "catalogs" / shelf.name / "late-changes.npz", skip=True)
        if self._phraser is not None:
            shelf = replace(shelf, writer=self._writer(items))
        if self._reading.get(shelf.name, 0.0) <= QUICK:
            understander, lexical = self._readers(shelf.name, items)
            return replace(shelf, items=items, understander=understander, fallback=lexical)
        fallback = Present(shelf.fallback, items.items)
        alone = shelf.understander is shelf.fallback
        understander = fallback if alone else Present(shelf.understander, items.items)
        return replace(shelf, items=items, understander=understander, fallback=fallback)

    def settled(self, shelf: Shelf) -> Shelf:
        """``shelf`` with its vocabulary read anew where that was left for later."""
        if not isinstance(shelf.fallback, Present):
            return shelf
        understander, lexical = self._readers(shelf.name, shelf.items)
        return replace(shelf, understander=understander, fallback=lexical)

    def _readers(self, name: str, items: ItemIndex) -> tuple[Understander, LexicalUnderstander]:
        """The engine in charge of reading and the lexical one; how long they took is remembered."""
        began = time.perf_counter()
        vocabulary = Vocabulary(tuple(items.items.values()), items.schema)
        lexical = LexicalUnderstander(vocabulary, self._examples)
        understander = self.readers.of(name, lexical, vocabulary)
        self._reading[name] = time.perf_counter() - began
        return understander, lexical

    def _warm(self, items: Sequence[Item], cache: Path, *, skip: bool = False) -> None:
        """Let the reranker encode the catalogue in the background; until then it encodes what it is asked to score.

        ``skip``: leave it when it is still busy.
        """
        warm = getattr(self.reranker, "warm", None)
        self._warming[:] = [thread for thread in self._warming if thread.is_alive()]
        if warm is not None and items and not (skip and self._warming):
            thread = Thread(target=lambda: warm(items, cache=cache, cancel=self._ended), name="warm", daemon=True)
            self._warming.append(thread)
            thread.start()

    def _writer(self, items: ItemIndex) -> Writer:
        """The language model or the trained writer where one is in charge, else the composed writer."""
        if self._phraser is not None:
            from bot.engines.write_model import ModelWriter

            return ModelWriter(self._phraser, items)
        if self._settings.writer_engine != "chat" or self._chat is None:
            return self._composed
        from bot.engines.write_chat import ChatWriter

        return ChatWriter(self._chat, self._prompts)


def _end(ended: Event, threads: Sequence[Thread]) -> None:
    """Stop what runs in the background, and wait: a thread inside the model must not outlive the interpreter."""
    ended.set()
    for thread in threads:
        if thread is not current_thread():  # the last reference may be let go in one of them
            thread.join()


def _shelf(settings: Settings, name: str, engines: _Engines) -> LiveShelf:
    """A catalogue that is served from its newest generation; a demo is laid out at its first use."""
    from bot import demo

    root = settings.data_dir / "catalogs" / name
    if name in demo.NAMES:
        demo.lay_out(name, root, engines.embedder)
    generations = Generations(root)
    return LiveShelf(
        generations.current,
        lambda folder: engines.shelf(name, folder),
        changing=Changing(root, engines.embedder, engines.remade),
        settle=engines.settled,
        compact=lambda: ingest.rebuild(root, embedder=engines.embedder),
    )


def _spoken(prompts: Library) -> tuple[str, ...]:
    """Which prompts speak, where they are not just the shipped ones, and what cannot be used."""
    told = [f"prompts: {problem}" for problem in prompts.problems]
    if prompts.version is not None:
        told.append(f"prompts: version {prompts.version} is spoken; edits of {prompts.folder} wait to be published")
    if prompts.trial is not None:
        told.append(f"prompts: {prompts.trial.percent:g} % of the visitors hear {prompts.trial.variant[:8]}")
    return tuple(told)


def _running(settings: Settings, embedder: Embedder, reranker: Reranker | None, *, reading: str) -> tuple[str, ...]:
    """What runs where, one line each."""
    place = getattr(embedder, "device", "")
    ranks = "combined order only" if reranker is None else reranker.name
    return (
        f"embedding with {embedder.name}" + (f" on {place}" if place else ""),
        f"re-ranking with {ranks}" + (f" on {where}" if (where := getattr(reranker, "device", place)) else ""),
        f"reading with {reading}, writing with {settings.writer_engine}"
        + (f" ({settings.chat})" if settings.chat else ""),
    )

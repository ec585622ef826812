"""`shelftalk doctor`: the most likely mistakes, each looked for, with its remedy."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata

from rich.markup import escape

from bot.build import catalogs, default_memory
from bot.engines import choose
from bot.errors import ShelftalkError
from bot.memory import open_memory
from bot.settings import Settings
from bot.terminal.console import FAULTS, out
from prompts import Registry
from vectorstore.generations import Generations

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
    looks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("packages", _packages),
        ("data directory", _data_dir),
        ("disk", _disk),
        ("port", _port),
        ("prompts", _prompts),
        ("conversations", _memory),
        ("catalogues", _catalogs),
        ("embedder", _embedder),
        ("reranker", _reranker),
        ("device", _device),
    )
    for name, look in looks:
        try:
            yield Check(name, True, look(settings))
        except (*FAULTS, OSError, ImportError) as error:
            yield Check(name, False, str(error), getattr(error, "hint", ""))


def show(check: Check) -> None:
    """Print one check, and what to do where it found a mistake."""
    mark = "[green]ok[/]  " if check.ok else "[red]fail[/]"
    remedy = f"\n     to do: {escape(check.hint)}" if check.hint else ""
    out.print(f"{mark} {check.name}: {escape(check.found)}{remedy}")


def _packages(settings: Settings) -> str:
    """Versions of what matters most."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in ("torch", "transformers", "chromadb", "gradio"))


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
    """All parse and render with their samples; broken edits of the operator are named."""
    registry = Registry.load(overlay=settings.overlay)
    registry.check()
    if registry.problems:
        first = registry.problems[0]
        raise ShelftalkError(f"{len(registry.problems)} broken prompt edits, first: {first}", hint="mend the file")
    return f"{len(registry.names())} prompts in {', '.join(registry.locales())}"


def _memory(settings: Settings) -> str:
    """The database opens, answers, and keeps what is written."""
    memory = open_memory(settings.memory_url or default_memory(settings))
    memory.ping()
    memory.close()
    return "not kept, as asked" if memory.ephemeral else (settings.memory_url.split("@")[-1] or "SQLite")


def _catalogs(settings: Settings) -> str:
    """Each has a generation, or is a demo that is laid out at the first start."""
    names = catalogs(settings)
    root = settings.data_dir / "catalogs"
    return ", ".join(f"{name} ({'ready' if Generations(root / name).exists() else 'at first start'})" for name in names)


def _embedder(settings: Settings) -> str:
    """It loads."""
    return choose.embedder(settings).name


def _reranker(settings: Settings) -> str:
    """It loads."""
    reranker = choose.reranker(settings, choose.embedder(settings))
    return "none, as asked" if reranker is None else reranker.name


def _device(settings: Settings) -> str:
    """What runs where."""
    return f"{settings.device}: {getattr(choose.embedder(settings), 'device', 'cpu')}"

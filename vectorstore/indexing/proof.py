"""The proof that an index folder opens: which files were there, how long and how old, when a child process read them.

A damaged file can end the process that opens it, so nobody opens a folder whose files differ from the proven ones.
Knows no Chroma; the cheap half (`is_proven`) only looks at sizes and times.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from vectorstore.errors import StorageError
from vectorstore.files import write_file
from vectorstore.indexing.children import run_child

MARKER = "proven.json"
INDEX = "chroma"


def is_proven(folder: Path) -> bool:
    """Whether the index in generation ``folder`` has the very files that were proven."""
    try:
        return bool(json.loads((folder / MARKER).read_text("utf-8")) == stamp(folder))
    except (OSError, ValueError):
        return False


def stamp(folder: Path) -> dict[str, list[int]]:
    """Size in bytes and modification time in nanoseconds of every file of the index in ``folder``."""
    root = folder / INDEX
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    facts = {path.relative_to(root).as_posix(): path.stat() for path in files}
    return {name: [fact.st_size, fact.st_mtime_ns] for name, fact in facts.items()}


def mark(folder: Path) -> None:
    """Remember the index files of ``folder`` as proven; on a read-only disk it is simply proven again next time."""
    with suppress(StorageError, OSError):
        write_file(folder / MARKER, json.dumps(stamp(folder)).encode())


def prove(folder: Path) -> str:
    """Open and search the index of ``folder`` in a child process: "" and a marker, or what is wrong with it."""
    fault = run_child("vectorstore.indexing.probe", folder)
    if not fault:
        mark(folder)
    return fault

"""The journal of a catalogue: changes since its generation was made, on disk before they are answered.

One file beside the generations, one line per batch: a checksum, then JSON. A line is flushed to the disk before its
changes count; a last line that was torn off by a crash is dropped. Each batch has a number, and each generation says up
to which number its records hold everything (`Records.folded`): what came later is applied on top of it. So the newer
of two always wins: an ingest holds what was changed before it began, and what is changed while it runs stays on top.
Knows no index and no embedder.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from filelock import FileLock, Timeout

from vectorstore.codec import value_from
from vectorstore.errors import VectorStoreError, WriterBusy
from vectorstore.exact import unit
from vectorstore.files import disk_faults, make_folder, sync_folder, write_file
from vectorstore.live.changes import Change
from vectorstore.records import Known

NAME = "journal.jsonl"
WAIT = 10.0
"""Seconds to wait for another process that is writing its line."""

Stamp: TypeAlias = tuple[int, int, int]

_log = logging.getLogger(__name__)


class Behind(VectorStoreError):
    """The journal holds entries that the writer has not seen: read them, then try again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch of changes that count together, and the vectors that were made for it."""

    number: int
    changes: tuple[Change, ...]
    known: Known = field(default_factory=Known)


class Written(NamedTuple):
    """Where an entry stands: its number, and the file's stamp right after it."""

    number: int
    stamp: Stamp


class Journal:
    """The journal of the catalogue in ``root``. Reading needs no lock; writing takes one for a moment."""

    def __init__(self, root: Path) -> None:
        """Look after ``root``; nothing is created before the first entry."""
        self.path = root / NAME

    def stamp(self) -> Stamp:
        """Changes whenever the file does; costs one `stat`."""
        try:
            fact = self.path.stat()
        except OSError:
            return (0, 0, 0)
        return (fact.st_size, fact.st_mtime_ns, fact.st_ino)

    def read(self, *, after: int = 0) -> tuple[Entry, ...]:
        """The entries numbered above ``after``, in order. A damaged line is left out, and said in the log."""
        return tuple(entry for line in self._lines() if (entry := _entry(line)) and entry.number > after)

    def append(self, changes: Sequence[Change], known: Known, *, after: int) -> Written:
        """Make ``changes`` durable; returns where they stand. ``after`` is the last number that the writer has seen.

        Raises `Behind` when there are later ones, `StorageError` when the disk refuses (then nothing is kept), and
        `WriterBusy` when another process holds the file for too long.
        """
        with self._alone(), disk_faults(self.path):
            last = next((entry.number for line in reversed(list(self._lines())) if (entry := _entry(line))), 0)
            if last > after:
                raise Behind(f"the journal is at {last}, the writer at {after}", hint="Read it and try again.")
            self._write(_line(Entry(after + 1, tuple(changes), known)))
            return Written(after + 1, self.stamp())

    def trim(self, upto: int) -> None:
        """Forget the entries numbered ``upto`` or lower: every generation holds them."""
        with self._alone():
            lines = list(self._lines())
            kept = [line for line in lines if (entry := _entry(line)) is None or entry.number > upto]
            if len(kept) < len(lines):
                write_file(self.path, b"".join(line + b"\n" for line in kept))

    def size(self, *, after: int = 0) -> int:
        """How many changes stand above ``after``."""
        return sum(len(entry.changes) for entry in self.read(after=after))

    def _lines(self) -> Iterator[bytes]:
        """Every whole line; what follows the last newline was torn off."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        yield from data.split(b"\n")[:-1]

    def _write(self, line: bytes) -> None:
        """Append one line and wait for the disk; when that fails, the file is as it was."""
        new = not self.path.exists()
        with self.path.open("ab") as file:
            whole = _whole(self.path)
            file.truncate(whole)
            try:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self.path, whole)
                raise
        if new:
            sync_folder(self.path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        make_folder(self.path.parent)
        lock = FileLock(self.path.with_name(".journal.lock"), timeout=WAIT)
        with disk_faults(self.path):
            try:
                lock.acquire()
            except Timeout as error:
                raise WriterBusy(f"another process holds {self.path}", hint="Try again in a moment.") from error
        try:
            yield
        finally:
            lock.release()


def _whole(path: Path) -> int:
    """The length of the file up to its last newline, in bytes."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        end = file.tell()
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            place = file.read(end - start).rfind(b"\n")
            if place >= 0:
                return start + place + 1
            end = start
    return 0


def _line(entry: Entry) -> bytes:
    rows = {h: base64.b64encode(row.astype(np.float16).tobytes()).decode() for h, row in entry.known.rows.items()}
    body: dict[str, Any] = {"number": entry.number, "at": int(time.time()), "embedder": entry.known.embedder_name}
    body |= {"vectors": rows, "changes": [_plain(change) for change in entry.changes]}
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x " % zlib.crc32(data) + data + b"\n"


def _entry(line: bytes) -> Entry | None:
    """The entry of one line; None for a line that is damaged."""
    mark, _, data = line.partition(b" ")
    try:
        if int(mark, 16) != zlib.crc32(data):
            raise ValueError("the checksum does not match")
        body = json.loads(data)
        rows = {h: unit(np.frombuffer(base64.b64decode(row), np.float16)) for h, row in body["vectors"].items()}
        changes = tuple(_change(row) for row in body["changes"])
        return Entry(int(body["number"]), changes, Known(body["embedder"], rows))
    except (ValueError, KeyError, TypeError) as error:
        _log.error("a damaged line of a journal is left out: %s", error)
        return None


def _plain(change: Change) -> dict[str, Any]:
    """A change as JSON; what is empty is left out."""
    row = {"id": change.id, "gone": change.gone, "fields": dict(change.fields), "facets": dict(change.facets)}
    row |= {"blank": change.blank, "dropped": change.dropped}
    return {name: value for name, value in row.items() if value}


def _change(row: dict[str, Any]) -> Change:
    facets = {name: value_from(value) for name, value in row.get("facets", {}).items()}
    return Change(
        row["id"], bool(row.get("gone")), row.get("fields", {}), facets,
        tuple(row.get("blank", ())), tuple(row.get("dropped", ())),
    )  # fmt: skip

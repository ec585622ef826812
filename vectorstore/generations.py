"""Generations of one catalogue: built aside, proven, then put in place by moving one pointer.

``root/CURRENT`` names the folder that readers open. A writer that dies leaves the old generation in place; its
leftovers are swept by the next one. Embeds nothing and searches nothing.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.base import VectorStoreError
from vectorstore.errors import EmptyCatalog, IndexFault, WriterBusy
from vectorstore.files import disk_faults, make_folder, remove_tree, sync_folder, sync_tree, write_file
from vectorstore.indexing.children import run_child
from vectorstore.indexing.opening import drop_store, place_store
from vectorstore.indexing.proof import is_proven, prove
from vectorstore.ingesting.origin import HISTORY, REBUILD, Origin, origin_of, remember, stamped
from vectorstore.ingesting.origin import NAME as ORIGIN
from vectorstore.live.journal import Journal
from vectorstore.records import Progress, Records, folded

POINTER = "CURRENT"
PARTIAL = "embedded.partial.npz"
"""What an ingest that was ended embedded so far; the next one goes on with it."""

SILENCE = 300.0
"""Seconds without a written batch of rows (a few thousand, a few seconds) after which an index is given up."""

Stamp = tuple[int, int]
"""What `Generations.stamp` returns: changes whenever the pointer moves."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete, immutable state of a catalogue on disk."""

    number: int
    folder: Path


class Generations:
    """The generations under ``root``. Reading needs no lock; writing goes through `lock`."""

    def __init__(self, root: Path, *, server: str = "") -> None:
        """Look after ``root``; with ``server`` ("host:port") new indexes go to that Chroma server."""
        self.root = root
        self.server = server

    def current(self) -> Path:
        """The folder of the current generation; `EmptyCatalog` when nothing was ever ingested."""
        folder = self._pointed()
        if folder is None:
            raise EmptyCatalog(
                f"there is no catalogue in {self.root}",
                hint="Ingest one: `shelftalk ingest items FILE --catalog NAME`.",
            )
        return folder

    def exists(self) -> bool:
        """Whether there is a generation to open."""
        return self._pointed() is not None

    def stamp(self) -> Stamp:
        """Changes whenever another generation becomes current; costs one `stat`."""
        try:
            fact = (self.root / POINTER).stat()
        except OSError:
            return (0, 0)
        return (fact.st_mtime_ns, fact.st_ino)

    def changed(self, since: Stamp) -> bool:
        """Whether another generation became current since ``since`` was stamped."""
        return self.stamp() != since

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer; `WriterBusy` at once when there is another. May be entered again by its holder."""
        make_folder(self.root)
        lock = FileLock(self.root / ".lock", timeout=0, is_singleton=True)
        with disk_faults(self.root):
            try:
                lock.acquire()
            except Timeout as error:
                raise WriterBusy(
                    f"another process is writing the catalogue in {self.root}",
                    hint="Wait until it is done, then run the command again; a lock of a killed process frees itself.",
                ) from error
        try:
            yield
        finally:
            lock.release()

    def build(
        self,
        name: str,
        records: Records,
        progress: Progress | None = None,
        *,
        origin: Origin | None = None,
        extras: Mapping[str, bytes] | None = None,
    ) -> Generation:
        """Write ``records`` and their index as a new generation and make it current; ``extras`` are further files.

        Whatever fails, the old generation stays current. ``progress`` counts the steps of the index.
        Raises `EmptyCatalog`, `WriterBusy`, `StorageError` or `IndexFault`.
        """
        if not records.items and not records.passages:
            raise EmptyCatalog(f"the catalogue {name!r} would be empty", hint="Give a file that holds items or help.")
        with self.lock():
            self._sweep()
            number, aside = self._next()
            born = stamped(origin or Origin(), number=number, parent=self._parent(origin))
            try:
                with disk_faults(aside):
                    aside.mkdir()
                for file, data in {**(extras or {}), ORIGIN: born.to_json()}.items():
                    write_file(aside / file, data)
                self._write(aside, name, records, progress)
                generation = self._publish(aside, number)
            finally:
                remove_tree(aside)
            remember(self.root, born)
            self._prune()
            return generation

    def _parent(self, origin: Origin | None) -> int:
        """What the next generation goes back to: the current one, or for the same anew, what that goes back to."""
        folder = self._pointed()
        born = origin_of(folder) if folder and origin and origin.command == REBUILD else None
        return born.parent if born else self.number()

    def number(self) -> int:
        """The number of the current generation, 0 when there is none."""
        folder = self._pointed()
        return int(folder.name.removeprefix("gen-")) if folder else 0

    def before(self) -> Generation | None:
        """The generation that the current one replaced, while it is still here."""
        folder = self._pointed()
        born = origin_of(folder) if folder else None
        older = [one for one in self.all() if one.number < self.number()]
        if born is not None:
            older = [one for one in older if one.number == born.parent]
        return older[-1] if older else None

    def after(self) -> Generation | None:
        """The newest generation that replaced the current one and was undone."""
        current = self.number()
        newer = [one for one in self.all() if one.number > current]
        undone = [one for one in newer if getattr(origin_of(one.folder), "parent", current) == current]
        return undone[-1] if undone else None

    def point(self, generation: Generation) -> None:
        """Make a generation that is still here current again. Raises `IndexFault` when its index is damaged."""
        with self.lock():
            fault = "" if is_proven(generation.folder) else prove(generation.folder)
            if fault:
                raise IndexFault(
                    f"the index of {generation.folder.name} is damaged: {fault}",
                    hint="The current one stays in use. Ingest the file of that time again.",
                )
            write_file(self.root / POINTER, f"{generation.folder.name}\n".encode())

    def remove(self) -> None:
        """Remove the catalogue with all that was ingested; what else is in its folder stays."""
        with self.lock():
            with disk_faults(self.root):
                (self.root / POINTER).unlink(missing_ok=True)
            for generation in self.all():
                drop_store(generation.folder)
                remove_tree(generation.folder)
            self._sweep()

    def all(self) -> tuple[Generation, ...]:
        """Every complete generation, oldest first."""
        found = []
        for folder in self.root.glob("gen-*"):
            match = re.fullmatch(r"gen-(\d+)", folder.name)
            if match and (folder / "records.json").is_file():
                found.append(Generation(int(match[1]), folder))
        return tuple(sorted(found, key=lambda generation: generation.number))

    def _write(self, aside: Path, name: str, records: Records, progress: Progress | None) -> None:
        records.save(aside)
        collection = re.sub(r"[^a-zA-Z0-9]+", "-", f"shelftalk-{name}-{aside.stem}").strip("-")
        place_store(aside, **({"server": self.server, "collection": collection} if self.server else {}))
        if fault := _index(aside, len(records.items), progress) or prove(aside):
            raise IndexFault(
                f"the new index of {name!r} is not usable: {fault}",
                hint="The old one stays in use. Check disk and memory, then run the command again.",
            )
        with disk_faults(aside):
            sync_tree(aside)

    def _publish(self, aside: Path, number: int) -> Generation:
        folder = self.root / f"gen-{number:04d}"
        with disk_faults(folder):
            aside.rename(folder)
            sync_folder(self.root)
        write_file(self.root / POINTER, f"{folder.name}\n".encode())
        return Generation(number, folder)

    def _pointed(self) -> Path | None:
        """Where the pointer points; when it is lost or damaged, the newest complete generation."""
        with suppress(OSError, UnicodeDecodeError):
            name = (self.root / POINTER).read_text("utf-8").strip()
            if re.fullmatch(r"gen-\d+", name) and (self.root / name / "records.json").is_file():
                return self.root / name
        generations = self.all()
        return generations[-1].folder if generations else None

    def _next(self) -> tuple[int, Path]:
        """A number that no folder has, and a folder aside that no other process knows."""
        number = max([generation.number for generation in self.all()], default=0) + 1
        while (self.root / f"gen-{number:04d}").is_dir() and any((self.root / f"gen-{number:04d}").iterdir()):
            number += 1
        return number, self.root / f"gen-{number:04d}.{secrets.token_hex(4)}.tmp"

    def _sweep(self) -> None:
        """Remove what killed writers left."""
        for leftover in self.root.glob("gen-*.tmp"):
            remove_tree(leftover)
        for name in (POINTER, PARTIAL, HISTORY):
            for file in self.root.glob(f".{name}.*.tmp"):
                file.unlink(missing_ok=True)

    def _prune(self) -> None:
        """Keep the current generation, the one to go back to, and those that a reader holds open; trim the journal."""
        kept = {self.number(), getattr(self.before(), "number", 0)}
        for generation in self.all():
            if generation.number not in kept and not in_use(generation.folder):
                drop_store(generation.folder)
                remove_tree(generation.folder)
        journal = Journal(self.root)
        with suppress(VectorStoreError, OSError):
            if journal.path.exists():
                journal.trim(min(folded(generation.folder) for generation in self.all()))


def _index(aside: Path, rows: int, progress: Progress | None) -> str:
    """Build the index of ``aside`` in a child process; "" or what went wrong."""

    def tell(line: str) -> None:
        if progress and line.isdigit():
            progress("index", int(line), rows)

    return run_child("vectorstore.indexing.building", aside, timeout=SILENCE, on_line=tell)


def hold(folder: Path) -> FileLock | None:
    """A lease on a generation: while the returned lock lives, it is not pruned. None on a read-only disk."""
    for path in folder.glob("open-*.lock"):
        if _free(path):
            with suppress(OSError):
                path.unlink()
    lock = FileLock(folder / f"open-{os.getpid()}-{secrets.token_hex(4)}.lock", timeout=0)
    try:
        lock.acquire()
    except (OSError, Timeout):
        return None
    return lock


def in_use(folder: Path) -> bool:
    """Whether a living process holds ``folder``; the locks of dead ones are free."""
    return any(not _free(path) for path in folder.glob("open-*.lock"))


def _free(path: Path) -> bool:
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except (OSError, Timeout):
        return False
    lock.release()
    return True

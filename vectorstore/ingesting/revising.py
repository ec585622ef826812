"""Changing a catalogue without a file: rebuild, remove items, go back to the generation before, and forward again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vectorstore.base import Embedder
from vectorstore.catalog import schema_of
from vectorstore.errors import CatalogError, EmptyCatalog
from vectorstore.generations import Generation, Generations
from vectorstore.ingesting.comparing import difference, largest
from vectorstore.ingesting.origin import REBUILD, Origin, origin_of, remember, stamped
from vectorstore.ingesting.reports import Report
from vectorstore.ingesting.writing import Work, write
from vectorstore.live.applying import load_live
from vectorstore.reading.catalog_toml import column_of
from vectorstore.records import Progress, Records


def rebuild(catalog_root: Path, *, embedder: Embedder, progress: Progress | None = None) -> Report:
    """Write the current generation anew: a fresh index over the kept vectors; only foreign ones are embedded again.

    Raises `EmptyCatalog` when there is no generation, `RecordsFault` when its records are damaged.
    """
    generations = Generations(catalog_root)
    with generations.lock():
        old = load_live(generations.current())
        work = Work(old.items, old.passages, old.schema, old, command=REBUILD)
        return write(generations, work, embedder, Report(len(old.items), len(old.items)), progress)


def without(catalog_root: Path, ids: Sequence[str]) -> tuple[Work, Report]:
    """The catalogue without the items ``ids``: what `remove` would write. Writes nothing.

    Raises `CatalogError` for an unknown id and `EmptyCatalog` when nothing would be left.
    """
    old = load_live(Generations(catalog_root).current())
    known = {item.id for item in old.items}
    if unknown := [id for id in ids if id not in known]:
        raise CatalogError(
            f"{len(unknown)} ids are not in this catalogue: {', '.join(unknown[:5])}",
            hint="Nothing was removed. Give ids as the file has them.",
        )
    left = [item for item in old.items if item.id not in ids]
    if not left:
        raise EmptyCatalog(
            "no item would be left", hint="To remove the whole catalogue: shelftalk ingest delete --all."
        )
    items, schema = schema_of(left, tuple(map(column_of, old.schema.facets)))
    report = Report(len(ids), len(items), removed=len(known) - len(items), schema=schema)
    return Work(items, old.passages, schema, old, command="delete", source=", ".join(ids[:5])), report


def remove(catalog_root: Path, ids: Sequence[str], *, embedder: Embedder, progress: Progress | None = None) -> Report:
    """Take items out of the catalogue; `undo` brings them back. Raises like `without`, and what writing raises."""
    generations = Generations(catalog_root)
    with generations.lock():
        work, report = without(catalog_root, ids)
        return write(generations, work, embedder, report, progress)


def going_back(catalog_root: Path, *, forward: bool = False) -> tuple[Generation, Report]:
    """The generation that `undo` would return to, or `redo` with ``forward``, and what would change. Writes nothing.

    Raises `CatalogError` when there is none.
    """
    generations = Generations(catalog_root)
    here = load_live(generations.current())
    target = generations.after() if forward else generations.before()
    if target is None:
        raise CatalogError(
            f"there is nothing to {'redo' if forward else 'undo'} in {catalog_root}",
            hint="`shelftalk ingest list` shows what is kept: the current generation and the one before it.",
        )
    return target, _compared(here, load_live(target.folder))


def undo(catalog_root: Path, *, forward: bool = False) -> Report:
    """Put the generation before in place again, or with ``forward`` the one that was undone.

    Raises `CatalogError` when there is none, `RecordsFault` or `IndexFault` when it is damaged.
    """
    generations = Generations(catalog_root)
    with generations.lock():
        target, report = going_back(catalog_root, forward=forward)
        parent = generations.number()
        generations.point(target)
        born = origin_of(target.folder) or Origin(items=report.total)
        event = stamped(born, number=target.number, parent=parent)
        remember(catalog_root, replace(event, command="redo" if forward else "undo", source=""))
        return replace(report, generation=target)


def _compared(here: Records, there: Records) -> Report:
    before = {item.id: item for item in here.items}
    counts = difference(before, {item.id: item for item in there.items})
    passages = difference({one.id: one for one in here.passages}, {one.id: one for one in there.passages})
    note = "help: {} passages come, {} change, {} go".format(*passages) if any(passages) else ""
    return Report(
        len(there.items), len(there.items), *counts, schema=there.schema,
        largest=largest(before, there.items), notes=(note,) if note else (),
    )  # fmt: skip

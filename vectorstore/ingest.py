"""Files -> a new generation: read, keep what is known, embed what changed, build aside, swap.

Used by the command line. Prints nothing: ``progress`` hears how far it is, the `Report` tells what happened. A
catalogue has its own folder, ``catalog_root``, which also keeps its `catalog.toml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vectorstore.base import Embedder, Item, Passage, Schema
from vectorstore.catalog import Ingested, Problem, read_items
from vectorstore.catalog_toml import NAME, write_catalog_toml
from vectorstore.errors import EmptyCatalog, RecordsFault, WouldRemove
from vectorstore.generations import Generation, Generations
from vectorstore.help_center import read_help
from vectorstore.merging import difference, merge
from vectorstore.records import Progress, Records, embed_changed, load
from vectorstore.resuming import ResumingEmbedder

PARTIAL = "embedded.partial.npz"
LITTLE = 10
"""A catalogue of at most so many items may shrink without being asked about."""
_LOST = "the generation before was damaged and nothing of it was kept; ingest the help centre again"


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, or with ``check`` would do: rows read, and items or passages by what became of them.

    ``kept_values`` counts values of blank cells that stayed as they were; ``embedded`` the texts that had to be
    embedded; ``generation`` is None when nothing was written; ``catalog_toml`` is the file to correct.
    """

    read: int
    total: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    kept_values: int = 0
    embedded: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    schema: Schema = field(default_factory=Schema)
    generation: Generation | None = None
    catalog_toml: Path | None = None


def ingest_items(
    path: Path,
    *,
    catalog_root: Path,
    embedder: Embedder,
    strict: bool = False,
    progress: Progress | None = None,
    check: bool = False,
    confirmed: bool = False,
) -> Report:
    """Make the items of ``path`` the items of the catalogue; its help centre stays.

    Items that the file lacks are removed, blank cells keep what was known. ``strict`` refuses a file with any problem;
    ``check`` reads and compares, and writes nothing. Raises `WouldRemove` when more than half of the items would go
    and nobody ``confirmed`` it, and whatever reading, embedding and writing raise; the old generation then stays.
    """
    generations = Generations(catalog_root)
    found = read_items(path, strict=strict, overrides=_overrides(path, catalog_root))
    if check:
        return _compared(found, _old(generations))[1]
    with generations.lock():
        old = _old(generations)
        work, report = _compared(found, old)
        if old and not confirmed and len(old.items) > LITTLE and 2 * report.removed > len(old.items):
            raise WouldRemove(
                f"{path} lacks {report.removed} of the {len(old.items)} items that the catalogue has",
                hint="If it is the whole catalogue, say so with --yes; else give a file that holds all items.",
            )
        if old is None and generations.exists():
            report = replace(report, notes=(*report.notes, _LOST))
        report = _write(generations, work, embedder, report, progress)
        return replace(report, catalog_toml=_keep_toml(found, _overrides(path, catalog_root)))


def ingest_help(
    path: Path, *, catalog_root: Path, embedder: Embedder, progress: Progress | None = None, check: bool = False
) -> Report:
    """Make the Markdown pages under ``path`` the help centre of the catalogue; its items stay.

    Raises `HelpError` for a folder without pages, and `EmptyCatalog` before any items were ingested.
    """
    generations = Generations(catalog_root)
    passages = read_help(path)
    if check:
        return _help_report(passages, _old(generations))
    with generations.lock():
        old = _old(generations)
        if old is None:
            raise EmptyCatalog(
                f"the catalogue in {catalog_root} has no items yet", hint="First run `shelftalk ingest items FILE`."
            )
        work = _Work(old.items, passages, old.schema, old)
        return _write(generations, work, embedder, _help_report(passages, old), progress)


def rebuild(catalog_root: Path, *, embedder: Embedder, progress: Progress | None = None) -> Report:
    """Write the current generation anew: a fresh index over the kept vectors; only foreign ones are embedded again.

    Raises `EmptyCatalog` when there is no generation, `RecordsFault` when its records are damaged.
    """
    generations = Generations(catalog_root)
    with generations.lock():
        old = load(generations.current())
        work = _Work(old.items, old.passages, old.schema, old)
        return _write(generations, work, embedder, Report(len(old.items), len(old.items)), progress)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the next generation shall hold, and the current one, whose vectors are used again."""

    items: Sequence[Item]
    passages: Sequence[Passage]
    schema: Schema
    old: Records | None


def _write(
    generations: Generations, work: _Work, embedder: Embedder, report: Report, progress: Progress | None
) -> Report:
    """Embed what is not known and put the new generation in place; the catalogue must be locked."""
    resuming = ResumingEmbedder(embedder, generations.root / PARTIAL)
    records = embed_changed(
        work.old, items=work.items, passages=work.passages, schema=work.schema, embedder=resuming, progress=progress
    )
    known = work.old.known().rows if work.old and work.old.embedder_name == embedder.name else {}
    embedded = len({*records.item_hashes, *records.passage_hashes} - known.keys())
    generation = generations.build(generations.root.name, records, progress)
    resuming.forget()
    return replace(report, embedded=embedded, schema=work.schema, generation=generation)


def _old(generations: Generations) -> Records | None:
    """The current generation; None when there is none, or when it is damaged and only a new ingest helps."""
    if not generations.exists():
        return None
    try:
        return load(generations.current())
    except RecordsFault:
        return None


def _compared(found: Ingested, old: Records | None) -> tuple[_Work, Report]:
    """What the file makes of the catalogue."""
    merged = merge(old.items if old else (), old.schema if old else Schema(), found)
    before = {item.id: item for item in old.items} if old else {}
    added, changed, removed = difference(before, {item.id: item for item in merged.items})
    report = Report(
        found.read, len(merged.items), added, changed, removed, merged.kept,
        problems=found.problems, notes=found.notes, schema=merged.schema,
    )  # fmt: skip
    return _Work(merged.items, old.passages if old else (), merged.schema, old), report


def _help_report(passages: Sequence[Passage], old: Records | None) -> Report:
    before = {passage.id: passage for passage in old.passages} if old else {}
    counts = difference(before, {passage.id: passage for passage in passages})
    return Report(len(passages), len(passages), *counts)


def _overrides(path: Path, catalog_root: Path) -> Path:
    """The `catalog.toml` to obey: one beside the file, else the catalogue's own."""
    beside = (path if path.is_dir() else path.parent) / NAME
    return beside if beside.is_file() else catalog_root / NAME


def _keep_toml(found: Ingested, path: Path) -> Path:
    """Write what was inferred for the operator to correct, unless there is such a file already."""
    if not path.is_file():
        write_catalog_toml(found.schema, path, plan=found.plan)
    return path

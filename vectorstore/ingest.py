"""Files -> a new generation: read and compare, then keep what is known, embed what changed, build aside, swap.

Used by the command line. Prints nothing: ``progress`` hears how far it is, the `Report` tells what happened. A
catalogue has its own folder, ``catalog_root``, which also keeps its `catalog.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from vectorstore.base import Embedder, Item, Schema
from vectorstore.catalog import Ingested, read_items
from vectorstore.errors import StorageError
from vectorstore.files import check_ordinary
from vectorstore.generations import Generations, Stamp
from vectorstore.ingesting.comparing import alike, blanked, difference, largest
from vectorstore.ingesting.fingerprint import fingerprint, is_remembered, remember
from vectorstore.ingesting.merging import Merged, merge
from vectorstore.ingesting.reports import Consent, Report
from vectorstore.ingesting.reviewing import columns
from vectorstore.ingesting.revising import rebuild
from vectorstore.ingesting.writing import Work, current, is_current, is_same, write
from vectorstore.reading.catalog_toml import NAME, write_catalog_toml
from vectorstore.reading.rejected import write_rejected
from vectorstore.records import Progress

__all__ = ["Planned", "ingest_items", "plan_items", "rebuild", "rejected_path", "unchanged", "write_items"]

_LOST = "the generation before was damaged and nothing of it was kept; ingest the help centre again"


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that was read and compared with the catalogue as it was at ``stamp``; nothing is written yet.

    ``how`` it was read goes into its fingerprint.
    """

    path: Path
    found: Ingested
    generations: Generations
    stamp: Stamp
    work: Work
    report: Report
    keep: bool = False
    how: str = ""


def unchanged(path: Path, *, catalog_root: Path, embedder: Embedder, strict: bool = False, keep: bool = False) -> bool:
    """Whether the current generation was made of just this file by ``embedder``: told by hashes, read in a moment."""
    generations = Generations(catalog_root)
    if not generations.exists():
        return False
    digest = fingerprint(path, _overrides(path, catalog_root), how=_how(strict=strict, keep=keep))
    return is_remembered(catalog_root, generations.number(), digest) and is_current(generations, embedder)


def plan_items(path: Path, *, catalog_root: Path, strict: bool = False, keep: bool = False) -> Planned:
    """Read ``path`` and compare it with the catalogue. Writes nothing, takes no lock.

    ``strict`` refuses a file with any problem; with ``keep`` items that the file lacks stay. Raises what reading
    raises.
    """
    check_ordinary(path)
    found = read_items(path, strict=strict, overrides=_overrides(path, catalog_root))
    planned = _compared(path, found, Generations(catalog_root), keep=keep)
    return replace(planned, how=_how(strict=strict, keep=keep))


def write_items(
    planned: Planned, *, embedder: Embedder, consent: Consent | None = None, progress: Progress | None = None
) -> Report:
    """Make what was planned the items of the catalogue; its help centre stays.

    When another ingest came between, it is compared again. Where nothing changed, nothing is written. Raises
    `WouldRemove` when items would go without ``consent``, and whatever embedding and writing raise; the old generation
    then stays.
    """
    generations = planned.generations
    with generations.lock():
        if generations.changed(planned.stamp):
            compared = _compared(planned.path, planned.found, generations, keep=planned.keep)
            planned = replace(compared, how=planned.how)
        (consent or Consent()).check(planned.report)
        report = planned.report
        if is_same(generations, planned.work, embedder):
            report = replace(report, same=True)
        else:
            report = write(generations, planned.work, embedder, report, progress)
        report = _keep_files(planned, report)
        corrections = _overrides(planned.path, generations.root)
        remember(generations.root, generations.number(), fingerprint(planned.path, corrections, how=planned.how))
        return report


def ingest_items(
    path: Path,
    *,
    catalog_root: Path,
    embedder: Embedder,
    strict: bool = False,
    consent: Consent | None = None,
    progress: Progress | None = None,
) -> Report:
    """Make the items of ``path`` the items of the catalogue: `plan_items`, then `write_items`.

    Items that the file lacks are removed with ``consent``; blank cells keep what was known.
    """
    planned = plan_items(path, catalog_root=catalog_root, strict=strict)
    return write_items(planned, embedder=embedder, consent=consent, progress=progress)


def _compared(path: Path, found: Ingested, generations: Generations, *, keep: bool) -> Planned:
    """What the file makes of the catalogue."""
    stamp = generations.stamp()
    old = current(generations)
    merged = merge(old.items if old else (), old.schema if old else Schema(), found, keep=keep)
    report = _report(found, merged, {item.id: item for item in old.items} if old else {})
    if old is None and generations.exists():
        report = replace(report, notes=(*report.notes, _LOST))
    work = Work(merged.items, old.passages if old else (), merged.schema, old, command="items", source=str(path))
    return Planned(path, found, generations, stamp, work, report, keep)


def _report(found: Ingested, merged: Merged, before: dict[str, Item]) -> Report:
    counts = difference(before, {item.id: item for item in merged.items})
    return Report(
        found.read, len(merged.items), *counts, merged.kept,
        rejected=len(found.rejected), problems=found.problems, notes=found.notes, schema=merged.schema,
        columns=columns(found.plan, merged.items, merged.schema), largest=largest(before, merged.items),
        alike=alike(merged.items), blank=blanked(before, found.items),
    )  # fmt: skip


def _how(*, strict: bool, keep: bool) -> str:
    return f"strict={strict} keep={keep}"


def _overrides(path: Path, catalog_root: Path) -> Path:
    """The `catalog.toml` to obey: one beside the file, else the catalogue's own."""
    beside = (path if path.is_dir() else path.parent) / NAME
    return beside if beside.is_file() else catalog_root / NAME


def _keep_files(planned: Planned, report: Report) -> Report:
    """Write what was inferred for the operator to correct, unless there is such a file, and the rejected rows."""
    root, found = planned.generations.root, planned.found
    toml = _overrides(planned.path, root)
    if not toml.is_file():
        write_catalog_toml(found.schema, toml, plan=found.plan)
    return replace(report, catalog_toml=toml, rejected_file=_keep_rejected(planned.path, found, root))


def rejected_path(path: Path) -> Path:
    """Where the rejected rows of ``path`` go: beside it, as `goods.rejected.csv` or `goods.rejected.jsonl`."""
    stem = path.name if path.is_dir() else path.name.removesuffix(".gz").partition(".")[0]
    table = not path.is_dir() and path.name.removesuffix(".gz").lower().endswith((".csv", ".tsv"))
    return path.parent / f"{stem}.rejected.{'csv' if table else 'jsonl'}"


def _keep_rejected(path: Path, found: Ingested, root: Path) -> Path | None:
    """Save the rejected rows, in the catalogue's folder where the one of the file cannot be written."""
    if not found.rejected:
        return None
    place = rejected_path(path.absolute())
    try:
        write_rejected(found, place)
    except StorageError:
        place = root / place.name
        write_rejected(found, place)
    return place

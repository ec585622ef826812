"""What stands beside the items of a catalogue: help pages, past answers, interactions. Read, compare, write.

Pages and answers are passages of one kind to whoever searches; each is brought by itself and leaves the other alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vectorstore.base import Embedder, Passage, Schema
from vectorstore.cooccurrence import NAME, Together, count_together, together_in
from vectorstore.errors import EmptyCatalog
from vectorstore.files import check_ordinary
from vectorstore.generations import Generations, Stamp
from vectorstore.help_center import HelpRead, read_pages
from vectorstore.ingesting.comparing import difference
from vectorstore.ingesting.reports import Report
from vectorstore.ingesting.writing import Work, current, is_same, write
from vectorstore.reading.answers import PAGE, read_answers
from vectorstore.reading.interactions import Interactions, read_interactions
from vectorstore.records import Progress, Records

REFUSALS = frozenset(
    ("dislike", "disliked", "return", "returned", "refund", "refunded", "remove", "removed", "remove_from_cart", "skip")
)
"""Kinds of interaction that say no."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What was read, compared with the catalogue as it was at ``stamp``; nothing is written yet."""

    path: Path
    read: HelpRead | Interactions
    command: str
    generations: Generations
    stamp: Stamp
    work: Work | None
    report: Report


def plan_help(path: Path, *, catalog_root: Path) -> Planned:
    """Read the help pages under ``path``. Writes nothing. Raises `HelpError` for a folder without pages."""
    check_ordinary(path)
    read = read_pages(path)
    read = replace(read, passages=tuple(map(_renamed, read.passages)))
    return _compared(path, read, "help", Generations(catalog_root))


def plan_answers(path: Path, *, catalog_root: Path) -> Planned:
    """Read pairs of question and answer. Writes nothing. Raises `HelpError` for a file without them."""
    check_ordinary(path)
    return _compared(path, read_answers(path), "answers", Generations(catalog_root))


def plan_interactions(path: Path, *, catalog_root: Path) -> Planned:
    """Read who took what, and count what was taken together. Writes nothing. Raises `CatalogError`."""
    check_ordinary(path)
    return _counted(path, read_interactions(path), Generations(catalog_root))


def write_beside(planned: Planned, *, embedder: Embedder, progress: Progress | None = None) -> Report:
    """Write what was planned; where nothing changed, nothing is written.

    Pages and answers may be all that a catalogue has. Raises `EmptyCatalog` for interactions before any items were
    ingested, and whatever embedding and writing raise; the old generation then stays.
    """
    generations = planned.generations
    with generations.lock():
        if generations.changed(planned.stamp):
            planned = _again(planned)
        if planned.work is None:
            what = "are damaged" if generations.exists() else "are not there yet"
            raise EmptyCatalog(
                f"the items in {generations.root} {what}", hint="First run `shelftalk ingest items FILE`."
            )
        if is_same(generations, planned.work, embedder):
            return replace(planned.report, same=True)
        return write(generations, planned.work, embedder, planned.report, progress)


def ingest_help(path: Path, *, catalog_root: Path, embedder: Embedder, progress: Progress | None = None) -> Report:
    """Make the pages under ``path`` the help centre of the catalogue: `plan_help`, then `write_beside`."""
    return write_beside(plan_help(path, catalog_root=catalog_root), embedder=embedder, progress=progress)


def _again(planned: Planned) -> Planned:
    if isinstance(planned.read, Interactions):
        return _counted(planned.path, planned.read, planned.generations)
    return _compared(planned.path, planned.read, planned.command, planned.generations)


def _compared(path: Path, read: HelpRead, command: str, generations: Generations) -> Planned:
    stamp = generations.stamp()
    old = current(generations)
    mine = [one for one in old.passages if _is_answer(one) == (command == "answers")] if old else []
    others = [one for one in old.passages if _is_answer(one) != (command == "answers")] if old else []
    counts = difference({one.id: one for one in mine}, {one.id: one for one in read.passages})
    total = len(read.passages)
    report = Report(read.read, total, *counts, rejected=len(read.rejected), problems=read.problems, notes=read.notes)
    passages = [*others, *read.passages] if command == "answers" else [*read.passages, *others]
    work = _work(old, passages, command, path)
    if old is None and not generations.exists():
        work = Work((), tuple(passages), Schema(), None, command=command, source=str(path))
    return Planned(path, read, command, generations, stamp, work, report)


def _counted(path: Path, read: Interactions, generations: Generations) -> Planned:
    stamp = generations.stamp()
    old = current(generations)
    together, told = _together(read)
    ids = {item.id for item in old.items} if old else set[str]()
    unknown = [id for id in together.ids if id not in ids] if old else []
    if unknown:
        told = (*told, f"{len(unknown)} of the {len(together.ids)} items are not in the catalogue, as {unknown[0]!r}")
    paired = sum(bool(together.near(id, 1)) for id in together.ids)
    report = Report(len(read) + read.left_out, paired, problems=read.problems, notes=(*read.notes, *told))
    known, data = together_in(generations.current()) if old else None, together.to_bytes()
    extras = {} if known and known.to_bytes() == data else {NAME: data}
    work = _work(old, old.passages if old else (), "interactions", path)
    return Planned(
        path, read, "interactions", generations, stamp, replace(work, extras=extras) if work else None, report
    )


def _together(read: Interactions) -> tuple[Together, tuple[str, ...]]:
    """What was taken together, by those who liked it; notes on what does not count."""
    liked = ~np.isin(read.kind, [code for code, kind in enumerate(read.kinds) if kind.casefold() in REFUSALS])
    rated = read.rating[np.isfinite(read.rating)]
    middle = (rated.min() + rated.max()) / 2 if len(rated) else 0.0
    liked &= ~(read.rating < middle)
    order = np.argsort(np.nan_to_num(read.time, nan=-np.inf), kind="stable")
    order = order[liked[order]]
    together = count_together(read.visitor[order], read.item[order], ids=read.items)
    lost = len(read) - len(order)
    low = f" below {middle:g}" if len(rated) else ""
    return together, ((f"{lost} refusals and ratings{low} do not count as taken",) if lost else ())


def _work(old: Records | None, passages: Sequence[Passage], command: str, path: Path) -> Work | None:
    if old is None:
        return None
    return Work(old.items, tuple(passages), old.schema, old, command=command, source=str(path))


def _is_answer(passage: Passage) -> bool:
    return passage.page == PAGE


def _renamed(passage: Passage) -> Passage:
    """A page that has the name of the answers gets another one."""
    if not _is_answer(passage):
        return passage
    page = f"{PAGE}-page"
    return replace(passage, page=page, id=page + passage.id.removeprefix(PAGE))

"""Bringing items from the command line: a report first, a question where a person can answer, bars, a summary after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bot.engines import choose
from bot.settings import Settings
from bot.terminal.console import Bars, can_ask, emit, err, out, stoppable
from bot.terminal.places import root_of
from bot.terminal.reviewing import describe, plain, show_samples
from vectorstore.base import Embedder
from vectorstore.generations import Generations
from vectorstore.ingest import Planned, plan_items, rejected_path, unchanged, write_items
from vectorstore.ingesting import sampling
from vectorstore.ingesting.origin import origin_of
from vectorstore.ingesting.reports import Consent, Report, is_many
from vectorstore.ingesting.sampling import Sample
from vectorstore.live.applying import load_live

STOPPED = "The catalogue is as it was. Run the same command again to go on: what was embedded so far is kept."


@dataclass(frozen=True, slots=True)
class Source:
    """What is brought: a file or folder, to which catalogue, and how it is read."""

    path: Path
    catalog: str
    strict: bool = False
    keep: bool = False


def items(settings: Settings, source: Source, *, check: bool, consent: Consent, json: bool) -> None:
    """Report what the file would do, ask where a person can answer, then do it."""
    root = root_of(settings, source.catalog)
    how: dict[str, Any] = {"catalog_root": root, "strict": source.strict, "keep": source.keep}
    with stoppable("Nothing was written."):
        there = Generations(root)
        if not check and there.exists() and unchanged(source.path, embedder=choose.embedder(settings), **how):
            return _nothing(there, json=json)
        with err.status("reading"):
            planned = plan_items(source.path, **how)
        if not json:
            describe(planned.report, source.catalog)
            _say_rejected(planned)
        if check:
            return _checked(settings, planned, json=json)
        consent = _agreed(planned.report, consent)
    with stoppable(STOPPED):
        embedder = choose.embedder(settings)
        before = _samples(planned, embedder)
        with Bars() as bars:
            report = write_items(planned, embedder=embedder, consent=consent, progress=bars)
        _finish(report, before, embedder, json=json)


def _nothing(generations: Generations, *, json: bool) -> None:
    """The end of a run whose file is the one that was brought before."""
    born = origin_of(generations.current())
    total = born.items if born else 0
    if json:
        return emit(plain(Report(total, total, same=True)))
    out.print(f"nothing changed, nothing was written: {generations.current().name} was made of this file", markup=False)


def agree(question: str, *, yes: bool) -> None:
    """Ask where a person can answer; ends the command when the answer is no."""
    if not yes and can_ask() and not typer.confirm(question, default=True, err=True):
        err.print("nothing was written")
        raise typer.Exit(1)


def type_number(lost: int, what: str = "items") -> None:
    """Let the person type how many go; ends the command when it is another number."""
    typed = typer.prompt(f"{lost} {what} would go; type that number to go on", err=True)
    if str(typed).strip() != str(lost):
        err.print("that is another number; nothing was written")
        raise typer.Exit(1)


def _agreed(report: Report, consent: Consent) -> Consent:
    """What the person agrees to; without a terminal, what the command said."""
    if not can_ask() or consent.removing is not None:
        return consent
    if is_many(report):
        type_number(report.removed)
        return Consent(yes=True, removing=report.removed)
    agree("Write this?", yes=consent.yes)
    return Consent(yes=True)


def _checked(settings: Settings, planned: Planned, *, json: bool) -> None:
    """The end of a check: what some searches find now, where there is an index."""
    samples = _samples(planned, choose.embedder(settings)) if planned.work.old else ()
    if json:
        return emit(plain(planned.report, samples=samples))
    show_samples(samples)
    out.print("\nchecked, nothing was written")


def _samples(planned: Planned, embedder: Embedder) -> tuple[Sample, ...]:
    if planned.work.old is None:
        return ()
    asked = sampling.queries(planned.work.items, planned.work.schema)
    return sampling.search(planned.work.old, asked, embedder)


def _finish(report: Report, before: Sequence[Sample], embedder: Embedder, *, json: bool) -> None:
    """The outcome, for a person or a program."""
    if json:
        return emit(plain(report))
    if report.generation is None:
        out.print("nothing changed, nothing was written")
    else:
        if before:
            asked = [sample.query for sample in before]
            show_samples(before, sampling.search(load_live(report.generation.folder), asked, embedder))
        out.print(f"{report.total} items in {report.generation.folder.name}, {report.embedded} texts embedded")
        out.print("`shelftalk ingest undo` goes back", markup=False) if report.before else None
    if report.rejected_file:
        how = f"correct them, then `shelftalk ingest items {report.rejected_file} --keep`"
        out.print(f"{report.rejected} rejected rows, each with its error, are saved; {how}", markup=False)
    if report.catalog_toml:
        out.print(f"correct what was inferred in {report.catalog_toml}, then ingest again", markup=False)


def _say_rejected(planned: Planned) -> None:
    if planned.report.rejected:
        place = rejected_path(planned.path)
        out.print(f"\n{planned.report.rejected} rejected rows will be saved in {place}, to be corrected", markup=False)

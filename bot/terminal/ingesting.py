"""Bringing and checking catalogues from the command line: a report first, bars while it works, a summary after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from bot.engines import choose
from bot.errors import UnknownCatalog
from bot.settings import Settings
from bot.terminal.console import SHOWN_PROBLEMS, Bars, emit, err, out
from vectorstore import ingest
from vectorstore.base import Facet
from vectorstore.generations import Generations
from vectorstore.ingest import Report
from vectorstore.proof import prove


def items(settings: Settings, path: Path, *, catalog: str, check: bool, strict: bool, yes: bool, json: bool) -> None:
    """Report what the file would do, ask where a person can answer, then do it."""
    embedder, root = choose.embedder(settings), _root(settings, catalog)

    def run(**how: Any) -> Report:
        return ingest.ingest_items(path, catalog_root=root, embedder=embedder, strict=strict, **how)

    planned = run(check=True)
    if not json:
        _describe(planned, catalog)
    if check:
        return _finish(planned, json=json)
    if not yes and err.is_terminal and not _agreed(planned):
        raise typer.Exit(1)
    with Bars() as bars:
        done = run(progress=bars, confirmed=yes or err.is_terminal)
    _finish(done, json=json)


def help_pages(settings: Settings, folder: Path, *, catalog: str, check: bool, json: bool) -> None:
    """Bring the pages of a help centre to a catalogue that has items."""
    embedder = choose.embedder(settings)
    with Bars() as bars:
        report = ingest.ingest_help(
            folder, catalog_root=_root(settings, catalog), embedder=embedder, progress=bars, check=check
        )
    _finish(report, json=json, noun="passages")


def check(settings: Settings, *, catalog: str | None, json: bool) -> None:
    """Open and search each index in a process of its own; exit code 1 when one is damaged."""
    faults = {name: prove(Generations(_root(settings, name)).current()) for name in _names(settings, catalog)}
    if json:
        emit([{"catalog": name, "ok": not fault, "fault": fault} for name, fault in faults.items()])
    for name, fault in faults.items() if not json else ():
        remedy = f"\n     to do: shelftalk index rebuild --catalog {name}"
        out.print(f"[red]fail[/] {name}: {escape(fault)}{remedy}" if fault else f"[green]ok[/]   {name}")
    if any(faults.values()):
        raise typer.Exit(1)


def rebuild(settings: Settings, *, catalog: str | None) -> None:
    """Build each index anew from its canonical records; vectors of another embedder are made again."""
    embedder = choose.embedder(settings)
    for name in _names(settings, catalog):
        with Bars() as bars:
            report = ingest.rebuild(_root(settings, name), embedder=embedder, progress=bars)
        assert report.generation is not None
        out.print(f"{name}: {report.generation.folder.name} is in place, {report.embedded} texts embedded")


def _root(settings: Settings, catalog: str) -> Path:
    """Where a catalogue lives."""
    return settings.data_dir / "catalogs" / catalog


def _names(settings: Settings, catalog: str | None) -> Iterable[str]:
    """The catalogues that have a generation; the named one alone when it has."""
    root = settings.data_dir / "catalogs"
    there = sorted(path.name for path in root.glob("*") if Generations(path).exists())
    if catalog is not None and catalog not in there:
        known = ", ".join(there) or "none yet"
        raise UnknownCatalog(f"no catalogue is called {catalog!r}", hint=f"catalogues here: {known}")
    if not there:
        raise UnknownCatalog("there is no catalogue yet", hint="bring one: shelftalk ingest items FILE --catalog NAME")
    return [catalog] if catalog else there


def _describe(report: Report, catalog: str) -> None:
    """Counts, problems grouped, and what visitors will be able to ask for."""
    counts = f"{report.added} new, {report.changed} changed, {report.removed} removed"
    out.print(f"[bold]{escape(catalog)}[/]: {report.read} rows read, {report.total} items: {counts}")
    for problem in report.problems[:SHOWN_PROBLEMS]:
        out.print(f"  [yellow]{escape(str(problem))}[/]")
    if len(report.problems) > SHOWN_PROBLEMS:
        out.print(f"  [yellow]... and {len(report.problems) - SHOWN_PROBLEMS} more problems[/]")
    for note in report.notes:
        out.print(f"  {note}", markup=False)
    for facet in report.schema.facets:
        out.print(f"  {facet.name:<14} {facet.type:<9} {facet.filled:>4.0%}  {_sample(facet)}", markup=False)


def _sample(facet: Facet) -> str:
    """What the column holds, in one line."""
    if facet.values:
        return ", ".join(value for value, _ in facet.values[:5])
    return f"{facet.low:g} to {facet.high:g} {facet.unit}".strip() if facet.low is not None else ""


def _agreed(report: Report) -> bool:
    """Ask the person at the terminal; what would lose much wants more than a key."""
    if report.removed * 5 > max(report.total, 1):
        return str(typer.prompt(f"{report.removed} items would go; type that number to go on")) == str(report.removed)
    return typer.confirm("Write this?", default=True)


def _finish(report: Report, *, json: bool, noun: str = "items") -> None:
    """The outcome, for a person or a program."""
    if json:
        emit(_plain(report))
    elif report.generation is None:
        out.print("checked, nothing was written")
    else:
        out.print(f"{report.total} {noun} in {report.generation.folder.name}, {report.embedded} texts embedded")
        if report.catalog_toml:
            out.print(f"correct what was inferred in {report.catalog_toml}, then ingest again")


def _plain(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    names = ("read", "total", "added", "changed", "removed", "kept_values", "embedded", "notes")
    facets = [{"name": f.name, "type": f.type, "unit": f.unit, "filled": f.filled} for f in report.schema.facets]
    counts = {name: getattr(report, name) for name in names}
    problems = [asdict(problem) for problem in report.problems]
    written = report.generation.folder.name if report.generation else None
    return {**counts, "problems": problems, "facets": facets, "generation": written}

"""Checking and rebuilding indexes from the command line."""

from __future__ import annotations

import typer
from rich.markup import escape

from bot.engines import choose
from bot.settings import Settings
from bot.terminal.console import Bars, emit, out, stoppable
from bot.terminal.ingesting import STOPPED
from bot.terminal.places import names, root_of
from vectorstore.generations import Generations
from vectorstore.indexing.proof import prove
from vectorstore.ingesting.revising import rebuild as anew


def check(settings: Settings, *, catalog: str | None, json: bool) -> None:
    """Open and search each index in a process of its own; exit code 1 when one is damaged."""
    faults = {name: prove(Generations(root_of(settings, name)).current()) for name in names(settings, catalog)}
    if json:
        emit([{"catalog": name, "ok": not fault, "fault": fault} for name, fault in faults.items()])
    for name, fault in faults.items() if not json else ():
        remedy = f"\n     to do: shelftalk index rebuild --catalog {name}"
        out.print(f"[red]fail[/] {name}: {escape(fault)}{remedy}" if fault else f"[green]ok[/]   {name}")
    if any(faults.values()):
        raise typer.Exit(1)


def rebuild(settings: Settings, *, catalog: str | None) -> None:
    """Build each index anew from its canonical records; vectors of another embedder are made again."""
    there = names(settings, catalog)
    embedder = choose.embedder(settings)
    for name in there:
        with stoppable(STOPPED), Bars() as bars:
            report = anew(root_of(settings, name), embedder=embedder, progress=bars)
        assert report.generation is not None
        out.print(f"{name}: {report.generation.folder.name} is in place, {report.embedded} texts embedded")

"""Going back and forth, removing, and the history of a catalogue from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from bot.engines import choose
from bot.errors import InvalidRequest
from bot.settings import Settings
from bot.terminal.console import Bars, can_ask, emit, out, stoppable
from bot.terminal.ingesting import STOPPED, agree, type_number
from bot.terminal.places import names, only, root_of
from bot.terminal.reviewing import plain
from vectorstore.generations import Generations, in_use
from vectorstore.ingesting import revising
from vectorstore.ingesting.origin import Origin, history
from vectorstore.ingesting.reports import Consent, Report, is_many


def undo(settings: Settings, *, catalog: str | None, forward: bool, yes: bool, json: bool) -> None:
    """Say what going back (or forward) would change, ask, do it."""
    root = root_of(settings, only(settings, catalog))
    target, report = revising.going_back(root, forward=forward)
    if not json:
        out.print(f"{root.name}: back to {target.folder.name}" if not forward else f"{root.name}: {target.folder.name}")
        _say(report)
    agree("Do this?", yes=yes)
    report = revising.undo(root, forward=forward)
    if json:
        return emit(plain(report))
    other = "undo" if forward else "redo"
    out.print(f"{target.folder.name} is in place; `shelftalk ingest {other}` takes this back", markup=False)


def delete(settings: Settings, ids: Sequence[str], *, catalog: str | None, consent: Consent, json: bool) -> None:
    """Remove items by id; `undo` brings them back."""
    root = root_of(settings, only(settings, catalog))
    ids = list(dict.fromkeys(ids))
    _, report = revising.without(root, ids)
    if not json:
        _say(report)
    if not can_ask():
        consent.check(report, otherwise="give fewer ids")
    elif is_many(report) and consent.removing is None:
        type_number(report.removed)
    else:
        agree(f"Remove {report.removed} items?", yes=consent.yes or consent.removing is not None)
    with stoppable(STOPPED), Bars() as bars:
        report = revising.remove(root, ids, embedder=choose.embedder(settings), progress=bars)
    if json:
        return emit(plain(report))
    assert report.generation is not None
    out.print(f"{report.removed} items are gone, {report.total} are in {report.generation.folder.name}")
    out.print("`shelftalk ingest undo` brings them back", markup=False)


def delete_all(settings: Settings, *, catalog: str | None, yes: bool) -> None:
    """Remove a whole catalogue: its name has to be given, and typed again where a person can."""
    if not catalog:
        raise InvalidRequest("--all needs the catalogue's name", hint="name it with --catalog NAME")
    name = only(settings, catalog)
    generations = Generations(root_of(settings, name))
    if any(in_use(generation.folder) for generation in generations.all()):
        raise InvalidRequest(
            f"{name} is open in another process", hint="stop the server that serves it, then run the command again"
        )
    if not yes:
        if not can_ask():
            raise InvalidRequest(
                f"{name} would be removed with its help centre and history of generations", hint="say so with --yes"
            )
        if typer.prompt(f"{name} would go for good; type its name to go on", err=True).strip() != name:
            raise typer.Exit(1)
    generations.remove()
    out.print(f"{name} is removed; its catalog.toml stays in {generations.root}", markup=False)


def listing(settings: Settings, *, catalog: str | None, json: bool) -> None:
    """The history of each catalogue, newest last; what is current and what is kept is marked."""
    found = {name: _events(settings, name) for name in names(settings, catalog)}
    if json:
        return emit([{"catalog": name, **row} for name, rows in found.items() for row in rows])
    for name, rows in found.items():
        table = Table("", "generation", "when (UTC)", "by", "source", "items", "help", "new/changed/gone", "embedder",
                      title=name, title_justify="left", box=SIMPLE_HEAD)  # fmt: skip
        for row in rows:
            counts = f"{row['added']}/{row['changed']}/{row['removed']}"
            mark = "current" if row["current"] else "kept" if row["kept"] else ""
            cells = (mark, f"gen-{row['number']:04d}", row["when"], row["command"], row["source"], row["items"])
            table.add_row(*(str(cell) for cell in (*cells, row["passages"], counts, row["embedder"])))
        out.print(table)


def _events(settings: Settings, name: str) -> list[dict[str, Any]]:
    generations = Generations(root_of(settings, name))
    there, current = {one.number for one in generations.all()}, generations.number()
    told = history(generations.root)
    unknown = [Origin(number=number) for number in sorted(there - {event.number for event in told})]
    last = {event.number: place for place, event in enumerate([*unknown, *told])}
    return [
        asdict(event)
        | {"kept": event.number in there, "current": event.number == current and last[event.number] == place}
        for place, event in enumerate([*unknown, *told])
    ]


def _say(report: Report) -> None:
    """What would change."""
    out.print(f"  {report.added} items come, {report.changed} change, {report.removed} go; {report.total} in all")
    for line in (*report.notes, *report.largest[:10]):
        out.print(f"  {line}", markup=False)

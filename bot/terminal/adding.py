"""Bringing what stands beside the items: help pages, past answers, interactions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot.engines import choose
from bot.settings import Settings
from bot.terminal.console import Bars, emit, out, stoppable
from bot.terminal.ingesting import STOPPED, agree
from bot.terminal.places import root_of
from bot.terminal.reviewing import describe_help, plain
from vectorstore.ingesting import beside
from vectorstore.ingesting.beside import Planned
from vectorstore.ingesting.reports import Report

Plan = Callable[..., Planned]


_READ = {
    "help": ("page of help", "passages: "),
    "answers": ("answer", "passages: "),
    "interactions": ("interaction", ""),
}
"""What is read, and what it becomes."""


def bring(settings: Settings, path: Path, *, kind: str, catalog: str, check: bool, yes: bool, json: bool) -> None:
    """Bring ``kind`` (help, answers or interactions) to a catalogue that has items: report, ask, write."""
    plan: Plan = {"help": beside.plan_help, "answers": beside.plan_answers, "interactions": beside.plan_interactions}[
        kind
    ]
    with stoppable("Nothing was written."):
        planned = partial(plan, path, catalog_root=root_of(settings, catalog))()
        if not json:
            describe_help(planned.report, catalog, *_READ[kind])
        if check:
            return _finish(planned.report, kind, json=json, checked=True)
        agree("Write this?", yes=yes)
    with stoppable(STOPPED), Bars() as bars:
        report = beside.write_beside(planned, embedder=choose.embedder(settings), progress=bars)
    _finish(report, kind, json=json)


def _finish(report: Report, kind: str, *, json: bool, checked: bool = False) -> None:
    """The outcome, for a person or a program."""
    if json:
        emit(plain(report))
    elif report.generation is None:
        out.print("checked, nothing was written" if checked else "nothing changed, nothing was written")
    else:
        noun = "items with neighbours" if kind == "interactions" else "passages"
        out.print(f"{report.total} {noun} in {report.generation.folder.name}, {report.embedded} texts embedded")

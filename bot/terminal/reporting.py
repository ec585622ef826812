"""A report on the screen: a table for people, one JSON object for programs."""

from __future__ import annotations

from bot.evaluation.report import Report
from bot.terminal.console import emit, out


def show(report: Report, *, json: bool) -> None:
    """Print it."""
    if json:
        emit(report.to_json())
    else:
        out.print(report.table(), markup=False)

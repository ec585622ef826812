"""The report of an ingest on the screen and as JSON: columns, counts, changes, problems, what visitors can ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from bot.terminal.console import SHOWN_PROBLEMS, out
from vectorstore.ingesting.reports import Report
from vectorstore.ingesting.reviewing import ColumnView
from vectorstore.ingesting.sampling import Sample
from vectorstore.reading.grouping import grouped

SHOWN_ALIKE = 5


def describe(report: Report, catalog: str) -> None:
    """Everything a person needs in order to decide."""
    for note in report.notes:
        out.print(f"  {note}", markup=False)
    _columns(report)
    out.print(f"[bold]{escape(catalog)}[/]: {report.read} rows read, {report.total} items: {_counts(report)}")
    if report.kept_values:
        blanks = ", ".join(f"{name} {count}" for name, count in report.blank.items())
        out.print(f"  {report.kept_values} blank cells keep what was known ({blanks})", markup=False)
    _problems(report)
    _list("largest changes", report.largest)
    groups = [", ".join(ids[:4]) + (" ..." if len(ids) > 4 else "") for ids in report.alike]
    _list("alike but for their id", groups, most=SHOWN_ALIKE)
    _asked(report)


def describe_help(report: Report, catalog: str, noun: str, made: str = "") -> None:
    """The same for pages, answers and interactions, one ``noun`` each; ``made`` is what the counts are of."""
    for note in report.notes:
        out.print(f"  {note}", markup=False)
    out.print(
        f"[bold]{escape(catalog)}[/]: {report.read:,} {noun}{'s' * (report.read != 1)} read; {made}{_counts(report)}"
    )
    _problems(report)


def show_samples(before: Sequence[Sample], after: Sequence[Sample] = ()) -> None:
    """What five searches find, and where ``after`` is given, what they find now."""
    if not before:
        return
    out.print("\nsample searches" + (", before and after" if after else ", as it is now"))
    now = {sample.query: sample.titles for sample in after}
    for sample in before:
        out.print(f"  {sample.query!r}: {', '.join(sample.titles)}", markup=False)
        if after and now.get(sample.query) != sample.titles:
            out.print(f"    now: {', '.join(now.get(sample.query, ()))}", markup=False)


def plain(report: Report, *, samples: Sequence[Sample] = ()) -> dict[str, Any]:
    """The report as JSON."""
    names = (
        "read",
        "total",
        "added",
        "changed",
        "unchanged",
        "removed",
        "rejected",
        "kept_values",
        "embedded",
        "notes",
    )
    facets = [{"name": f.name, "type": f.type, "unit": f.unit, "filled": f.filled} for f in report.schema.facets]
    return {
        **{name: getattr(report, name) for name in names},
        "same": report.same,
        "columns": [asdict(column) for column in report.columns],
        "facets": facets,
        "largest": [asdict(change) for change in report.largest],
        "alike": [list(ids) for ids in report.alike],
        "problems": [asdict(problem) for problem in report.problems],
        "groups": [_group(group) for group in grouped(report.problems)],
        "samples": [asdict(sample) for sample in samples],
        "generation": report.generation.folder.name if report.generation else None,
        "rejected_file": _text(report.rejected_file),
        "catalog_toml": _text(report.catalog_toml),
    }


def _columns(report: Report) -> None:
    table = Table("column", "read as", "type", "unit", "role", "filled", "samples", "visitors can say", box=SIMPLE_HEAD)
    for column in report.columns:
        row = (column.source, column.name, column.type, column.unit, column.role, f"{column.filled:.0%}")
        table.add_row(*map(escape, (*row, _samples(column), ", ".join(column.says))))
    if report.columns:
        out.print(table)


def _samples(column: ColumnView) -> str:
    span = f"{column.low:g} to {column.high:g}, as " if column.low is not None and column.type == "number" else ""
    return span + " | ".join(column.samples)


def _counts(report: Report) -> str:
    counts = f"{report.added} new, {report.changed} changed, {report.removed} removed, {report.unchanged} unchanged"
    return f"{counts}, {report.rejected} rejected"


def _problems(report: Report) -> None:
    """Grouped: what is wrong, how often, where first, and the repair."""
    if not report.problems:
        return
    out.print(f"\n{len(report.problems)} problems")
    groups = grouped(report.problems)
    for group in groups[:SHOWN_PROBLEMS]:
        out.print(f"  [yellow]{escape(str(group))}[/]")
        for example in group.examples[1:]:
            out.print(f"    {escape(str(example))}")
    if len(groups) > SHOWN_PROBLEMS:
        out.print(f"  [yellow]... and {len(groups) - SHOWN_PROBLEMS} more kinds of problem[/]")


def _list(title: str, rows: Iterable[object], *, most: int = 20) -> None:
    rows = list(rows)
    if rows:
        out.print(f"\n{title}")
    for row in rows[:most]:
        out.print(f"  {row}", markup=False)
    if len(rows) > most:
        out.print(f"  ... and {len(rows) - most} more")


def _asked(report: Report) -> None:
    """What visitors can now ask for."""
    says = [phrase for column in report.columns for phrase in column.says[:2]]
    if says:
        out.print(f"\nwhat visitors can now ask for: {', '.join(says)}", markup=False)


def _group(group: Any) -> Mapping[str, Any]:
    return {name: getattr(group, name) for name in ("rule", "field", "count", "repair")}


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)

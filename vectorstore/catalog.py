"""An operator's item files -> items and the schema of their facets.

Without `catalog.toml` the meaning of every column is inferred. A row or cell that does not fit becomes a `Problem`
that names file, line, field and what was done; good rows are kept, the others are there to be corrected. Knows no
embedder and no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vectorstore.base import Item, Schema
from vectorstore.errors import CatalogError, EmptyCatalog
from vectorstore.plan import Plan, of_kind
from vectorstore.reading.catalog_toml import NAME, corrected, read_catalog_toml, write_catalog_toml
from vectorstore.reading.grouping import Group, grouped
from vectorstore.reading.inference import infer
from vectorstore.reading.itemising import itemised
from vectorstore.reading.rows import Problem, Rejected, Table
from vectorstore.reading.schemas import schema_of
from vectorstore.reading.slots import address
from vectorstore.reading.tables import read_table

__all__ = [
    "Group",
    "Ingested",
    "Problem",
    "Rejected",
    "grouped",
    "read_items",
    "schema_of",
    "write_catalog_toml",
]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an item file gave. ``read`` counts its rows; ``plan`` says what each column was taken for.

    ``rejected`` are the rows that were left out or lost a cell, as they stood in the file, with the reason.
    """

    items: tuple[Item, ...]
    schema: Schema
    problems: tuple[Problem, ...] = ()
    read: int = 0
    plan: Plan = ()
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def read_items(path: Path, *, strict: bool = False, overrides: Path | None = None) -> Ingested:
    """Read CSV, TSV, JSON, JSON Lines, YAML or Parquet, packed or not: one file, or all in a folder.

    ``overrides`` is the `catalog.toml` to obey; None looks beside the file. Raises `EmptyCatalog` when no row is an
    item, and `CatalogError` for a file that cannot be read, a wrong `catalog.toml`, or with ``strict`` any problem.
    """
    table = read_table(path)
    plan, notes = _plan(table, overrides or (path if path.is_dir() else path.parent) / NAME)
    made = itemised(table.rows, plan)
    found = (*table.problems, *made.problems)
    if not made.items:
        raise EmptyCatalog(f"{path} holds no item", hint=_why_empty(found), problems=found)
    if strict and found:
        raise CatalogError(
            f"{path} was refused: {len(found)} problems, the first: {found[0]}",
            hint="Correct them, or ingest without --strict to keep the good rows.",
            problems=found,
        )
    spelt, schema = schema_of(made.items, plan)
    notes = (*table.notes, *notes, *_strange_aliases(schema))
    read = len(table.rows) + len(table.refused)
    return Ingested(spelt, schema, found, read, plan, notes, (*table.refused, *made.rejected))


def _plan(table: Table, overrides: Path) -> tuple[Plan, tuple[str, ...]]:
    plan = infer(table.rows, table.columns)
    notes: tuple[str, ...] = ()
    if overrides.is_file():
        plan, notes = corrected(plan, read_catalog_toml(overrides))
    if table.rows and of_kind(plan, "title") is None:
        raise CatalogError(
            f"no column holds titles; the columns are {_listed(table.columns)}",
            hint=f'Name it in {overrides.name}: a line `title = "COLUMN"` under [columns].',
        )
    notes += tuple(_without_address(table, plan))
    price = next((column for column in plan if column.role == "price" and column.kind == "number"), None)
    if price is not None and not price.unit:
        notes += (
            f'{price.source} names no currency; add unit = "EUR" (or another) to [facets.{price.name}] in {NAME}',
        )
    ignored = [
        f"{column.source} ({column.why})" if column.why else column.source for column in plan if _ignored(column)
    ]
    if ignored:
        notes += (f"not used as facets: {_listed(ignored)}; {NAME} can change that",)
    return plan, notes


def _ignored(column: object) -> bool:
    return getattr(column, "kind", "") == "ignore"


def _without_address(table: Table, plan: Plan) -> list[str]:
    """Pictures and links that are told by name alone need the operator's word on where they are."""
    notes = []
    for column in plan:
        if column.kind not in ("image", "url") or column.base:
            continue
        named = [row.cells[column.source] for row in table.rows[:1000] if column.source in row.cells]
        lost = [cell for cell in named if address(cell, "") is None]
        if 2 * len(lost) > len(named):
            key = f'{column.kind}_base = "https://..."'
            notes.append(f"{column.source} holds names, not addresses, as {str(lost[0])[:60]!r}; add {key} to {NAME}")
    return notes


def _strange_aliases(schema: Schema) -> list[str]:
    """Aliases that lead to a value which no item has: a slip of the pen, most likely."""
    strange = []
    for facet in schema.facets:
        known = {value.casefold() for value, _ in facet.values}
        lost = [alias for alias, value in facet.aliases.items() if known and value.casefold() not in known]
        strange += [
            f"{NAME}: {alias!r} of {facet.name} means {facet.aliases[alias]!r}, which no item has" for alias in lost
        ]
    return strange


def _listed(names: Sequence[str]) -> str:
    """At most thirty names."""
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _why_empty(problems: Sequence[Problem]) -> str:
    if not problems:
        return "Give a file with a header line and at least one item."
    return f"None of its rows could be used; the first: {problems[0]}."

"""An operator's item files -> items and the schema of their facets.

Without `catalog.toml` the meaning of every column is inferred. A row or cell that does not fit becomes a `Problem`
that names file, line, field and what was done; good rows are kept. Knows no embedder and no index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vectorstore import cells
from vectorstore.base import Facet, FacetValue, Item, Schema
from vectorstore.catalog_toml import NAME, corrected, read_catalog_toml, write_catalog_toml
from vectorstore.dates import date_number
from vectorstore.errors import CatalogError, EmptyCatalog
from vectorstore.inference import infer
from vectorstore.plan import FACETS, SLOTS, Column, Plan, facet_type, of_kind
from vectorstore.tables import Problem, Row, Table, read_table
from vectorstore.words import fold

__all__ = ["Ingested", "Problem", "read_items", "schema_of", "write_catalog_toml"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an item file gave. ``read`` counts its rows; ``plan`` says what each column was taken for."""

    items: tuple[Item, ...]
    schema: Schema
    problems: tuple[Problem, ...] = ()
    read: int = 0
    plan: Plan = ()
    notes: tuple[str, ...] = ()


def read_items(path: Path, *, strict: bool = False, overrides: Path | None = None) -> Ingested:
    """Read CSV, TSV or JSON Lines: one file, or all in a folder.

    ``overrides`` is the `catalog.toml` to obey; None looks beside the file. Raises `EmptyCatalog` when no row is an
    item, and `CatalogError` for a file that cannot be read, a wrong `catalog.toml`, or with ``strict`` any problem.
    """
    table = read_table(path)
    plan, notes = _plan(table, overrides or (path if path.is_dir() else path.parent) / NAME)
    items, problems = _items(table.rows, plan)
    found = (*table.problems, *problems)
    if not items:
        raise EmptyCatalog(f"{path} holds no item", hint=_why_empty(found), problems=found)
    if strict and found:
        raise CatalogError(
            f"{path} was refused: {len(found)} problems, the first: {found[0]}",
            hint="Correct them, or ingest without --strict to keep the good rows.",
            problems=found,
        )
    spelt, schema = schema_of(items, plan)
    return Ingested(spelt, schema, found, len(table.rows) + len(table.problems), plan, (*table.notes, *notes))


def schema_of(items: Sequence[Item], plan: Plan) -> tuple[tuple[Item, ...], Schema]:
    """The facets of ``plan`` as ``items`` fill them, and the items with one spelling per value."""
    columns = [column for column in plan if column.kind in FACETS]
    spelling = {column.name: _spellings(items, column.name) for column in columns}
    spelt = tuple(_respelt(item, spelling) for item in items)
    facets = (_facet(column, spelt) for column in columns)
    return spelt, Schema(tuple(facet for facet in facets if facet.filled > 0))


def _plan(table: Table, overrides: Path) -> tuple[Plan, tuple[str, ...]]:
    plan = infer(table.rows, table.columns)
    notes: tuple[str, ...] = ()
    if overrides.is_file():
        plan, notes = corrected(plan, read_catalog_toml(overrides))
    if table.rows and of_kind(plan, "title") is None:
        raise CatalogError(
            f"no column holds titles; the columns are {', '.join(table.columns)}",
            hint=f'Name it in {overrides.name}: a line `title = "COLUMN"` under [columns].',
        )
    ignored = [column.source for column in plan if column.kind == "ignore"]
    if ignored:
        notes += (f"not used as facets: {', '.join(ignored)}; {NAME} can change that",)
    return plan, notes


def _items(rows: Sequence[Row], plan: Plan) -> tuple[list[Item], list[Problem]]:
    """The good rows as items; ids are unique, made from the title where the file has no id column."""
    items: dict[str, Item] = {}
    problems: list[Problem] = []
    slots = [(column.kind, column.source) for column in plan if column.kind in SLOTS]
    for row in rows:
        fields: dict[str, str | None] = {kind: cells.word(row.cells.get(source)) for kind, source in slots}
        if "id" not in fields:
            fields["id"] = _free_id(fields.get("title") or "", items)
        refused = _refused(row, plan, fields, items)
        if refused is not None:
            problems.append(refused)
            continue
        facets, misfits = _facets(row, plan)
        problems += misfits
        id, title = fields["id"] or "", fields["title"] or ""
        items[id] = Item(id, title, fields.get("description") or "", facets, fields.get("image"), fields.get("url"))
    return list(items.values()), problems


def _refused(row: Row, plan: Plan, fields: Mapping[str, str | None], taken: Mapping[str, Item]) -> Problem | None:
    """Why a row is no item: no id, no title, or an id that an earlier row has."""
    missing = next((kind for kind in ("id", "title") if not fields.get(kind)), None)
    if missing is None and fields["id"] not in taken:
        return None
    column = next((column.source for column in plan if column.kind == (missing or "id")), missing or "id")
    value, rule = ("", "missing") if missing else (str(fields["id"])[:80], "used by an earlier row")
    return Problem(row.file, row.line, column, value, rule, "the row was left out")


def _facets(row: Row, plan: Plan) -> tuple[dict[str, FacetValue], list[Problem]]:
    """The values of a row, and the cells that do not fit their column."""
    facets: dict[str, FacetValue] = {}
    misfits = []
    for column in plan:
        if column.kind not in FACETS or column.source not in row.cells:
            continue
        value = _value(row.cells[column.source], column)
        if value is None:
            misfits.append(_misfit(row, column))
        else:
            facets[column.name] = value
    return facets, misfits


def _value(cell: Any, column: Column) -> FacetValue | None:
    """The cell as a value of its facet, or None when it does not fit."""
    if column.kind == "number":
        found = cells.quantity(cell, column.decimal)
        return None if found is None else cells.convert(found, column.unit)
    if column.kind == "flag":
        return cells.flag(cell)
    if column.kind == "date":
        return cells.date(cell, column.dates)
    if column.kind == "multi":
        return cells.several(cell, column.separator) or None
    return cells.word(cell)


def _misfit(row: Row, column: Column) -> Problem:
    wanted = f"not a {column.kind}" + (f" in {column.unit}" if column.kind == "number" and column.unit else "")
    value = str(row.cells[column.source])[:80]
    return Problem(row.file, row.line, column.source, value, wanted, "the value was left out")


def _free_id(title: str, taken: Mapping[str, Item]) -> str:
    """A readable id from the title, with a number when it is taken."""
    base = re.sub(r"\W+", "-", fold(title)).strip("-") or "item"
    number = 2
    id = base
    while id in taken:
        id, number = f"{base}-{number}", number + 1
    return id


def _spellings(items: Iterable[Item], facet: str) -> dict[str, str]:
    """Lower case -> the spelling that most items use: "drama" and "Drama" are one value."""
    counts = Counter(value for item in items for value in _texts(item.facets.get(facet)))
    spelling: dict[str, str] = {}
    for value, _ in counts.most_common():
        spelling.setdefault(value.casefold(), value)
    return spelling


def _respelt(item: Item, spelling: Mapping[str, Mapping[str, str]]) -> Item:
    facets: dict[str, FacetValue] = {}
    for name, value in item.facets.items():
        known = spelling.get(name, {})
        if isinstance(value, tuple):
            facets[name] = tuple(known.get(one.casefold(), one) for one in value)
        else:
            facets[name] = known.get(value.casefold(), value) if isinstance(value, str) else value
    return Item(item.id, item.title, item.description, facets, item.image, item.url)


def _facet(column: Column, items: Sequence[Item]) -> Facet:
    filled = [item.facets[column.name] for item in items if column.name in item.facets]
    base = Facet(column.name, facet_type(column.kind), column.role, column.label, column.unit, aliases=column.aliases)
    base = replace(base, filled=len(filled) / max(len(items), 1))
    if column.kind in ("number", "date"):
        numbers = [number for value in filled if (number := _as_number(value)) is not None]
        return replace(base, low=min(numbers, default=None), high=max(numbers, default=None))
    counts = Counter(text for value in filled for text in _texts(value))
    return replace(base, values=tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))))


def _as_number(value: FacetValue) -> float | None:
    return date_number(value) if isinstance(value, str) else None if isinstance(value, tuple) else float(value)


def _texts(value: FacetValue | None) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def _why_empty(problems: Sequence[Problem]) -> str:
    if not problems:
        return "Give a file with a header line and at least one item."
    return f"None of its rows could be used; the first: {problems[0]}."

"""Rows and the plan of their columns -> items; what does not fit is told and kept to be corrected. Pure.

Knows no file and no schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vectorstore.base import FacetValue, Item
from vectorstore.plan import FACETS, SLOTS, Column, Plan
from vectorstore.reading import cells
from vectorstore.reading.date_cells import date
from vectorstore.reading.quantities import convert, is_range, quantity
from vectorstore.reading.rows import Problem, Rejected, Row, shown
from vectorstore.reading.slots import address, first_of
from vectorstore.reading.units import is_money
from vectorstore.words import fold

LONGEST_VALUE = 200
"""Characters of an id or of a value that visitors choose; a longer one is a slip of the columns."""
LONGEST_TITLE = 500
_ROW, _VALUE = "the row was left out", "the value was left out"


@dataclass(frozen=True, slots=True)
class Itemised:
    """Items with different ids, in the order of their rows, and what did not fit."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    rejected: tuple[Rejected, ...]


def itemised(rows: Iterable[Row], plan: Plan) -> Itemised:
    """The good rows as items; ids are made from the title where the file has no id column."""
    items: dict[str, Item] = {}
    problems: list[Problem] = []
    rejected: list[Rejected] = []
    slots = [column for column in plan if column.kind in SLOTS]
    for row in rows:
        fields: dict[str, str | None] = {column.kind: _field(row.cells.get(column.source), column) for column in slots}
        if "id" not in fields:
            fields["id"] = _free_id(fields.get("title") or "", items)
        refused = _refused(row, plan, fields, items)
        facets, misfits = ({}, [refused]) if refused else _facets(row, plan)
        if not refused:
            id, title = fields["id"] or "", (fields["title"] or "")[:LONGEST_TITLE]
            items[id] = Item(id, title, fields.get("description") or "", facets, fields.get("image"), fields.get("url"))
        if misfits:
            problems += misfits
            rejected.append(row.rejected("; ".join(f"{one.field}: {one.rule}" for one in misfits)))
    return Itemised(tuple(items.values()), tuple(problems), tuple(rejected))


def _field(cell: Any, column: Column) -> str | None:
    if column.kind in ("image", "url"):
        return address(cell, column.base)
    if isinstance(cell, list) and column.kind == "description":
        return " ".join(filter(None, map(cells.word, cell))) or None
    return cells.word(first_of(cell))


def _refused(row: Row, plan: Plan, fields: Mapping[str, str | None], taken: Mapping[str, Item]) -> Problem | None:
    """Why a row is no item: no id, no title, or an id that an earlier row has."""
    missing = next((kind for kind in ("id", "title") if not fields.get(kind)), None)
    id = fields.get("id") or ""
    if missing is None and id not in taken and len(id) <= LONGEST_VALUE:
        return None
    column = next((column.source for column in plan if column.kind == (missing or "id")), missing or "id")
    if missing:
        return Problem(row.file, row.line, column, "", "missing", _ROW)
    rule = "used by an earlier row" if id in taken else f"longer than {LONGEST_VALUE} characters"
    return Problem(row.file, row.line, column, shown(id), rule, _ROW)


def _facets(row: Row, plan: Plan) -> tuple[dict[str, FacetValue], list[Problem]]:
    """The values of a row, and the cells that do not fit their column."""
    facets: dict[str, FacetValue] = {}
    misfits = []
    for column in plan:
        if column.kind not in FACETS or column.source not in row.cells:
            continue
        cell = row.cells[column.source]
        if column.unit_column and isinstance(cell, (int, float, str)):
            cell = f"{cell} {row.cells.get(column.unit_column, '')}"
        value = _value(cell, column)
        if value is None:
            misfits.append(_misfit(row, column, cell))
        else:
            facets[column.name] = value
    return facets, misfits


def _value(cell: Any, column: Column) -> FacetValue | None:
    """The cell as a value of its facet, or None when it does not fit."""
    if column.kind == "multi":
        values = cells.several(cell, column.separator)
        return tuple(value for value in values if len(value) <= LONGEST_VALUE) or None if values else None
    if isinstance(cell, list):
        cell = cell[0] if len(cell) == 1 else None
    if column.kind == "number":
        found = quantity(cell, column.decimal)
        return None if found is None else convert(found, column.unit)
    if column.kind == "flag":
        return cells.flag(cell)
    if column.kind == "date":
        return date(cell, column.dates)
    text = cells.word(cell)
    return text if text and len(text) <= LONGEST_VALUE else None


def _misfit(row: Row, column: Column, cell: Any) -> Problem:
    rule, repair = _rule(column, cell)
    return Problem(row.file, row.line, column.source, shown(cell), rule, f"{_VALUE}; {repair}" if repair else _VALUE)


def _rule(column: Column, cell: Any) -> tuple[str, str]:
    """What a cell breaks, and how to write it."""
    if column.kind != "number":
        return (
            f"not a {column.kind}",
            {"date": "write it as 2024-01-31", "flag": "write yes or no"}.get(column.kind, ""),
        )
    unit = f" {column.unit}" if column.unit else ""
    if is_range(cell):
        return "two numbers where one is wanted", f"write one number, as 10{unit}"
    found = quantity(cell, column.decimal)
    if found is not None and column.unit:
        kind = "another currency" if is_money(found.unit) and is_money(column.unit) else "another unit"
        return f"in {found.unit}, {kind} than the column's {column.unit}", f"convert it to{unit}"
    return "not a number" + (f" in {column.unit}" if column.unit else ""), f"write a number, as 12.5{unit}"


def _free_id(title: str, taken: Mapping[str, Item]) -> str:
    """A readable id from the title, with a number when it is taken."""
    base = re.sub(r"\W+", "-", fold(title)).strip("-")[:100] or "item"
    number = 2
    id = base
    while id in taken:
        id, number = f"{base}-{number}", number + 1
    return id

"""Item files -> rows of clean cells, whatever their format, encoding and nesting; what cannot be read is a `Problem`.

Knows the formats, and nothing of what the columns mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vectorstore.errors import CatalogError
from vectorstore.reading.cleaning import clean, is_blank, is_broken
from vectorstore.reading.csv_records import csv_records
from vectorstore.reading.embedded import unpacked
from vectorstore.reading.flattening import Flattener
from vectorstore.reading.json_records import json_records, jsonl_records
from vectorstore.reading.opening import decode, read_bytes
from vectorstore.reading.parquet_records import parquet_records
from vectorstore.reading.records import LEFT_OUT, Records
from vectorstore.reading.rows import Problem, Rejected, Row, Table, shown
from vectorstore.reading.yaml_records import yaml_records

__all__ = ["Problem", "Row", "Table", "is_blank", "item_files", "read_records", "read_table"]

_TEXTS = {
    ".csv": csv_records, ".tsv": csv_records, ".tab": csv_records, ".jsonl": jsonl_records, ".ndjson": jsonl_records,
    ".json": json_records, ".yaml": yaml_records, ".yml": yaml_records,
}  # fmt: skip
_PARQUET = (".parquet", ".pq")
_FORMATS = "Give CSV, TSV, JSON, JSON Lines, YAML or Parquet, also packed with gzip; save a spreadsheet as CSV."


def read_table(path: Path) -> Table:
    """Every row of a file, or of all item files in a folder. Raises `CatalogError` when one cannot be read."""
    tables = [_table(file) for file in item_files(path)]
    columns = dict.fromkeys(column for table in tables for column in table.columns)
    return Table(
        tuple(row for table in tables for row in table.rows),
        tuple(columns),
        tuple(problem for table in tables for problem in table.problems),
        tuple(note for table in tables for note in table.notes),
        tuple(row for table in tables for row in table.refused),
    )


def item_files(path: Path) -> tuple[Path, ...]:
    """The item files that ``path`` means; `CatalogError` when there are none."""
    if path.is_dir():
        files = tuple(sorted(file for file in path.iterdir() if _format(file) and file.is_file()))
        if files:
            return files
        raise CatalogError(f"the folder {path} holds no item file", hint=_FORMATS)
    if not path.exists():
        raise CatalogError(f"there is no file {path}", hint="Check the path.")
    if not _format(path):
        raise CatalogError(
            f"{path.name} is no item file that can be read ({path.suffix or 'no ending'})", hint=_FORMATS
        )
    return (path,)


def read_records(path: Path) -> Records:
    """The records of one file as they stand in it, with notes on its encoding and shape. Raises `CatalogError`."""
    data, kind = read_bytes(path), _format(path)
    if kind in _PARQUET:
        return parquet_records(data, path.name)
    if kind not in _TEXTS:
        raise CatalogError(f"{path.name} is no file that can be read", hint=_FORMATS)
    text, encoding = decode(data, path.name)
    found = _TEXTS[kind](text, path.name)
    foreign = f"read as {encoding} (save it as UTF-8 if letters look wrong)"
    told = (*found.notes[:1], encoding if encoding == "UTF-8" else foreign, *found.notes[1:])
    return Records(found.records, found.columns, found.problems, found.refused, told)


def _format(path: Path) -> str:
    """The ending that tells the format, "" when none does; ".csv.gz" is ".csv"."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = suffixes[-2:-1] if suffixes[-1:] == [".gz"] else suffixes[-1:]
    return ending[0] if ending and ending[0] in (*_TEXTS, *_PARQUET) else ""


def _table(path: Path) -> Table:
    found = read_records(path)
    flattener = Flattener()
    rows, problems = [], list(found.problems)
    for line, record in unpacked(found.records):
        cells, cut = _cells(flattener.flat(record))
        rows.append(Row(path.name, line, cells, None if record == cells else record))
        problems += (Problem(path.name, line, column, shown(cells[column]), rule, "it was cut") for column, rule in cut)
    kept, broken, refused = _without_broken_letters(rows)
    columns = tuple(flattener.columns) if rows else found.columns
    notes = (f"{path.name}: {', '.join([f'{len(rows)} rows', *found.notes])}", *flattener.notes())
    return Table(kept, columns, (*problems, *broken), notes, (*found.refused, *refused))


def _cells(record: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The filled cells, cleaned, and (column, rule) of those that were cut."""
    cells: dict[str, Any] = {}
    cut = []
    for column, value in record.items():
        value, rule = clean(value)
        if not is_blank(value):
            cells[column] = value
            cut += [(column, rule)] if rule else []
    return cells, cut


def _without_broken_letters(rows: Sequence[Row]) -> tuple[tuple[Row, ...], list[Problem], list[Rejected]]:
    """Rows without U+FFFD, which marks bytes that were not UTF-8 in a file that otherwise is."""
    kept, problems, refused = [], [], []
    for row in rows:
        broken = next(_broken(row.cells), None)
        if broken is None:
            kept.append(row)
            continue
        repair = f"{LEFT_OUT}; save the file as UTF-8"
        problems.append(Problem(row.file, row.line, broken, shown(row.cells[broken]), "not UTF-8", repair))
        refused.append(row.rejected(f"{broken}: not UTF-8"))
    return tuple(kept), problems, refused


def _broken(cells: Mapping[str, Any]) -> Iterator[str]:
    return (key for key, value in cells.items() if is_broken(value) or is_broken(key))

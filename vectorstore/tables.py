"""Item files -> raw rows, whatever their encoding and delimiter. A row that cannot be read becomes a `Problem`.

Knows CSV, TSV and JSON Lines, and nothing of what the columns mean.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vectorstore.errors import CatalogError

CSV_SUFFIXES = (".csv", ".tsv")
JSONL_SUFFIXES = (".jsonl", ".ndjson")
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BLANK = {"", "n/a", "null", "nan", "-", "--", "—"}
_LONGEST = 10_000_000
_FORMATS = "Give CSV, TSV or JSON Lines; convert other formats, for example in a spreadsheet by `Save as CSV`."


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that was not taken as it stands: where, the rule it breaks, what was done or is to do."""

    file: str
    line: int
    field: str
    value: str
    rule: str
    repair: str

    def __str__(self) -> str:
        """As in "films.csv:12 year 'abc': not a number; left out"."""
        what = " ".join(part for part in (self.field, repr(self.value) if self.value else "") if part)
        return f"{self.file}:{self.line} {what}: {self.rule}; {self.repair}".replace(" : ", ": ")


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands in its file; blank cells are left out. ``line`` counts from 1."""

    file: str
    line: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one or more files, with the names of their columns in order, and what went wrong."""

    rows: tuple[Row, ...] = ()
    columns: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Every row of a file, or of all item files in a folder. Raises `CatalogError` when one cannot be read."""
    tables = [_read_file(file) for file in item_files(path)]
    columns = dict.fromkeys(column for table in tables for column in table.columns)
    return Table(
        tuple(row for table in tables for row in table.rows),
        tuple(columns),
        tuple(problem for table in tables for problem in table.problems),
        tuple(note for table in tables for note in table.notes),
    )


def item_files(path: Path) -> tuple[Path, ...]:
    """The item files that ``path`` means; `CatalogError` when there are none."""
    if path.is_dir():
        files = tuple(sorted(file for file in path.iterdir() if file.suffix.lower() in CSV_SUFFIXES + JSONL_SUFFIXES))
        if files:
            return files
        raise CatalogError(f"the folder {path} holds no item file", hint=_FORMATS)
    if not path.exists():
        raise CatalogError(f"there is no file {path}", hint="Check the path.")
    if path.suffix.lower() not in CSV_SUFFIXES + JSONL_SUFFIXES:
        raise CatalogError(
            f"{path.name} is no item file that can be read ({path.suffix or 'no ending'})", hint=_FORMATS
        )
    return (path,)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, and a note when its encoding is not UTF-8 (else "").

    UTF-8, UTF-16 and Windows-1252 are told apart; when most lines are UTF-8, the others keep U+FFFD for `Problem`s.
    Raises `CatalogError` for a file that is no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding, name), ""
    if b"\0" in data:
        return _decoded(data, _wide_encoding(data), name), f"{name} was read as UTF-16"
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    foreign = [line for line in data.split(b"\n") if not line.isascii()]
    if 2 * sum(_is_utf8(line) for line in foreign) > len(foreign):
        return data.decode("utf-8", errors="replace"), ""
    note = f"{name} is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters look wrong"
    return _decoded(data, "cp1252", name), note


def _read_file(path: Path) -> Table:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}", hint="Check the path and its rights.") from error
    text, note = decode(data, path.name)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    table = _read_csv(lines, path.name) if path.suffix.lower() in CSV_SUFFIXES else _read_jsonl(lines, path.name)
    return Table(table.rows, table.columns, table.problems, (*table.notes, *([note] if note else [])))


def _read_jsonl(lines: Sequence[str], name: str) -> Table:
    rows, problems = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line, parse_constant=lambda word: None)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", str(error))
            problems.append(Problem(name, number, "", line[:80], f"not JSON ({reason})", "the row was left out"))
            continue
        if not isinstance(cells, dict):
            problems.append(Problem(name, number, "", line[:80], "not a JSON object", "the row was left out"))
            continue
        rows.append(Row(name, number, dict(_flat(cells))))
    kept, broken = _without_broken_letters(rows)
    columns = dict.fromkeys(column for row in kept for column in row.cells)
    return Table(kept, tuple(columns), (*problems, *broken))


def _read_csv(lines: Sequence[str], name: str) -> Table:
    records, problems = _records(lines, _delimiter(lines), name)
    if not records:
        return Table(problems=problems)
    header, notes = _header(records[0][1], name)
    rows, odd = [], list(problems)
    for number, cells in records[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            rule = f"{len(cells)} cells under {len(header)} columns"
            odd.append(
                Problem(
                    name, number, "", cells[0][:80], rule, "the row was left out; quote cells that hold the delimiter"
                )
            )
            continue
        filled = {key: cell.strip() for key, cell in zip(header, cells, strict=False) if not is_blank(cell)}
        rows.append(Row(name, number, filled))
    kept, broken = _without_broken_letters(rows)
    return Table(kept, tuple(header), (*odd, *broken), notes)


def is_blank(value: Any) -> bool:
    """Whether a cell says nothing: empty, null, "n/a", "-", an empty list."""
    if isinstance(value, str):
        return value.strip().lower() in _BLANK
    return value is None or value == [] or value == {}


def _records(
    lines: Sequence[str], delimiter: str, name: str
) -> tuple[list[tuple[int, list[str]]], tuple[Problem, ...]]:
    """(first line, cells) of every record; after a record with broken quotes, reading goes on at the next line."""
    csv.field_size_limit(_LONGEST)
    records: list[tuple[int, list[str]]] = []
    problems, start = [], 0
    while start < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[start:]), delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                records.append((start + done + 1, cells))
                done = reader.line_num
            break
        except csv.Error as error:
            line = start + done + 1
            problems.append(
                Problem(name, line, "", lines[line - 1][:80], f"broken quotes ({error})", "the row was left out")
            )
            start = line
    return records, tuple(problems)


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first records into most cells, each record into as many as the header."""
    sample = [line for line in lines[:50] if line.strip()]

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(cells) for cells in csv.reader((f"{line}\n" for line in sample), delimiter=delimiter) if cells]
        width = widths[0] if widths else 1
        even = sum(one == width for one in widths) / max(len(widths), 1)
        return (even if width > 1 else 0.0, width)

    return max(_DELIMITERS, key=score)


def _header(cells: Sequence[str], name: str) -> tuple[list[str], tuple[str, ...]]:
    """Column names, all filled and different; notes say which ones had to be made up."""
    header: list[str] = []
    notes = []
    for place, cell in enumerate(cells, start=1):
        wanted = cell.strip() or f"column {place}"
        unique = wanted if wanted not in header else f"{wanted} {place}"
        if unique != cell.strip():
            notes.append(f"{name}: column {place} ({cell.strip() or 'no name'}) is called {unique!r}")
        header.append(unique)
    return header, tuple(notes)


def _flat(cells: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Objects inside objects are laid flat one level: {"size": {"unit": "cm"}} has the column "size unit"."""
    for key, value in cells.items():
        if isinstance(value, dict):
            yield from ((f"{key} {inner}", one) for inner, one in value.items() if not is_blank(one))
        elif not is_blank(value):
            yield str(key).strip(), value


def _without_broken_letters(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Rows whose bytes were not UTF-8 in a file that otherwise is; U+FFFD marks them."""
    kept, problems = [], []
    for row in rows:
        broken = next((key for key, value in row.cells.items() if "\ufffd" in f"{key}{value}"), None)
        if broken is None:
            kept.append(row)
            continue
        value = str(row.cells[broken])[:80]
        problems.append(
            Problem(row.file, row.line, broken, value, "not UTF-8", "the row was left out; save it as UTF-8")
        )
    return tuple(kept), tuple(problems)


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CatalogError(f"{name} is not text in any known encoding", hint="Save it as UTF-8.") from error
    if "\0" in text:
        raise CatalogError(f"{name} holds binary data", hint=_FORMATS)
    return text


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without its mark shows by zeros at every other place; anything else with zeros is no text."""
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) < 0.6 * (len(sample) // 2):
        return "ascii"
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

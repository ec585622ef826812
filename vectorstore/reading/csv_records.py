"""CSV text -> records: the delimiter is found, broken quotes cost one row, odd headers are mended. Knows no column."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from vectorstore.reading.opening import lines_of
from vectorstore.reading.records import Records, Refusals

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f", "\x01", ":")
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "\x1f": "unit separator", "\x01": "control-A"}
_LONGEST = 10_000_000
_EXCEL = re.compile(r"sep=(.)", re.IGNORECASE)
_DATA = re.compile(r"[-+]?\d+([.,]\d+)*|https?://\S+|\d{4}-\d\d-\d\d.*")


def csv_records(text: str, name: str) -> Records:
    """The records of a CSV text under its header line; a note tells the delimiter."""
    lines = lines_of(text)
    told = _EXCEL.fullmatch(lines[0].strip()) if lines else None
    delimiter = told[1] if told else find_delimiter(lines)
    refusals = Refusals.of(name)
    rows = _rows(lines, delimiter, refusals, start=1 if told else 0)
    if not rows:
        return Records(problems=tuple(refusals.problems), refused=tuple(refusals.rejected))
    headless = _is_data(rows)
    header, notes = _header([""] * len(rows[0][1]) if headless else rows[0][1], name, headless=headless)
    records = []
    for line, cells in rows if headless else rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            rule = f"{len(cells)} cells under {len(header)} columns"
            repair = "quote cells that hold the delimiter"
            refusals.add(line, cells[0], rule, cells=_surplus(header, cells), repair=repair)
            continue
        records.append((line, dict(zip(header, cells, strict=False))))
    spoken = f"{_SPOKEN.get(delimiter, repr(delimiter))} between cells"
    return Records(tuple(records), tuple(header), tuple(refusals.problems), tuple(refusals.rejected), (spoken, *notes))


def _surplus(header: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    named = dict(zip(header, cells, strict=False))
    return {**named, **{f"surplus {place}": cell for place, cell in enumerate(cells[len(header) :], start=1)}}


def _rows(lines: Sequence[str], delimiter: str, refusals: Refusals, *, start: int) -> list[tuple[int, list[str]]]:
    """(first line, cells) of every record; after a record with broken quotes, reading goes on at the next line."""
    csv.field_size_limit(_LONGEST)
    rows: list[tuple[int, list[str]]] = []
    while start < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[start:]), delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                rows.append((start + done + 1, cells))
                done = reader.line_num
            break
        except csv.Error as error:
            line = start + done
            refusals.add(line + 1, lines[line], f"broken quotes ({error})", repair='double a quote inside quotes: ""')
            start = line + 1
    return [(line, cells) for line, cells in rows if cells]


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first records into most cells, each record into as many as the header."""
    sample = [line for line in lines[:50] if line.strip()]

    def score(delimiter: str) -> tuple[float, int]:
        try:
            reader = csv.reader((f"{line}\n" for line in sample), delimiter=delimiter)
            widths = [len(cells) for cells in reader if cells]
        except csv.Error:
            return 0.0, 0
        width = widths[0] if widths else 1
        even = sum(one == width for one in widths) / max(len(widths), 1)
        return (even if width > 1 else 0.0, width)

    return max(_DELIMITERS, key=score)


def _is_data(rows: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether the first line is no header: numbers or addresses stand in it where numbers stand below, too."""
    first, below = rows[0][1], [cells for _, cells in rows[1:50]]
    if not below:
        return False
    places = [place for place, cell in enumerate(first) if _DATA.fullmatch(cell.strip()) and not _is_year(cell)]
    return any(all(len(row) > place and _DATA.fullmatch(row[place].strip()) for row in below) for place in places)


def _is_year(cell: str) -> bool:
    """A year may head a column."""
    return bool(re.fullmatch(r"(19|20)\d\d", cell.strip()))


def _header(cells: Sequence[str], name: str, *, headless: bool) -> tuple[list[str], tuple[str, ...]]:
    """Column names, all filled and different; notes say which ones had to be made up."""
    header: list[str] = []
    taken: Counter[str] = Counter()
    notes = [f"{name} has no header line; its columns are called 'column 1', 'column 2'..."] if headless else []
    for place, cell in enumerate(cells, start=1):
        plain = " ".join(cell.split())
        wanted = plain or f"column {place}"
        unique = wanted if not taken[wanted] else f"{wanted} {place}"
        while taken[unique]:
            unique = f"{unique}'"
        taken[unique] += 1
        if unique != plain and not headless:
            notes.append(f"{name}: column {place} ({plain or 'no name'}) is called {unique!r}")
        header.append(unique)
    return header, tuple(notes)

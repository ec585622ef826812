"""The nouns of reading: rows as they stand in a file, and what could not be taken as it stands. Knows no format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BROKEN = re.compile(r"[\ud800-\udfff]")
SHOWN = 80
"""Characters of a value that a `Problem` shows."""


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
        place = f"{self.file}:{self.line}" if self.line else self.file
        what = " ".join(part for part in (place, self.field, repr(self.value) if self.value else "") if part)
        return f"{what}: {self.rule}; {self.repair}"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, or of which a cell was dropped: its cells as they were read, and why."""

    file: str
    line: int
    cells: Mapping[str, Any]
    error: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record; blank cells are left out. ``line`` counts from 1; ``original`` is the record before any cleaning.

    In formats without lines (JSON, YAML, Parquet) ``line`` counts the records.
    """

    file: str
    line: int
    cells: Mapping[str, Any]
    original: Mapping[str, Any] | None = None

    def rejected(self, error: str) -> Rejected:
        """This row as it stood in its file, with ``error``."""
        return Rejected(self.file, self.line, self.original or self.cells, error)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one or more files, with the names of their columns in order, and what went wrong.

    ``refused`` are the records that gave no row at all; ``problems`` tells of them and of cells that were shortened.
    """

    rows: tuple[Row, ...] = ()
    columns: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    refused: tuple[Rejected, ...] = ()


def shown(value: Any) -> str:
    """The beginning of a value, on one line, for a `Problem`."""
    text = value if isinstance(value, str) else str(value)
    return " ".join(_BROKEN.sub("\ufffd", text[: 4 * SHOWN]).split())[:SHOWN]

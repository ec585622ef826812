"""Rejected rows -> a file to correct and bring again: the rows as they were, with one more column, ``error``.

Knows nothing of how rows are judged.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from vectorstore.files import write_file
from vectorstore.reading.rows import Rejected

ERROR = "error"
"""The column that says why; it is ignored when such a file is read again."""


class _HasRejected(Protocol):
    @property
    def rejected(self) -> tuple[Rejected, ...]: ...


def write_rejected(ingested: _HasRejected, path: Path) -> int:
    """Write the rejected rows to ``path``: JSON Lines where it ends in .jsonl or .ndjson, else CSV (UTF-8).

    Returns how many there are; writes no file when there are none. Raises `StorageError`.
    """
    rows = ingested.rejected
    if rows:
        lines = path.suffix.lower() in (".jsonl", ".ndjson")
        write_file(path, (_as_lines(rows) if lines else _as_csv(rows)).encode("utf-8", errors="replace"))
    return len(rows)


def _as_lines(rows: Iterable[Rejected]) -> str:
    return "".join(f"{json.dumps(_record(row), ensure_ascii=False, default=str)}\n" for row in rows)


def _as_csv(rows: Sequence[Rejected]) -> str:
    columns = [*dict.fromkeys(key for row in rows for key in row.cells if key != ERROR), ERROR]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        record = _record(row)
        writer.writerow([_cell(record.get(column)) for column in columns])
    return out.getvalue()


def _record(row: Rejected) -> dict[str, Any]:
    return {**{str(key): value for key, value in row.cells.items()}, ERROR: f"{row.file}:{row.line} {row.error}"}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

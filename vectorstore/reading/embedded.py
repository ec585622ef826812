"""Lists and objects written into the cells of a CSV: "['a', 'b']", '["a"]', "[{'name': 'a'}]" -> what they mean.

A column is read so only when nearly all of its cells can be. Pure; knows no file.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

_LONGEST = 100_000
_OPEN = {"[": "]", "{": "}", "(": ")"}
_NEEDED = 0.8


def unpacked(records: Sequence[tuple[int, Mapping[str, Any]]]) -> list[tuple[int, Mapping[str, Any]]]:
    """The records with the cells of such columns as lists or objects."""
    seen: dict[str, list[str]] = {}
    for _, record in records:
        for column, cell in record.items():
            if isinstance(cell, str) and cell[:1] in _OPEN and _looks(cell):
                seen.setdefault(column, []).append(cell)
    columns = {column for column, cells in seen.items() if _is_packed(column, cells, records)}
    if not columns:
        return list(records)
    return [
        (line, {key: _value(cell) if key in columns else cell for key, cell in one.items()}) for line, one in records
    ]


def _is_packed(column: str, cells: Sequence[str], records: Sequence[tuple[int, Mapping[str, Any]]]) -> bool:
    filled = sum(bool(str(record.get(column) or "").strip()) for _, record in records)
    sample = cells[:200]
    readable = sum(isinstance(_value(cell), (list, dict)) for cell in sample)
    return len(cells) >= _NEEDED * filled and readable >= _NEEDED * len(sample)


def _looks(cell: str) -> bool:
    text = cell.strip()
    return len(text) <= _LONGEST and text[-1:] == _OPEN[text[0]]


def _value(cell: Any) -> Any:
    """The list or object that a cell spells, or the cell itself."""
    if not isinstance(cell, str) or cell.strip()[:1] not in _OPEN or not _looks(cell):
        return cell
    text = cell.strip()
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(found, (list, tuple, set)):
            return list(found)
        if isinstance(found, dict):
            return found
    return cell

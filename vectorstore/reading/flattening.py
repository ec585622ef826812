"""Nested records -> flat ones: {"price": {"amount": 5, "currency": "EUR"}} has the column "price" with "5 EUR".

Objects become columns "size.width"; lists of objects become lists of their names, or one column per key. What is
nested too deeply to become a column is left out and noted. Pure; knows no format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

DEEPEST = 4
MOST_ENTRIES = 1_000
"""Entries of one list that are read."""
MOST_COLUMNS = 2_000
_AMOUNT = ("amount", "value", "price", "number", "quantity", "val", "magnitude")
_UNIT = ("currency", "currencycode", "currency_code", "unit", "units", "unit_code", "unitcode", "uom")
_NAME = ("name", "title", "label", "display_name", "displayname", "text")
_KEY = ("key", "name", "attribute", "label", "property", "code", "spec", "field", "k")
_VALUE = ("value", "values", "val", "v", "content", "text", "option")
_MINOR = ("id", "slug", "key", "code", "url", "link", "href", "uri", "handle", "_id", "uuid", "type", "@type", "order")


class Flattener:
    """Flattens the records of one file; ``columns`` are those it made, ``left_out`` counts what was lost on the way."""

    def __init__(self) -> None:
        """Nothing is left out yet."""
        self.left_out: Counter[tuple[str, str]] = Counter()
        self.columns: dict[str, None] = {}

    def flat(self, record: Mapping[Any, Any]) -> dict[str, Any]:
        """The record with one scalar, or list of scalars, per column."""
        if all(key in self.columns and _is_flat(value) for key, value in record.items()):
            return dict(record)
        cells: dict[str, Any] = {}
        for column, value in self._walk("", record, DEEPEST):
            if column not in cells and self._has_room(column):
                cells[column] = value
        return cells

    def notes(self) -> tuple[str, ...]:
        """One sentence per column that lost something."""
        return tuple(f"{column}: {why} in {count} records" for (column, why), count in self.left_out.most_common(20))

    def _has_room(self, column: str) -> bool:
        if column in self.columns or len(self.columns) < MOST_COLUMNS:
            self.columns[column] = None
            return True
        self.left_out[("further columns", f"left out, more than {MOST_COLUMNS}")] += 1
        return False

    def _walk(self, path: str, record: Mapping[Any, Any], deepest: int) -> Iterator[tuple[str, Any]]:
        for key, value in record.items():
            column = f"{path}.{str(key).strip()}".strip(".") or "column"
            if isinstance(value, dict):
                yield from self._object(column, value, deepest)
            elif isinstance(value, (list, tuple)):
                yield from self._list(column, list(value), deepest)
            else:
                yield from self._scalar(column, value)

    def _object(self, column: str, value: Mapping[Any, Any], deepest: int) -> Iterator[tuple[str, Any]]:
        keys = {str(key).lower(): key for key in value}
        amount, unit = _first(keys, _AMOUNT), _first(keys, _UNIT)
        name = _first(keys, _NAME)
        if amount and unit and len(keys) == 2 and not isinstance(value[amount], (dict, list)):
            yield column, f"{value[amount]} {value[unit] or ''}".strip() if value[amount] is not None else None
        elif name and isinstance(value[name], str):
            yield column, value[name]
            yield from self._inside(column, {key: one for key, one in value.items() if key != name}, deepest)
        else:
            yield from self._inside(column, value, deepest)

    def _inside(self, column: str, value: Mapping[Any, Any], deepest: int) -> Iterator[tuple[str, Any]]:
        if deepest > 1:
            yield from self._walk(column, value, deepest - 1)
        elif value:
            self.left_out[(column, f"left out, nested deeper than {DEEPEST} levels")] += 1

    def _list(self, column: str, values: list[Any], deepest: int) -> Iterator[tuple[str, Any]]:
        if len(values) > MOST_ENTRIES:
            self.left_out[(column, f"only the first {MOST_ENTRIES} entries kept")] += 1
            values = values[:MOST_ENTRIES]
        filled = [value for value in values if value is not None]
        if not any(isinstance(value, (dict, list, tuple)) for value in filled):
            yield column, [one for value in filled for _, one in self._scalar(column, value)]
        elif all(isinstance(value, dict) for value in filled):
            yield from self._objects(column, filled, deepest)
        else:
            self.left_out[(column, "left out, a list of lists")] += 1

    def _objects(self, column: str, values: list[dict[Any, Any]], deepest: int) -> Iterator[tuple[str, Any]]:
        """Pairs of key and value become columns, objects with names a list of them, others a list per key."""
        if pairs := _pairs(values):
            yield from self._walk("", _gathered(pairs), deepest)
            return
        names = [_named(value) for value in values]
        if None not in names:
            yield column, names
            if any(set(map(str, value)) - {*_NAME, *_MINOR} for value in values):
                self.left_out[(column, "only the names of its entries are kept")] += 1
        elif deepest > 1:
            merged: dict[str, list[Any]] = {}
            for value in values:
                for key, one in value.items():
                    merged.setdefault(str(key), []).extend(one if isinstance(one, list) else [one])
            yield from self._walk(column, merged, deepest - 1)
        else:
            self.left_out[(column, f"left out, nested deeper than {DEEPEST} levels")] += 1

    def _scalar(self, column: str, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, datetime):
            value = value.isoformat(sep=" ")
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, Decimal):
            value = float(value)
        elif isinstance(value, (bytes, bytearray)):
            self.left_out[(column, "left out, binary data")] += 1
            return
        elif not isinstance(value, (str, int, float, bool, type(None))):
            value = str(value)
        if isinstance(value, float) and value != value:
            value = None
        yield column, value


def _is_flat(value: Any) -> bool:
    """Whether a value stays as it is: the usual case, told fast."""
    if isinstance(value, list):
        return len(value) <= MOST_ENTRIES and all(type(one) is str for one in value)
    return value is None or type(value) in (str, int, bool)


def _first(keys: Mapping[str, Any], wanted: tuple[str, ...]) -> Any:
    return next((keys[one] for one in wanted if one in keys), None)


def _named(value: Mapping[Any, Any]) -> str | None:
    keys = {str(key).lower(): key for key in value}
    name = _first(keys, (*_NAME, "value"))
    found = value[name] if name is not None else None
    return str(found) if isinstance(found, (str, int, float)) else None


def _pairs(values: list[dict[Any, Any]]) -> list[tuple[str, Any]]:
    """The (key, value) pairs of a list of attributes; none when it is not made of pairs."""
    pairs = []
    for value in values:
        keys = {str(key).lower(): key for key in value}
        rest = {key: one for key, one in keys.items() if key in _VALUE}
        name = _first({key: one for key, one in keys.items() if key not in rest}, _KEY)
        if name is None or len(rest) != 1 or len(keys) > 3 or not isinstance(value[name], str):
            return []
        unit = _first(keys, _UNIT)
        found = value[next(iter(rest.values()))]
        pairs.append((value[name], f"{found} {value[unit]}" if unit and value[unit] and found is not None else found))
    return pairs


def _gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that comes several times has a list of values."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            before = found[key] if isinstance(found[key], list) else [found[key]]
            found[key] = [*before, *(value if isinstance(value, list) else [value])]
        else:
            found[key] = value
    return found

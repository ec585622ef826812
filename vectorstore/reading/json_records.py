"""JSON and JSON Lines text -> records. Knows no column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vectorstore.errors import CatalogError
from vectorstore.reading.opening import lines_of
from vectorstore.reading.records import Records, Refusals
from vectorstore.reading.rows import shown

_DEEPEST = 4
_WRAPPERS = frozenset(
    [
        "items",
        "products",
        "records",
        "rows",
        "data",
        "results",
        "entries",
        "books",
        "movies",
        "films",
        "articles",
        "listings",
    ]
)


def jsonl_records(text: str, name: str) -> Records:
    """One JSON object per line; a line that is none is refused."""
    refusals = Refusals.of(name)
    records: list[tuple[int, Mapping[str, Any]]] = []
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        try:
            record = _loads(line)
        except (ValueError, RecursionError) as error:
            refusals.add(number, line, f"not JSON ({getattr(error, 'msg', str(error))})")
            continue
        if isinstance(record, dict):
            records.append((number, record))
        else:
            refusals.add(number, line, "not a JSON object")
    return Records(tuple(records), (), tuple(refusals.problems), tuple(refusals.rejected))


def json_records(text: str, name: str) -> Records:
    """A list of objects, objects under their ids, an object that wraps one of the two, or JSON Lines.

    Raises `CatalogError` when the text is no JSON or holds no records.
    """
    try:
        found = _loads(text)
    except RecursionError as error:
        raise CatalogError(f"{name} is nested too deeply", hint="Give a list of flat objects.") from error
    except ValueError as error:
        lines = jsonl_records(text, name)
        if lines.records and len(lines.records) >= len(lines.refused):
            return lines
        raise CatalogError(
            f"{name} is not valid JSON: {error}", hint="Correct it there, or export it again."
        ) from error
    return listed(found, name)


def listed(found: Any, name: str) -> Records:
    """The records in what a JSON or YAML file holds. Raises `CatalogError` when there are none to be seen."""
    if found is None or found in ([], {}):
        return Records()
    records, notes = _records_in(found, _DEEPEST)
    if records is None:
        raise CatalogError(
            f"{name} holds no list of records", hint='Give a list of objects: [{"id": ..., "title": ...}].'
        )
    refusals = Refusals.of(name)
    good: list[tuple[int, Mapping[str, Any]]] = []
    for place, record in enumerate(records, start=1):
        if isinstance(record, dict):
            good.append((place, record))
        else:
            refusals.add(place, shown(record), "not an object", repair="give each item its own object")
    return Records(tuple(good), (), tuple(refusals.problems), tuple(refusals.rejected), notes)


def _records_in(found: Any, deepest: int) -> tuple[list[Any] | None, tuple[str, ...]]:
    """The records and notes on where they were; None when there are none."""
    if isinstance(found, list):
        return (found, ()) if any(isinstance(one, dict) for one in found) else (None, ())
    if not isinstance(found, dict) or not deepest:
        return None, ()
    if len(found) > 1 and _keyed(found):
        return [{"id": str(key), **value} for key, value in found.items()], ()
    chosen = _likeliest({key: value for key, value in found.items() if isinstance(value, list)}, alone=found)
    if chosen is not None:
        left = ", ".join(str(key) for key in found if key != chosen)
        told = f"its items are under {str(chosen)!r}" + (f", left aside: {shown(left)}" if left else "")
        return found[chosen], (told,)
    if _is_record(found):
        return [found], ()
    for key, value in found.items():
        inner, notes = _records_in(value, deepest - 1) if isinstance(value, dict) else (None, ())
        if inner is not None:
            return inner, (f"its items are under {str(key)!r}", *notes)
    return None, ()


def _likeliest(lists: Mapping[Any, list[Any]], *, alone: Mapping[Any, Any]) -> Any:
    """The key of the list that holds the items: of records with titles, else of any objects; the longest one."""
    objects = {key: values for key, values in lists.items() if values and all(isinstance(one, dict) for one in values)}
    titled = {key: values for key, values in objects.items() if all(map(_is_record, values))}
    if _is_record(alone) and not any(str(key).lower() in _WRAPPERS for key in titled):
        return None
    likely = titled or objects
    return max(likely, key=lambda key: (str(key).lower() in _WRAPPERS, len(likely[key])), default=None)


def _keyed(found: Mapping[Any, Any]) -> bool:
    """Objects under their ids: every value is an object, and they are of one kind."""
    if not all(isinstance(value, dict) for value in found.values()):
        return False
    keys = [set(value) for value in found.values()]
    shared = set.intersection(*keys)
    return bool(shared) and not all(isinstance(value, dict) for one in found.values() for value in one.values())


def _is_record(found: Mapping[Any, Any]) -> bool:
    """One item alone: it has a title, whatever else."""
    return any(str(key).lower() in ("title", "name") and isinstance(value, str) for key, value in found.items())


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=lambda word: None)

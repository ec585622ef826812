"""`catalog.toml`: the operator's corrections to what was inferred about the columns, read and applied.

Knows no rows; `writing_toml` writes the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from vectorstore.errors import CatalogError
from vectorstore.plan import FACETS, ROLES, SLOTS, Column, Kind, Plan
from vectorstore.reading.writing_toml import column_of, write_catalog_toml

__all__ = ["NAME", "column_of", "corrected", "read_catalog_toml", "write_catalog_toml"]

NAME = "catalog.toml"
BASES = ("image_base", "url_base")
_KEYS = ("column", "type", "role", "label", "unit", "unit_column", "separator", "decimal", "dates", "aliases")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": get_args(Kind),
    "role": ROLES,
    "decimal": (".", ","),
    "dates": ("ymd", "dmy", "mdy"),
}


def read_catalog_toml(path: Path) -> dict[str, Any]:
    """The corrections in ``path``, checked. Raises `CatalogError` naming the line, the key and the allowed choices."""
    try:
        text = path.read_text("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}", hint="Check its rights.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogError(
            f"{path} is not valid TOML: {error}", hint="Correct that line, or delete the file."
        ) from error
    _Checker(path, text).check(table)
    return table


def corrected(plan: Plan, table: Mapping[str, Any]) -> tuple[Plan, tuple[str, ...]]:
    """``plan`` with the operator's corrections, and notes on corrections whose column is not in the file."""
    columns = {column.source: column for column in plan}
    notes = []
    named = {kind: source for kind, source in table.get("columns", {}).items() if kind not in BASES}
    for kind, source in named.items():
        if source in columns:
            columns = {key: _demoted(column, kind) for key, column in columns.items()}
            columns[source] = replace(columns[source], kind=kind, name=kind)
        else:
            notes.append(f"{NAME}: the column {source!r} ({kind}) is not in the file{_nearest(source, columns)}")
    for name, section in table.get("facets", {}).items():
        source = section.get("column", next((key for key, one in columns.items() if one.name == name), name))
        if source in columns:
            columns[source] = _overruled(columns[source], name, section)
        else:
            notes.append(
                f"{NAME}: the column {source!r} of facet {name!r} is not in the file{_nearest(source, columns)}"
            )
    bases = {key.removesuffix("_base"): base for key, base in table.get("columns", {}).items() if key in BASES}
    based = (replace(one, base=bases[one.kind]) if one.kind in bases else one for one in columns.values())
    return tuple(based), tuple(notes)


def _overruled(column: Column, name: str, section: Mapping[str, Any]) -> Column:
    kind = section.get("type", column.kind if column.kind in FACETS else "category")
    fields = {key: section[key] for key in _KEYS[2:] if key in section}
    if "aliases" in fields:
        fields["aliases"] = dict(_aliases(fields["aliases"]))
    return replace(column, name=name, kind=kind, **{"why": "as catalog.toml says", **fields})


def _aliases(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(spelling, value): written as `spelling = "value"`, or as `value = ["spelling", "spelling"]`."""
    found = []
    for key, given in table.items():
        pairs = [(spelling, key) for spelling in given] if isinstance(given, list) else [(key, given)]
        found += [(str(spelling).casefold(), str(value)) for spelling, value in pairs]
    return found


def _demoted(column: Column, kind: str) -> Column:
    """A column that was guessed to fill a field which another one fills now."""
    return replace(column, kind="ignore") if column.kind == kind else column


def _nearest(source: str, columns: Mapping[str, Column]) -> str:
    near = get_close_matches(source, columns, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


class _Checker:
    """Checks what the operator wrote; an error names the line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def check(self, table: Mapping[str, Any]) -> None:
        """Raises `CatalogError` at the first thing that is not understood."""
        for name in table:
            self._right(name in ("columns", "facets"), "", name, "a section [columns] or [facets.NAME]")
        columns, facets = table.get("columns", {}), table.get("facets", {})
        self._right(isinstance(columns, dict), "", "columns", "a section [columns]")
        self._right(isinstance(facets, dict), "", "facets", "sections [facets.NAME]")
        for kind, source in columns.items():
            self._right(kind in (*SLOTS, *BASES), "columns", kind, f"one of {', '.join((*SLOTS, *BASES))}")
            self._right(isinstance(source, str), "columns", kind, "the name of a column, in quotes")
        for name, section in facets.items():
            self._section(name, section)

    def _section(self, name: str, section: Any) -> None:
        place = f"facets.{name}"
        self._right(isinstance(section, dict), "facets", name, f"a section [{place}] with keys")
        for key, value in section.items():
            self._right(key in _KEYS, place, key, f"one of {', '.join(_KEYS)}")
            if key == "aliases":
                right = isinstance(value, dict) and all(map(_is_alias, value.values()))
                self._right(
                    right, place, key, 'pairs as "sci-fi" = "science fiction", or value = ["spelling", "spelling"]'
                )
            else:
                self._right(isinstance(value, str), place, key, "a text in quotes")
            if key in _CHOICES:
                wanted = f"one of {', '.join(_CHOICES[key])}"
                self._right(value in _CHOICES[key], place, key, wanted, found=f" = {value!r}")

    def _right(self, right: bool, section: str, key: str, wanted: str, *, found: str = "") -> None:
        if not right:
            line = self._line(section, key)
            at = f", line {line}" if line else ""
            place = f"[{section}] {key}{found}".replace("[] ", "")
            near = get_close_matches(key, [*_KEYS, *SLOTS, *BASES], 1) if not found else []
            meant = f" Did you mean {near[0]}?" if near and near[0] != key else ""
            raise CatalogError(f"{self._path}{at}: {place} is not understood", hint=f"It should be {wanted}.{meant}")

    def _line(self, section: str, key: str) -> int:
        """The line of a key in its section, counted from 1; 0 when it is not seen."""
        inside = not section
        for number, line in enumerate(self._lines, start=1):
            bare = line.split("#")[0].replace(" ", "").replace('"', "")
            if bare.startswith("["):
                inside = bare == f"[{section.replace(' ', '')}]" or not section
                if bare.strip("[]").split(".")[-1] == key.replace(" ", ""):
                    return number
            elif inside and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
                return number
        return 0


def _is_alias(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))

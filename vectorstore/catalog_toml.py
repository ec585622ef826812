"""`catalog.toml`: what was inferred about the columns, written for the operator to correct, and read back.

Knows no rows.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from vectorstore.base import Facet, Schema
from vectorstore.errors import CatalogError
from vectorstore.files import write_file
from vectorstore.plan import FACETS, ROLES, SLOTS, Column, Kind, Plan

NAME = "catalog.toml"
_KEYS = ("column", "type", "role", "label", "unit", "separator", "decimal", "dates", "aliases")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": get_args(Kind),
    "role": ROLES,
    "decimal": (".", ","),
    "dates": ("ymd", "dmy", "mdy"),
}
_HEAD = """\
# How Shelftalk reads this catalogue. Correct what is wrong, then ingest again; delete the file to have it guessed anew.
#
# [columns]        which column of the file fills each field of an item
# [facets.NAME]    what visitors can ask for:
#   column         the column of the file
#   type           category | multi | number | date | flag | ignore
#   role           attribute | price | stock | popularity | year
#   label, unit    as visitors read them
#   separator      what separates the values of a multi column, as ";"
#   decimal        "." or ",": the decimal mark of a number column
#   dates          ymd | dmy | mdy: how a date column is written
#   aliases        other spellings, in any language: {"sci-fi" = "science fiction"}
"""


def write_catalog_toml(schema: Schema, path: Path, *, plan: Plan = ()) -> None:
    """Write ``schema``, and the columns that it was read from, to ``path``. Raises `StorageError`."""
    columns = plan or tuple(column_of(facet) for facet in schema.facets)
    lines = [_HEAD, "[columns]"]
    lines += [f"{column.kind} = {_quoted(column.source)}" for column in columns if column.kind in SLOTS]
    for column in columns:
        if column.kind not in SLOTS:
            lines += ["", *_section(column, schema.get(column.name))]
    write_file(path, "\n".join([*lines, ""]).encode())


def read_catalog_toml(path: Path) -> dict[str, Any]:
    """The corrections in ``path``, checked. Raises `CatalogError` naming the section and the key."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}", hint="Check its rights.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(
            f"{path} is not valid TOML: {error}", hint="Correct that line, or delete the file."
        ) from error
    unknown = set(table) - {"columns", "facets"}
    if unknown:
        raise CatalogError(
            f"{path} has an unknown section {sorted(unknown)[0]!r}", hint="Use [columns] and [facets.NAME]."
        )
    for kind in table.get("columns", {}):
        _check(kind in SLOTS, path, f"[columns] {kind}", f"one of {', '.join(SLOTS)}")
    for name, section in table.get("facets", {}).items():
        _check_section(path, name, section)
    return table


def corrected(plan: Plan, table: Mapping[str, Any]) -> tuple[Plan, tuple[str, ...]]:
    """``plan`` with the operator's corrections, and notes on corrections whose column is not in the file."""
    columns = {column.source: column for column in plan}
    notes = []
    for kind, source in table.get("columns", {}).items():
        if source in columns:
            columns = {key: _demoted(column, kind) for key, column in columns.items()}
            columns[source] = replace(columns[source], kind=kind, name=kind)
        else:
            notes.append(f"{NAME}: the column {source!r} ({kind}) is not in the file")
    for name, section in table.get("facets", {}).items():
        source = section.get("column", next((key for key, one in columns.items() if one.name == name), name))
        if source in columns:
            columns[source] = _overruled(columns[source], name, section)
        else:
            notes.append(f"{NAME}: the column {source!r} of facet {name!r} is not in the file")
    return tuple(columns.values()), tuple(notes)


def _overruled(column: Column, name: str, section: Mapping[str, Any]) -> Column:
    kind = section.get("type", column.kind if column.kind in FACETS else "category")
    fields = {key: section[key] for key in _KEYS[2:] if key in section}
    if "aliases" in fields:
        fields["aliases"] = {str(alias).casefold(): str(value) for alias, value in fields["aliases"].items()}
    return replace(column, name=name, kind=kind, **fields)


def _demoted(column: Column, kind: str) -> Column:
    """A column that was guessed to fill a field which another one fills now."""
    return replace(column, kind="ignore") if column.kind == kind else column


def _section(column: Column, facet: Facet | None) -> Iterator[str]:
    if column.seen:
        yield f"# {' '.join(column.seen.split())}"
    if facet is not None and facet.low is not None:
        yield f"# from {facet.low:g} to {facet.high:g}"
    yield f"[facets.{_key(column.name)}]"
    yield f"column = {_quoted(column.source)}"
    yield f"type = {_quoted(column.kind)}"
    for key in ("role", "label", "unit", "separator"):
        value = getattr(column, key)
        if value and column.kind != "ignore" and (key, value) != ("role", "attribute"):
            yield f"{key} = {_quoted(value)}"
    if column.kind == "number" and column.decimal == ",":
        yield 'decimal = ","'
    if column.kind == "date" and column.dates != "ymd":
        yield f"dates = {_quoted(column.dates)}"
    if column.aliases:
        yield f"[facets.{_key(column.name)}.aliases]"
        yield from (f"{_quoted(alias)} = {_quoted(value)}" for alias, value in column.aliases.items())


def column_of(facet: Facet) -> Column:
    """The column that would give ``facet`` again."""
    return Column(facet.name, facet.type, facet.name, facet.role, facet.label, facet.unit, aliases=facet.aliases)


def _check_section(path: Path, name: str, section: Any) -> None:
    place = f"[facets.{name}]"
    _check(isinstance(section, dict), path, place, "a section with keys")
    for key, value in section.items():
        _check(key in _KEYS, path, f"{place} {key}", f"one of {', '.join(_KEYS)}")
        if key == "aliases":
            _check(isinstance(value, dict), path, f"{place} {key}", "pairs of spelling and value")
        else:
            _check(isinstance(value, str), path, f"{place} {key}", "a text in quotes")
        if key in _CHOICES:
            _check(value in _CHOICES[key], path, f"{place} {key} = {value!r}", f"one of {', '.join(_CHOICES[key])}")


def _check(right: bool, path: Path, place: str, wanted: str) -> None:
    if not right:
        raise CatalogError(f"{path}: {place} is not understood", hint=f"It should be {wanted}.")


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

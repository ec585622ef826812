"""Writes `catalog.toml`: what was inferred about each column, with what stands in it and what visitors can say.

Knows no rows; `catalog_toml` reads the file back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from vectorstore.base import Facet, Schema
from vectorstore.files import write_file
from vectorstore.plan import SLOTS, Column, Plan
from vectorstore.sayable import sayable

_HEAD = """\
# How Shelftalk reads this catalogue. Correct what is wrong, then ingest again; delete the file to have it guessed anew.
#
# [columns]        which column of the file fills each field of an item
#   image_base     the address that stands before file names of pictures, as "https://shop.example/images"
#   url_base       the same for links to the items' pages
# [facets.NAME]    what visitors can ask for:
#   column         the column of the file
#   type           category | multi (several values) | number | date | flag (yes or no) | ignore
#   role           attribute | price | stock | popularity | year
#   label, unit    as visitors read them; numbers in other units are converted to this one, prices never
#   unit_column    another column that holds the unit or currency of each number
#   separator      what separates the values of a multi column, as ";"
#   decimal        "." or ",": the decimal mark of a number column
#   dates          ymd | dmy | mdy: how a date column is written
#   aliases        other spellings, in any language: "sci-fi" = "science fiction",
#                  or all at once: "science fiction" = ["sci-fi", "scifi", "科幻"]
"""
_SHOWN = 6


def write_catalog_toml(schema: Schema, path: Path, *, plan: Plan = ()) -> None:
    """Write ``schema``, and the columns that it was read from, to ``path``. Raises `StorageError`."""
    columns = plan or tuple(column_of(facet) for facet in schema.facets)
    lines = [_HEAD, "[columns]"]
    for column in columns:
        if column.kind in SLOTS:
            lines += [f"# {_line(column.seen)}"] if column.seen else []
            lines.append(f"{column.kind} = {_quoted(column.source)}")
            lines += [f"{column.kind}_base = {_quoted(column.base)}"] if column.base else []
    for column in columns:
        if column.kind not in SLOTS:
            lines += ["", *_section(column, schema.get(column.name))]
    write_file(path, "\n".join([*lines, ""]).encode("utf-8", errors="replace"))


def column_of(facet: Facet) -> Column:
    """The column that would give ``facet`` again."""
    return Column(facet.name, facet.type, facet.name, facet.role, facet.label, facet.unit, aliases=facet.aliases)


def _section(column: Column, facet: Facet | None) -> Iterator[str]:
    yield from (f"# {_line(comment)}" for comment in _comments(column, facet))
    yield f"[facets.{_key(column.name)}]"
    yield f"column = {_quoted(column.source)}"
    yield f"type = {_quoted(column.kind)}"
    for key in ("role", "label", "unit", "unit_column", "separator"):
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


def _comments(column: Column, facet: Facet | None) -> Iterator[str]:
    """What stands in the column, what was made of it, and what that lets a visitor say."""
    if column.seen:
        yield column.seen
    if column.kind == "ignore":
        yield f"ignored: {column.why or 'no facet'}"
        return
    if facet is None:
        return
    if facet.type == "date" and facet.low is not None and facet.high is not None:
        yield f"from {_day(facet.low)} to {_day(facet.high)}"
    elif facet.low is not None:
        yield f"from {facet.low:.10g} to {facet.high:.10g} {facet.unit}".strip()
    elif facet.values:
        common = ", ".join(f"{value[:40]} ({count})" for value, count in facet.values[:_SHOWN])
        yield f"{len(facet.values)} values, most often {common}"
    if phrases := sayable(facet):
        yield "lets a visitor say: " + ", ".join(f'"{phrase}"' for phrase in phrases)


def _day(number: float) -> str:
    digits = f"{number:08.0f}"
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _line(text: str) -> str:
    """A comment on one line, without what TOML forbids there."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Single changes of items: a row as a program sends it, read by the schema -> what becomes of one item.

A field that is not given, or is blank, stays; null erases. A value that does not fit is a `Misfit` that names field,
value, rule and repair. Pure; knows no file, no vectors and no HTTP.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vectorstore.base import FacetValue, Item
from vectorstore.plan import Column
from vectorstore.reading import cells
from vectorstore.reading.cleaning import clean, is_blank
from vectorstore.reading.date_cells import date
from vectorstore.reading.itemising import LONGEST_TITLE, LONGEST_VALUE
from vectorstore.reading.quantities import convert, quantity

FIELDS = ("title", "description", "image", "url")
DRAWN = frozenset({"score", "rank", "label", "facts", "reasons", "unmet", "details", "evidence", "features", "catalog"})
"""What an item carries when it was searched for: read past, so that a found item can be sent back."""
_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that was not taken: whose, which field, the rule it breaks, and what to send instead."""

    id: str
    field: str
    value: str
    rule: str
    repair: str

    def __str__(self) -> str:
        """As in "price 'abc': not a number in EUR; send a number, or leave it out"."""
        what = " ".join(part for part in (self.field, repr(self.value) if self.value else "") if part)
        return f"{what}: {self.rule}; {self.repair}"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the item ``id``: removed when ``gone``, else its given values change and the others stay.

    ``blank`` names the fields, ``dropped`` the facets whose values are erased.
    """

    id: str
    gone: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, FacetValue] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def applied(self, item: Item | None) -> Item | None:
        """The item after the change; None when it is gone, or would be new and has no title."""
        if self.gone or (item is None and not self.fields.get("title")):
            return None
        item = item or Item(self.id, "")
        kept = {name: value for name, value in item.facets.items() if name not in self.dropped}
        erased: dict[str, Any] = {name: "" if name == "description" else None for name in self.blank}
        return replace(item, **{**erased, **self.fields}, facets={**kept, **self.facets})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows against a catalogue. ``columns`` are its facets by name, ``headers`` other names of fields and facets.

    ``spelling`` maps a facet to the catalogue's own spelling of each value, by lower case.
    """

    columns: Mapping[str, Column]
    headers: Mapping[str, str] = field(default_factory=dict)
    spelling: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, id: str, row: Mapping[str, Any], known: Item | None) -> tuple[Change, tuple[Misfit, ...]]:
        """What ``row`` makes of the item ``id``, and what in it does not fit; ``known`` is the item as it is now."""
        found = _Reading(self, id)
        nested = isinstance(row.get("facets"), Mapping) and "facets" not in self.columns
        for name, value in row.items():
            if nested and name == "facets":
                for facet, inner in value.items():
                    found.facet(str(facet), inner)
            elif name in FIELDS:
                found.text(name, value)
            elif name != "id" and not (nested and name in DRAWN):
                found.any(name, value)
        found.require(known)
        return found.change(), tuple(found.misfits)

    def resolve(self, name: str) -> str:
        """The field or facet that a name means, "" when there is none."""
        if name in self.columns:
            return name
        key = re.sub(r"\W+", "_", name.strip().casefold()).strip("_")
        return self.headers.get(name, "") or (key if key in self.columns or key in FIELDS else "")


class _Reading:
    """One row at work."""

    def __init__(self, reader: Reader, id: str) -> None:
        self._reader, self._id = reader, id
        self._fields: dict[str, str] = {}
        self._facets: dict[str, FacetValue] = {}
        self._blank: list[str] = []
        self._dropped: list[str] = []
        self.misfits: list[Misfit] = []
        if not 0 < len(id) <= LONGEST_VALUE or not _is_plain(id) or id != id.strip():
            self._refuse("id", id, f"not an id of 1 to {LONGEST_VALUE} characters", "send a short text without blanks")

    def change(self) -> Change:
        """What was read."""
        return Change(
            self._id, fields=self._fields, facets=self._facets, blank=tuple(self._blank), dropped=tuple(self._dropped)
        )

    def require(self, known: Item | None) -> None:
        """An item has a title."""
        if "title" in self._blank or (known is None and not self._fields.get("title")):
            self._blank = [name for name in self._blank if name != "title"]
            if not any(misfit.field == "title" for misfit in self.misfits):
                self._refuse("title", "", "missing", "send a title: every item has one")

    def any(self, name: str, value: Any) -> None:
        """A name that may be a facet, or another name of a field."""
        meant = self._reader.resolve(name)
        if meant in FIELDS:
            self.text(meant, value)
        elif meant != "id":
            self.facet(name, value)

    def text(self, name: str, value: Any) -> None:
        """One of the fields that are text."""
        if value is None:
            self._blank.append(name)
        elif not is_blank(value):
            word, rule = _text(value)
            if name in ("image", "url") and (" " in word or _SCHEME.match(word)):
                rule = "not a web address"
            if rule:
                self._refuse(name, value, rule, f"send {name} as plain text")
            elif word:
                self._fields[name] = word[:LONGEST_TITLE] if name == "title" else word

    def facet(self, name: str, value: Any) -> None:
        """One facet, by any of its names."""
        meant = self._reader.resolve(name)
        column = self._reader.columns.get(meant)
        if column is None:
            known = ", ".join(self._reader.columns) or "none"
            self._refuse(name, value, "there is no such facet in this catalogue", f"known facets: {known}")
        elif value is None:
            self._dropped.append(meant)
        elif not is_blank(value):
            read = _value(value, column)
            if read is None:
                self._refuse(name, value, _rule(column), _repair(column))
            else:
                self._facets[meant] = _spelt(read, self._reader.spelling.get(meant, {}))

    def _refuse(self, name: str, value: Any, rule: str, repair: str) -> None:
        shown = _shown(value)
        self.misfits.append(Misfit(self._id[:80], _shown(name), shown, rule, repair))


def _text(value: Any) -> tuple[str, str]:
    """A text without markup on one line, and the rule that it breaks, "" for none."""
    if not isinstance(value, str) or not _is_plain(value):
        return "", "not text"
    cleaned, rule = clean(value)
    return cells.word(cleaned) or "", rule


def _value(cell: Any, column: Column) -> FacetValue | None:
    """The cell as a value of its facet, by the rules of ingestion; None when it does not fit."""
    if isinstance(cell, (list, dict)) and column.kind != "multi":
        return None
    cell = clean(cell)[0] if _is_sound(cell) else None
    if column.kind == "number":
        found = None if isinstance(cell, int) and abs(cell) > 10**300 else quantity(cell, column.decimal)
        number = None if found is None else convert(found, column.unit)
        return number if number is not None and math.isfinite(number) else None
    if column.kind == "flag":
        return cells.flag(cell)
    if column.kind == "date":
        return date(cell, column.dates) if isinstance(cell, str) else None
    if column.kind == "multi":
        values = cells.several(cell, column.separator) if isinstance(cell, (list, str)) else None
        return values if values and all(len(value) <= LONGEST_VALUE for value in values) else None
    word = cells.word(cell) if isinstance(cell, str) or _is_number(cell) else None
    return word if word and len(word) <= LONGEST_VALUE else None


def _is_sound(cell: Any) -> bool:
    """Whether every text in a cell can be kept."""
    if isinstance(cell, list):
        return all(map(_is_sound, cell))
    return not isinstance(cell, str) or _is_plain(cell)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) < 1e300


def _rule(column: Column) -> str:
    return f"not a {column.kind}" + (f" in {column.unit}" if column.kind == "number" and column.unit else "")


def _repair(column: Column) -> str:
    wanted = {
        "number": f"a number{f' in {column.unit}' if column.unit else ''}",
        "flag": "true or false",
        "date": "a date such as 2024-05-31",
        "multi": "a list of texts",
    }
    return f"send {wanted.get(column.kind, 'one text')}, null to erase it, or leave it out"


def _spelt(value: FacetValue, spelling: Mapping[str, str]) -> FacetValue:
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(spelling.get(one.casefold(), one) for one in value))
    return spelling.get(value.casefold(), value) if isinstance(value, str) else value


def _is_plain(text: str) -> bool:
    """Whether any file and database can hold it: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(value: Any) -> str:
    """A value as a report quotes it: short, and plain text whatever it was."""
    text = value[:80] if isinstance(value, str) else f"a {type(value).__name__}" if _is_large(value) else repr(value)
    return text[:80].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _is_large(value: Any) -> bool:
    return isinstance(value, (list, dict)) or (isinstance(value, int) and abs(value) > 10**30)

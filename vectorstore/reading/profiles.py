"""One column as inference sees it: its header as a key, its filled cells, and simple measures of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from vectorstore.reading.rows import Row
from vectorstore.reading.units import known_unit
from vectorstore.words import fold

_SAMPLE = 2_000
_UNIT_LETTERS = {"g", "l", "m", "h", "w", "v"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One column: a sample of its filled cells, how many are filled, how many of these differ, and all rows."""

    source: str
    key: str
    cells: tuple[Any, ...]
    filled: int
    total: int
    distinct: int

    def share(self, test: Callable[[Any], Any]) -> float:
        """The share of filled cells that pass ``test``, 0 to 1."""
        return sum(bool(test(cell)) for cell in self.cells) / max(len(self.cells), 1)

    @property
    def variety(self) -> float:
        """Different cells per filled cell, 0 to 1."""
        return self.distinct / max(self.filled, 1)

    @property
    def bare(self) -> str:
        """The key without a unit at its end: "price_eur" -> "price"."""
        return without_unit(self.key)


def profile(rows: Sequence[Row], column: str) -> Profile:
    """What ``rows`` hold in ``column``."""
    filled = [row.cells[column] for row in rows if column in row.cells]
    step = max(1, len(filled) // _SAMPLE)
    distinct = len({str(cell) for cell in filled})
    return Profile(column, header_key(column), tuple(filled[::step]), len(filled), len(rows), distinct)


def header_key(header: str) -> str:
    """As in "Release Year" -> "release_year", "Price (EUR)" -> "price", "inStock" -> "in_stock"."""
    bare = re.sub(r"[(\[（].*?[)\]）]", " ", header).strip() or header
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare)
    return re.sub(r"\W+", "_", fold(spaced)).strip("_") or "column"


def header_unit(header: str) -> str:
    """As in "Weight (kg)", "weight_kg" and "Preis in EUR"; "" when the header names none."""
    bracket = re.search(r"[(\[（](.*?)[)\]）]", header)
    if bracket and (unit := known_unit(re.sub(r"^in\s+", "", bracket[1].strip(), flags=re.IGNORECASE))):
        return unit
    head, _, last = header_key(header).rpartition("_")
    return known_unit(last) if head and (len(last) > 1 or last in _UNIT_LETTERS or not last.isascii()) else ""


def without_unit(key: str) -> str:
    """A key without the unit at its end."""
    head, _, last = key.rpartition("_")
    return (head.removesuffix("_in") or key) if head and len(last) > 1 and known_unit(last) else key


def label_of(header: str) -> str:
    """As in "weight_kg" -> "Weight", "Release Year" -> "Release year"."""
    words = without_unit(header_key(header)).replace("_", " ")
    return words[:1].upper() + words[1:]


def median_words(column: Profile) -> float:
    """Words of the middle text of a column; 0 where most cells are no texts. Two wide characters are a word."""
    lengths = [_length(cell) for cell in column.cells if isinstance(cell, str)]
    return float(median(lengths)) if lengths and len(lengths) * 2 > len(column.cells) else 0.0


def seen(column: Profile) -> str:
    """One line on what stands in a column: how full it is, how many values, the first of them."""
    told = f"filled in {column.filled} of {column.total} rows"
    values = [one for cell in column.cells for one in (cell if isinstance(cell, list) else [cell])]
    examples = list(dict.fromkeys(str(value)[:30] for value in values))
    if not examples:
        return told
    lists = any(isinstance(cell, list) for cell in column.cells)
    return (
        f"{told}{'' if lists else f'; {column.distinct} different'}, as {', '.join(repr(one) for one in examples[:3])}"
    )


def _length(text: str) -> float:
    return len(text.split()) if text.isascii() else len(text.split()) + sum(ord(one) > 0x2E7F for one in text) / 2

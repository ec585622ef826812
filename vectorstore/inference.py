"""Rows -> what each column is, by its header and by what stands in it.

A guess that an operator can correct in `catalog.toml`; ``Column.seen`` says what it rests on. Knows no file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from vectorstore import cells
from vectorstore.base import FacetRole
from vectorstore.headers import LIST_HEADERS, MINUTES, SLOT_HEADERS, role_of
from vectorstore.plan import FACETS, Column, Kind, Plan
from vectorstore.tables import Row
from vectorstore.words import fold

LONG_TEXT = 12
"""Words: a column whose middle cell is longer holds prose, not values."""
_FOREIGN_ID = re.compile(r"(.*_)?(id|isbn|isbn13|isbn10|ean|gtin|upc|sku|asin|uuid|guid|tconst)")
_IMAGE = re.compile(r"https?://\S+\.(jpe?g|png|webp|gif|avif)(\?\S*)?", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """The filled cells of one column, and how many rows there are."""

    source: str
    key: str
    cells: tuple[Any, ...]
    total: int

    def share(self, test: Any) -> float:
        """The share of filled cells that pass ``test``, 0 to 1."""
        return sum(bool(test(cell)) for cell in self.cells) / max(len(self.cells), 1)


def infer(rows: Sequence[Row], columns: Sequence[str]) -> Plan:
    """What each of ``columns`` is, in their order."""
    profiles = [_profile(rows, column) for column in columns]
    slots = _slots(profiles)
    plan = []
    for profile in profiles:
        kind = slots.get(profile.source)
        column = Column(profile.source, kind, name=kind) if kind else _facet(profile)
        plan.append(replace(column, seen=_seen(profile)))
    return _unique_names(plan)


def header_key(header: str) -> str:
    """As in "Release Year" -> "release_year", "Price (EUR)" -> "price", "inStock" -> "in_stock"."""
    bare = re.sub(r"[(\[].*?[)\]]", " ", header).strip() or header
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare)
    return re.sub(r"\W+", "_", fold(spaced)).strip("_") or "column"


def _profile(rows: Sequence[Row], column: str) -> Profile:
    filled = tuple(row.cells[column] for row in rows if column in row.cells)
    return Profile(column, header_key(column), filled, len(rows))


def _slots(profiles: Sequence[Profile]) -> dict[str, Kind]:
    """Which column fills which field of an item: by header, else prose, pictures and links by what they hold."""
    found: dict[str, Kind] = {}
    for kind, headers in SLOT_HEADERS.items():
        named = [profile for header in headers for profile in profiles if profile.key == header]
        best = next((one for one in named if one.source not in found and _fits(one, kind)), None)
        if best is not None:
            found[best.source] = kind
    rest = [one for one in profiles if one.source not in found]
    for kind, likely in (("description", _by_prose), ("image", _by_image), ("url", _by_link)):
        best = max(rest, key=likely, default=None)
        if kind not in found.values() and best is not None and likely(best) > 0:
            found[best.source] = kind
            rest.remove(best)
    return found


def _by_prose(profile: Profile) -> float:
    return max(0.0, _words(profile) - LONG_TEXT)


def _by_image(profile: Profile) -> float:
    return profile.share(lambda cell: isinstance(cell, str) and bool(_IMAGE.fullmatch(cell.strip()))) > 0.8


def _by_link(profile: Profile) -> float:
    return profile.share(lambda cell: isinstance(cell, str) and bool(_LINK.fullmatch(cell.strip()))) > 0.8


def _fits(profile: Profile, kind: Kind) -> bool:
    """A header alone is not enough: ids differ from row to row, titles and texts are words, links are links."""
    if not profile.cells:
        return profile.key in ("id", "title")
    if kind == "id":
        return profile.key == "id" or len({str(cell) for cell in profile.cells}) > 0.5 * len(profile.cells)
    if kind in ("image", "url"):
        return profile.share(lambda cell: isinstance(cell, str) and " " not in cell.strip()) > 0.5
    return profile.share(lambda cell: isinstance(cell, (str, int, float)) and not isinstance(cell, bool)) > 0.5


def _facet(profile: Profile) -> Column:
    """The column as a facet, or as something to ignore."""
    role = role_of(profile.key)
    base = Column(profile.source, "ignore", name=profile.key, role=role, label=_label(profile.source))
    if not profile.cells or (_FOREIGN_ID.fullmatch(profile.key) and role == "attribute"):
        return base
    for recognise in (_as_list, _as_flag, _as_date, _as_number):
        column = recognise(profile, base)
        if column is not None:
            return column
    if _words(profile) > LONG_TEXT or _by_link(profile):
        return replace(base, role="attribute")
    return replace(base, kind="category", role="attribute")


def _as_list(profile: Profile, base: Column) -> Column | None:
    if profile.share(lambda cell: isinstance(cell, list)) > 0:
        return replace(base, kind="multi", role="attribute")
    separators = ("|", ";", ",") if profile.key in LIST_HEADERS else ("|", ";")
    if _words(profile) > LONG_TEXT:
        return None
    for separator in separators:
        if profile.share(lambda cell, mark=separator: isinstance(cell, str) and mark in cell.strip(mark)) >= 0.03:
            return replace(base, kind="multi", role="attribute", separator=separator)
    return None


def _as_flag(profile: Profile, base: Column) -> Column | None:
    named = profile.key.startswith(("is_", "has_", "in_"))
    test = (lambda cell: cells.flag(cell) is not None) if named else cells.is_flag_word
    if profile.share(test) < 0.9:
        return None
    return replace(base, kind="flag", role="stock" if base.role == "stock" else "attribute")


def _as_date(profile: Profile, base: Column) -> Column | None:
    texts = [cell for cell in profile.cells if isinstance(cell, str) and not cell.strip().isdigit()]
    order = cells.date_order(texts)
    fit = sum(cells.date(cell, order) is not None for cell in texts)
    return replace(base, kind="date", role="attribute", dates=order) if fit >= 0.8 * len(profile.cells) > 0 else None


def _as_number(profile: Profile, base: Column) -> Column | None:
    """Numbers where most cells are some; a column called price or year needs only half of them."""
    mark = cells.decimal_mark(profile.cells)
    found = [quantity for cell in profile.cells if (quantity := cells.quantity(cell, mark))]
    needed = 0.5 if base.role != "attribute" else 0.8
    if len(found) < max(1, needed * len(profile.cells)):
        return None
    years = all(quantity.value.is_integer() and 1800 <= quantity.value <= 2100 for quantity in found)
    role: FacetRole = base.role if base.role != "year" or years else "attribute"
    written = Counter(quantity.unit for quantity in found if quantity.unit)
    unit = written.most_common(1)[0][0] if written else _header_unit(profile.source)
    return replace(base, kind="number", role=role, unit=unit, decimal=mark)


def _header_unit(header: str) -> str:
    """As in "Weight (kg)" and "weight_kg" -> "kg"; "runtime" -> "minutes"."""
    bracket = re.search(r"[(\[](.*?)[)\]]", header)
    last = bracket[1] if bracket else header_key(header).rpartition("_")[2]
    if header_key(header) in MINUTES:
        return "minutes"
    return cells.known_unit(last.strip()) if bracket or "_" in header_key(header) else ""


def _label(header: str) -> str:
    """As in "weight_kg" -> "Weight", "Release Year" -> "Release year"."""
    key = header_key(header)
    head, _, tail = key.rpartition("_")
    words = (head if head and cells.known_unit(tail) else key).replace("_", " ")
    return words[:1].upper() + words[1:]


def _words(profile: Profile) -> float:
    lengths = [len(cell.split()) for cell in profile.cells if isinstance(cell, str)]
    return float(median(lengths)) if len(lengths) * 2 > len(profile.cells) else 0.0


def _seen(profile: Profile) -> str:
    filled = f"filled in {len(profile.cells)} of {profile.total} rows"
    if not profile.cells or any(isinstance(cell, list) for cell in profile.cells):
        return filled
    examples = list(dict.fromkeys(str(cell)[:30] for cell in profile.cells))
    return f"{filled}; {len(examples)} different, as {', '.join(repr(one) for one in examples[:3])}"


def _unique_names(plan: Sequence[Column]) -> Plan:
    taken: Counter[str] = Counter()
    named = []
    for column in plan:
        taken[column.name] += 1
        again = column.kind in FACETS and taken[column.name] > 1
        named.append(replace(column, name=f"{column.name}_{taken[column.name]}") if again else column)
    return tuple(named)

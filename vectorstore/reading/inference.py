"""Rows -> what each column is, by its header and by what stands in it.

A guess that an operator can correct in `catalog.toml`; ``Column.seen`` says what it rests on, ``Column.why`` why a
column is no facet. Knows no file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from vectorstore.base import FacetRole
from vectorstore.plan import FACETS, Column, Plan
from vectorstore.reading import cells, units
from vectorstore.reading.date_cells import date, date_order
from vectorstore.reading.headers import KEPT_HEADERS, LIST_HEADERS, MINUTES, NO_FACETS, OTHER_NAMES, role_of
from vectorstore.reading.profiles import Profile, header_key, header_unit, label_of, median_words, profile, seen
from vectorstore.reading.quantities import Quantity, convert, decimal_mark, is_range, quantity
from vectorstore.reading.rejected import ERROR
from vectorstore.reading.rows import Row
from vectorstore.reading.settling import settled
from vectorstore.reading.slots import LONG_TEXT, is_link, is_picture, is_rare, slots_of

__all__ = ["header_key", "infer"]

_FOREIGN_ID = re.compile(
    r"(.*_)?(ids?|isbn|isbn13|isbn10|ean|gtin|upc|asin|uuid|guid|tconst|barcode|mpn|hsn|sku|artikelnummer)|id_\w+"
)
_COUNTERS = re.compile(r"unnamed.*|index|row|row_number|nr|no|lfd_nr|position|sort_order|sort|rank|column_\d+|序号")
_BOOKKEEPING = re.compile(r"(updated|modified|deleted|crawled|scraped|inserted|imported)(_(at|on|date|time|timestamp))?"
                          r"|last_(updated|modified)|crawl_timestamp|timestamp|etag|checksum|hash|md5")  # fmt: skip
_SEPARATORS = ("|", ";", ">", "、")
_CODE = re.compile(r"0\d")
_MIXED = 0.02


def infer(rows: Sequence[Row], columns: Sequence[str]) -> Plan:
    """What each of ``columns`` is, in their order."""
    profiles = [profile(rows, column) for column in columns]
    slots = slots_of(profiles)
    plan = []
    for one in profiles:
        kind = slots.get(one.source)
        column = Column(one.source, kind, name=kind) if kind else _facet(one)
        plan.append(replace(column, seen=seen(one)))
    return _unique_names(settled(plan, {one.source: one for one in profiles}))


def _facet(one: Profile) -> Column:
    """The column as a facet, or as something to ignore."""
    role = role_of(one.key) if role_of(one.key) != "attribute" else role_of(one.bare)
    base = Column(one.source, "ignore", name=one.key, role=role, label=label_of(one.source))
    if why := _no_facet(one, role):
        return replace(base, role="attribute", why=why)
    for recognise in (_as_list, _as_flag, _as_date, _as_number):
        column = recognise(one, base)
        if column is not None:
            return column
    why = _no_category(one)
    return replace(base, kind="ignore" if why else "category", role="attribute", why=why)


def _no_facet(one: Profile, role: FacetRole) -> str:
    """Why a column cannot be asked for, whatever its type; "" when it may."""
    if not one.cells:
        return "no values"
    if one.key == ERROR:
        return "why rows were rejected"
    if one.key in OTHER_NAMES:
        return "other names of the item"
    if role == "attribute" and (_FOREIGN_ID.fullmatch(one.key) or _is_code(one)):
        return "an identifier"
    if role == "attribute" and _BOOKKEEPING.fullmatch(one.key):
        return "bookkeeping"
    if role == "attribute" and (why := _own_page(one)):
        return why
    if _COUNTERS.fullmatch(one.key) and _counts_up(one):
        return "a row number"
    if is_rare(one):
        return f"filled in only {one.filled} of {one.total} rows"
    return "addresses of pictures" if one.share(is_picture) > 0.8 else "addresses" if one.share(is_link) > 0.5 else ""


def _own_page(one: Profile) -> str:
    """Why a column belongs on the item's own page: where it is, and how to call there."""
    last = one.key.rpartition("_")[2]
    told = (
        why
        for why, keys in NO_FACETS.items()
        if one.key in keys.split() or (why[-3:] == "map" and last in keys.split())
    )
    measured = one.share(lambda cell: isinstance(cell, list) and any(isinstance(part, float) for part in cell)) > 0.5
    return next(told, "lists of numbers" if measured else "")


def _no_category(one: Profile) -> str:
    """Why texts are no values to choose among; "" when they are."""
    if median_words(one) > LONG_TEXT:
        return "long text"
    if one.filled >= 100 and one.key not in KEPT_HEADERS and one.variety > 0.8:
        return "almost every value is different"
    common = Counter(str(cell).casefold() for cell in one.cells).most_common(1)[0][1] if one.cells else 0
    if one.filled >= 100 and one.filled > 0.9 * one.total and common > 0.99 * len(one.cells):
        return "almost every row says the same"
    return ""


def _as_list(one: Profile, base: Column) -> Column | None:
    base = replace(base, role="attribute")
    if one.share(lambda cell: isinstance(cell, list)) > 0:
        if one.share(lambda cell: _words_per_entry(cell) > LONG_TEXT) > 0.5:
            return replace(base, why="long text")
        return replace(base, kind="multi")
    if median_words(one) > LONG_TEXT and one.key not in LIST_HEADERS:
        return None
    for mark in (*_SEPARATORS, *((",", "，", "/") if one.key in LIST_HEADERS else ())):
        if one.share(partial(_holds, mark)) >= 0.03:
            return replace(base, kind="multi", separator=mark)
    return replace(base, kind="multi", separator=",") if _enumerates(one) else None


def _holds(mark: str, cell: Any) -> bool:
    return isinstance(cell, str) and mark in cell.strip(f"{mark} ")


def _words_per_entry(cell: Any) -> float:
    entries = cell if isinstance(cell, list) else [cell]
    return sum(len(str(entry).split()) for entry in entries) / max(len(entries), 1)


def _enumerates(one: Profile) -> bool:
    """Whether commas separate values: the pieces come again and again, in ever new combinations."""
    texts = [cell for cell in one.cells if isinstance(cell, str)]
    lists = [text for text in texts if ", " in text]
    if len(texts) < 10 or len(lists) < 0.2 * len(one.cells) or any(quantity(text) for text in lists[:20]):
        return False
    pieces = [piece.strip().casefold() for text in texts for piece in text.split(",") if piece.strip()]
    short = sum(len(piece.split()) <= 3 for piece in pieces) > 0.9 * len(pieces)
    return short and len(set(pieces)) < 0.3 * len(pieces) and len(set(pieces)) < len({*texts})


def _as_flag(one: Profile, base: Column) -> Column | None:
    named = one.key.startswith(("is_", "has_", "in_"))
    test = _is_flag if named or base.role == "stock" else cells.is_flag_word
    words = {str(cell).strip().lower() for cell in one.cells}
    if one.share(test) < 0.9 or _is_choice([cell for cell in one.cells if not test(cell)], one):
        return None
    if base.role == "stock" and one.share(cells.is_flag_word) < 0.5 and words - {"0", "1"}:
        return None
    if len(words) == 1 and len(next(iter(words))) == 1 and not named:
        return None
    return replace(base, kind="flag", role="stock" if base.role == "stock" else "attribute")


def _is_flag(cell: Any) -> bool:
    return cells.flag(cell) is not None


def _as_date(one: Profile, base: Column) -> Column | None:
    texts = [cell for cell in one.cells if isinstance(cell, str) and not cell.strip().isdigit()]
    order = date_order(texts)
    fit = sum(date(cell, order) is not None for cell in texts)
    return replace(base, kind="date", role="attribute", dates=order) if fit >= 0.8 * len(one.cells) > 0 else None


def _as_number(one: Profile, base: Column) -> Column | None:
    """Numbers where most cells are some; a column called price or year needs only half of them."""
    mark = decimal_mark(one.cells)
    found = [number for cell in one.cells if (number := quantity(cell, mark))]
    unit = _unit(one, found)
    fitting = [number for number in found if convert(number, unit) is not None]
    needed = 0.5 if base.role != "attribute" else 0.8
    if one.share(lambda cell: isinstance(cell, str) and _CODE.match(cell)) > 0.2:
        return None
    if len(fitting) < max(1, needed * len(one.cells)):
        return None
    misfits = [cell for cell in one.cells if quantity(cell, mark) is None and not is_range(cell)]
    if base.role == "attribute" and _is_choice(misfits, one):
        return None
    role = base.role if base.role != "year" or _are_years(fitting) else "attribute"
    return replace(base, kind="number", role=role, unit=unit, decimal=mark)


def _is_choice(misfits: Sequence[Any], one: Profile) -> bool:
    """Whether what does not fit comes again and again, as "M" among sizes: then it is a value, no mistake."""
    again = Counter(str(cell).strip().casefold() for cell in misfits).most_common(1)
    return bool(again) and again[0][1] > max(1, _MIXED * len(one.cells))


def _are_years(found: Sequence[Quantity]) -> bool:
    recent = sum(1400 <= number.value <= 2100 for number in found)
    return recent >= 0.9 * len(found) and all(number.value.is_integer() for number in found)


def _unit(one: Profile, found: Sequence[Quantity]) -> str:
    """The unit of a column: what its header says, else what most cells say; a sign as "$" becomes a currency."""
    written = Counter(number.unit for number in found if number.unit)
    stated = "minutes" if one.key in MINUTES and not written else header_unit(one.source)
    if not written:
        return units.currency(stated)
    usual = written.most_common(1)[0][0]
    if stated and units.converted(1.0, usual, stated) is not None:
        return units.currency(stated)
    if usual in units.SHARED:
        codes = (unit for unit, _ in written.most_common() if unit in units.SHARED[usual])
        eastern = usual == "¥" and re.search(r"[价價售]", one.source)
        return next(codes, "CNY" if eastern else units.currency(usual))
    return usual


def _is_code(one: Profile) -> bool:
    """Long whole numbers, all different: barcodes and keys of other systems."""
    return (
        len(one.cells) >= 10
        and one.variety == 1.0
        and one.share(lambda cell: re.fullmatch(r"\d{8,}", str(cell).removesuffix(".0").strip())) > 0.9
    )


def _counts_up(one: Profile) -> bool:
    texts = [str(cell).removesuffix(".0") for cell in one.cells]
    if not all(text.isdecimal() and len(text) < 10 for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return len(numbers) > 1 and all(before < after for before, after in pairwise(numbers))


def _unique_names(plan: Sequence[Column]) -> Plan:
    taken: Counter[str] = Counter()
    named = []
    for column in plan:
        taken[column.name] += 1
        again = column.kind in FACETS and taken[column.name] > 1
        named.append(replace(column, name=f"{column.name}_{taken[column.name]}") if again else column)
    return tuple(named)

"""Columns seen side by side: one price, one popularity; units that stand in a column of their own; mere repetitions.

Pure; knows no file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vectorstore.base import FacetRole
from vectorstore.plan import Column, of_kind
from vectorstore.reading.headers import COUNTED, CURRENCIES, UNIT_ENDINGS, rank_of
from vectorstore.reading.profiles import Profile
from vectorstore.reading.units import is_money, known_unit

_SINGLE: tuple[FacetRole, ...] = ("price", "stock", "popularity", "year")
_SERIES = re.compile(r"(.+?)_?\d{1,3}")
_YEARLIKE = re.compile(r"(.*_)?(year|jahr|annee|published|released|release|publication)(_.*)?")


def settled(plan: Sequence[Column], profiles: Mapping[str, Profile]) -> list[Column]:
    """``plan`` with each role played by one column at most, and columns ignored that repeat or serve another."""
    columns = [_guessed(column, plan, profiles[column.source]) for column in plan]
    for role in _SINGLE:
        columns = _one_of(role, columns, profiles)
    columns = _measured_by(columns, profiles)
    columns = [_without_series(column, columns, profiles) for column in columns]
    return [_without_counts(column, columns, profiles) for column in columns]


def _guessed(column: Column, plan: Sequence[Column], profile: Profile) -> Column:
    """A number with a currency is a price, a year-like one a year, a count of sales popularity."""
    roles = {other.role for other in plan if other.kind in ("number", "flag")}
    if column.kind != "number" or column.role != "attribute":
        return column
    if is_money(column.unit) and "price" not in roles:
        return replace(column, role="price")
    if _YEARLIKE.fullmatch(column.name) and "year" not in roles and _all_years(profile):
        return replace(column, role="year")
    return replace(column, role="popularity") if _is_count(column.name) and "popularity" not in roles else column


def _all_years(profile: Profile) -> bool:
    return profile.share(lambda cell: re.fullmatch(r"(1[4-9]|20)\d\d(\.0)?", str(cell).strip())) > 0.9


def _one_of(role: FacetRole, columns: Sequence[Column], profiles: Mapping[str, Profile]) -> list[Column]:
    """The surest header keeps the role; an emptier column only where no fuller one claims it."""

    def sureness(column: Column) -> tuple[bool, int]:
        one = profiles[column.source]
        return one.filled < 0.5 * one.total, min(rank_of(one.key, role), rank_of(one.bare, role))

    playing = [column for column in columns if column.role == role and column.kind != "ignore"]
    best = min(playing, key=sureness, default=None)
    return [
        replace(column, role="attribute") if column.role == role and column is not best else column
        for column in columns
    ]


def _measured_by(columns: Sequence[Column], profiles: Mapping[str, Profile]) -> list[Column]:
    """Numbers whose unit stands in a column beside them: "weight" and "weight_unit", "price" and "currency"."""
    beside: dict[str, Column] = {}
    for column in columns:
        target = _measures(profiles[column.source], columns)
        if target is not None:
            beside[target.source] = column
    serving = {column.source: source for source, column in beside.items()}
    return [
        replace(column, kind="ignore", why=f"the unit of {serving[column.source]}") if column.source in serving
        else _beside(column, profiles[beside[column.source].source]) if column.source in beside else column
        for column in columns
    ]  # fmt: skip


def _beside(column: Column, unit: Profile) -> Column:
    return replace(column, unit_column=unit.source, unit=_usual(unit))


def _measures(profile: Profile, columns: Sequence[Column]) -> Column | None:
    """The number whose unit ``profile`` holds."""
    if not profile.cells or profile.share(lambda cell: isinstance(cell, str) and known_unit(cell)) < 0.9:
        return None
    numbers = [column for column in columns if column.kind == "number" and not column.unit]
    if profile.key in CURRENCIES:
        return next((column for column in numbers if column.role == "price"), None)
    stem = next((profile.key.removesuffix(end) for end in UNIT_ENDINGS if profile.key.endswith(end)), None)
    return next((column for column in numbers if stem and column.name in (stem, f"{stem}_value")), None)


def _usual(profile: Profile) -> str:
    return Counter(known_unit(str(cell)) for cell in profile.cells).most_common(1)[0][0]


def _without_series(column: Column, columns: Sequence[Column], profiles: Mapping[str, Profile]) -> Column:
    """Columns "ratings_1" to "ratings_5" are one thing told five times, not five attributes."""
    stem = _SERIES.fullmatch(column.name)
    if column.kind != "number" or column.role != "attribute" or stem is None:
        return column
    alike = [one for one in columns if (match := _SERIES.fullmatch(one.name)) and match[1] == stem[1]]
    numbers = [one for one in alike if one.kind in ("number", "ignore") and profiles[one.source].cells]
    return replace(column, kind="ignore", why="one of a numbered series") if len(numbers) >= 3 else column


def _without_counts(column: Column, columns: Sequence[Column], profiles: Mapping[str, Profile]) -> Column:
    """Further counts beside the popularity, and how often the item itself is counted."""
    if column.kind != "number" or column.role != "attribute":
        return column
    popular = next((one for one in columns if one.role == "popularity"), None)
    if popular is not None and _is_count(column.name):
        return replace(column, kind="ignore", why=f"another count beside {popular.source}")
    id = of_kind(tuple(columns), "id")
    thing = profiles[id.source].key.removesuffix("_id") if id is not None else ""
    if thing and column.name in (f"{thing}s_count", f"{thing}_count"):
        return replace(column, kind="ignore", why="bookkeeping")
    return column


def _is_count(key: str) -> bool:
    """As in "ratings_count", "num_reviews", "work_text_reviews_count"."""
    words = key.split("_")
    counts = words[-1] in ("count", "counts", "cnt") or words[0] in ("num", "n", "number", "no", "total")
    return rank_of(key, "popularity") < rank_of("", "popularity") or (counts and bool({*words} & {*COUNTED}))

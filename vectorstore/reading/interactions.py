"""What visitors did with items (liked, bought, rated) -> columns of numbers. Read row by row: long files fit.

CSV, JSON Lines or Parquet. Knows no catalogue: whether an item exists is for others to ask.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import CatalogError
from vectorstore.reading import cells
from vectorstore.reading.date_cells import DateOrder, date, date_order
from vectorstore.reading.profiles import header_key
from vectorstore.reading.quantities import quantity
from vectorstore.reading.rows import Problem, shown
from vectorstore.reading.streaming import stream

MOST_PROBLEMS = 1_000
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "visitor": ("visitor", "visitor_id", "user_id", "user", "userid", "customer_id", "customer", "client_id",
    "member_id",
                "account_id", "reviewer_id", "reviewerid", "profile_id", "session_id", "person_id", "uid", "kunde",
                "kundennummer", "client", "cliente", "utilisateur", "usuario", "用户", "用户id", "顾客"),
    "item": ("item_id", "item", "itemid", "product_id", "product", "productid", "movie_id", "movieid",
    "film_id", "book_id",
             "parent_asin", "asin", "sku", "article_id", "track_id", "song_id", "recipe_id", "business_id", "game_id",
             "listing_id", "artikelnummer", "produit", "producto", "商品", "商品id"),
    "rating": ("rating", "stars", "score", "overall", "review_score", "star_rating", "rate", "value",
    "weight", "bewertung",
               "sterne", "note", "puntuacion", "评分", "liked"),
    "kind": ("kind", "event", "event_type", "type", "action", "interaction", "interaction_type", "behavior",
    "event_name",
             "ereignis", "aktion", "accion", "行为"),
    "time": ("time", "timestamp", "date", "datetime", "created_at", "event_time", "unix_review_time", "unixreviewtime",
             "rated_at", "ts", "event_timestamp", "zeit", "datum", "fecha", "时间", "日期"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interactions:
    """``n`` interactions as columns. Row ``i``: ``visitors[visitor[i]]`` did ``kinds[kind[i]]`` to ``items[item[i]]``.

    ``rating`` is (n,) float32, NaN where none was given; ``time`` (n,) float64 in seconds since 1970 (UTC), NaN where
    unknown. ``kinds`` is ("",) where the file names none. ``left_out`` counts all rows that could not be used, of
    which ``problems`` tells the first.
    """

    visitors: tuple[str, ...]
    items: tuple[str, ...]
    kinds: tuple[str, ...]
    visitor: NDArray[np.int32]
    item: NDArray[np.int32]
    kind: NDArray[np.int16]
    rating: NDArray[np.float32]
    time: NDArray[np.float64]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: int = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self.visitor)


def read_interactions(path: Path) -> Interactions:
    """Every interaction of a file. Raises `CatalogError` when it cannot be read, or tells no visitor or no item."""
    source = stream(path)
    columns = _columns(path, source.columns)
    reader = _Reader(path.name, columns, _date_order(source.sample, columns.get("time", "")))
    for line, record in source.records:
        reader.take(line, record)
    for problem in source.problems:
        reader.tell(problem)
    told = ", ".join(f"{field} = {header}" for field, header in columns.items())
    return reader.finished((*source.notes, f"{path.name}: {told}"))


def _columns(path: Path, headers: tuple[str, ...]) -> dict[str, str]:
    keys = {header_key(header): header for header in reversed(headers)}
    keys |= {key.replace("_", ""): header for key, header in keys.items() if key.replace("_", "") not in keys}
    found = {field: next((keys[name] for name in names if name in keys), "") for field, names in _HEADERS.items()}
    for wanted in ("visitor", "item"):
        if not found[wanted]:
            raise CatalogError(
                f"no column of {path.name} tells the {wanted}; the columns are {', '.join(headers[:30]) or 'none'}",
                hint="Call the columns visitor, item_id, and kind or rating; time may stand beside them.",
            )
    return {field: header for field, header in found.items() if header}


def _date_order(sample: tuple[Mapping[str, Any], ...], column: str) -> DateOrder:
    return date_order(str(record.get(column, "")) for record in sample)


class _Codes:
    """Texts as numbers, in the order in which they came."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, text: str) -> int:
        """The number of ``text``."""
        return self.known.setdefault(text, len(self.known))


class _Reader:
    """Takes rows one by one and keeps their numbers alone."""

    def __init__(self, name: str, columns: Mapping[str, str], order: DateOrder) -> None:
        self._name, self._columns, self._order = name, columns, order
        self._visitors, self._items, self._kinds = _Codes(), _Codes(), _Codes()
        self._numbers = {"visitor": array("i"), "item": array("i"), "kind": array("h")}
        self._rating, self._time = array("f"), array("d")
        self._problems: list[Problem] = []
        self._left_out = 0

    def take(self, line: int, record: Mapping[str, Any]) -> None:
        """One more row, or one more problem."""
        visitor, item = self._id(record, "visitor"), self._id(record, "item")
        rating = self._number(record)
        if not visitor or not item:
            missing = "item" if visitor else "visitor"
            self._refuse(line, self._columns[missing], "", "missing")
        elif rating is None:
            self._refuse(line, self._columns["rating"], shown(record[self._columns["rating"]]), "not a number")
        else:
            self._numbers["visitor"].append(self._visitors.of(visitor))
            self._numbers["item"].append(self._items.of(item))
            self._numbers["kind"].append(min(self._kinds.of(self._id(record, "kind").casefold()), 32_000))
            self._rating.append(rating)
            self._time.append(_seconds(record.get(self._columns.get("time", "")), self._order))

    def tell(self, problem: Problem) -> None:
        """A row that the file's format already refused."""
        self._left_out += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(problem)

    def finished(self, notes: tuple[str, ...]) -> Interactions:
        """The columns."""
        return Interactions(
            tuple(self._visitors.known),
            tuple(self._items.known),
            tuple(self._kinds.known),
            np.array(self._numbers["visitor"], np.int32),
            np.array(self._numbers["item"], np.int32),
            np.array(self._numbers["kind"], np.int16),
            np.array(self._rating, np.float32),
            np.array(self._time, np.float64),
            tuple(sorted(self._problems, key=lambda problem: problem.line)),
            notes,
            self._left_out,
        )

    def _id(self, record: Mapping[str, Any], field: str) -> str:
        return (cells.word(record.get(self._columns.get(field, ""))) or "").strip()

    def _number(self, record: Mapping[str, Any]) -> float | None:
        """The rating; NaN where there is none, None where it is no number."""
        cell = record.get(self._columns.get("rating", ""))
        if cell is None or cell == "":
            return float("nan")
        if isinstance(cell, bool):
            return float(cell)
        found = quantity(cell)
        return found.value if found is not None and abs(found.value) < 1e30 else None

    def _refuse(self, line: int, field: str, value: str, rule: str) -> None:
        self.tell(Problem(self._name, line, field, value, rule, "the row was left out"))


def _seconds(cell: Any, order: DateOrder) -> float:
    """A time as seconds since 1970: seconds or milliseconds as numbers, dates with or without a time; NaN else."""
    number = quantity(cell)
    if number is not None and not number.unit:
        return number.value / 1000 if abs(number.value) > 1e11 else number.value
    text = str(cell or "").strip()
    for made in (text, date(text, order) or ""):
        try:
            found = datetime.fromisoformat(made)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            continue
    return float("nan")

"""Queries with their right answers: visitors' wishes that ship, and plots that are only measured against.

Knows no search and no score. A film wish's right answers were set from knowledge of the films, not from the catalogue's
descriptions; those of the outdoor demo by reading its records, without any search. They are many but not complete, so
figures compare systems and are no absolute truth.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.films import sources
from bot.errors import InvalidRequest

WISHES = Path(__file__).parent / "queries" / "wishes.jsonl"
OUTDOOR = Path(__file__).parent / "queries" / "outdoor_wishes.jsonl"
_FILMS = Path(sources.__file__).parent / "selection.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the ids that answer it; never empty."""

    text: str
    right: frozenset[str]


def wishes(known: Collection[str] | None = None, path: Path = WISHES) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """The wishes of a file as (tuning half, held-out half): odd lines tune, even lines are held out.

    Raises InvalidRequest for an id that ``known``, the catalogue's ids, does not hold.
    """
    found = tuple(Asked(row["wish"], frozenset(row["right"])) for row in _rows(path))
    named = {id_ for one in found for id_ in one.right}
    if lost := sorted(named.difference(named if known is None else known)):
        raise InvalidRequest(
            f"{path.name} names {len(lost)} items that the catalogue lacks, {lost[0]!r} first",
            hint="correct the ids in the file: they are those of the demo's items.jsonl",
        )
    return found[::2], found[1::2]


def plots(data: Path, known: Collection[str]) -> tuple[Asked, ...]:
    """Known-item queries: the plot line that ReDial's film table (IMDb) gives of a film in the catalogue.

    To measure only: nothing is ever fitted on them. Raises InvalidRequest when the table is not in ``data``.
    """
    path = data / "redial" / "id2info.json.gz"
    if not path.is_file():
        raise InvalidRequest(f"there is no {path}", hint="name the folder of public data files with --data")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        table: dict[str, dict[str, Any]] = json.load(file)
    titles = sources.Titles(sources.films(_FILMS))
    found = {film: record["plot"] for record in table.values() for film in _films(record, titles) if record["plot"]}
    return tuple(Asked(found[id_], frozenset({id_})) for id_ in sorted(found.keys() & set(known)))


def _films(record: sources.Record, titles: sources.Titles) -> Iterator[str]:
    """The selected films that a record of ReDial's table is about: same title and director."""
    name = re.fullmatch(r"(?P<title>.*?)(?:\s*\((?P<year>\d{4})\))?\s*", record["name"])
    assert name is not None  # both parts are optional: every name matches
    year = int(name["year"]) if name["year"] else None
    facts = sources.Facts(year, tuple(record["director"]))
    return (film.id for film in titles.near(name["title"], year) if sources.is_same(film, facts))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]

"""What each source says about the selected films: three data files, two written passes, the descriptions.

A record of a data file belongs to a film when the titles are equal and a director agrees, or, where it names no
director, when the years differ by at most one. A record with the right title and year but another director is kept
apart in `Source.rejected`: the data files attach namesakes to each other, and so may the selection be wrong.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.demo.films import vocabulary as words

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Film:
    """One selected film; `also` holds other titles under which the data files know it."""

    id: str
    title: str
    year: int
    director_hint: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What one source says about one film; empty where it says nothing."""

    year: int | None = None
    director: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    runtime: int | None = None
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    rating: str | None = None


@dataclass(slots=True)
class Source:
    """One source: facts by film id, and the (film id, its directors) it seems to confuse with another."""

    facts: dict[str, Facts] = field(default_factory=dict)
    rejected: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


class Titles:
    """Finds selected films by title."""

    def __init__(self, films: Iterable[Film]) -> None:
        self._films: dict[str, list[Film]] = defaultdict(list)
        for film in films:
            for key in {words.title_key(title) for title in (film.title, *film.also)}:
                self._films[key].append(film)

    def near(self, title: str, year: int | None) -> Iterator[Film]:
        """Films of that title, at most a year away where a year is given."""
        for film in self._films.get(words.title_key(title), ()):
            if year is None or abs(film.year - year) <= 1:
                yield film

    def place(self, title: str, facts: Facts, into: Source) -> None:
        """Files `facts` under the film they describe; the record of the film's own year wins."""
        for film in self.near(title, None):
            if is_same(film, facts):
                held = into.facts.get(film.id)
                if held is None or (facts.year == film.year != held.year):
                    into.facts[film.id] = facts
            elif facts.year and abs(facts.year - film.year) <= 1:
                into.rejected.append((film.id, facts.director))


def is_same(film: Film, facts: Facts) -> bool:
    """Whether these facts are about this film and not about a namesake."""
    if facts.director:
        return any(_alike(film.director_hint, name) for name in facts.director)
    return facts.year is not None and abs(facts.year - film.year) <= 1


def films(path: Path) -> list[Film]:
    """The selection, in file order."""
    return [Film(**{**row, "also": tuple(row.get("also", ()))}) for row in rows(path)]


def redial(data: Path, titles: Titles) -> Source:
    """ReDial's film table, taken from IMDb: genres, directors, the three first stars."""
    source = Source()
    for record in _table(data / "redial/id2info.json.gz").values():
        title, year = _split_year(record["name"])
        facts = Facts(year, _people(record["director"]), _people(record["star"]), _genres(record["genre"]))
        titles.place(title, facts, source)
    return source


def opendialkg(data: Path, titles: Titles) -> Source:
    """OpenDialKG's item table: wide, but it mixes namesakes, remakes and books."""
    source = Source()
    for record in _table(data / "opendialkg/id2info.json.gz").values():
        titles.place(_bare(record["name"]), _opendialkg_facts(record), source)
    return source


def wikipedia(data: Path, titles: Titles) -> Source:
    """Wikipedia's lists of American films: genres and cast; the paragraph only tells namesakes apart."""
    source = Source()
    for record in rows(data / "wikipedia_movies/movies.jsonl.gz"):
        facts = Facts(record["year"], (), _people(record["cast"]), _genres(record["genres"]))
        for film in titles.near(record["title"], record["year"]):
            if _directed_by(film, record):
                source.facts[film.id] = facts
            else:
                source.rejected.append((film.id, ("another director, by its paragraph",)))
    return source


def written(folder: Path, letter: str) -> Source:
    """One pass of facts written without sight of the other."""
    source = Source()
    for path in sorted(folder.glob(f"{letter}-*.jsonl")):
        source.facts.update((row["id"], _written_facts(row)) for row in rows(path))
    return source


def descriptions(folder: Path) -> dict[str, str]:
    """The catalogue's own descriptions by film id."""
    found = [row for path in sorted(folder.glob("*.jsonl")) for row in rows(path)]
    return {row["id"]: row["description"].strip() for row in found if row.get("description")}


def mentions(data: Path, titles: Titles) -> Counter[str]:
    """How many ReDial training dialogues and OpenDialKG training rows name each film."""
    return _redial_mentions(data / "redial", titles) + _opendialkg_mentions(data / "opendialkg", titles)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, gzipped or not; none where the file is missing."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _redial_mentions(folder: Path, titles: Titles) -> Counter[str]:
    table = _table(folder / "id2info.json.gz")
    counts: Counter[str] = Counter()
    for dialogue in rows(folder / "dialogues.jsonl.gz"):
        if dialogue["split"] == "train":
            named = dialogue["movies"].items()
            counts.update({film for key, name in named for film in _named(name, table.get(key, {}), titles)})
    return counts


def _named(name: str, record: Record, titles: Titles) -> Iterator[str]:
    """A mention with a year is taken at its word; one without needs the director in the table."""
    title, year = _split_year(name or "")
    facts = Facts(year, () if year else _people(record.get("director", ())))
    return (film.id for film in titles.near(title, year) if is_same(film, facts))


def _opendialkg_mentions(folder: Path, titles: Titles) -> Counter[str]:
    films_of: dict[str, set[str]] = defaultdict(set)
    for record in _table(folder / "id2info.json.gz").values():
        matching = titles.near(_bare(record["name"]), None)
        films_of[record["name"]] |= {film.id for film in matching if is_same(film, _opendialkg_facts(record))}
    held_out = {row["dialog_id"] for row in rows(folder / "test_data_processed.jsonl.gz")}
    train = (row for row in rows(folder / "train_data_processed.jsonl.gz") if row["dialog_id"] not in held_out)
    return Counter(film for row in train for name in {*row["entity"], *row["rec"]} for film in films_of.get(name, ()))


def _opendialkg_facts(record: Record) -> Facts:
    year = str(record.get("year") or "")
    return Facts(
        year=int(year) if year.isdigit() else None,
        director=_people(record.get("director", ())),
        cast=_people(record.get("actor", ())),
        genres=_genres(record.get("genre", ())),
        language=_known(record.get("language", ()), words.language),
    )


def _written_facts(row: Record) -> Facts:
    return Facts(
        year=row.get("year"),
        director=_people(row.get("director") or ()),
        cast=_people(row.get("cast") or ()),
        genres=_genres(row.get("genres") or ()),
        runtime=row.get("runtime"),
        country=_known(row.get("country") or (), words.country),
        language=_known(row.get("language") or (), words.language),
        rating=words.rating(row.get("rating") or ""),
    )


def _directed_by(film: Film, record: Record) -> bool:
    """The paragraph names the director; one that names none is believed where the year is exact."""
    paragraph = words.title_key(record["extract"] or "").split()
    name = max(reversed(words.title_key(film.director_hint).split()), key=len)
    if name in paragraph or name + "s" in paragraph:
        return True
    return "directed" not in paragraph and record["year"] == film.year


def _alike(one: str, other: str) -> bool:
    """The same person, or at least the same last name: initials and middle names come and go."""
    last, other_last = (words.title_key(name).split()[-1:] for name in (one, other))
    return words.person_key(one) == words.person_key(other) or last == other_last


def _split_year(name: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(.*?)\s*\((\d{4})\)", name.strip())
    return (found[1], int(found[2])) if found else (name, None)


def _bare(title: str) -> str:
    """OpenDialKG's title without its note: "Zodiac (Crime Fiction Film)", "Superman (Science Fiction Film) #527"."""
    return re.sub(r" \([^)]* Film\)(?: #\d+)?$", "", title)


def _people(names: Iterable[str]) -> tuple[str, ...]:
    return _known(names, words.person)


def _genres(names: Iterable[str]) -> tuple[str, ...]:
    return _known(names, words.genre)


def _known(values: Iterable[str], spell: Callable[[str], str | None]) -> tuple[str, ...]:
    """The values in one spelling, each once, in order, without what has none."""
    return tuple(dict.fromkeys(spelt for value in values if (spelt := spell(value))))


def _table(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as text:
        table: dict[str, Any] = json.load(text)
        return table

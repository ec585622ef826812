"""Public catalogues as shelves of items: films by decade, retail goods by category, outdoor goods, books by decade.

A shelf is what is held out: none of its items is seen in training. Texts are those that the engine reads.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bot.engines.rerank_texts import text_of
from bot.training.corpora.files import csv_rows, json_rows, lines
from bot.training.ranking.near import Near, words_of
from bot.training.splitting import held_out
from vectorstore.base import Item

FEWEST = 12
"""Words of a description at least, and items of a shelf."""
_YEAR = re.compile(r"\s*\(\d{4}\)\s*$")
_DIRECTOR = re.compile(r"directed by ((?:[A-Z]\.|[A-Z][\w'-]+)(?: (?:[A-Z]\.|[A-Z][\w'-]+)){1,3})")
_SENTENCE = re.compile(r"(?<=[a-z0-9)\"][.!?])\s+")
_MAKING = re.compile(
    r"\b(?:direct|written|screenplay|produce[rds]?\b|producing|star(?:s|red|ring)?\b|releas|box office|premier|review"
    r"|critic|award|nominat|gross|budget|million|distribut|soundtrack|sequel|remake|adapt|based on|franchise|instal"
    r"|film(?:ed|ing|makers?)\b|studios?\b|theatrical|shot\b|cast\b|roles?\b|pictures\b|rating|preserv|lost film"
    r"|technicolor|composed|composer|(?:19|20)\d\d\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shelf:
    """Items that are wished for and mistaken for each other. ``scenario`` is the re-ranker's."""

    name: str
    scenario: str
    items: tuple[Item, ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What is read of every item."""
        return tuple(map(text_of, self.items))

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The words of every text."""
        return tuple(frozenset(words_of(text)) for text in self.texts)

    @cached_property
    def near(self) -> Near:
        """Which items share words with a wish."""
        return Near(self.texts)

    @property
    def held(self) -> bool:
        """Whether it only measures."""
        return held_out(self.name)

    @property
    def tunes(self) -> bool:
        """Of a shelf that only measures: whether weights may be chosen on it."""
        return held_out(f"tuning {self.name}", 50)


def works(data: Path) -> list[Shelf]:
    """Films and books. Raises InvalidRequest."""
    films = ((f"films of the {year // 10}0s", item) for item, year in films_of(data))
    books = ((f"books of the {year // 10}0s", item) for item, year in _books(data))
    return [*_shelved(films, "works"), *_shelved(books, "works")]


def goods(data: Path) -> list[Shelf]:
    """Things of two shops. Raises InvalidRequest."""
    return [*_shelved(_retail(data), "goods"), *_shelved(_outdoor(data), "goods")]


def films_of(data: Path) -> Iterator[tuple[Item, int]]:
    """Films of which it is told what they are about, and their years. Raises InvalidRequest."""
    for number, row in enumerate(json_rows(data, "wikipedia_movies/movies.jsonl.gz")):
        about = story(row.get("extract") or "")
        if len(about.split()) >= FEWEST and row.get("genres"):
            yield _film(f"film-{number}", about, row), int(row["year"])


def story(about: str) -> str:
    """What a paragraph tells of a film itself, without how it was made and received."""
    return " ".join(one for one in sentences(about) if not _MAKING.search(one))


def sentences(text: str) -> list[str]:
    """The sentences of a text, at least one; fragments are left out."""
    return [one for one in _SENTENCE.split(text) if len(one.split()) > 3] or [text]


def _film(id: str, about: str, row: Mapping[str, Any]) -> Item:
    """Who directed it stands in the paragraph."""
    director = _DIRECTOR.search(row["extract"])
    facets = {
        "genres": tuple(name.casefold() for name in row["genres"]),
        "director": (director[1],) if director else (),
        "cast": tuple(row.get("cast") or ()),
    }
    return Item(id, _YEAR.sub("", row["title"]), about, {name: values for name, values in facets.items() if values})


def _books(data: Path) -> Iterator[tuple[Item, int]]:
    for row in csv_rows(data, "goodbooks10k/books.csv.gz"):
        year = float(row["original_publication_year"] or 0)
        if year >= 1900 and row["language_code"].startswith("en"):
            title = re.sub(r"\s*\(.*\)$", "", row["title"])
            yield Item(f"book-{row['book_id']}", title, "", {"author": tuple(row["authors"].split(", "))}), int(year)


def _retail(data: Path) -> Iterator[tuple[str, Item]]:
    rows = yaml.load("\n".join(lines(data, "retail_demo_store/products.yaml.gz")), Loader=yaml.CSafeLoader)
    for row in rows:
        facets = {"category": row["category"], "style": row.get("style") or "", "price": float(row["price"])}
        yield f"retail {row['category']}", Item(row["id"], row["name"], row["description"], facets)


def _outdoor(data: Path) -> Iterator[tuple[str, Item]]:
    for row in csv.DictReader(lines(data, "contoso_outdoor/product_info/products.csv")):
        facets = {"category": row["category"], "brand": row["brand"], "price": float(row["price"])}
        yield "outdoor goods", Item(f"outdoor-{row['id']}", row["name"], row["description"], facets)


def _shelved(named: Iterable[tuple[str, Item]], scenario: str) -> list[Shelf]:
    """Shelves of at least `FEWEST` items, by name."""
    found = defaultdict[str, list[Item]](list)
    for name, item in named:
        found[name].append(item)
    return [Shelf(name, scenario, tuple(found[name])) for name in sorted(found) if len(found[name]) >= FEWEST]

"""Fourteen films and a shop of six goods, small enough to know by heart, indexed in memory by the scripted embedder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from vectorstore.base import Embedder, Facet, FacetValue, Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.index import ItemIndex, index_in_memory
from vectorstore.records import embed_changed

_FILMS = Path(__file__).parent / "cases" / "small_films.txt"
_TYPES = {"year": "number", "runtime": "number", "genres": "multi", "director": "multi", "cast": "multi"}
_TYPES |= {"rating": "category", "popularity": "number"}


def films() -> tuple[Item, ...]:
    """The films; a blank is a silent record."""
    return tuple(_film(line) for line in _FILMS.read_text("utf-8").splitlines())


def film_schema() -> Schema:
    """Their facets, counted."""
    roles = {"year": "year", "popularity": "popularity"}
    units = {"runtime": "minutes"}
    return Schema(
        tuple(
            facet(films(), name, kind, roles.get(name, "attribute"), units.get(name, ""))
            for name, kind in _TYPES.items()
        )
    )


def facet(items: Sequence[Item], name: str, kind: str, role: str = "attribute", unit: str = "") -> Facet:
    """One facet as an ingestion would infer it."""
    cells = [item.facets[name] for item in items if name in item.facets]
    filled = len(cells) / len(items)
    if kind == "number":
        return Facet(name, kind, role, name, unit, filled, low=min(cells), high=max(cells))
    counts = Counter(value for cell in cells for value in (cell if isinstance(cell, tuple) else (cell,)))
    return Facet(name, kind, role, name, unit, filled, values=tuple(counts.most_common()))


def film_index(embedder: Embedder | None = None) -> ItemIndex:
    """The films, searchable."""
    return index_of(films(), film_schema(), embedder or HashedEmbedder(256))


def shop_index() -> ItemIndex:
    """Goods with price, stock and a flag."""
    rows = [("a", "Alpine Tent", 300, 4, True), ("b", "Beach Tent", 80, 0, False), ("c", "City Tent", 120, 9, False)]
    rows += [("d", "Down Bag", 200, 1, False), ("e", "Easy Bag", 60, 3, True), ("f", "Field Bag", 90, 0, True)]
    items = tuple(
        Item(
            id_,
            title,
            f"{title} for weekends.",
            {"price": float(p), "stock": float(s), "waterproof": w, "category": title.split()[1].lower()},
        )
        for id_, title, p, s, w in rows
    )
    facets = (
        facet(items, "category", "category"),
        facet(items, "price", "number", "price", "EUR"),
        facet(items, "stock", "number", "stock"),
        facet(items, "waterproof", "flag"),
    )
    return index_of(items, Schema(facets), HashedEmbedder(64))


def index_of(items: Sequence[Item], schema: Schema, embedder: Embedder) -> ItemIndex:
    """Any items, searchable without a folder."""
    records = embed_changed(None, items=items, passages=(), schema=schema, embedder=embedder)
    return index_in_memory(records, embedder)[0]


def _film(line: str) -> Item:
    id_, title, year, runtime, genres, director, cast, rating, popularity, description = line.split("|")
    facets: dict[str, FacetValue] = {}
    for name, text in (("year", year), ("runtime", runtime), ("popularity", popularity)):
        if text:
            facets[name] = float(text)
    for name, text in (("genres", genres), ("director", director), ("cast", cast)):
        if text:
            facets[name] = tuple(text.split(";"))
    if rating:
        facets["rating"] = rating
    return Item(id_, title, description, facets)

"""Public catalogues, read as they are: the schema is the one that a sensible operator would write by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from vectorstore.catalog import Ingested
from vectorstore.catalog import read_items as reading
from vectorstore.help_center import MAX_WORDS, read_pages

pytestmark = pytest.mark.data


@cache
def read_items(path: Path) -> Ingested:
    return reading(path)


RETAIL = [
    ("current_stock", "number", "", "stock"),
    ("category", "category", "", "attribute"),
    ("style", "category", "", "attribute"),
    ("price", "number", "", "price"),
    ("gender_affinity", "category", "", "attribute"),
    ("promoted", "flag", "", "attribute"),
]
BOOKS = [
    ("authors", "multi", "", "attribute"),
    ("original_publication_year", "number", "", "year"),
    ("language_code", "category", "", "attribute"),
    ("average_rating", "number", "", "attribute"),
    ("ratings_count", "number", "", "popularity"),
]
MOVIES = [
    ("year", "number", "", "year"),
    ("genres", "multi", "", "attribute"),
    ("cast", "multi", "", "attribute"),
]
OUTDOOR = [
    ("price", "number", "", "price"),
    ("category", "category", "", "attribute"),
    ("brand", "category", "", "attribute"),
]
CASES = [
    (
        "retail_demo_store/products.yaml.gz",
        2465,
        {"id": "id", "title": "name", "description": "description", "image": "image"},
        RETAIL,
        {"where_visible", "featured", "image_license", "link", "aliases"},
    ),
    (
        "goodbooks10k/books.csv.gz",
        10000,
        {"id": "book_id", "title": "title", "image": "image_url"},
        BOOKS,
        {"goodreads_book_id", "best_book_id", "work_id", "books_count", "isbn", "isbn13", "original_title"}
        | {"work_ratings_count", "work_text_reviews_count", "small_image_url"}
        | {f"ratings_{n}" for n in range(1, 6)},
    ),
    (
        "wikipedia_movies/movies.jsonl.gz",
        36273,
        {"title": "title", "description": "extract", "url": "href"},
        MOVIES,
        set(),
    ),
    (
        "contoso_outdoor/product_info",
        20,
        {"id": "id", "title": "name", "description": "description"},
        OUTDOOR,
        set(),
    ),
]


@pytest.mark.parametrize(
    ("path", "rows", "slots", "facets", "ignored"), CASES, ids=[case[0].split("/")[0] for case in CASES]
)
def test_a_public_catalogue(data, path, rows, slots, facets, ignored):
    """Every row becomes an item, no cell is a problem, no facet is junk, and every column left out is named."""
    found = read_items(data / path)
    assert (found.read, len(found.items), found.problems, found.rejected) == (rows, rows, (), ())
    assert [(facet.name, facet.type, facet.unit, facet.role) for facet in found.schema.facets] == facets
    assert {column.kind: column.source for column in found.plan if column.kind in slots or column.kind == "id"} == slots
    assert {column.source for column in found.plan if column.kind == "ignore"} == ignored
    told = " ".join(found.notes)
    assert all(f"{name} (" in told for name in ignored)


def test_names_without_addresses_are_noted(data):
    """Pictures and links given by name alone are not shown, and a note tells how to complete them."""
    shop, films = (read_items(data / case[0]) for case in (CASES[0], CASES[2]))
    assert any("image_base" in note for note in shop.notes)
    assert any("url_base" in note for note in films.notes)
    assert {item.image for item in shop.items} == {None}


def test_values_of_the_catalogues(data):
    """Values keep their spelling and their kind."""
    books = {item.title: item.facets for item in read_items(data / CASES[1][0]).items}
    potter = books["Harry Potter and the Sorcerer's Stone (Harry Potter, #1)"]
    assert potter["authors"] == ("J.K. Rowling", "Mary GrandPré")
    assert (potter["original_publication_year"], potter["average_rating"]) == (1997.0, 4.44)
    tents = {item.title: item.facets for item in read_items(data / CASES[3][0]).items}
    assert tents["TrailMaster X4 Tent"] == {"price": 250.0, "category": "Tents", "brand": "OutdoorLiving"}


@pytest.mark.parametrize(
    ("folder", "pages", "passages"), [("contoso_outdoor/manual_info/manuals", 20, 300), ("basecamp_policies", 28, 150)]
)
def test_public_help_pages(data, folder, pages, passages):
    """Manuals and policies are read whole, with different ids and no overlong passage."""
    found = read_pages(data / folder)
    assert (found.read, found.problems) == (pages, ())
    assert len(found.passages) > passages
    assert len({one.id for one in found.passages}) == len(found.passages)
    assert max(len(one.text.split()) for one in found.passages) <= MAX_WORDS

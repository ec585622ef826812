"""Item files become items and a schema, whatever their encoding, delimiter and faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vectorstore.base import Item
from vectorstore.catalog import Ingested, read_items, write_catalog_toml
from vectorstore.errors import CatalogError, EmptyCatalog
from vectorstore.reading.cells import Quantity, convert, date, date_order, decimal_mark, flag, quantity, several
from vectorstore.reading.opening import decode

FILMS = [
    {
        "id": "a",
        "title": "Alien",
        "year": 1979,
        "genres": ["Horror", "sci-fi"],
        "description": "Slow dread.",
        "votes": 900,
    },
    {"id": "b", "title": "Big", "year": 1988, "genres": ["Comedy"], "description": "A boy grows.", "runtime": 104},
    {"id": "c", "title": "Clue", "year": None, "genres": ["comedy", "Sci-Fi"], "new": True, "image": "https://x/c.png"},
    {"id": "d", "title": "Dune", "year": 2021, "genres": ["Sci-Fi"], "new": False, "runtime": 155},
]


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def csv(tmp_path: Path, text: str, name: str = "items.csv") -> Ingested:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_items(path)


def kinds(found: Ingested) -> dict[str, str]:
    return {column.source: column.kind for column in found.plan}


def test_json_lines(tmp_path):
    """Every kind of column is recognised, values have one spelling, and an absent value is absent."""
    found = read_items(lines(tmp_path / "films.jsonl", *FILMS))
    assert (found.read, found.problems) == (4, ())
    assert found.items[0] == Item(
        "a", "Alien", "Slow dread.", {"year": 1979.0, "genres": ("Horror", "Sci-Fi"), "votes": 900.0}
    )
    assert found.items[2] == Item(
        "c", "Clue", "", {"genres": ("Comedy", "Sci-Fi"), "new": True}, image="https://x/c.png"
    )
    facets = {facet.name: (facet.type, facet.role, facet.label, facet.unit) for facet in found.schema.facets}
    assert facets == {
        "year": ("number", "year", "Year", ""),
        "genres": ("multi", "attribute", "Genres", ""),
        "votes": ("number", "popularity", "Votes", ""),
        "runtime": ("number", "attribute", "Runtime", "minutes"),
        "new": ("flag", "attribute", "New", ""),
    }
    genres, year = found.schema.get("genres"), found.schema.get("year")
    assert genres.values == (("Sci-Fi", 3), ("Comedy", 2), ("Horror", 1))
    assert (year.low, year.high, year.filled) == (1979.0, 2021.0, 0.75)


def test_spreadsheets(tmp_path):
    """A semicolon file with decimal commas, units, currencies, dates and lists is read as it is meant."""
    found = csv(
        tmp_path,
        "SKU;Product Name;Details;Price (EUR);Weight;Tags;In Stock;Added\n"
        'x1;Dome tent;"Light; for two";1.299,00;2,5 kg;tent|light;yes;31.01.2024\n'
        "x2;Bag;Warm;249,50;900 g;bag;no;01.02.2024\n",
    )
    assert found.problems == ()
    assert found.items[0] == Item(
        "x1",
        "Dome tent",
        "Light; for two",
        {"price": 1299.0, "weight": 2.5, "tags": ("tent", "light"), "in_stock": True, "added": "2024-01-31"},
    )
    assert found.items[1].facets["weight"] == 0.9
    roles = {facet.name: (facet.type, facet.role, facet.unit) for facet in found.schema.facets}
    assert roles == {
        "price": ("number", "price", "EUR"),
        "weight": ("number", "attribute", "kg"),
        "tags": ("multi", "attribute", ""),
        "in_stock": ("flag", "stock", ""),
        "added": ("date", "attribute", ""),
    }
    assert found.schema.get("added").low == 20240131.0


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    """The delimiter is found, also when other delimiters stand inside cells."""
    rows = [["id", "title", "size"], ["1", "A, b; c", "10"], ["2", "D", "20"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found = csv(tmp_path, text)
    assert [item.title for item in found.items] == ["A, b; c", "D"]
    assert found.items[1].facets == {"size": 20.0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(tmp_path, encoding):
    """Every usual encoding is told from the bytes and noted, with the delimiter."""
    path = tmp_path / "items.csv"
    path.write_bytes("id,title\r\n1,Café – 3 €\r\n".encode(encoding))
    found = read_items(path)
    assert found.items[0].title == "Café – 3 €"
    told = {"cp1252": "read as Windows-1252", "utf-8": "", "utf-8-sig": ""}.get(encoding, "read as UTF-16")
    assert told in found.notes[0] and ("read as" in found.notes[0]) == bool(told)
    assert "comma between cells" in found.notes[0]


def test_a_few_bytes_that_are_not_utf8(tmp_path):
    """In a UTF-8 file a row with other bytes is a problem; the others keep their letters."""
    path = tmp_path / "items.csv"
    path.write_bytes("id,title\n1,Café\n2,Amélie\n".encode() + b"3,Caf\xe9\n4,Plain\n")
    found = read_items(path)
    assert [item.title for item in found.items] == ["Café", "Amélie", "Plain"]
    assert [str(problem) for problem in found.problems] == [
        "items.csv:4 title 'Caf\ufffd': not UTF-8; the row was left out; save the file as UTF-8"
    ]


def test_bad_rows_are_named_and_good_ones_kept(tmp_path):
    """Missing and repeated ids, missing titles, bad numbers and surplus cells each name file, line and field."""
    found = csv(
        tmp_path,
        "id,title,price\n1,Tent,10\n,Bag,20\n1,Stove,30\n4,,40\n5,Lamp,cheap\n6,Rope,9,99\n\n7,Axe,70\n8,Mat,\n",
    )
    assert [item.id for item in found.items] == ["1", "5", "7", "8"]
    assert [(problem.line, problem.field, problem.value, problem.rule) for problem in found.problems] == [
        (7, "", "6", "4 cells under 3 columns"),
        (3, "id", "", "missing"),
        (4, "id", "1", "used by an earlier row"),
        (5, "title", "", "missing"),
        (6, "price", "cheap", "not a number"),
    ]
    assert found.items[1].facets == {}
    assert found.read == 8


def test_broken_quotes_lose_one_row(tmp_path):
    """A quote that is never closed costs its own row, not the rest of the file; lines inside quotes are counted."""
    found = csv(tmp_path, 'id,title\n1,"two\nlines"\n2,"never closed\n3,Fine\n4,"a"b\n5,Last\n')
    assert [item.id for item in found.items] == ["1", "3", "5"]
    assert found.items[0].title == "two lines"
    assert [problem.line for problem in found.problems] == [4, 6]


def test_bad_json(tmp_path):
    """A broken line, a line that is no object and NaN are problems or blanks; the rest is read."""
    path = tmp_path / "items.jsonl"
    path.write_text(
        '{"id": 1, "title": "A", "size": NaN}\n{"id": 2\n[1]\n\n{"id": 3.0, "title": "C", "dims": {"w": 2}}\n'
    )
    found = read_items(path)
    assert [(item.id, dict(item.facets)) for item in found.items] == [("1", {}), ("3", {"dims_w": 2.0})]
    assert [(problem.line, problem.rule[:8]) for problem in found.problems] == [(2, "not JSON"), (3, "not a JS")]


def test_ids_from_titles(tmp_path):
    """Without an id column ids are made from titles, readable and different."""
    found = csv(tmp_path, "name,colour\nDome Tent,red\nDome tent,blue\nÉté,red\n")
    assert [item.id for item in found.items] == ["dome-tent", "dome-tent-2", "ete"]


def test_columns_that_are_no_facets(tmp_path):
    """Foreign ids, links and prose are not offered as facets, and a note says so; empty columns vanish."""
    prose = "many words about this thing that go on and on for far too long to be a value"
    found = csv(
        tmp_path,
        "id,title,description,imdb_id,homepage,review,empty,colour\n"
        + "".join(f"{n},T{n},short text,tt{n},https://x/{n},{prose} {n},,red\n" for n in range(4)),
    )
    assert [facet.name for facet in found.schema.facets] == ["colour"]
    assert found.items[0].url == "https://x/0"
    told = "not used as facets: imdb_id (an identifier), review (long text), empty (no values)"
    assert found.notes[1:] == (f"{told}; catalog.toml can change that",)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1990s", "1980s"], "category"),
        (["PG-13", "R"], "category"),
        (["3rd", "1st"], "category"),
        (["10", "twelve"], "category"),
        (["10", "12"], "number"),
        (["1h 37m", "2h"], "number"),
        (["yes", "no"], "flag"),
        (["0", "1"], "number"),
        (["2024-01-01", "2023-05"], "date"),
        (["a;b", "c"], "multi"),
        (["Stratford, Ontario", "Paris"], "category"),
    ],
)
def test_what_a_column_is(tmp_path, values, kind):
    """The values of a column tell its type."""
    rows = "".join(f'{n},T{n},"{value}"\n' for n, value in enumerate(values))
    assert kinds(csv(tmp_path, f"id,title,thing\n{rows}"))["thing"] == kind


def test_many_values_stay(tmp_path):
    """A column of people keeps every value, the frequent ones first."""
    rows = [{"id": str(n), "title": f"T{n}", "cast": [f"Person {n}", "Star"]} for n in range(300)]
    cast = read_items(lines(tmp_path / "a.jsonl", *rows)).schema.get("cast")
    assert len(cast.values) == 301
    assert cast.values[0] == ("Star", 300)


def test_folders(tmp_path):
    """All item files of a folder are one catalogue; problems name their file."""
    lines(tmp_path / "a.jsonl", {"id": "1", "title": "A"})
    (tmp_path / "b.csv").write_text("id,title\n1,Again\n2,B\n")
    (tmp_path / "notes.txt").write_text("no items")
    found = read_items(tmp_path)
    assert [item.id for item in found.items] == ["1", "2"]
    assert [(problem.file, problem.line) for problem in found.problems] == [("b.csv", 2)]


def test_strict(tmp_path):
    """With strict a file with any problem is refused, and the error carries them all."""
    path = tmp_path / "items.csv"
    path.write_text("id,title\n1,A\n1,B\n,C\n")
    with pytest.raises(CatalogError, match=r"items\.csv:3") as caught:
        read_items(path, strict=True)
    assert len(caught.value.problems) == 2
    assert "--strict" in caught.value.hint


@pytest.mark.parametrize("text", ["", "\n\n", "id,title\n", "id,title\n1,\n", "id,title\n,x\n"])
def test_empty(tmp_path, text):
    """A file without a single item is an `EmptyCatalog`."""
    with pytest.raises(EmptyCatalog) as caught:
        csv(tmp_path, text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("items.xlsx", b"PK\x03\x04", "no item file"),
        ("items.csv", b"\x00\x01\x02\x81" * 2000, "binary|not text"),
        ("items.csv", b"colour,size\nred,1\nblue,2\n", "no column holds titles"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, words):
    """A foreign format, binary data and a file without titles are refused with the remedy."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CatalogError, match=words) as caught:
        read_items(tmp_path / name)
    assert caught.value.hint


def test_missing_paths(tmp_path):
    """A wrong path and a folder without item files say so."""
    with pytest.raises(CatalogError, match="no file"):
        read_items(tmp_path / "nowhere.csv")
    with pytest.raises(CatalogError, match="no item file"):
        read_items(tmp_path)


def test_toml_there_and_back(tmp_path):
    """What was inferred, written and read back gives the same catalogue."""
    path = lines(tmp_path / "films.jsonl", *FILMS)
    found = read_items(path)
    write_catalog_toml(found.schema, tmp_path / "catalog.toml", plan=found.plan)
    assert read_items(path).items == found.items
    assert read_items(path).schema == found.schema
    text = (tmp_path / "catalog.toml").read_text("utf-8")
    assert "# filled in 3 of 4 rows; 3 different, as '1979', '1988', '2021'\n# from 1979 to 2021" in text


def test_toml_overrules(tmp_path):
    """Types, labels, units, roles, separators, aliases, slots and ignored columns are the operator's to decide."""
    (tmp_path / "catalog.toml").write_text(
        """
[columns]
title = "heading"
description = "blurb"
[facets.feel]
column = "mood"
type = "multi"
separator = "/"
label = "Feeling"
aliases = {"scary" = "Dread", "可怕" = "Dread"}
[facets.cost]
column = "amount"
role = "price"
unit = "CNY"
[facets.secret]
type = "ignore"
[facets.gone]
column = "no such column"
"""
    )
    found = csv(
        tmp_path, "id,heading,title,blurb,mood,amount,secret\n1,A,a1,Text,Dread/awe,30,x\n2,B,b2,Text,awe,20,y\n"
    )
    assert found.items[0] == Item("1", "A", "Text", {"feel": ("Dread", "awe"), "cost": 30.0})
    feel, cost = found.schema.facets
    assert (feel.label, dict(feel.aliases)) == ("Feeling", {"scary": "Dread", "可怕": "Dread"})
    assert (cost.role, cost.unit) == ("price", "CNY")
    assert any("'no such column'" in note for note in found.notes)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[columns", "not valid TOML"),
        ("[other]\n", "line 1: other"),
        ('[columns]\npicture = "x"\n', "columns"),
        ('[facets.size]\ntype = "integer"\n', "type = 'integer'"),
        ('[facets.size]\ncolour = "red"\n', "colour"),
        ("[facets.size]\nlabel = 3\n", "label"),
        ("[facets.size]\naliases = 3\n", "aliases"),
        ("[facets]\nsize = 3\n", "size"),
    ],
)
def test_a_wrong_toml(tmp_path, toml, words):
    """A slip in the operator's file is named, with what it should be."""
    (tmp_path / "catalog.toml").write_text(toml)
    with pytest.raises(CatalogError, match=words) as caught:
        csv(tmp_path, "id,title,size\n1,A,2\n")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("1,299.00", ".", (1299.0, "")),
        ("1.299,00", ",", (1299.0, "")),
        ("1 299 kg", ".", (1299.0, "kg")),
        ("$5", ".", (5.0, "$")),
        ("5 Euro", ".", (5.0, "EUR")),
        ("-3.5", ".", (-3.5, "")),
        ("120 min", ".", (120.0, "minutes")),
        ("2h 5min", ".", (125.0, "minutes")),
        ("3000 mAh", ".", (3000.0, "mAh")),
        (".5 l", ".", (0.5, "l")),
        (7, ".", (7.0, "")),
        ("12 Angry Men", ".", None),
        ("1,2,3", ".", None),
        ("1.2.3", ".", None),
        ("abc", ".", None),
        (True, ".", None),
        (["1"], ".", None),
        ("4K", ".", None),
        (10**400, ".", None),
    ],
)
def test_quantities(cell, decimal, expected):
    """Numbers with units are read; what is no quantity is None."""
    assert quantity(cell, decimal) == (None if expected is None else Quantity(*expected))


def test_cells():
    """Units convert, marks and orders are seen over a column, flags, dates and lists are read."""
    assert convert(Quantity(900.0, "g"), "kg") == 0.9
    assert convert(Quantity(1.0, "kg"), "minutes") is None
    assert decimal_mark(["1,5", "2", "3,25"]) == ","
    assert decimal_mark(["1,000", "2,500"]) == "."
    assert date_order(["03/04/2021", "03/14/2021"]) == "mdy"
    assert date("3/14/2021", "mdy") == "2021-03-14"
    assert date("2021-13-01") is None
    assert [flag(cell) for cell in ("Yes", "no", True, "0", "maybe")] == [True, False, True, False, None]
    assert several([1, "a", "A", {"name": "b"}]) == ("1", "a", "b")
    assert several(" a ;; b", ";") == ("a", "b")
    assert several([["x"]]) is None


def test_decoding_notes():
    """The encoding is told; what is no text in any is refused."""
    assert decode("é".encode(), "x") == ("é", "UTF-8")
    assert decode(b"caf\xe9", "x") == ("café", "Windows-1252")
    with pytest.raises(CatalogError):
        decode(b"\x81\x8d caf\xe9", "x")

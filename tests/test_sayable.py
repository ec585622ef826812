"""What operators are shown of a facet, and the rows that they are given back to correct."""

from __future__ import annotations

import csv
import json

import pytest

from vectorstore.base import Facet
from vectorstore.catalog import read_items, write_catalog_toml
from vectorstore.errors import CatalogError
from vectorstore.reading.rejected import write_rejected
from vectorstore.sayable import sayable


@pytest.mark.parametrize(
    ("facet", "phrases"),
    [
        (Facet("price", "number", "price", unit="EUR", low=5, high=2000), ("under 100 euros", "cheapest")),
        (Facet("price", "number", "price", low=5, high=20), ("under 10", "cheapest")),
        (
            Facet("weight_kg", "number", label="Weight", unit="kg", low=0.2, high=9),
            ("under 1.5 kg", "at least 1.5 kg", "lightest"),
        ),
        (Facet("year", "number", "year", low=1900, high=2023), ("from the 1980s", "after 2003", "newest")),
        (Facet("year", "number", "year", low=-1750, high=2017), ("from the 1980s", "after 1997", "newest")),
        (Facet("average_rating", "number", low=2.47, high=4.82), ("rated at least 4", "highest rated")),
        (Facet("sleeps", "number", unit="people", low=1, high=8), ("for 3 people", "at least 3 people")),
        (Facet("stock", "number", "stock", low=0, high=90), ("in stock",)),
        (Facet("votes", "number", "popularity", low=1, high=9), ("most popular",)),
        (Facet("waterproof", "flag", label="Waterproof"), ("waterproof", "not waterproof")),
        (
            Facet("genres", "multi", values=(("drama", 3), ("horror", 2), ("war", 1)), aliases={"scary": "horror"}),
            ("drama", "not horror", "scary", "drama or war"),
        ),
        (Facet("released", "date", low=20200101, high=20240405), ("after 2023", "newest")),
        (Facet("size", "number", low=3, high=3), ()),
        (Facet("colour", "category"), ()),
    ],
)
def test_what_a_facet_lets_visitors_say(facet, phrases):
    """The phrases name a round amount inside the range, real values, and the order that makes sense."""
    assert sayable(facet) == phrases


def test_catalog_toml_is_written_for_people(tmp_path):
    """Each facet has a comment on what stands in it and what it lets visitors say; what is ignored says why."""
    text = "id,title,price,colour,site_id\n" + "".join(
        f"{n},T{n},{n * 10} €,{'red' if n % 3 else 'blue'},9\n" for n in range(1, 9)
    )
    (tmp_path / "a.csv").write_text(text)
    found = read_items(tmp_path / "a.csv")
    write_catalog_toml(found.schema, tmp_path / "catalog.toml", plan=found.plan)
    written = (tmp_path / "catalog.toml").read_text("utf-8")
    assert (
        "# filled in 8 of 8 rows; 8 different, as '10 €', '20 €', '30 €'\n# from 10 to 80 EUR\n"
        '# lets a visitor say: "under 30 euros", "cheapest"\n[facets.price]\ncolumn = "price"\ntype = "number"\n'
        'role = "price"\nlabel = "Price"\nunit = "EUR"\n'
    ) in written
    assert '# 2 values, most often red (6), blue (2)\n# lets a visitor say: "red", "not blue"' in written
    assert '# ignored: an identifier\n[facets.site_id]\ncolumn = "site_id"\ntype = "ignore"' in written


def test_aliases_bases_and_unit_columns(tmp_path):
    """Synonyms are written either way; a base completes pictures and links; a slip is noted."""
    (tmp_path / "catalog.toml").write_text(
        '[columns]\nimage = "pic"\nimage_base = "https://cdn.example/img"\nurl = "path"\nurl_base = "https://x.example/"\n'
        '[facets.colour.aliases]\nred = ["crimson", "红"]\n"navy" = "blue"\n"lila" = "purple"\n'
        '[facets.size]\ncolumn = "sise"\n'
    )
    (tmp_path / "a.csv").write_text("id,title,pic,path,colour,sizes\n1,A,a.jpg,/p/1,red,2\n2,B,b.jpg,p/2,blue,3\n")
    found = read_items(tmp_path / "a.csv")
    assert (found.items[0].image, found.items[0].url) == ("https://cdn.example/img/a.jpg", "https://x.example/p/1")
    assert found.items[1].url == "https://x.example/p/2"
    aliases = found.schema.get("colour").aliases
    assert dict(aliases) == {"crimson": "red", "红": "red", "navy": "blue", "lila": "purple"}
    told = " ".join(found.notes)
    assert "'lila' of colour means 'purple', which no item has" in told
    assert "'sise' of facet 'size' is not in the file; did you mean 'sizes'?" in told


@pytest.mark.parametrize(
    ("toml", "message", "hint"),
    [
        (
            '[columns]\ntitle = "t"\n\n[facets.price]\ntype = "money"\n',
            "line 5: [facets.price] type = 'money'",
            "number",
        ),
        ('[facets.price]\nlable = "Price"\n', "line 2: [facets.price] lable", "Did you mean label?"),
        ('[columns]\nid = "a"\npicture = "b"\n', "line 3: [columns] picture", "image"),
        ('[facets.a]\ndates = "us"\n', "line 2: [facets.a] dates = 'us'", "ymd, dmy, mdy"),
        ("[facets.a.aliases]\nx = 3\n", "line 1: [facets.a] aliases", "sci-fi"),
        ("[facets.a\n", "line 1", "Correct that line"),
    ],
)
def test_a_slip_is_named_with_its_line(tmp_path, toml, message, hint):
    """An error names file, line and key, and the choices that are allowed."""
    (tmp_path / "catalog.toml").write_text(toml)
    (tmp_path / "a.csv").write_text("id,title,price\n1,A,2\n")
    with pytest.raises(CatalogError) as caught:
        read_items(tmp_path / "a.csv")
    assert message in str(caught.value)
    assert "catalog.toml" in str(caught.value)
    assert hint in caught.value.hint


BAD = 'id,title,price\n1,Tent,10\n2,Bag,cheap\n3,,30\n4,"a"b,5\n5,Rope,9,99\n1,Axe,7\n'


def test_rejected_rows_are_saved_as_they_were(tmp_path):
    """Rows left out, and rows that lost a cell, come back with what was in them and an error column."""
    (tmp_path / "a.csv").write_text(BAD)
    found = read_items(tmp_path / "a.csv")
    assert (found.read, len(found.items)) == (6, 2)
    assert write_rejected(found, tmp_path / "bad.csv") == 5
    with (tmp_path / "bad.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["title"], row["price"], row["error"]) for row in rows] == [
        ("", "", "", "a.csv:5 broken quotes (',' expected after '\"')"),
        ("5", "Rope", "9", "a.csv:6 4 cells under 3 columns"),
        ("2", "Bag", "cheap", "a.csv:3 price: not a number"),
        ("3", "", "30", "a.csv:4 title: missing"),
        ("1", "Axe", "7", "a.csv:7 id: used by an earlier row"),
    ]
    assert (rows[0]["row"], rows[1]["surplus 1"]) == ('4,"a"b,5', "99")


def test_rejected_records_keep_their_nesting(tmp_path):
    """Saved as JSON Lines, a rejected record is what it was, before flattening and cleaning."""
    record = {"id": 1, "title": "", "brand": {"name": "<b>Karst</b>", "tags": ["a"]}}
    (tmp_path / "a.json").write_text(json.dumps([record, {"id": 2, "title": "Bag"}]))
    found = read_items(tmp_path / "a.json")
    assert write_rejected(found, tmp_path / "bad.jsonl") == 1
    assert json.loads((tmp_path / "bad.jsonl").read_text()) == {**record, "error": "a.json:1 title: missing"}


def test_nothing_rejected_writes_nothing(tmp_path):
    """A clean file leaves no file of rejected rows."""
    (tmp_path / "a.csv").write_text("id,title\n1,A\n")
    assert write_rejected(read_items(tmp_path / "a.csv"), tmp_path / "bad.csv") == 0
    assert not (tmp_path / "bad.csv").exists()

"""Items in every format and shape that shops export: the same catalogue comes out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
import yaml

from vectorstore.catalog import Ingested, read_items
from vectorstore.errors import CatalogError, EmptyCatalog

ROWS = [
    {
        "id": "t1",
        "title": "Dome tent",
        "description": "Light, for two people.",
        "price": 199.0,
        "tags": ["tent", "light"],
    },
    {
        "id": "b1",
        "title": "Winter bag",
        "description": "Warm, for cold nights.",
        "price": 249.5,
        "tags": ["bag", "warm"],
    },
    {"id": "s1", "title": "Stove", "description": "Burns gas, boils fast.", "price": 49.0, "tags": ["stove"]},
]


def csv_text(delimiter: str = ",") -> str:
    cells = [[row["id"], row["title"], row["description"], str(row["price"]), ";".join(row["tags"])] for row in ROWS]
    lines = [["id", "title", "description", "price", "tags"], *cells]
    return "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)


def put(path: Path, content: object) -> Ingested:
    data = content if isinstance(content, bytes) else str(content).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return read_items(path)


def as_parquet(rows: list[dict]) -> bytes:
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.Table.from_pylist(rows), sink)
    return sink.getvalue().to_pybytes()


SHAPES = {
    "a.csv": csv_text(),
    "a.tsv": csv_text("\t"),
    "a.csv.gz": csv_text(";"),
    "bars.csv": csv_text("|"),
    "carets.csv": csv_text("^"),
    "excel.csv": "sep=;\n" + csv_text(";"),
    "a.jsonl": "\n".join(map(json.dumps, ROWS)),
    "a.jsonl.gz": "\n".join(map(json.dumps, ROWS)),
    "list.json": json.dumps(ROWS),
    "lines.json": "\n".join(map(json.dumps, ROWS)),
    "keyed.json": json.dumps({row["id"]: {key: row[key] for key in row if key != "id"} for row in ROWS}),
    "wrapped.json": json.dumps({"total": 3, "products": ROWS}),
    "shop.json": json.dumps({"name": "My shop", "items": ROWS, "tags": ["x"]}),
    "deep.json": json.dumps({"status": "ok", "data": {"page": 1, "items": ROWS}}),
    "list.yaml": yaml.safe_dump(ROWS),
    "keyed.yml": yaml.safe_dump(
        {row["id"]: {key: row[key] for key in row if key != "id"} for row in ROWS}, sort_keys=False
    ),
    "a.yaml.gz": yaml.safe_dump({"products": ROWS}),
    "a.parquet": as_parquet(ROWS),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_format_gives_the_same_catalogue(tmp_path, name):
    """CSV, TSV, JSON in several shapes, JSON Lines, YAML and Parquet, packed or not, are read alike."""
    found, same = put(tmp_path / name, SHAPES[name]), put(tmp_path / "same.jsonl", SHAPES["a.jsonl"])
    assert (found.items, found.schema, found.problems, found.read) == (same.items, same.schema, (), 3)


def test_a_folder_of_all_formats(tmp_path):
    """Files of several formats in one folder are one catalogue; other files are left alone."""
    (tmp_path / "a.csv").write_text("id,title,price\n1,Tent,10\n")
    (tmp_path / "b.json").write_text('[{"id": 2, "title": "Bag", "price": 20}]')
    (tmp_path / "c.yaml").write_text("- {id: 3, title: Stove, price: 30}")
    (tmp_path / "d.parquet").write_bytes(as_parquet([{"id": "4", "title": "Lamp", "price": 40.0}]))
    (tmp_path / "readme.txt").write_text("x")
    found = read_items(tmp_path)
    assert [(item.id, item.facets["price"]) for item in found.items] == [
        ("1", 10.0),
        ("2", 20.0),
        ("3", 30.0),
        ("4", 40.0),
    ]


ENCODINGS = {
    "utf-8": "Café für Großmutter – 3 €",
    "utf-8-sig": "Café für Großmutter – 3 €",
    "utf-16": "Café 帐篷",
    "utf-16-le": "Cafe table with chairs",
    "utf-32": "Café 帐篷",
    "cp1252": "Café für Großmutter – 3 €",
    "latin-1": "Café für Großmutter",
    "shift-jis": "ドームテントは軽量な二人用テントです",
    "gb18030": "双人轻便帐篷适合徒步旅行和露营",
    "big5": "雙人輕便帳篷適合徒步旅行和露營",
    "euc-kr": "가벼운 이인용 텐트 그리고 침낭",
    "cp1251": "Лёгкая палатка для двух человек и спальный мешок",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(tmp_path, encoding):
    """The encoding is told from the bytes; any but UTF-8 is noted."""
    text = "id,title\n" + "".join(f"{n},{ENCODINGS[encoding]}\n" for n in range(5))
    found = put(tmp_path / "a.csv", text.encode(encoding))
    assert found.items[3].title == ENCODINGS[encoding]
    assert ("read as" in found.notes[0]) == (not encoding.startswith("utf-8"))


NESTED = {
    "id": 7,
    "title": {"en": "Tent", "de": "Zelt"},
    "name": "Dome",
    "price": {"amount": 129.5, "currency": "EUR"},
    "weight": {"value": 2.5, "unit": "kg"},
    "brand": {"name": "Karst", "id": 3, "country": "Norway"},
    "size": {"length": 200, "width": {"value": 90, "unit": "cm"}},
    "categories": [{"id": 1, "name": "Tents"}, {"id": 2, "name": "Camping"}],
    "specs": [{"name": "Colour", "value": "red"}, {"name": "Pole length", "value": 3, "unit": "m"}],
    "variants": [{"fit": "M"}, {"fit": "L"}, {"fit": "M"}],
    "images": [{"url": "https://x.example/a.jpg", "alt": "front"}, {"url": "https://x.example/b.jpg", "alt": "back"}],
    "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}},
    "lists": [[1], [2]],
}


def test_nested_records(tmp_path):
    """Objects become columns, amounts with units numbers, lists of objects their names, pairs columns of their own."""
    found = put(tmp_path / "a.json", json.dumps([NESTED, {**NESTED, "id": 8}]))
    item = found.items[0]
    assert (item.id, item.title, item.image) == ("7", "Dome", "https://x.example/a.jpg")
    assert dict(item.facets) == {
        "title_en": "Tent",
        "title_de": "Zelt",
        "price": 129.5,
        "weight": 2.5,
        "brand": "Karst",
        "brand_country": "Norway",
        "size_length": 200.0,
        "size_width": 90.0,
        "categories": ("Tents", "Camping"),
        "colour": "red",
        "pole_length": 3.0,
        "variants_fit": ("M", "L"),
        "images_alt": ("front", "back"),
    }
    units = {facet.name: facet.unit for facet in found.schema.facets if facet.unit}
    assert units == {"price": "EUR", "weight": "kg", "size_width": "cm", "pole_length": "m"}
    told = " ".join(found.notes)
    assert "deep.a.b.c: left out, nested deeper than 4 levels" in told
    assert "lists: left out, a list of lists" in told


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("\"['Drama', 'War']\"", ("Drama", "War")),
        ('"[""Drama"", ""War""]"', ("Drama", "War")),
        ("\"[{'id': 28, 'name': 'Drama'}, {'id': 3, 'name': 'War'}]\"", ("Drama", "War")),
        ('"Drama, War"', ("Drama", "War")),
        ("Drama|War", ("Drama", "War")),
        ("Drama > War", ("Drama", "War")),
        ("Drama、War", ("Drama", "War")),
    ],
)
def test_lists_in_cells(tmp_path, cell, values):
    """Lists that a program or a person wrote into one cell become several values."""
    found = put(tmp_path / "a.csv", f"id,title,genres\n1,A,{cell}\n2,B,{cell}\n")
    assert found.items[1].facets == {"genres": values}


def test_odd_headers(tmp_path):
    """Headers that are missing or come twice get names, which a note tells; a file without any is read by place."""
    found = put(tmp_path / "a.csv", "id,title,,size,size\n1,Tent,x,2,3\n2,Bag,y,4,5\n")
    assert dict(found.items[0].facets) == {"column_3": "x", "size": 2.0, "size_5": 3.0}
    assert any("'size 5'" in note for note in found.notes)
    found = put(tmp_path / "b.csv", "1,Dome tent for two,199\n2,Warm winter bag,249\n3,Gas stove,49\n")
    assert [(item.title, item.facets["column_3"]) for item in found.items][2] == ("Gas stove", 49.0)
    assert any("no header line" in note for note in found.notes)


def test_very_wide_and_very_long(tmp_path):
    """500 columns, a cell of 100,000 characters and 2,000 values are read; what is cut is told."""
    header = ",".join(f"f{n}" for n in range(500))
    wide = put(tmp_path / "a.csv", f"id,title,{header}\n" + "".join(f"{r},T{r},{'x,' * 499}x\n" for r in range(3)))
    assert len(wide.schema.facets) == 500
    words = "word " * 20_000
    found = put(tmp_path / "b.csv", f'id,title,description,colour\n1,Tent,"{words}",{"z" * 100_000}\n2,Bag,short,red\n')
    assert len(found.items[0].description) <= 20_000
    assert [(one.field, one.rule) for one in found.problems] == [
        ("description", "100000 characters, more than 20000"),
        ("colour", "100000 characters, more than 20000"),
        ("colour", "not a category"),
    ]
    assert found.items[0].facets == {}
    many = put(tmp_path / "c.csv", "id,title,brand\n" + "".join(f"{n},T{n},Brand {n % 2000}\n" for n in range(4000)))
    assert len(many.schema.get("brand").values) == 2000


@pytest.mark.parametrize("name", ["خيمة خفيفة لشخصين", "双人轻便帐篷", "Zelt für zwei — «leicht»"])
def test_names_in_any_script(tmp_path, name):
    """Titles, headers and values in any script are kept as they are."""
    found = put(tmp_path / "a.json", json.dumps([{"id": 1, "title": name, "品牌": "北山"}, {"id": 2, "title": "B"}]))
    assert (found.items[0].title, found.items[0].facets) == (name, {"品牌": "北山"})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", "{", "not valid JSON"),
        ("a.json", "[1, 2]", "no list of records"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.yaml", "[" * 50_000, "nested too deeply"),
        ("a.yaml", "a: [1", "not valid YAML"),
        ("a.yaml", "&a [*a]", "without end"),
        ("a.parquet", b"PAR1 nothing", "no Parquet file"),
        ("a.csv.gz", b"id,title", None),
        ("empty.csv", "", None),
        ("head.csv", "id,title\n", None),
        ("empty.json", "[]", None),
        ("empty.yaml", "", None),
        ("empty.parquet", as_parquet([{"id": None, "title": None}])[:-8], "no Parquet file"),
    ],
)
def test_files_that_hold_no_catalogue(tmp_path, name, content, words):
    """A broken or empty file is refused with the remedy, and nothing else is raised."""
    with pytest.raises(CatalogError, match=words) as caught:
        put(tmp_path / name, content)
    assert caught.value.hint
    assert words or isinstance(caught.value, EmptyCatalog)


def test_damaged_gzip(tmp_path):
    """A gzip file that was cut is named."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv_text().encode())[:40])
    with pytest.raises(CatalogError, match="damaged gzip"):
        read_items(tmp_path / "a.csv.gz")


def test_one_item(tmp_path):
    """A catalogue of one item has facets, too."""
    found = put(tmp_path / "a.json", json.dumps({"id": 1, "title": "Tent", "colour": "red", "price": "5 €"}))
    assert [(facet.name, facet.type) for facet in found.schema.facets] == [("colour", "category"), ("price", "number")]

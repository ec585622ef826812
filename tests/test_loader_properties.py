"""Whatever stands in a file: loaders answer with rows and problems, or refuse with a remedy; nothing else is raised."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vectorstore.base import Facet, VectorStoreError
from vectorstore.catalog import read_items, write_catalog_toml
from vectorstore.help_center import read_pages
from vectorstore.reading.answers import read_answers
from vectorstore.reading.catalog_toml import read_catalog_toml
from vectorstore.reading.date_cells import date, date_order
from vectorstore.reading.embedded import unpacked
from vectorstore.reading.flattening import Flattener
from vectorstore.reading.interactions import read_interactions
from vectorstore.reading.markup import plain
from vectorstore.reading.quantities import decimal_mark, is_range, quantity
from vectorstore.reading.rejected import write_rejected
from vectorstore.sayable import sayable

few = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
some = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
nested = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
tokens = ["id", ",", ";", '"', "\n", "title", "1", "{", "}", "[", "]", ":", "<p>", "&a", "*a", "\t", "- ", "é"]
messy = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(tokens), max_size=60).map(lambda parts: "".join(parts).encode()),
    nested.map(lambda value: json.dumps(value).encode()),
)
ITEMS = [".csv", ".tsv", ".json", ".jsonl", ".yaml", ".parquet", ".csv.gz"]
PAGES = [".md", ".html", ".txt", ".pdf", ".docx"]


def written(data: bytes, name: str, folder: str) -> Path:
    path = Path(folder) / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") and len(data) % 3 else data)
    return path


@pytest.mark.parametrize("suffix", ITEMS)
@few
@given(data=messy)
def test_any_bytes_as_items(suffix, data):
    """Arbitrary bytes give items and problems, or an error of the package; every row is one or the other."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(data, f"items{suffix}", folder)
        try:
            found = read_items(path)
        except VectorStoreError as error:
            assert error.hint
            return
        left_out = {(row.file, row.line) for row in found.rejected} - {(None, None)}
        assert len(found.items) <= found.read <= len(found.items) + len(left_out)
        assert len({item.id for item in found.items}) == len(found.items)
        assert all(item.id and item.title for item in found.items)
        json.dumps([dict(item.facets) for item in found.items]).encode()


@pytest.mark.parametrize("suffix", PAGES)
@few
@given(data=messy)
def test_any_bytes_as_pages(suffix, data):
    """Arbitrary bytes give passages with different ids, or an error of the package."""
    with tempfile.TemporaryDirectory() as folder:
        written(b"# A\n\ntext", "good.md", folder)
        written(data, f"page{suffix}", folder)
        found = read_pages(Path(folder))
        assert len({one.id for one in found.passages}) == len(found.passages)
        assert {one.page for one in found.passages} | {Path(one.file).stem for one in found.problems} == {
            "good",
            "page",
        }
        "".join(one.text for one in found.passages).encode()


@pytest.mark.parametrize("read", [read_answers, read_interactions])
@few
@given(data=messy, suffix=st.sampled_from([".csv", ".jsonl", ".parquet", ".csv.gz"]))
def test_any_bytes_as_answers_and_interactions(read, data, suffix):
    """Arbitrary bytes under the right header are rows or problems, or an error of the package."""
    head = b"question,answer,visitor,item_id\n" if "csv" in suffix and len(data) % 2 else b""
    with tempfile.TemporaryDirectory() as folder:
        try:
            read(written(head + data, f"rows{suffix}", folder))
        except VectorStoreError as error:
            assert error.hint


rows = st.lists(
    st.fixed_dictionaries({
        "title": words.filter(str.strip),
        "colour": st.sampled_from(["red", "blue", "grün", "黑"]),
        "size": st.integers(0, 500),
        "note": st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "P")), max_size=30),
    }),
    min_size=1, max_size=12,
)  # fmt: skip


def as_csv(records: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().encode()


def as_parquet(records: list[dict]) -> bytes:
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.Table.from_pylist(records), sink)
    return sink.getvalue().to_pybytes()


@few
@given(rows=rows)
def test_what_was_written_is_read(rows):
    """The same records in CSV, JSON, JSON Lines, YAML and Parquet give the same ids, colours and sizes."""
    records = [{"id": f"i{n}", **row} for n, row in enumerate(rows)]
    texts = {
        "a.csv": as_csv(records),
        "a.json": json.dumps(records).encode(),
        "a.jsonl": "\n".join(map(json.dumps, records)).encode(),
        "a.yaml": yaml.safe_dump(records, allow_unicode=True).encode(),
        "a.parquet": as_parquet(records),
    }
    seen = []
    for name, data in texts.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = read_items(written(data, name, folder))
            except VectorStoreError:
                seen.append("nothing")
                continue
        seen.append([(item.id, item.title, item.facets.get("colour"), item.facets.get("size")) for item in found.items])
        by_id = {record["id"]: record for record in records}
        assert all(
            (facets["colour"], facets["size"]) == (by_id[item.id]["colour"], by_id[item.id]["size"])
            for item in found.items
            if (facets := item.facets)
        )
    assert all(one == seen[0] for one in seen[1:])


@few
@given(rows=rows, bad=st.lists(st.sampled_from(["cheap", "1-2", "5 kg 3", "x"]), max_size=4))
def test_rejected_rows_can_be_read_again(rows, bad):
    """What was rejected, saved and corrected by hand is read as the rows it was, and its error column is ignored."""
    records = [{"id": f"i{n}", "title": f"T{n}", "price": f"{n + 1}"} for n in range(len(rows) + 5)]
    records += [{"id": f"b{n}", "title": f"B{n}", "price": word} for n, word in enumerate(bad)]
    with tempfile.TemporaryDirectory() as folder:
        found = read_items(written(as_csv(records), "a.csv", folder))
        again = Path(folder) / "rejected.csv"
        assert write_rejected(found, again) == len(bad)
        if bad:
            again.write_bytes(again.read_bytes().replace(b"cheap", b"7"))
            fixed = read_items(again)
            assert [item.id for item in fixed.items] == [f"b{n}" for n in range(len(bad))]
            assert "error" not in {facet.name for facet in fixed.schema.facets}


@few
@given(rows=rows)
def test_the_written_toml_reads_the_same(rows):
    """`catalog.toml` as written is valid, and with it the file is read as without."""
    records = [{"id": f"i{n}", **row} for n, row in enumerate(rows)]
    with tempfile.TemporaryDirectory() as folder:
        path = written("\n".join(map(json.dumps, records)).encode(), "a.jsonl", folder)
        try:
            found = read_items(path)
        except VectorStoreError:
            return
        write_catalog_toml(found.schema, Path(folder) / "catalog.toml", plan=found.plan)
        again = read_items(path)
        assert (again.items, again.schema) == (found.items, found.schema)


@some
@given(text=st.text(max_size=200) | messy.map(lambda data: data.decode("latin-1")))
def test_any_toml(text):
    """Any text as `catalog.toml` is understood or refused with the remedy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.toml"
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            read_catalog_toml(path)
        except VectorStoreError as error:
            assert error.hint


@some
@given(cell=scalars | st.text(st.sampled_from("0123456789.,-+ $€kgmh'\"%/eE"), max_size=25))
def test_any_cell(cell):
    """Numbers, dates, ranges and marks never fail on a cell; a number that is found is finite."""
    for mark in (".", ","):
        found = quantity(cell, mark)
        assert found is None or found.value == found.value or isinstance(cell, float)
    date(cell, date_order([cell]))
    is_range(cell)
    decimal_mark([cell])
    if isinstance(cell, str):
        assert isinstance(plain(cell), str)


@some
@given(value=st.integers(0, 10**9), cents=st.integers(0, 99), sign=st.sampled_from(["$", "€", "£", "USD ", "EUR "]))
def test_prices_however_written(value, cents, sign):
    """A price is the same in every usual way of writing it."""
    wanted = value + cents / 100
    grouped = f"{value:,}"
    for text, mark in [
        (f"{sign}{grouped}.{cents:02}", "."),
        (f"{sign}{value}.{cents:02}", "."),
        (f"{grouped.replace(',', '.')},{cents:02} {sign.strip()}", ","),
        (f"{grouped.replace(',', ' ')},{cents:02} {sign.strip()}", ","),
    ]:
        found = quantity(text, mark)
        assert found is not None
        assert abs(found.value - wanted) < 1e-6 * max(1, wanted)


@some
@given(record=st.dictionaries(st.text(max_size=8), nested, max_size=6))
def test_any_nesting(record):
    """Whatever is nested, flat cells are scalars or lists of scalars."""
    for _, one in unpacked([(1, record)]):
        for cell in Flattener().flat(one).values():
            entries = cell if isinstance(cell, list) else [cell]
            assert not any(isinstance(entry, (dict, list)) for entry in entries)


@some
@given(
    kind=st.sampled_from(["number", "date", "category", "multi", "flag"]),
    role=st.sampled_from(["attribute", "price", "stock", "popularity", "year"]),
    bounds=st.tuples(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12)).map(sorted),
    unit=st.sampled_from(["", "EUR", "kg", "minutes", "people", "%", "mAh"]),
)
def test_examples_hold_for_every_facet(kind, role, bounds, unit):
    """Every facet has examples of what to say, or none, and never fails."""
    facet = Facet("name", kind, role, low=bounds[0], high=bounds[1], unit=unit, values=(("a", 2), ("b", 1), ("c", 1)))
    assert all(isinstance(phrase, str) and phrase.strip() for phrase in sayable(facet))
    assert all(isinstance(phrase, str) for phrase in sayable(Facet("n", kind, role)))

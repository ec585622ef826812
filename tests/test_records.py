"""Canonical records: saved, loaded, shipped; what has not changed is never embedded again."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from vectorstore.base import Facet, Item, Passage, Schema, TextKind
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import EmbedderMismatch, RecordsFault
from vectorstore.records import embed_changed, load, load_shipped, save_vectors
from vectorstore.text import MAX_WORDS, item_text, item_words, passage_text, shorten

SCHEMA = Schema(
    (
        Facet("genres", "multi", values=(("horror", 1), ("comedy", 1)), aliases={"scary": "horror"}, filled=0.67),
        Facet("year", "number", role="year", low=1979.0, high=1990.0),
        Facet("price", "number", role="price", unit="EUR"),
        Facet("waterproof", "flag"),
    )
)
ITEMS = (
    Item(
        "a", "Alien", "Slow dread in space.", {"genres": ("horror",), "year": 1979.0, "price": 4.5, "waterproof": True}
    ),
    Item("b", "Bees", "A comedy.", {"genres": ("comedy",), "waterproof": False}, image="b.png", url="https://b"),
    Item("c", "Ç \u2028 line", "", {}),
)
PASSAGES = (Passage("r#money", "r", "Refunds", "Money back", "money", "Within 14 days.", topic="money"),)


class Counting(HashedEmbedder):
    """The hashed embedder, which keeps what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__(64)
        self.asked: list[str] = []

    def embed(self, texts, *, kind: TextKind):
        """Remember the texts, then embed them."""
        self.asked += texts
        return super().embed(texts, kind=kind)


def made(embedder=None, items=ITEMS, old=None, **more):
    embedder = embedder or Counting()
    return embed_changed(old, items=items, passages=PASSAGES, schema=SCHEMA, embedder=embedder, **more)


def test_there_and_back(tmp_path):
    """What is loaded is what was saved: items, passages, schema, hashes, and vectors to the last bit."""
    records = made()
    records.save(tmp_path)
    again = load(tmp_path, "hashed-64")
    assert (again.items, again.passages, again.schema) == (ITEMS, PASSAGES, SCHEMA)
    assert (again.item_hashes, again.passage_hashes) == (records.item_hashes, records.passage_hashes)
    assert np.array_equal(again.item_vectors, records.item_vectors)
    assert np.array_equal(again.passage_vectors, records.passage_vectors)
    assert np.load(tmp_path / "item_vectors.npy").dtype == np.float16
    assert np.allclose(np.linalg.norm(again.item_vectors, axis=1), 1.0, atol=1e-6)


def test_only_changes_are_embedded():
    """A new price costs nothing, a new description one embedding, a removed item nothing."""
    old = made()
    dearer = replace(ITEMS[0], facets={**ITEMS[0].facets, "price": 9.0})
    edited = replace(ITEMS[1], description="A sad comedy.")
    embedder, steps = Counting(), []
    records = made(embedder, (dearer, edited), old, progress=lambda *step: steps.append(step))
    assert embedder.asked == [item_text(edited, SCHEMA)]
    assert steps == [("embed", 1, 1)]
    assert np.array_equal(records.item_vectors[0], old.item_vectors[0])
    assert records.items == (dearer, edited)


def test_shipped_vectors(tmp_path):
    """Vectors beside readable files serve every row whose text is unchanged, and only their own embedder."""
    save_vectors(made(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"item_vectors.npy", "passage_vectors.npy", "records.json"}
    embedder = Counting()
    edited = replace(ITEMS[0], title="Aliens")
    made(embedder, (edited, *ITEMS[1:]), shipped=(load_shipped(tmp_path, "hashed-64"),))
    assert embedder.asked == [item_text(edited, SCHEMA)]
    assert load_shipped(tmp_path, "another").rows == {}
    assert load_shipped(tmp_path / "nothing", "hashed-64").rows == {}


def test_a_foreign_embedder_is_refused(tmp_path):
    """Vectors of one embedder are never searched by another; the hint says how to get out."""
    made().save(tmp_path)
    with pytest.raises(EmbedderMismatch, match=r"hashed-64.*minilm") as caught:
        load(tmp_path, "minilm")
    assert "index rebuild" in caught.value.hint
    old = load(tmp_path)
    embedder = HashedEmbedder(32)
    assert made(embedder, old=old).item_vectors.shape == (3, 32)


def _cut_vectors(folder):
    np.save(folder / "item_vectors.npy", np.zeros((2, 64), np.float16))


def _nan_vectors(folder):
    np.save(folder / "item_vectors.npy", np.full((3, 64), np.nan, np.float16))


def _cut_items(folder):
    (folder / "items.jsonl").write_text('{"id": "a", "ti')


def _lose_a_line(folder):
    lines = (folder / "items.jsonl").read_text("utf-8").splitlines()
    (folder / "items.jsonl").write_text(lines[0] + "\n", "utf-8")


def _another_digit(folder):
    """One bit of a number turned over: still JSON, still a legal price."""
    path = folder / "items.jsonl"
    data = path.read_bytes()
    place = next(place for place, byte in enumerate(data) if 0x30 <= byte <= 0x39)
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


def _another_number(folder):
    path = folder / "item_vectors.npy"
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def _foreign_format(folder):
    about = json.loads((folder / "records.json").read_text())
    (folder / "records.json").write_text(json.dumps(about | {"format": 99}))


@pytest.mark.parametrize(
    "damage",
    [
        _cut_vectors,
        _nan_vectors,
        _cut_items,
        _lose_a_line,
        _another_digit,
        _another_number,
        _foreign_format,
        lambda folder: (folder / "schema.json").unlink(),
        lambda folder: (folder / "records.json").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "passage_vectors.npy").write_bytes(b"\x93NUMPY"),
    ],
)
def test_damaged_files(tmp_path, damage):
    """Any missing, cut or foreign file is a `RecordsFault` that names the folder and the remedy."""
    made().save(tmp_path)
    damage(tmp_path)
    with pytest.raises(RecordsFault, match=str(tmp_path)) as caught:
        load(tmp_path)
    assert "ingest" in caught.value.hint.lower()


def test_item_text():
    """The embedded text is title, stable facets in words, description; numbers that change are left out."""
    assert item_text(ITEMS[0], SCHEMA) == "Alien. genres: horror; year: 1979; waterproof. Slow dread in space."
    assert item_text(ITEMS[1], SCHEMA) == "Bees. genres: comedy. A comedy."
    long = replace(ITEMS[1], description="word " * 1000)
    assert len(item_text(long, SCHEMA).split()) == MAX_WORDS
    many = replace(ITEMS[1], facets={"genres": tuple(f"g{n}" for n in range(30))})
    assert "g3." in item_text(many, SCHEMA)
    assert "g29" in item_words(many, SCHEMA)


def test_other_texts():
    """A passage carries its headings; scripts without spaces are shortened by their characters."""
    assert passage_text(PASSAGES[0]) == "Refunds. Money back. Within 14 days."
    assert passage_text(replace(PASSAGES[0], heading="Refunds")) == "Refunds. Within 14 days."
    assert len(shorten("电影" * 500, 100)) == 200

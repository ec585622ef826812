"""The journal: durable lines, torn and damaged ones, other writers, and what becomes of it when a generation swaps."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from tests import shop
from vectorstore.base import Constraint
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import StorageError
from vectorstore.generations import Generations
from vectorstore.index import open_index
from vectorstore.ingest import ingest_items, rebuild
from vectorstore.ingesting.beside import ingest_help
from vectorstore.ingesting.reports import Consent
from vectorstore.lexical import Lexical
from vectorstore.live.applying import applied, caught_up, load_live, vectors_of
from vectorstore.live.changes import Change
from vectorstore.live.journal import Behind, Journal
from vectorstore.live.patched import Patched
from vectorstore.records import Known, folded, load

ALL = Consent(yes=True)
SOFA = Change("s1", fields={"title": "Velvet Sofa", "description": "A sofa of green velvet."}, facets={"price": 700.0})


def write(root, *changes, after=0):
    """The changes as one entry, with their vectors."""
    records = load_live(Generations(root).current(), embedder=HashedEmbedder())
    made = applied(records, changes, embedder=HashedEmbedder())
    return Journal(root).append(changes, vectors_of(made, changes), after=after).number


class Refusing(HashedEmbedder):
    """An embedder that must not be asked for items."""

    def embed(self, texts, *, kind):
        """Queries only."""
        assert kind == "query", texts
        return super().embed(texts, kind=kind)


def test_what_was_written_is_there_again(tmp_path):
    """Numbers, changes, vectors and the embedder's name come back as they were; earlier numbers can be left out."""
    journal, vector = Journal(tmp_path), np.zeros(4, np.float32)
    vector[1] = 1.0
    changes = (SOFA, Change("b", gone=True), Change("c", blank=("url",), dropped=("kind",), facets={"t": ("a", "b")}))
    assert journal.append(changes, Known("e", {"h": vector}), after=0).number == 1
    assert journal.append([Change("d", facets={"w": True})], Known("e"), after=1).number == 2
    first, second = journal.read()
    assert (first.number, first.changes, first.known.embedder_name) == (1, changes, "e")
    assert np.array_equal(first.known.rows["h"], vector)
    assert journal.read(after=1) == (second,) and second.changes[0].facets == {"w": True}
    assert journal.size() == 4 and Journal(tmp_path / "none").read() == ()


def test_a_torn_last_line_is_dropped_and_written_over(tmp_path):
    """However much of the last line reached the disk, the entries before it are whole and the next one follows them."""
    journal = Journal(tmp_path)
    journal.append([SOFA], Known(), after=0)
    whole = journal.path.read_bytes()
    journal.append([Change("b", gone=True)], Known(), after=1)
    longer = journal.path.read_bytes()
    for end in range(len(whole), len(longer)):
        journal.path.write_bytes(longer[:end])
        assert [entry.number for entry in journal.read()] == [1]
    assert journal.append([Change("c", gone=True)], Known(), after=1).number == 2
    assert [entry.changes[0].id for entry in journal.read()] == ["s1", "c"]


def test_a_flipped_bit_costs_one_line_and_is_said(tmp_path, caplog):
    """A damaged line in the middle is left out; those before and after it count."""
    journal = Journal(tmp_path)
    for number in range(3):
        journal.append([Change(f"i{number}", gone=True)], Known(), after=number)
    data = bytearray(journal.path.read_bytes())
    data[data.index(b"i1")] ^= 1
    journal.path.write_bytes(bytes(data))
    assert [entry.changes[0].id for entry in journal.read()] == ["i0", "i2"]
    assert "damaged line" in caplog.text


def test_a_writer_that_missed_an_entry_is_told(tmp_path):
    """Two processes change one catalogue: the one behind reads first."""
    journal = Journal(tmp_path)
    journal.append([SOFA], Known(), after=0)
    with pytest.raises(Behind):
        Journal(tmp_path).append([SOFA], Known(), after=0)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    """What could not be flushed is not there, and the error says what to do."""
    journal = Journal(tmp_path)
    journal.append([SOFA], Known(), after=0)
    before = journal.path.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="journal"):
        journal.append([SOFA], Known(), after=1)
    assert journal.path.read_bytes() == before


def test_changes_are_searched_and_embedded_once(tmp_path):
    """After a restart the new item is found by words and by meaning, the removed one is not; nothing is embedded."""
    root = shop.ingested(tmp_path)
    write(root, SOFA, Change("g1", facets={"price": 5.0}), Change("g2", gone=True))
    index, _ = open_index(root / "gen-0001", Refusing())
    assert index.ids == ("g1", "g3", "g4", "g5", "g6", "s1")
    vector = index.embed("a sofa of green velvet")
    assert index.dense(vector, 3)[0].id == index.lexical("velvet", 3)[0].id == "s1"
    assert index.columns.count([Constraint("price", "<", 10)]) == 1
    assert {hit.id for hit in index.dense(vector, 50)} == set(index.ids)
    assert not index.lexical("blue", 5) and not index.degraded
    assert {item.id for item in index.touched} == {"g1", "s1"}


def test_dense_search_of_changed_records_is_exact_over_them(tmp_path):
    """The store's old rows and the new ones beside it give what scoring every row gives."""
    root, embedder = shop.ingested(tmp_path), HashedEmbedder()
    base, _ = open_index(root / "gen-0001", embedder)
    changes = [Change(f"n{n}", fields={"title": f"Blue Lamp number {n}"}) for n in range(20)]
    changes += [Change("g2", fields={"title": "Grey Stool"}), Change("g3", gone=True)]
    index = base.changed(applied(base.records, changes, embedder=embedder))
    for text in ("blue lamp", "grey stool", "oak chair"):
        vector = index.embed(text)
        scores = index.vectors @ vector
        found = index.dense(vector, 5)
        assert np.allclose([hit.score for hit in found], np.sort(scores)[::-1][:5], atol=2e-3)
        assert all(abs(hit.score - scores[index.row(hit.id)]) < 2e-3 for hit in found)


def test_words_of_changed_texts_score_like_those_of_the_generation():
    """A text beside the index has the score that it has inside; a word that only new texts have is found."""
    texts = ["red lamp for reading", "blue lamp", "heavy oak chair", "pine chair for a desk"]
    ids = ["a", "b", "c", "d"]
    base = Lexical(texts, ids)
    patched = Patched(base, ids, {id: row for row, id in enumerate(ids)}, fresh={0: texts[0], 3: texts[3]})
    for query in ("lamp", "heavy chair", "desk reading lamp lamp", "nothing"):
        assert np.allclose(patched.scores(query), base.scores(query), atol=1e-5)
    moved = Patched(base, ["d", "new"], {id: row for row, id in enumerate(ids)}, fresh={1: "velvet sofa"})
    assert moved.search("velvet pine", 5)[0].id == "new" and moved.scores("oak").tolist() == [0.0, 0.0]


def test_the_next_ingest_holds_the_changes_and_the_file_wins(tmp_path):
    """A blank cell keeps what an operator changed, a filled one overrules it, and what the file lacks is counted."""
    root, embedder = shop.ingested(tmp_path), HashedEmbedder()
    write(root, SOFA, Change("g1", facets={"price": 5.0}), Change("g2", fields={"description": "Changed."}))
    rows = [("s1", "Velvet Sofa", "", "sofa", ""), ("g2", "Blue Lamp", "", "lamp", "26"), *shop.GOODS[2:]]
    ingest_items(shop.goods(tmp_path / "g.csv", rows), catalog_root=root, embedder=embedder, consent=ALL)
    items = {item.id: item for item in load_live(Generations(root).current()).items}
    assert "g1" not in items
    assert items["s1"].facets["price"] == 700.0 and items["s1"].description == "A sofa of green velvet."
    assert items["g2"].description == "Changed." and items["g2"].facets["price"] == 26.0
    assert folded(Generations(root).current()) == 1


@pytest.mark.parametrize("again", [rebuild, None], ids=["rebuild", "help"])
def test_every_new_generation_folds_the_changes(tmp_path, again):
    """A rebuild or a new help centre holds them too; nothing is applied twice or embedded again."""
    root = shop.ingested(tmp_path)
    write(root, SOFA, Change("g2", gone=True))
    if again:
        again(root, embedder=Refusing())
    else:
        pages = shop.pages(tmp_path / "help")
        (pages / "delivery.md").unlink()
        ingest_help(pages, catalog_root=root, embedder=Refusing())
    newest = Generations(root).current()
    assert newest.name == "gen-0002" and folded(newest) == 1
    assert {item.id for item in load(newest).items} == {"g1", "g3", "g4", "g5", "g6", "s1"}
    assert open_index(newest, Refusing())[0].touched == ()


def test_a_change_while_an_ingest_runs_stays_on_top(tmp_path):
    """It is newer than the file, whichever of the two ends first."""
    root, embedder = shop.ingested(tmp_path), HashedEmbedder()
    write(root, Change("g1", facets={"price": 5.0}))
    written = []

    def meanwhile(step, done, total):
        if not written:
            written.append(write(root, Change("g1", facets={"price": 6.0}), SOFA, after=1))

    rows = [("g1", "Red Lamp", "Now in crimson.", "lamp", "21"), *shop.GOODS[1:]]
    ingest_items(shop.goods(tmp_path / "g.csv", rows), catalog_root=root, embedder=embedder, progress=meanwhile)
    newest = Generations(root).current()
    assert written == [2] and folded(newest) == 1
    items = {item.id: item for item in open_index(newest, embedder)[0].items.values()}
    assert items["g1"].facets["price"] == 6.0 and items["g1"].description == "Now in crimson."
    assert items["s1"].title == "Velvet Sofa"


def test_trimming_forgets_only_what_is_folded(tmp_path):
    """Entries above the number stay, with their numbers."""
    journal = Journal(tmp_path)
    for number in range(4):
        journal.append([Change(f"i{number}", gone=True)], Known(), after=number)
    journal.trim(2)
    assert [entry.number for entry in journal.read()] == [3, 4]
    journal.trim(4)
    assert journal.append([SOFA], Known(), after=4).number == 5


def test_records_that_hold_everything_are_themselves(tmp_path):
    """Nothing new in the journal: no copy, no embedding."""
    root = shop.ingested(tmp_path)
    write(root, SOFA)
    records = replace(load(root / "gen-0001"), folded=1)
    assert caught_up(records, Journal(root), embedder=Refusing()) is records

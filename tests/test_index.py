"""Search over one catalogue: dense and lexical under a mask, and what happens when the store fails."""

from __future__ import annotations

import numpy as np
import pytest

from vectorstore import index as index_module
from vectorstore.base import Constraint, Facet, Hit, Item, Passage, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import EmbedderMismatch, IndexFault, VectorStoreError
from vectorstore.exact import nearest_allowed, top_rows
from vectorstore.index import ItemIndex, PassageIndex, index_in_memory
from vectorstore.memory import InMemoryStore
from vectorstore.records import embed_changed

SCHEMA = Schema((Facet("colour", "category"), Facet("size", "number")))
COLOURS = ("red", "green", "blue", "grey")
EMBEDDER = HashedEmbedder()
ITEMS = tuple(
    Item(f"i{n}", f"Thing {n}", f"A {COLOURS[n % 4]} thing for day {n}", {"colour": COLOURS[n % 4], "size": float(n)})
    for n in range(200)
)
PASSAGES = (
    Passage("r#money", "r", "Refunds", "Money back", "money", "We refund within 14 days."),
    Passage("d#phone", "d", "Devices", "Phones", "phone", "Watch on any phone."),
)
RECORDS = embed_changed(None, items=ITEMS, passages=PASSAGES, schema=SCHEMA, embedder=EMBEDDER)


class Asked(InMemoryStore):
    """An exact store that keeps how many rows it was asked for, and fails when told so."""

    def __init__(self) -> None:
        super().__init__(64)
        self.upsert([item.id for item in ITEMS], RECORDS.item_vectors)
        self.asked: list[int] = []
        self.error: BaseException | None = None

    def search(self, vector, k: int) -> list[Hit]:
        """Remember k, then search or fail."""
        self.asked.append(k)
        if self.error:
            raise self.error
        return super().search(vector, k)


@pytest.fixture
def store() -> Asked:
    return Asked()


@pytest.fixture
def shelf(store: Asked) -> ItemIndex:
    return ItemIndex(RECORDS, store, EMBEDDER)


def truth(vector, k: int, mask=None) -> list[str]:
    keep = np.ones(len(ITEMS), bool) if mask is None else mask
    return [hit.id for hit in nearest_allowed([item.id for item in ITEMS], RECORDS.item_vectors, vector, k, mask=keep)]


def test_what_it_holds(shelf):
    """Items by id, rows, vectors, schema and columns belong together."""
    assert len(shelf) == 200
    assert shelf.ids[shelf.row("i7")] == "i7"
    assert shelf.items["i7"] is ITEMS[7]
    assert shelf.vectors.shape == (200, 64)
    assert shelf.columns.count([Constraint("colour", "is", "red")]) == 50
    with pytest.raises(VectorStoreError) as caught:
        shelf.row("nobody")
    assert caught.value.hint


def test_unfiltered_search_asks_the_store(shelf, store):
    """Without a mask the store answers, with as many rows as were asked for."""
    query = shelf.embed("a red thing")
    assert [hit.id for hit in shelf.dense(query, 5)] == truth(query, 5)
    assert store.asked == [5]
    assert not shelf.degraded


def test_few_allowed_rows_are_scored_one_by_one(shelf, store):
    """Under a narrow mask the store is not asked and the result is exact."""
    mask = shelf.columns.mask([Constraint("colour", "is", "red")])
    query = shelf.embed("thing for day 8")
    assert [hit.id for hit in shelf.dense(query, 60, mask)] == truth(query, 60, mask)
    assert store.asked == []
    assert shelf.dense(query, 5, np.zeros(200, bool)) == []
    assert shelf.dense(query, 0) == []


@pytest.mark.parametrize("colour", ["red", "nothing but red"])
def test_many_allowed_rows_ask_for_more(shelf, store, monkeypatch, colour):
    """Under a wide mask the store is asked for more than k; what comes back is masked, and k rows come or all."""
    monkeypatch.setattr(index_module, "FEW", 10)
    constraints = [Constraint("colour", "not" if colour != "red" else "is", "red")]
    mask = shelf.columns.mask(constraints)
    query = shelf.embed("a red thing")
    for k in (5, 20, 300):
        found = [hit.id for hit in shelf.dense(query, k, mask)]
        assert found == truth(query, k, mask)
    assert store.asked[0] > 5


def test_a_short_answer_is_completed(shelf, store, monkeypatch):
    """When masking leaves fewer than k although more rows are allowed, exact search takes over."""
    monkeypatch.setattr(index_module, "FEW", 0)
    mask = np.zeros(200, bool)
    query = shelf.embed("a red thing")
    mask[top_rows(-(RECORDS.item_vectors @ query), 20)] = True
    assert [hit.id for hit in shelf.dense(query, 10, mask)] == truth(query, 10, mask)


class Panic(BaseException):
    """What a panic in native code looks like: no `Exception`."""


@pytest.mark.parametrize("error", [IndexFault("gone"), RuntimeError("odd"), Panic("native")])
def test_a_failing_store_is_noticed_and_replaced(shelf, store, error):
    """The search still answers, exactly; from then on the index says that it is degraded, and why."""
    store.error = error
    query = shelf.embed("a red thing")
    assert [hit.id for hit in shelf.dense(query, 5)] == truth(query, 5)
    assert shelf.degraded
    assert str(error) in shelf.fault
    shelf.dense(query, 5)
    assert len(store.asked) == 1


def test_an_interrupt_is_no_fault(shelf, store):
    """Ctrl-C is passed on."""
    store.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        shelf.dense(shelf.embed("x"), 5)
    assert not shelf.degraded


def test_a_store_of_another_catalogue(shelf, store):
    """Rows that the records do not hold are never returned; the store is not trusted again."""
    store.upsert(["stranger"], shelf.embed("a red thing")[None])
    assert "stranger" not in [hit.id for hit in shelf.dense(shelf.embed("a red thing"), 3)]
    assert shelf.degraded


def test_no_store_at_all():
    """Without a store search is exact from the start."""
    shelf = ItemIndex(RECORDS, None, EMBEDDER, fault="broken")
    query = shelf.embed("a red thing")
    assert [hit.id for hit in shelf.dense(query, 5)] == truth(query, 5)
    assert (shelf.degraded, shelf.fault) == (True, "broken")


def test_similar_leaves_out_the_item_itself(shelf):
    """The neighbours of an item, under a mask or not, are others."""
    assert "i8" not in [hit.id for hit in shelf.similar("i8", 5)]
    assert len(shelf.similar("i8", 5)) == 5
    red = shelf.columns.mask([Constraint("colour", "is", "red")])
    assert all(shelf.items[hit.id].facets["colour"] == "red" for hit in shelf.similar("i8", 5, red))


def test_lexical(shelf):
    """Words of title, facets and description are searched, under a mask too."""
    assert shelf.lexical("thing 42", 1)[0].id == "i42"
    assert shelf.lexical("thing 42", 1, np.arange(200) != 42)[0].id != "i42"
    assert shelf.bm25.scores("42").shape == (200,)


def test_passages():
    """The help centre is searched the same way."""
    _, passages = index_in_memory(RECORDS, EMBEDDER)
    assert passages.dense(passages.embed("how do I get a refund"), 1)[0].id == "r#money"
    assert passages.lexical("phone", 5)[0].id == "d#phone"
    assert passages.dense(passages.embed("phone"), 5, np.array([True, False]))[0].id == "r#money"
    assert len(passages) == 2


def test_nothing_to_search():
    """An empty catalogue finds nothing and raises nothing."""
    empty = embed_changed(None, items=(), passages=(), schema=SCHEMA, embedder=EMBEDDER)
    shelf, passages = index_in_memory(empty, EMBEDDER)
    assert shelf.dense(shelf.embed("x"), 5) == shelf.lexical("x", 5) == []
    assert passages.dense(passages.embed("x"), 5) == passages.lexical("x", 5) == []


def test_another_embedder_is_refused():
    """An index is searched by the embedder that made it."""
    for wrong in (HashedEmbedder(32),):
        with pytest.raises(EmbedderMismatch) as caught:
            ItemIndex(RECORDS, None, wrong)
        assert "rebuild" in caught.value.hint
        with pytest.raises(EmbedderMismatch):
            PassageIndex(RECORDS, wrong)

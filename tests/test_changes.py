"""Single changes: how a row is read by the schema, what it makes of an item, and what the schema counts afterwards."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests.small_catalog import facet
from vectorstore.base import Facet, Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.live.applying import applied, fitting
from vectorstore.live.changes import Change, Reader
from vectorstore.live.counting import recounted
from vectorstore.reading.writing_toml import column_of
from vectorstore.records import Records, embed_changed

SCHEMA = Schema(
    (
        Facet("price", "number", role="price", unit="EUR"),
        Facet("weight", "number", unit="kg"),
        Facet("kind", "category", values=(("Lamp", 2),), aliases={"light": "Lamp"}),
        Facet("tags", "multi", values=(("warm", 1),)),
        Facet("waterproof", "flag"),
        Facet("since", "date"),
    )
)
READER = Reader(
    {one.name: column_of(one) for one in SCHEMA.facets},
    {"Product name": "title", "Price (EUR)": "price"},
    {"kind": {"lamp": "Lamp", "light": "Lamp"}, "tags": {"warm": "warm"}},
)
LAMP = Item("g1", "Red Lamp", "Bright.", {"price": 20.0, "kind": "Lamp"}, image="a.jpg", url="https://x.example/1")


@pytest.mark.parametrize(
    ("row", "facets"),
    [
        ({"price": 12}, {"price": 12.0}),
        ({"price": "€ 12.50"}, {"price": 12.5}),
        ({"Price (EUR)": "12"}, {"price": 12.0}),
        ({"weight": "2500 g"}, {"weight": 2.5}),
        ({"kind": "LIGHT"}, {"kind": "Lamp"}),
        ({"Kind": "Torch"}, {"kind": "Torch"}),
        ({"tags": ["Warm", "new", "new"]}, {"tags": ("warm", "new")}),
        ({"tags": "soft"}, {"tags": ("soft",)}),
        ({"waterproof": "yes"}, {"waterproof": True}),
        ({"since": "2024-05-31"}, {"since": "2024-05-31"}),
        ({"facets": {"price": 3, "kind": "lamp"}, "score": 0.3, "reasons": []}, {"price": 3.0, "kind": "Lamp"}),
        ({"price": "", "kind": "n/a", "tags": []}, {}),
        ({"kind": "<b>Torch</b> &amp; Co"}, {"kind": "Torch & Co"}),
    ],
)
def test_a_value_is_read_as_a_file_is(row, facets):
    """Units, currencies, lists and spellings as in an ingest; a blank says nothing; a found item can be sent back."""
    change, misfits = READER.read("g1", row, LAMP)
    assert (dict(change.facets), misfits) == (facets, ())


@pytest.mark.parametrize(
    ("row", "field", "rule", "repair"),
    [
        ({"price": "cheap"}, "price", "not a number in EUR", "send a number in EUR"),
        ({"price": [1]}, "price", "not a number in EUR", "send a number in EUR"),
        ({"price": True}, "price", "not a number in EUR", "send a number in EUR"),
        ({"price": 10**400}, "price", "not a number in EUR", "send a number in EUR"),
        ({"price": 1e999}, "price", "not a number in EUR", "send a number in EUR"),
        ({"weight": "3 EUR"}, "weight", "not a number in kg", "send a number in kg"),
        ({"kind": ["a", "b"]}, "kind", "not a category", "send one text"),
        ({"kind": "a\x00b"}, "kind", "not a category", "send one text"),
        ({"tags": [["deep"]]}, "tags", "not a multi", "send a list of texts"),
        ({"waterproof": "maybe"}, "waterproof", "not a flag", "send true or false"),
        ({"since": "soon"}, "since", "not a date", "send a date such as 2024-05-31"),
        ({"colour": "red"}, "colour", "there is no such facet", "known facets: price, weight, kind"),
        ({"title": None}, "title", "missing", "every item has one"),
        ({"title": 5}, "title", "not text", "plain text"),
        ({"description": "d" * 30_000}, "description", "30000 characters", "plain text"),
        ({"kind": "k" * 201}, "kind", "not a category", "send one text"),
        ({"url": "javascript:alert(1)"}, "url", "not a web address", "plain text"),
    ],
)
def test_a_value_that_does_not_fit_names_field_value_rule_and_repair(row, field, rule, repair):
    """Whatever is sent, the report says what to send instead."""
    (misfit,) = READER.read("g1", row, LAMP)[1]
    assert misfit.field == field and rule in misfit.rule and repair in misfit.repair
    assert misfit.id == "g1" and len(misfit.value) <= 80


@pytest.mark.parametrize("id", ["", " g1", "a" * 201, "a\x00", "\ud800"])
def test_an_id_that_no_database_can_hold_is_refused(id):
    """Ids are 1 to 200 plain characters."""
    assert [misfit.field for misfit in READER.read(id, {"title": "x"}, None)[1]] == ["id"]


def test_a_blank_keeps_null_erases_and_nothing_else_changes():
    """The item after a change: given values new, nulls gone, blanks and silence as they were."""
    row = {"description": "", "image": None, "price": 5, "facets": {"kind": None}}
    change, misfits = READER.read("g1", row, LAMP)
    assert misfits == ()
    assert change.applied(LAMP) == Item("g1", "Red Lamp", "Bright.", {"price": 5.0}, None, "https://x.example/1")
    assert change.applied(None) is None and Change("g1", gone=True).applied(LAMP) is None


def test_what_a_newer_catalogue_cannot_hold_is_left_out_and_said(caplog):
    """A change that waits in a journal while a file drops a column loses that value alone, and the log says so."""
    change = Change("g1", fields={"title": "T"}, facets={"price": 1.0, "gone": "x", "kind": ("a",)})
    assert fitting(change, SCHEMA) == Change("g1", fields={"title": "T"}, facets={"price": 1.0})
    assert "gone" in caplog.text and "kind" in caplog.text


def records(items: tuple[Item, ...]) -> Records:
    """Items with a schema of two facets, embedded."""
    schema = Schema((facet(items, "kind", "category"), facet(items, "price", "number", "price")))
    return embed_changed(None, items=items, passages=(), schema=schema, embedder=HashedEmbedder())


BASE = records(
    tuple(Item(f"i{n}", f"Thing {n}", "A thing.", {"kind": "ab"[n % 2], "price": float(n)}) for n in range(6))
)


class Counting(HashedEmbedder):
    """Counts the texts that it embeds."""

    texts = 0

    def embed(self, texts, *, kind):
        """As its parent does."""
        self.texts += len(texts)
        return super().embed(texts, kind=kind)


def test_only_what_changed_is_embedded():
    """A new price costs nothing, a new word one text, a removal none; every row keeps its own vector."""
    embedder = Counting()
    changes = [Change("i0", facets={"price": 99.0}), Change("i1", gone=True), Change("i2", fields={"title": "Other"})]
    after = applied(BASE, changes, embedder=embedder)
    assert embedder.texts == 1
    assert [item.id for item in after.items] == ["i0", "i2", "i3", "i4", "i5"]
    whole = embed_changed(None, items=after.items, passages=(), schema=after.schema, embedder=HashedEmbedder())
    assert after.item_hashes == whole.item_hashes
    assert abs(after.item_vectors - whole.item_vectors).max() < 1e-6


CHANGES = st.lists(
    st.builds(
        Change,
        st.sampled_from([f"i{n}" for n in range(9)]),
        gone=st.booleans(),
        fields=st.fixed_dictionaries({}, optional={"title": st.sampled_from(["New", "Thing 1"])}),
        facets=st.fixed_dictionaries({}, optional={"kind": st.sampled_from("abc"), "price": st.floats(0, 9)}),
        dropped=st.sampled_from([(), ("kind",), ("price",)]),
    ),
    max_size=12,
)


@bounds(max_examples=60, deadline=None, derandomize=True)
@given(CHANGES, st.integers(0, 12))
def test_changes_in_two_parts_are_the_same_as_at_once(changes, cut):
    """However they are batched, the records are those of an ingest of the outcome: rows, vectors, counts."""
    embedder = HashedEmbedder()
    once = applied(BASE, changes, embedder=embedder)
    twice = applied(applied(BASE, changes[:cut], embedder=embedder), changes[cut:], embedder=embedder)
    assert once.items == twice.items or {i.id: i for i in once.items} == {i.id: i for i in twice.items}
    assert once.schema == twice.schema
    assert len(once.items) == len(once.item_hashes) == len(once.item_vectors)
    kinds = Counter(item.facets["kind"] for item in once.items if "kind" in item.facets)
    prices = [item.facets["price"] for item in once.items if "price" in item.facets]
    assert dict(once.schema.get("kind").values) == kinds
    assert once.schema.get("price").low == min(prices, default=None)


def test_a_facet_that_nobody_touched_is_not_counted_again():
    """The same facet objects stay in the schema."""
    items = BASE.items
    after = {"i0": Item("i0", "Thing 0", "A thing.", {"kind": "a", "price": 7.0})}
    found = recounted(BASE.schema, (after["i0"], *items[1:]), {"i0": items[0]}, after)
    assert found.get("kind") is BASE.schema.get("kind")
    assert found.get("price").high == 7.0

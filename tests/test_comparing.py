"""Old items beside new ones: what alarms a person comes first."""

from __future__ import annotations

import pytest

from vectorstore.base import Facet, Item, Schema
from vectorstore.ingesting.comparing import MOST, alike, blanked, difference, largest
from vectorstore.ingesting.reviewing import columns
from vectorstore.ingesting.sampling import queries
from vectorstore.plan import Column


def by_id(*items):
    return {item.id: item for item in items}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"price": 199.0}, {"price": 1990.0}, ["t Tent, price: 199 -> 1990 (x10)"]),
        ({"price": 199.0}, {"price": 19.9}, ["t Tent, price: 199 -> 19.9 (/10)"]),
        ({"price": 100.0}, {"price": 110.0}, []),
        ({"price": 100.0}, {"price": 0.0}, ["t Tent, price: 100 -> 0"]),
        ({"price": 100.0}, {"price": "cheap"}, ["t Tent, price: 100 -> cheap"]),
        ({"kind": "tent"}, {"kind": "bag"}, ["t Tent, kind: tent -> bag"]),
        ({"dry": True}, {"dry": False}, ["t Tent, dry: yes -> no"]),
        ({"for": ("a", "b")}, {"for": ("b", "c")}, []),
        ({"for": ("a", "b")}, {"for": ("c",)}, ["t Tent, for: a, b -> c"]),
        ({"kind": "tent"}, {}, ["t Tent, kind: tent -> nothing"]),
        ({}, {"kind": "tent"}, []),
    ],
)
def test_what_is_told(before, after, said):
    """Numbers that double, other values, and what goes; small steps and new values are not told."""
    changes = largest(by_id(Item("t", "Tent", "", before)), [Item("t", "Tent", "", after)])
    assert list(map(str, changes)) == said


def test_largest_first_and_not_too_many():
    """A price times a thousand stands above one times ten; a title that became another one is told, too."""
    old = by_id(*(Item(f"i{n}", f"Thing {n}", "x" * 200, {"price": 1.0}) for n in range(50)))
    new = [Item(f"i{n}", f"Thing {n}", "x" * 200, {"price": 2.0 + n}) for n in range(48)]
    new += [Item("i48", "Lamp", "x" * 200, {"price": 1.0}), Item("i49", "Thing 49", "x", {"price": 1000.0})]
    changes = largest(old, new)
    assert len(changes) == MOST
    assert [change.id for change in changes[:3]] == ["i49", "i48", "i47"]
    assert changes[1].field == "title"


def test_counts_blanks_and_twins():
    """Keys are counted by what became of them; blank cells by facet; items alike but for their id are named."""
    assert difference({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}) == (1, 1, 1)
    old = by_id(Item("a", "A", "", {"x": 1.0, "y": "z"}), Item("b", "B", "", {"x": 1.0}))
    assert blanked(old, [Item("a", "A"), Item("b", "B"), Item("c", "C")]) == {"x": 2, "y": 1}
    twins = [Item("1", "Red Lamp"), Item("2", "red lamp"), Item("3", "Red Lamp", "other"), Item("4", "RED LAMP")]
    assert alike(twins) == (("1", "2", "4"),)


def test_one_row_per_column():
    """Each column with the field or facet it fills, its share, three different samples and what it lets one say."""
    plan = (
        Column("sku", "id", "id"),
        Column("name", "title", "title"),
        Column("cost", "number", "price", "price", unit="EUR"),
        Column("kind", "category", "kind"),
        Column("note", "ignore", "note", seen="9 texts"),
    )
    items = [Item(f"{n}", f"Thing {n}", "", {"price": 10.0 * n, "kind": "lamp" if n % 2 else "desk"}) for n in range(9)]
    price = Facet("price", "number", "price", unit="EUR", low=0.0, high=80.0)
    kind = Facet("kind", "category", filled=1.0, values=(("desk", 5), ("lamp", 4)))
    views = columns(plan, items, Schema((price, kind)))
    assert [(v.source, v.name, v.type, v.unit, v.role, v.filled) for v in views] == [
        ("sku", "id", "id", "", "", 1.0),
        ("name", "title", "title", "", "", 1.0),
        ("cost", "price", "number", "EUR", "price", 1.0),
        ("kind", "kind", "category", "", "", 1.0),
        ("note", "note", "ignore", "", "", 0.0),
    ]
    assert views[2].samples == ("0", "10", "20") and views[3].samples == ("desk", "lamp")
    assert any(phrase.startswith("under ") for phrase in views[2].says) and views[4].says == ()
    assert queries(items, Schema((price, kind))) == ("desk", "Thing 0", "Thing 1", "Thing 2", "Thing 3")

"""Facet columns: constraints become exact masks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.base import Constraint, Facet, Item, Schema
from vectorstore.columns import Columns
from vectorstore.errors import BadConstraint, UnknownFacet

SCHEMA = Schema(
    (
        Facet("genres", "multi", aliases={"scary": "Horror"}),
        Facet("rating", "category"),
        Facet("year", "number", role="year"),
        Facet("released", "date"),
        Facet("waterproof", "flag"),
    )
)
ITEMS = (
    Item("a", "A", facets={"genres": ("Horror", "Sci-Fi"), "rating": "R", "year": 1979.0, "released": "1979-05-25"}),
    Item("b", "B", facets={"genres": ("Comedy",), "rating": "PG", "year": 1990.0, "waterproof": True}),
    Item("c", "C", facets={"genres": ("comedy", "Drama"), "released": "1990", "waterproof": False}),
    Item("d", "D"),
)
COLUMNS = Columns(ITEMS, SCHEMA)


def met(*constraints: tuple) -> str:
    """The ids of the items that meet all constraints, as one word."""
    mask = COLUMNS.mask([Constraint(*one) for one in constraints])
    return "".join(item.id for item, keep in zip(ITEMS, mask, strict=True) if keep)


@pytest.mark.parametrize(
    ("constraint", "ids"),
    [
        (("genres", "is", "Horror"), "a"),
        (("genres", "is", "COMEDY"), "bc"),
        (("genres", "is", "scary"), "a"),
        (("genres", "is", "western"), ""),
        (("genres", "not", "comedy"), "ad"),
        (("genres", "not", ("comedy", "horror")), "d"),
        (("genres", "any", ("drama", "horror")), "ac"),
        (("genres", "contains", "DRA"), "c"),
        (("rating", "is", "pg"), "b"),
        (("rating", "not", "PG"), "acd"),
        (("year", "is", 1979), "a"),
        (("year", "any", (1979, 1990)), "ab"),
        (("year", "not", 1979), "bcd"),
        (("year", ">=", 1990), "b"),
        (("year", ">", 1990), ""),
        (("year", "<", 1990), "a"),
        (("year", "<=", "1990"), "ab"),
        (("year", "between", (1970, 1980)), "a"),
        (("released", "is", 1979), "a"),
        (("released", "is", "1979-05"), "a"),
        (("released", ">", "1979"), "c"),
        (("released", ">=", "1979-05-26"), "c"),
        (("released", "<", 1979), ""),
        (("released", "between", (1979, 1989)), "a"),
        (("waterproof", "is", True), "b"),
        (("waterproof", "is", "no"), "c"),
        (("waterproof", "not", True), "acd"),
    ],
)
def test_every_operator(constraint, ids):
    """Each operator on each type keeps exactly the rows that meet it; a missing value meets only ``not``."""
    assert met(constraint) == ids


def test_constraints_add_up():
    """Several constraints keep the rows that meet them all; none keep every row."""
    assert met() == "abcd"
    assert met(("genres", "is", "comedy"), ("year", ">", 1980)) == "b"
    assert COLUMNS.count([Constraint("genres", "is", "comedy")]) == 2


def test_values():
    """A number column is float64 with NaN, any other holds the values with None."""
    assert COLUMNS.values("year").tolist()[:2] == [1979.0, 1990.0]
    assert COLUMNS.values("released").tolist()[0] == 19790525.0
    assert COLUMNS.values("rating").tolist() == ["R", "PG", None, None]
    assert COLUMNS.values("genres")[1] == ("Comedy",)


def test_an_unknown_facet_names_the_known_ones():
    """The hint lists what can be asked for."""
    with pytest.raises(UnknownFacet, match="colour") as caught:
        met(("colour", "is", "red"))
    assert "genres, rating, year" in caught.value.hint
    with pytest.raises(UnknownFacet):
        COLUMNS.values("colour")


@pytest.mark.parametrize(
    "constraint",
    [
        ("year", ">", "soon"),
        ("year", "contains", "9"),
        ("year", "between", 1990),
        ("genres", ">=", 3),
        ("genres", "between", (1, 2)),
    ],
)
def test_an_operator_that_does_not_fit(constraint):
    """A constraint that makes no sense is refused, never silently empty."""
    with pytest.raises(BadConstraint) as caught:
        met(constraint)
    assert caught.value.hint


def test_no_items():
    """An empty catalogue has empty masks."""
    assert Columns((), SCHEMA).mask([Constraint("year", ">", 3)]).shape == (0,)


words = st.sampled_from(["red", "Red", "green", "blue"])
rows = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"tags": st.lists(words, min_size=1, max_size=3, unique=True).map(tuple), "size": st.integers(0, 5)},
    ),
    max_size=12,
)
conditions = st.one_of(
    st.tuples(st.just("tags"), st.sampled_from(["is", "not", "contains"]), words),
    st.tuples(st.just("size"), st.sampled_from(["is", "not", ">", "<", ">=", "<="]), st.integers(0, 5)),
)


@settings(max_examples=150, deadline=None)
@given(rows, st.lists(conditions, max_size=3))
def test_masks_agree_with_reading_each_record(rows, conditions):
    """A mask is what one gets by looking at every record alone."""
    items = [Item(str(n), "t", facets=row) for n, row in enumerate(rows)]
    columns = Columns(items, Schema((Facet("tags", "multi"), Facet("size", "number"))))
    mask = columns.mask([Constraint(*one) for one in conditions])
    assert mask.tolist() == [all(_meets(item, *one) for one in conditions) for item in items]


def _meets(item: Item, facet: str, op: str, value: object) -> bool:
    cell = item.facets.get(facet)
    if cell is None:
        return op == "not"
    if facet == "tags":
        tags = [tag.lower() for tag in cell]
        found = any(value.lower() in tag for tag in tags) if op == "contains" else value.lower() in tags
        return not found if op == "not" else found
    tests = {"is": cell == value, "not": cell != value, ">": cell > value, "<": cell < value}
    return tests[op] if op in tests else cell == value or tests[op[0]]

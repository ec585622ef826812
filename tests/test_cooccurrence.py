"""What visitors took together: counted once per visitor, scored by cosine, kept by id, bounded."""

from __future__ import annotations

import itertools
import math
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.base import Hit
from vectorstore.cooccurrence import BASKET, NAME, PAIRED, Together, count_together, together_in

PAIRS = [("v1", "a"), ("v1", "b"), ("v2", "a"), ("v2", "b"), ("v3", "a"), ("v3", "c"), ("v1", "a"), ("v4", "b")]


def counted(pairs):
    visitors, items = (sorted({pair[place] for pair in pairs}) for place in (0, 1))
    codes = [(visitors.index(visitor), items.index(item)) for visitor, item in pairs]
    return count_together(*np.array(codes, np.int32).reshape(-1, 2).T, ids=items)


def test_neighbours_are_cosines_of_visitors():
    """Two of three visitors of a, and two of three of b, had both; a pair of one visitor is chance."""
    together = counted(PAIRS)
    assert together.near("a", 5) == [Hit("b", pytest.approx(2 / 3))]
    assert together.near("b", 5) == [Hit("a", pytest.approx(2 / 3))]
    assert together.near("c", 5) == together.near("nobody", 5) == []
    assert together.counts.max() == 2
    assert together.near("a", 5, known={"a", "c"}) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("uvwxyz"), st.sampled_from("abcdefgh")), max_size=60))
def test_any_interactions_count_as_by_hand(pairs):
    """Every neighbour, score and count is what counting pairs by hand gives."""
    together = counted(pairs)
    had = {visitor: {item for who, item in pairs if who == visitor} for visitor, _ in pairs}
    held = Counter(item for items in had.values() for item in items)
    both = Counter(pair for items in had.values() for pair in itertools.permutations(items, 2))
    for id in together.ids:
        expected = {
            other: count / math.sqrt(held[id] * held[other])
            for (one, other), count in both.items()
            if one == id and count >= PAIRED
        }
        found = {hit.id: hit.score for hit in together.near(id, 50)}
        assert found == pytest.approx(expected)
        assert list(found.values()) == sorted(found.values(), reverse=True)


def test_someone_who_had_everything_counts_little():
    """Of a visitor with very many items only the last ones are paired."""
    many = [("bot", f"i{n}") for n in range(3 * BASKET)] + [("other", f"i{n}") for n in range(3 * BASKET)]
    together = counted(many)
    assert set(together.ids) == {f"i{n}" for n in range(3 * BASKET)}
    assert together.near("i0", 5) == []
    assert len(together.near(f"i{3 * BASKET - 1}", 5)) == 5


def test_many_interactions_are_quick():
    """A hundred thousand interactions take about a second."""
    noise = np.random.default_rng(0)
    visitor, item = noise.integers(0, 3000, 100_000), noise.integers(0, 2000, 100_000)
    began = time.process_time()
    together = count_together(visitor, item, ids=[f"i{n}" for n in range(2000)])
    assert together.counts.max() >= PAIRED and time.process_time() - began < 5


def test_no_interactions():
    """Nothing gives nothing."""
    together = counted([])
    assert (together.ids, together.near("a", 3)) == ((), [])


def test_kept_in_a_folder(tmp_path):
    """Neighbours come back as they were written; a damaged or foreign file is none."""
    together = counted(PAIRS)
    assert together_in(tmp_path) is None
    (tmp_path / NAME).write_bytes(together.to_bytes())
    again = together_in(tmp_path)
    assert again.ids == together.ids and np.array_equal(again.rows, together.rows)
    assert np.allclose(again.scores, together.scores, atol=1e-3)
    for damage in (b"", b"PK", together.to_bytes()[:-200]):
        (tmp_path / NAME).write_bytes(damage)
        assert together_in(tmp_path) is None
    wrong = Together(("a",), np.array([[7]], np.int32), np.ones((1, 1), np.float32), np.ones((1, 1), np.int32))
    (tmp_path / NAME).write_bytes(wrong.to_bytes())
    assert together_in(tmp_path) is None

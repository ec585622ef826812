"""The sieve of rounded vectors: it never loses a row that belongs to the best."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore import index as index_module
from vectorstore.base import Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.exact import nearest_allowed, nearest_among, unit
from vectorstore.index import index_in_memory
from vectorstore.records import embed_changed
from vectorstore.rounded import Rounded


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 400),
    width=st.sampled_from([1, 2, 16, 384]),
    k=st.integers(1, 40),
    kept=st.floats(0, 1),
    spread=st.sampled_from([1e-4, 0.05, 1.0]),
)
def test_the_best_rows_are_those_of_scoring_every_row(seed, count, width, k, kept, spread):
    """Whatever the rows (nearly equal ones, equal ones and zeros too) and the filter, order and scores are the same."""
    dice = np.random.default_rng(seed)
    rows = unit(dice.normal(size=width) + spread * dice.normal(size=(count, width)))
    rows[dice.random(count) < 0.1] = 0
    rows[dice.random(count) < 0.1] = rows[0]
    vector = unit(dice.normal(size=width))
    mask = dice.random(count) < kept
    ids = [str(row) for row in range(count)]
    likely = Rounded(rows).hopeful(vector, k, np.flatnonzero(mask))
    found = nearest_among(ids, rows, vector, k, rows=likely)
    wanted = nearest_allowed(ids, rows, vector, k, mask=mask)
    assert [round(hit.score, 5) for hit in found] == [round(hit.score, 5) for hit in wanted]
    assert {hit.id for hit in wanted if hit.score > wanted[-1].score + 1e-5} <= {hit.id for hit in found}
    assert all(mask[int(hit.id)] for hit in found)


def test_searches_at_once_do_not_share_their_rows():
    """Threads that search with different filters find what each would find alone."""
    dice = np.random.default_rng(3)
    rows = unit(dice.normal(size=(3000, 32)))
    sieve, vectors = Rounded(rows), unit(dice.normal(size=(40, 32)))
    kept = [np.flatnonzero(dice.random(3000) < 0.1) for _ in vectors]
    alone = [sieve.hopeful(vector, 10, some).tolist() for vector, some in zip(vectors, kept, strict=True)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda vector, some: sieve.hopeful(vector, 10, some).tolist(), vectors, kept))
    assert found == alone


def test_it_leaves_few_rows_to_score():
    """Of 5,000 scattered rows, less than a tenth is left for the ten best."""
    dice = np.random.default_rng(3)
    rows = unit(dice.normal(size=(5000, 384)))
    likely = Rounded(rows).hopeful(rows[17], 10, np.arange(5000))
    assert (17 in likely, len(likely) < 500) == (True, True)


@pytest.mark.parametrize("share", [2, 20])
def test_a_large_catalogue_is_searched_through_the_sieve(monkeypatch, share):
    """With the sieve and without it a filtered search finds the same hits."""
    items = tuple(Item(f"i{n}", f"Thing {n}", f"Thing for day {n}", {}) for n in range(300))
    records = embed_changed(None, items=items, passages=(), schema=Schema(()), embedder=HashedEmbedder())
    mask = np.arange(300) % share == 0
    plain, _ = index_in_memory(records, HashedEmbedder())
    vector = plain.embed("a thing for day 20")
    wanted = plain.dense(vector, 12, mask)
    monkeypatch.setattr(index_module, "LEAST", 100)
    sieved, _ = index_in_memory(records, HashedEmbedder())
    assert (plain._sieve is None, sieved._sieve is None) == (True, False)
    found = sieved.dense(vector, 12, mask)
    assert [round(hit.score, 5) for hit in found] == [round(hit.score, 5) for hit in wanted]
    assert len({hit.id for hit in found}) == 12

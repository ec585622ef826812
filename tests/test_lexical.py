"""The lexical leg: BM25 over words."""

from __future__ import annotations

import numpy as np
import pytest

from vectorstore.lexical import Lexical
from vectorstore.words import fold, stem, tokens

TEXTS = [
    "Amélie, a Paris waitress",
    "Alien: horror in space",
    "Aliens: more horror, more space marines",
    "",
    "推荐安静的电影",
]
IDS = ["amelie", "alien", "aliens", "empty", "quiet"]


@pytest.fixture(scope="module")
def lexical() -> Lexical:
    return Lexical(TEXTS, IDS)


def test_best_first(lexical):
    """The row that repeats the rare word comes first; rows without any word of the query do not come."""
    assert [hit.id for hit in lexical.search("marines in space", 5)] == ["aliens", "alien"]


def test_scores(lexical):
    """There is one float32 score per row, 0 where nothing matches."""
    scores = lexical.scores("waitress")
    assert scores.dtype == np.float32
    assert (scores > 0).tolist() == [True, False, False, False, False]


def test_mask(lexical):
    """A row that the mask leaves out is not found."""
    mask = np.array([True, True, False, True, True])
    assert [hit.id for hit in lexical.search("horror", 5, mask)] == ["alien"]


def test_accents_plurals_and_case(lexical):
    """Spelling differences of these kinds still match."""
    assert lexical.search("AMELIE waitresses", 1)[0].id == "amelie"


def test_chinese(lexical):
    """Text without spaces matches by pairs of characters."""
    assert [hit.id for hit in lexical.search("安静电影", 3)] == ["quiet"]


@pytest.mark.parametrize("query", ["", "the of and", "zzzz", "🙂", "'; DROP TABLE", "x" * 20_000])
def test_odd_queries_find_nothing(lexical, query):
    """An odd query has no hits and no error."""
    assert lexical.search(query, 3) == []
    assert lexical.scores(query).sum() == 0


def test_nothing_to_search():
    """No texts, or texts without words, have no hits."""
    assert Lexical([], []).search("alien", 3) == []
    assert Lexical(["", "..."], ["a", "b"]).search("alien", 3) == []


def test_words():
    """Tokens are folded, stemmed lightly, and lose their stop words unless nothing else is left."""
    assert tokens("The Stories of Amélie’s boxes") == ["story", "amelie", "box"]
    assert tokens("to be or not to be") == ["to", "be", "or", "not", "to", "be"]
    assert [stem(word) for word in ("series", "glass", "bus", "films", "is")] == ["sery", "glass", "bus", "film", "is"]
    assert fold("Ünïcode’s") == "unicode's"

"""Past answers become passages, interactions become columns of numbers; bad rows are told."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from vectorstore.errors import CatalogError, HelpError
from vectorstore.reading.answers import read_answers
from vectorstore.reading.interactions import read_interactions


def put(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_question_and_answer_pairs(tmp_path):
    """The question is the heading and the id; topic, title and link stand beside; HTML goes."""
    found = read_answers(
        put(
            tmp_path / "a.csv",
            "Question,Answer,Topic,URL\n"
            'Can I return a tent?,"<p>Yes, within 30 days.</p>",returns,https://shop.example/r\n'
            "Do you ship abroad?,\n"
            "Wie lange gilt die Garantie?,Zwei Jahre.,,\n",
        )
    )
    rows = [(one.id, one.page, one.title, one.heading, one.text, one.topic, one.url) for one in found.passages]
    assert rows == [
        (
            "answers#can-i-return-a-tent", "answers", "Can I return a tent?", "Can I return a tent?",
            "Yes, within 30 days.", "returns", "https://shop.example/r",
        ),
        (
            "answers#wie-lange-gilt-die-garantie", "answers", "Wie lange gilt die Garantie?",
            "Wie lange gilt die Garantie?", "Zwei Jahre.", "", None,
        ),
    ]  # fmt: skip
    assert [str(one) for one in found.problems] == ["a.csv:3 Answer: missing; the row was left out"]
    assert (found.read, found.rejected[0].cells["Question"]) == (3, "Do you ship abroad?")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps({"pairs": [{"q": "Why?", "a": "Because."}]})),
        ("a.jsonl", '{"question": "Why?", "answer": "Because."}\n'),
        ("a.yaml", "- frage: Why?\n  antwort: Because.\n"),
        ("a.csv", "问题,答案\nWhy?,Because.\n"),
    ],
)
def test_pairs_in_every_format(tmp_path, name, text):
    """JSON, JSON Lines, YAML and CSV, with headers in several languages, are read alike."""
    (one,) = read_answers(put(tmp_path / name, text)).passages
    assert (one.heading, one.text) == ("Why?", "Because.")


def test_the_newest_answer_wins(tmp_path):
    """A question that comes again keeps its newest answer, and a note counts the others."""
    text = "question,answer,date\nWhy?,New.,2024-05-01\nwhy?,Old.,2020-01-01\nHow?,So.,\n"
    found = read_answers(put(tmp_path / "a.csv", text))
    assert [one.text for one in found.passages] == ["New.", "So."]
    assert found.notes[-1] == "1 questions came again; the newest answer was kept"


@pytest.mark.parametrize(("text", "words"), [("a1,b1\nx,y\n", "questions"), ("question,answer\n,\n", "no answered")])
def test_no_pairs(tmp_path, text, words):
    """A file without the columns, or without a pair, is refused with the remedy."""
    with pytest.raises(HelpError, match=words) as caught:
        read_answers(put(tmp_path / "a.csv", text))
    assert caught.value.hint


def test_interactions(tmp_path):
    """Visitors, items, kinds, ratings and times become columns; rows without an item or with a bad rating are told."""
    found = read_interactions(
        put(
            tmp_path / "a.csv",
            "userId;product_id;event;stars;timestamp\n"
            "u1;p1;Like;4,5;1700000000\nu2;p1;buy;;2024-01-01T00:00:00Z\nu1;;like;3;\nu1;p2;like;many;\nu1;p2;like;2;\n",
        )
    )
    assert (found.visitors, found.items, found.kinds) == (("u1", "u2"), ("p1", "p2"), ("like", "buy"))
    assert (found.visitor.tolist(), found.item.tolist(), found.kind.tolist()) == ([0, 1, 0], [0, 0, 1], [0, 1, 0])
    assert found.rating[0] == 4.5
    assert math.isnan(found.rating[1])
    assert found.time.tolist()[:2] == [1700000000.0, 1704067200.0]
    assert [(one.line, one.field, one.rule) for one in found.problems] == [
        (4, "product_id", "missing"),
        (5, "stars", "not a number"),
    ]
    assert (len(found), found.left_out) == (3, 2)


def test_interactions_in_other_formats(tmp_path):
    """JSON Lines with broken lines, packed CSV and Parquet are read alike."""
    lines = '{"visitor": "a", "item_id": 1}\n{\n[]\n{"visitor": "b", "item_id": 2}\n'
    found = read_interactions(put(tmp_path / "a.jsonl", lines))
    assert (len(found), found.left_out, found.items) == (2, 2, ("1", "2"))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"visitor,item_id\na,1\n", mtime=0))
    assert len(read_interactions(tmp_path / "b.csv.gz")) == 1
    parquet.write_table(
        arrow.table({"user_id": [1, 2], "movie_id": [5, 6], "rating": [1.5, 2.0]}), tmp_path / "c.parquet"
    )
    found = read_interactions(tmp_path / "c.parquet")
    assert (found.visitors, found.rating.tolist()) == (("1", "2"), [1.5, 2.0])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"x,y\n1,2\n", "tells the visitor"),
        ("a.csv", b"", "tells the visitor"),
        ("a.csv.gz", gzip.compress(b"visitor,item_id\na,1\n" * 50, mtime=0)[:30], "cannot be read"),
        ("a.parquet", b"PAR1", "no Parquet"),
        ("a.xlsx", b"PK", "no file of interactions"),
    ],
)
def test_no_interactions(tmp_path, name, content, words):
    """Files without visitors and items, and damaged ones, are refused with the remedy."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CatalogError, match=words) as caught:
        read_interactions(tmp_path / name)
    assert caught.value.hint


@pytest.mark.data
def test_public_ratings(data):
    """100,004 real ratings are read as they are."""
    found = read_interactions(data / "movielens_small" / "ratings.csv.gz")
    assert (len(found), len(found.visitors), found.left_out) == (100_004, 671, 0)
    assert (float(found.rating.min()), float(found.rating.max())) == (0.5, 5.0)

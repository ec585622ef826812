"""Embedding that can be ended at any time, and goes on where it was."""

from __future__ import annotations

import numpy as np
import pytest

from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.ingesting import resuming
from vectorstore.ingesting.resuming import Partial


class Counting(HashedEmbedder):
    """Remembers what it was asked; ends with ``error`` when it meets "bad"."""

    def __init__(self, error=None):
        super().__init__()
        self.asked, self.error = [], error

    def embed(self, texts, *, kind):
        if self.error and "bad" in texts:
            raise self.error
        self.asked.extend(texts)
        return super().embed(texts, kind=kind)


def named(*texts):
    return {f"#{text}": text for text in texts}


def test_what_was_embedded_is_not_embedded_again(tmp_path, monkeypatch):
    """Rows are saved now and then; the next one takes them up; a foreign or damaged file is ignored."""
    monkeypatch.setattr(resuming, "EVERY", 2)
    path = tmp_path / "partial.npz"
    Partial(Counting(), path).embed(named("one", "two", "three"), kind="item")
    again = Partial(embedder := Counting(), path)
    again.embed(named("two", "four"), kind="item")
    assert embedder.asked == ["four"] and len(again) == 4
    rows = again.known().rows
    exact = HashedEmbedder().embed(["one", "four"], kind="item")
    assert np.allclose([rows["#one"], rows["#four"]], exact, atol=1e-3)
    assert len(Partial(HashedEmbedder(32), path)) == 0
    again.forget()
    assert not path.exists()
    path.write_bytes(b"PK\x03\x04 broken")
    assert len(Partial(Counting(), path)) == 0


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RuntimeError("gone")], ids=["Ctrl-C", "error"])
def test_whatever_ends_it_nothing_is_lost(tmp_path, monkeypatch, end):
    """What was embedded before the end is on the disk."""
    monkeypatch.setattr(resuming, "CHUNK", 2)
    path = tmp_path / "partial.npz"
    with pytest.raises(type(end)):
        Partial(Counting(end), path).embed(named("a longer text", "another text", "bad"), kind="item")
    assert set(Partial(Counting(), path).known().rows) == {"#a longer text", "#another text"}


def test_progress_counts_all_rows(tmp_path, monkeypatch):
    """The bar begins where the last run ended, and ends at the number of texts."""
    monkeypatch.setattr(resuming, "CHUNK", 2)
    partial = Partial(Counting(), tmp_path / "partial.npz")
    partial.embed(named("one"), kind="item")
    steps = []
    partial.embed(named("one", "two", "three", "four"), kind="item", progress=lambda *step: steps.append(step))
    assert steps == [("embed", 3, 4), ("embed", 4, 4)]


def test_like_lengths_go_together_and_alternate(tmp_path, monkeypatch):
    """A batch holds texts of like length, and long batches alternate with short ones, so that the rate is even."""
    monkeypatch.setattr(resuming, "CHUNK", 10)
    batches = []

    class Watching(HashedEmbedder):
        def embed(self, texts, *, kind):
            batches.append([len(text) for text in texts])
            return super().embed(texts, kind=kind)

    texts = {str(n): "x" * n for n in np.random.default_rng(0).permutation(200)}
    Partial(Watching(), tmp_path / "p.npz").embed(texts, kind="item")
    assert all(max(batch) - min(batch) < 10 for batch in batches)
    halves = [sum(sum(batch) for batch in half) for half in (batches[:10], batches[10:])]
    assert 0.5 < halves[0] / halves[1] < 2

"""The store seam: one suite, every implementation."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from vectorstore.base import Item, Schema, Store, VectorStoreError
from vectorstore.chroma import ChromaStore
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import IndexFault
from vectorstore.exact import unit
from vectorstore.generations import Generations
from vectorstore.index import open_index
from vectorstore.indexing.opening import drop_store
from vectorstore.indexing.recall import recall
from vectorstore.memory import InMemoryStore
from vectorstore.records import embed_changed

DIMENSION = 16
Make = Callable[[], Store]


def vectors(rows: int, *, seed: int = 0, dimension: int = DIMENSION) -> np.ndarray:
    return unit(np.random.default_rng(seed).standard_normal((rows, dimension)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real Chroma server process on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1", "--port", str(port)]
    folder = tmp_path_factory.mktemp("server")
    process = subprocess.Popen(
        [*command, "--path", str(folder)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert process.poll() is None, "the Chroma server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail("the Chroma server did not start")


@pytest.fixture(params=["memory", "chroma", "chroma server"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes an empty store at each call."""
    numbers = count()

    def one() -> Store:
        number = next(numbers)
        if request.param == "memory":
            return InMemoryStore(DIMENSION)
        if request.param == "chroma":
            return ChromaStore(tmp_path / str(number), "items", DIMENSION)
        port = request.getfixturevalue("server")
        return ChromaStore(None, f"{tmp_path.name}-{number}", DIMENSION, host="127.0.0.1", port=port)

    return one


def test_the_seam(make):
    """An empty store finds nothing and counts nothing."""
    store = make()
    assert isinstance(store, Store)
    assert store.count() == 0
    assert store.search(vectors(1)[0], 5) == []
    assert store.get(["a"]) == {}
    store.delete(["a"])


def test_search_is_cosine_best_first(make):
    """Hits come best first with their cosines; k may exceed the rows, and 0 gives nothing."""
    store, rows = make(), vectors(50)
    store.upsert([f"i{n}" for n in range(50)], rows)
    hits = store.search(rows[7], 5)
    order = np.argsort(-(rows @ rows[7]))[:5]
    assert [hit.id for hit in hits] == [f"i{n}" for n in order]
    assert np.allclose([hit.score for hit in hits], (rows @ rows[7])[order], atol=1e-4)
    assert len(store.search(rows[7], 500)) == 50
    assert store.search(rows[7], 0) == []


def test_upsert_replaces(make):
    """A row that is written again has its new vector and is counted once."""
    store, rows = make(), vectors(3)
    store.upsert(["a", "b"], rows[:2])
    store.upsert(["b"], rows[2:])
    assert store.count() == 2
    found = store.get(["b", "a", "nobody"])
    assert found.keys() == {"a", "b"}
    assert np.allclose(found["b"], rows[2], atol=1e-6)
    assert np.allclose(found["a"], rows[0], atol=1e-6)
    assert store.search(rows[2], 1)[0].id == "b"


def test_delete(make):
    """A deleted row is gone; an unknown id is ignored."""
    store, rows = make(), vectors(4)
    store.upsert(["a", "b", "c", "d"], rows)
    store.delete(["b", "nobody"])
    assert store.count() == 3
    assert {hit.id for hit in store.search(rows[1], 10)} == {"a", "c", "d"}


def test_odd_ids(make):
    """Any text is an id."""
    store, rows = make(), vectors(4)
    ids = ["with space", "日本", "a/b#c.2", "'; --"]
    store.upsert(ids, rows)
    assert store.get(ids).keys() == set(ids)


def test_bad_rows_write_nothing(make):
    """A wrong shape, a repeated id and NaN are refused, with a remedy, before anything is written."""
    store, rows = make(), vectors(2)
    broken = np.full((1, DIMENSION), np.nan, np.float32)
    for ids, wrong in ((["a"], rows), (["a", "a"], rows), (["a"], vectors(1, dimension=8)), (["a"], broken)):
        with pytest.raises(VectorStoreError) as caught:
            store.upsert(ids, wrong)
        assert caught.value.hint
    with pytest.raises(VectorStoreError):
        store.search(vectors(1, dimension=8)[0], 1)
    assert store.count() == 0


def test_threads(make):
    """Searches at the same time find what each would find alone."""
    store, rows = make(), vectors(200)
    store.upsert([f"i{n}" for n in range(200)], rows)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: store.search(rows[n], 1)[0].id, range(40)))
    assert found == [f"i{n}" for n in range(40)]


def test_recall_of_memory_is_one(make):
    """On a few hundred rows every store finds the true neighbours."""
    store, rows = make(), vectors(300)
    ids = [f"i{n}" for n in range(300)]
    store.upsert(ids, rows)
    assert recall(store, rows, 10, ids=ids, queries=vectors(20, seed=1)) >= 0.98


def test_chroma_recall_at_100_of_10k(tmp_path):
    """Unfiltered recall@100 is at least .98 at 10,000 rows that cluster as texts do."""
    centres = vectors(200, dimension=64)
    noise = np.random.default_rng(1).standard_normal((10_000, 64)) * 0.1
    rows = unit(centres[np.arange(10_000) % 200] + noise)
    ids = [str(n) for n in range(10_000)]
    store = ChromaStore(tmp_path, "items", 64, expected=10_000)
    store.upsert(ids, rows)
    queries = unit(rows[:40] + np.random.default_rng(2).standard_normal((40, 64)) * 0.05)
    assert recall(store, rows, 100, ids=ids, queries=queries) >= 0.98


def test_chroma_reopens(tmp_path):
    """What was written is there after closing."""
    rows = vectors(30)
    store = ChromaStore(tmp_path, "items", DIMENSION, expected=30)
    store.upsert([f"i{n}" for n in range(30)], rows)
    store.close()
    again = ChromaStore(tmp_path, "items", DIMENSION, expected=30)
    assert again.count() == 30
    assert again.search(rows[3], 1)[0].id == "i3"


def test_a_generation_on_a_server(server, tmp_path):
    """A catalogue may have its index on a Chroma server: built there, searched there, and dropped when pruned."""
    items = [Item(f"i{n}", f"Thing {n}") for n in range(20)]
    embedder = HashedEmbedder()
    records = embed_changed(None, items=items, passages=(), schema=Schema(), embedder=embedder)
    generations = Generations(tmp_path / "things", server=f"127.0.0.1:{server}")
    folder = generations.build("things", records).folder
    shelf, _ = open_index(folder, embedder)
    assert shelf.dense(shelf.embed("Thing 7"), 1)[0].id == "i7"
    assert (shelf.degraded, (folder / "chroma").exists()) == (False, False)
    drop_store(folder)
    again, _ = open_index(folder, embedder)
    assert again.degraded
    assert "0 rows" in again.fault


def test_chroma_faults_carry_the_remedy(tmp_path):
    """A folder that is no database, and a server that is not there, are `IndexFault`s."""
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database " * 1000)
    with pytest.raises(IndexFault) as caught:
        ChromaStore(tmp_path, "items", DIMENSION)
    assert "index rebuild" in caught.value.hint
    with pytest.raises(IndexFault):
        ChromaStore(None, "items", DIMENSION, host="127.0.0.1", port=9)

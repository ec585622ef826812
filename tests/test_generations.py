"""Generations: built aside, proven, swapped; what a crash, a second writer and a damaged index do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vectorstore.base import Facet, Item, Passage, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import EmbedderMismatch, EmptyCatalog, IndexFault, RecordsFault, StorageError, WriterBusy
from vectorstore.files import disk_faults, write_file
from vectorstore.generations import Generations, hold, in_use
from vectorstore.index import open_index
from vectorstore.indexing import proof
from vectorstore.indexing.children import run_child
from vectorstore.indexing.proof import is_proven, prove
from vectorstore.ingesting.origin import Origin, history, origin_of
from vectorstore.records import Records, embed_changed

EMBEDDER = HashedEmbedder()
ROOT = Path(__file__).parents[1]


def made(count: int) -> Records:
    items = [Item(f"i{n}", f"Thing {n}", f"A thing for day {n}", {"size": float(n)}) for n in range(count)]
    passages = [Passage("r#money", "r", "Refunds", "Money back", "money", "Within 14 days.")]
    schema = Schema((Facet("size", "number", low=0.0, high=float(count)),))
    return embed_changed(None, items=items, passages=passages, schema=schema, embedder=EMBEDDER)


@pytest.fixture(scope="module", autouse=True)
def started_children():
    """The processes that build and prove an index are started here as they are in use."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("vectorstore.generations", "vectorstore.indexing.proof"):
            patch.setattr(f"{module}.run_child", run_child)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Generations:
    """A catalogue of 300 items in its first generation."""
    generations = Generations(tmp_path_factory.mktemp("catalogs") / "things")
    steps: list[tuple[str, int, int]] = []
    generations.build("things", made(300), progress=lambda *step: steps.append(step))
    assert {(step, total) for step, _, total in steps} == {("index", 300)}
    assert [done for _, done, _ in steps] == [1, 3, 7, 15, 31, 63, 127, 255, 300]
    return generations


@pytest.fixture
def copy(built: Generations, tmp_path: Path) -> Generations:
    """A catalogue of one's own to damage; times of files are kept, as a backup does."""
    shutil.copytree(built.root, tmp_path / "things")
    return Generations(tmp_path / "things")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds without index processes, for tests of folders and pointers."""
    monkeypatch.setattr("vectorstore.generations.run_child", lambda *a, **k: "")
    monkeypatch.setattr("vectorstore.generations.prove", lambda folder: "")


def test_a_build_is_proven_and_current(built):
    """The first generation is complete, proven and pointed at; nothing else is left."""
    folder = built.current()
    assert folder.name == "gen-0001"
    assert is_proven(folder)
    assert (built.root / "CURRENT").read_text() == "gen-0001\n"
    assert {path.name for path in built.root.iterdir()} - {".lock"} == {"CURRENT", "gen-0001", "history.jsonl"}


def test_opening(built):
    """An index opens with all its items and passages, searches in Chroma with a recall above .97, and stays proven."""
    shelf, passages = open_index(built.current(), EMBEDDER)
    assert (len(shelf), len(passages), shelf.degraded, shelf.fault) == (300, 1, False, "")
    right = 0
    for day in range(0, 300, 10):
        query = shelf.embed(f"thing for day {day}")
        exact = np.sort(shelf.vectors @ query)[::-1][:5]
        found = [hit.score for hit in shelf.dense(query, 5)]
        assert found[0] == pytest.approx(exact[0], abs=1e-4)
        right += sum(score >= exact[-1] - 1e-4 for score in found)
    assert right / 150 > 0.97
    assert not shelf.degraded
    assert is_proven(built.current())


def test_a_foreign_embedder_is_refused(built):
    """Vectors of one embedder are not searched by another."""
    with pytest.raises(EmbedderMismatch):
        open_index(built.current(), HashedEmbedder(32))


def test_a_new_generation_is_noticed(tmp_path, quick):
    """The pointer moves, the stamp changes, two generations stay, the numbers go on."""
    generations = Generations(tmp_path / "things")
    assert not generations.exists()
    seen = generations.stamp()
    for number in range(1, 5):
        assert generations.build("things", made(number)).number == number
        assert generations.changed(seen)
        seen = generations.stamp()
        assert not generations.changed(seen)
    assert [generation.number for generation in generations.all()] == [3, 4]
    assert generations.current().name == "gen-0004"


def test_what_is_open_is_not_pruned(tmp_path, quick):
    """A generation that a reader holds stays until it lets go."""
    generations = Generations(tmp_path / "things")
    lease = hold(generations.build("things", made(1)).folder)
    for count in (2, 3, 4):
        generations.build("things", made(count))
    assert [generation.number for generation in generations.all()] == [1, 3, 4]
    assert in_use(generations.all()[0].folder)
    lease.release()
    generations.build("things", made(5))
    assert [generation.number for generation in generations.all()] == [4, 5]


def test_undone_and_redone(tmp_path, quick):
    """One step back to what the current generation replaced, and forward; a new build forgets what was undone."""
    generations = Generations(tmp_path / "things")
    for count in (1, 2, 3):
        generations.build("things", made(count), origin=Origin("items", f"{count}.csv", items=count))
    assert generations.after() is None
    seen = generations.stamp()
    generations.point(generations.before())
    assert generations.current().name == "gen-0002" and generations.changed(seen)
    assert generations.before() is None
    assert generations.after().number == 3
    generations.point(generations.after())
    assert (generations.number(), generations.before().number) == (3, 2)
    generations.point(generations.before())
    generations.build("things", made(4))
    assert (generations.number(), generations.before().number, generations.after()) == (4, 2, None)
    assert [generation.number for generation in generations.all()] == [2, 4]
    told = history(generations.root)
    assert [(one.number, one.parent, one.source) for one in told[:3]] == [
        (1, 0, "1.csv"), (2, 1, "2.csv"), (3, 2, "3.csv"),
    ]  # fmt: skip
    assert origin_of(generations.current()).parent == 2


def test_a_damaged_generation_is_not_gone_back_to(copy, quick, monkeypatch):
    """Going back proves the index first; when it is damaged, the current one stays."""
    copy.build("things", made(2))
    monkeypatch.setattr("vectorstore.generations.prove", lambda folder: "it died")
    os.utime(_index_file(copy.root / "gen-0001", "header.bin"))
    with pytest.raises(IndexFault, match="it died") as caught:
        copy.point(copy.before())
    assert "stays in use" in caught.value.hint and copy.number() == 2


def test_extra_files_come_with_a_generation(tmp_path, quick):
    """Further files are in the folder before it is current; a number whose folder is taken is passed over."""
    generations = Generations(tmp_path / "things")
    (tmp_path / "things" / "gen-0001").mkdir(parents=True)
    (tmp_path / "things" / "gen-0001" / "odd").write_text("no generation")
    built = generations.build("things", made(1), extras={"together.npz": b"x"})
    assert (built.number, (built.folder / "together.npz").read_bytes()) == (2, b"x")


def test_removed(tmp_path, quick):
    """A removed catalogue is no catalogue; files of the operator stay."""
    generations = Generations(tmp_path / "things")
    generations.build("things", made(1))
    (generations.root / "catalog.toml").write_text("")
    generations.remove()
    assert not generations.exists()
    assert {path.name for path in generations.root.iterdir()} - {".lock"} == {"catalog.toml", "history.jsonl"}


def test_nothing_ingested_yet(tmp_path):
    """An empty folder is no catalogue; the hint names the command."""
    with pytest.raises(EmptyCatalog) as caught:
        Generations(tmp_path / "things").current()
    assert "ingest items" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_an_empty_catalogue_is_refused(copy):
    """Nobody replaces a catalogue by nothing."""
    with pytest.raises(EmptyCatalog):
        copy.build("things", replace(made(0), passages=(), passage_hashes=(), passage_vectors=np.zeros((0, 64))))
    assert copy.current().name == "gen-0001"


def test_a_failing_build_changes_nothing(copy, monkeypatch):
    """When the index cannot be built or proven, the old generation stays and nothing is left behind."""
    for name, failing in (("run_child", lambda *a, **k: "no memory"), ("prove", lambda folder: "died")):
        with monkeypatch.context() as patch:
            patch.setattr("vectorstore.generations.run_child", lambda *a, **k: "")
            patch.setattr(f"vectorstore.generations.{name}", failing)
            with pytest.raises(IndexFault, match=r"no memory|died") as caught:
                copy.build("things", made(3))
        assert "stays in use" in caught.value.hint
        assert copy.current().name == "gen-0001"
        assert not list(copy.root.glob("*.tmp"))


def test_leftovers_of_a_killed_writer(copy, quick):
    """A half-written folder is never current, and the next writer sweeps it."""
    shutil.copytree(copy.root / "gen-0001", copy.root / "gen-0002.tmp")
    (copy.root / "gen-0003").mkdir()
    assert copy.current().name == "gen-0001"
    assert copy.build("things", made(2)).number == 2
    assert not list(copy.root.glob("*.tmp"))


@pytest.mark.parametrize("pointer", [None, b"", b"gen-0099\n", b"../../etc\n", b"\xff\xfe\x00"])
def test_a_lost_pointer(copy, pointer):
    """Without a usable pointer the newest complete generation serves."""
    (copy.root / "CURRENT").unlink()
    if pointer is not None:
        (copy.root / "CURRENT").write_bytes(pointer)
    assert copy.current().name == "gen-0001"


HOLDER = """
import sys, time
from pathlib import Path
from vectorstore.generations import Generations, hold
generations = Generations(Path(sys.argv[1]))
lease = hold(generations.current())
with generations.lock():
    print("locked", flush=True)
    time.sleep(60)
"""


def test_one_writer_at_a_time(copy, quick):
    """A second writer is told so at once; a killed one leaves neither lock nor lease."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(copy.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(WriterBusy) as caught:
            copy.build("things", made(2))
        assert "Wait" in caught.value.hint
        assert in_use(copy.current())
        process.kill()
    assert not in_use(copy.current())
    assert copy.build("things", made(2)).number == 2


def test_a_lock_may_be_entered_again(copy, quick):
    """Whoever holds the lock may build."""
    with copy.lock(), copy.lock():
        assert copy.build("things", made(2)).number == 2


def _index_file(folder: Path, name: str) -> Path:
    return next((folder / "chroma").rglob(name))


def _garble(folder: Path) -> None:
    """Random bytes over the graph: searching it would end the process."""
    path = _index_file(folder, "data_level0.bin")
    data = bytearray(path.read_bytes())
    noise = np.random.default_rng(0)
    for place in noise.integers(0, len(data), len(data) // 20):
        data[place] = noise.integers(256)
    path.write_bytes(bytes(data))


def _garble_database(folder: Path) -> None:
    path = folder / "chroma" / "chroma.sqlite3"
    data = bytearray(path.read_bytes())
    data[4096:40960] = os.urandom(36864)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    "damage",
    [
        _garble,
        _garble_database,
        lambda folder: _index_file(folder, "header.bin").write_bytes(b""),
        lambda folder: shutil.rmtree(folder / "chroma"),
        lambda folder: (folder / "store.json").write_text("{}"),
    ],
)
def test_a_damaged_index_costs_speed_and_not_service(copy, damage):
    """This process survives, finds what it always found, and says that it is degraded and why."""
    folder = copy.current()
    damage(folder)
    shelf, _ = open_index(folder, EMBEDDER)
    assert shelf.degraded
    assert shelf.fault
    query = shelf.embed("thing for day 12")
    assert shelf.dense(query, 1)[0].id == shelf.ids[int(np.argmax(shelf.vectors @ query))]


def test_rows_lost_from_the_index(copy):
    """An index that opens but does not hold the rows of the records is not used."""
    folder = copy.current()
    made(200).save(folder)
    fault = prove(folder)
    assert "300 rows" in fault
    assert "200" in fault


def test_a_restored_backup_is_proven_again(copy):
    """Files with other times are probed once in a child process, then trusted."""
    folder = copy.current()
    os.utime(_index_file(folder, "header.bin"))
    assert not is_proven(folder)
    assert not open_index(folder, EMBEDDER)[0].degraded
    assert is_proven(folder)


def test_damaged_records_are_an_error(copy):
    """Without canonical records there is nothing to fall back to; the error names the remedy."""
    (copy.current() / "items.jsonl").write_text("{")
    with pytest.raises(RecordsFault) as caught:
        open_index(copy.current(), EMBEDDER)
    assert "Ingest" in caught.value.hint


def test_a_folder_that_cannot_be_written(tmp_path):
    """A disk fault is a `StorageError` with a remedy, and nothing is left."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        Generations(tmp_path / "file" / "things").build("things", made(1))
    assert "SHELFTALK_DATA_DIR" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("number", "words"), [(28, "disk is full"), (30, "read-only"), (13, "right to write"), (5, "Check")]
)
def test_disk_faults_have_remedies(tmp_path, number, words):
    """Full, read-only, forbidden and broken disks are told apart."""
    with pytest.raises(StorageError, match="cannot write") as caught, disk_faults(tmp_path):
        raise OSError(number, os.strerror(number))
    assert words in caught.value.hint


def test_files_are_replaced_whole(tmp_path, monkeypatch):
    """A write that fails half-way leaves the old file and no leftovers."""
    path = tmp_path / "pointer"
    write_file(path, b"old")
    monkeypatch.setattr(Path, "replace", lambda self, target: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(StorageError):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["pointer"]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", ""),
        ("raise SystemExit('one\\nlast words')", "last words"),
        ("import os; os.abort()", "died (code -6)"),
        ("import time; time.sleep(60)", "said nothing"),
        ("import time\nfor n in range(8): print(n, flush=True); time.sleep(0.3)", ""),
    ],
)
def test_child_processes(tmp_path, monkeypatch, code, fault):
    """However a child ends, its parent hears how, and goes on; one that shows progress may take its time."""
    (tmp_path / "vectorstore" / "indexing").mkdir(parents=True)
    (tmp_path / "victim.py").write_text(code)
    monkeypatch.setattr(
        "vectorstore.indexing.children.__file__", str(tmp_path / "vectorstore" / "indexing" / "children.py")
    )
    said = run_child("victim", tmp_path, timeout=0.5 if "60" in code else 1.5 if "sleep" in code else 30.0)
    assert (said == "") if not fault else (fault in said)


def test_markers_are_cheap(copy):
    """Checking a proof reads no index file."""
    folder = copy.current()
    assert proof.stamp(folder)["chroma.sqlite3"][0] > 0
    (folder / "proven.json").write_text("[")
    assert not is_proven(folder)

"""Faults and what must happen, as tables: writers that cannot write, that are killed, damaged files, odd files.

In every row nothing is lost, nothing is half-written, and nobody sees a stack trace.
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import pytest

from bot.build import build
from tests import shop
from tests.films import said, settings, text
from tests.test_cli import refused, run
from vectorstore.base import Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import RecordsFault
from vectorstore.generations import Generations
from vectorstore.index import open_index
from vectorstore.ingest import ingest_items
from vectorstore.records import embed_changed, load

ROOT = Path(__file__).parents[1]
EMBEDDER = HashedEmbedder()
MORE = ("g7", "Sofa", "A sofa.", "sofa", "9")


def titles(root: Path) -> set[str]:
    """What the catalogue holds."""
    return {item.title for item in load(Generations(root).current()).items}


GOODS = {row[1] for row in shop.GOODS}


def as_it_was(root: Path) -> None:
    """The old generation is current, whole, and alone."""
    assert (root / "CURRENT").read_text() == "gen-0001\n"
    assert titles(root) == GOODS
    assert [path.name for path in root.glob("gen-*")] == ["gen-0001"]


# -- a writer that cannot write ---------------------------------------------------------------------------------------

NO_OVERRIDE = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: without them even root has to keep to the rights of files."""


def small_files(size: int) -> Callable[[], None]:
    """In a child: no file may grow beyond ``size`` bytes, which is how a full disk looks to a writer."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def plain_rights() -> None:
    """In a child: be nobody special."""
    for capability in NO_OVERRIDE:
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


@contextmanager
def rights(path: Path, mode: int):
    """``path`` with other rights for a while."""
    before = path.stat().st_mode
    path.chmod(mode)
    yield
    path.chmod(before)


@dataclass(frozen=True)
class Unable:
    """A writer in a process of its own that cannot go on: what it lacks, its error and its remedy."""

    fault: str
    error: str
    remedy: str
    limits: Callable[[], None] | None = None
    around: Callable[[Path, Path], object] | None = None


UNABLE = (
    Unable(
        "the disk is full after 1 KB", r"cannot write .*too large|No space", r"[Ff]ree|space|disk", small_files(1000)
    ),
    Unable(
        "the disk is full while the index is built",
        r"not usable|cannot write",
        r"stays in use|disk",
        small_files(90_000),
    ),
    Unable(
        "a read-only directory",
        r"cannot write",
        r"SHELFTALK_DATA_DIR",
        plain_rights,
        lambda root, _: rights(root, 0o555),
    ),
    Unable(
        "a file without the right to read", r"goods\.csv", r"right", plain_rights, lambda _, file: rights(file, 0o000)
    ),
    Unable("a second writer", r"another process", r"Wait", None, lambda root, _: Generations(root).lock()),
)


@pytest.mark.parametrize("row", UNABLE, ids=lambda row: row.fault)
def test_a_writer_that_cannot_write(tmp_path, row):
    """It ends with an error and a remedy; the old generation stays as it was and nothing is left beside it."""
    root = shop.ingested(tmp_path / "data")
    file = shop.goods(tmp_path / "goods.csv", shop.GOODS, MORE)
    words = ["ingest", "items", str(file), "--catalog", "shop", "--data-dir", str(tmp_path / "data")]
    with row.around(root, file) if row.around else contextmanager(lambda: iter([0]))():
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words, "--profile", "offline"],
            capture_output=True, text=True, cwd=ROOT, timeout=60, preexec_fn=row.limits,
        )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    what, remedy = re.search(r"^error (.+)$", done.stderr, re.M)[1], re.search(r"^to do (.+)$", done.stderr, re.M)[1]
    assert re.search(row.error, what) and re.search(row.remedy, remedy), (what, remedy)
    as_it_was(root)


@pytest.mark.parametrize("step", ["fsync", "rename", "replace"])
def test_a_disk_that_fails_at_any_step(tmp_path, monkeypatch, step):
    """Whichever call reports the full disk, the error names the remedy and the old generation stays."""
    shop.without_index(monkeypatch)
    root = shop.ingested(tmp_path / "data")
    file = shop.goods(tmp_path / "goods.csv", shop.GOODS, MORE)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os if step == "fsync" else Path, step, full)
        what, remedy = refused(run("ingest", "items", file, "--catalog", "shop", folder=tmp_path / "data"))
    assert "No space left" in what and "free some space" in remedy
    as_it_was(root)


# -- a writer that is killed ------------------------------------------------------------------------------------------

KILLED = """
import sys, time
from pathlib import Path
from vectorstore import generations, ingest
from vectorstore.base import Item, Schema
from vectorstore.embedders.scripted import HashedEmbedder

phase = sys.argv[3]

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(60)

class Embedder(HashedEmbedder):
    def embed(self, texts, *, kind):
        return stop() if phase == "embed" else super().embed(texts, kind=kind)

real = generations.write_file
if phase == "read":
    ingest.read_items = stop
if phase == "prove":
    generations.prove = stop
if phase == "swap":
    generations.write_file = lambda path, data: stop() if path.name == "CURRENT" else real(path, data)
ingest.ingest_items(
    Path(sys.argv[1]), catalog_root=Path(sys.argv[2]), embedder=Embedder(),
    progress=lambda step, *_: stop() if step == phase else None,
)
"""


@pytest.mark.parametrize("phase", ["read", "embed", "index", "prove", "swap"])
def test_kill_9_in_each_phase(tmp_path, monkeypatch, phase):
    """The old generation serves; the same command then does the whole work, and nothing of the dead one is left."""
    root = shop.ingested(tmp_path / "data")
    file = shop.goods(tmp_path / "goods.csv", shop.GOODS, MORE)
    command = [sys.executable, "-c", KILLED, str(file), str(root), phase]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "here\n"
        os.kill(process.pid, signal.SIGKILL)
    assert titles(root) == GOODS and Generations(root).current().name == "gen-0001"
    shop.without_index(monkeypatch)
    report = ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    assert (report.added, report.total) == (1, 7) and titles(root) == GOODS | {"Sofa"}
    assert not list(root.glob("*.tmp")) and not list(root.glob("*.npz"))


# -- files that are damaged -------------------------------------------------------------------------------------------


def cut(path: Path) -> None:
    """The second half is gone."""
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    """Every 97th byte has one bit turned over."""
    data = bytearray(path.read_bytes())
    for place in range(48, len(data), 97):
        data[place] ^= 4
    path.write_bytes(bytes(data))


def empty(path: Path) -> None:
    """Nothing is in it."""
    path.write_bytes(b"")


DAMAGED = (
    ("chroma/chroma.sqlite3", cut, "exact"),
    ("chroma/chroma.sqlite3", flip, "exact"),
    ("store.json", cut, "exact"),
    ("proven.json", flip, "sound"),
    ("origin.json", empty, "sound"),
    ("item_vectors.npy", cut, "refused"),
    ("item_vectors.npy", empty, "refused"),
    ("items.jsonl", cut, "refused"),
    ("items.jsonl", flip, "refused"),
    ("passages.jsonl", flip, "refused"),
    ("item_vectors.npy", flip, "refused"),
    ("schema.json", cut, "refused"),
    ("records.json", flip, "refused"),
    ("../CURRENT", flip, "sound"),
    ("../CURRENT", empty, "sound"),
)


@pytest.mark.parametrize(("file", "damage", "then"), DAMAGED, ids=lambda part: getattr(part, "__name__", str(part)))
def test_damaged_files(tmp_path, file, damage, then):
    """Sound: nobody notices. Exact: the records are searched instead, and it says so. Refused: with the remedy."""
    root = shop.ingested(tmp_path / "data")
    folder = Generations(root).current()
    for path in folder.glob(file) if not file.startswith("..") else [root / "CURRENT"]:
        damage(path)
    if then == "refused":
        with pytest.raises(RecordsFault) as caught:
            open_index(Generations(root).current(), EMBEDDER)
        assert "ngest the catalogue again" in caught.value.hint
        return
    shelf, passages = open_index(Generations(root).current(), EMBEDDER)
    assert shelf.degraded == bool(shelf.fault) == (then == "exact")
    assert shelf.items[shelf.dense(shelf.embed("oak chair"), 1)[0].id].title == "Oak Chair"
    assert len(passages) == 2


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Generations:
    """So many goods that the index has a graph."""
    generations = Generations(tmp_path_factory.mktemp("many") / "things")
    items = [Item(f"i{n}", f"Thing {n}", f"A thing for day {n}") for n in range(300)]
    records = embed_changed(None, items=items, passages=(), schema=Schema(), embedder=EMBEDDER)
    generations.build("things", records)
    return generations


@pytest.mark.parametrize("damage", [cut, flip, empty, Path.unlink], ids=lambda damage: damage.__name__)
def test_a_damaged_graph(many, tmp_path, damage):
    """Opening it could end the process: it is tried in another one, and the records are searched instead."""
    shutil.copytree(many.root, tmp_path / "things")
    folder = Generations(tmp_path / "things").current()
    damage(next((folder / "chroma").rglob("data_level0.bin")))
    shelf, _ = open_index(folder, EMBEDDER)
    assert shelf.degraded and shelf.fault
    assert shelf.dense(shelf.embed("thing for day 12"), 1)[0].id == "i12"


# -- while serving ----------------------------------------------------------------------------------------------------


def test_a_database_that_is_locked_for_a_moment(tmp_path):
    """The turn waits for it and is kept."""
    shop.ingested(tmp_path)
    bot = build(settings(tmp_path))
    session = bot.open().id
    other = sqlite3.connect(tmp_path / "memory.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    Timer(0.5, lambda: other.execute("ROLLBACK")).start()
    assert text(said(bot, session, "a lamp"))
    assert len(bot.memory.turns(session)) == 1
    other.close()


def test_a_database_that_stays_locked_is_found_by_doctor(tmp_path):
    """Within a second, with what to close."""
    from bot.terminal.checking import examine

    shop.ingested(tmp_path)
    build(settings(tmp_path)).memory.close()
    with closing(sqlite3.connect(tmp_path / "memory.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = {check.name: check for check in examine(settings(tmp_path, port=0)) if not check.ok}
    assert "locked by another program" in found["conversations"].found and "close" in found["conversations"].hint


def test_a_data_directory_that_vanishes(tmp_path):
    """The open generation goes on serving from memory; the next start says what is missing."""
    shop.ingested(tmp_path / "data")
    bot = build(settings(tmp_path / "data"))
    shutil.rmtree(tmp_path / "data")
    shelf = bot.shelf()
    assert shelf.items.items[shelf.items.dense(shelf.items.embed("oak chair"), 1)[0].id].title == "Oak Chair"
    assert [card.item.title for card in bot.search("oak chair")][:1] == ["Oak Chair"]
    what, remedy = refused(run("ingest", "list", folder=tmp_path / "data"))
    assert "no catalogue" in what and "ingest items" in remedy


@pytest.mark.parametrize("jump", [-(10**9), 10**9], ids=["back by thirty years", "ahead by thirty years"])
def test_a_clock_that_jumps(tmp_path, monkeypatch, jump):
    """Generations follow their numbers, not the clock; a reader notices the swap, undo and redo know the order."""
    shop.without_index(monkeypatch)
    root = shop.ingested(tmp_path / "data")
    generations, real = Generations(root), time.time
    os.utime(root / "CURRENT", (real() + jump, real() + jump))
    seen = generations.stamp()
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    ingest_items(shop.goods(tmp_path / "goods.csv", shop.GOODS, MORE), catalog_root=root, embedder=EMBEDDER)
    assert generations.changed(seen) and generations.current().name == "gen-0002"
    assert (generations.before().number, generations.after()) == (1, None)


# -- files that are odd -----------------------------------------------------------------------------------------------

LONG = "tent " * 20_000
WIDE = ",".join(f"c{n}" for n in range(500))


@dataclass(frozen=True)
class Odd:
    """A file that is unusual: its lines, how many items it gives (0: it is refused), a search and what it finds."""

    fault: str
    lines: tuple[str, ...]
    items: int
    search: str = ""
    found: str = ""


KINDS = tuple(f"{n},Thing {n},kind {n}" for n in range(2000))
CROSSES = tuple(f"{n},Thing {n}," + ",".join(["x"] * 500) for n in range(5))
ODD = (
    Odd("long cells", ("id,title,description", f"1,Dome Tent,{LONG}", f"2,{LONG},Bag"), 2, "dome", "Dome Tent"),
    Odd("a facet of 100,000 characters", ("id,title,kind", f"1,Tent,{LONG}", "2,Bag,x"), 2, "bag", "Bag"),
    Odd("500 columns", (f"id,title,{WIDE}", *CROSSES), 5, "thing 3", "Thing 3"),
    Odd("one item", ("id,title", "1,Tent"), 1, "tent", "Tent"),
    Odd("no item", ("id,title",), 0),
    Odd("2,000 facet values", ("id,title,kind", *KINDS), 2000, "thing 77", "Thing 77"),
    Odd("Arabic names", ("id,title,kind", "1,خيمة جبلية,تخييم", "2,كيس نوم,تخييم"), 2, "خيمة جبلية", "خيمة جبلية"),
    Odd("Chinese names", ("编号,标题,类别", "1,双人帐篷,露营", "2,冬季睡袋,露营"), 2, "双人帐篷", "双人帐篷"),
    Odd("names with markup", ("id,title", "1,[b]Tent[/] {{ x }} <b>", "2,Bag"), 2, "tent", "[b]Tent[/] {{ x }}"),
)


@pytest.mark.parametrize("row", ODD, ids=lambda row: row.fault)
def test_odd_files(tmp_path, monkeypatch, row):
    """What can be read is read and found, quickly; what holds nothing is refused with its remedy."""
    shop.without_index(monkeypatch)
    (tmp_path / "goods.csv").write_text("\n".join(row.lines) + "\n", "utf-8")
    began = time.process_time()
    result = run("ingest", "items", tmp_path / "goods.csv", "--catalog", "shop", folder=tmp_path)
    if not row.items:
        assert all(refused(result)) and not (tmp_path / "catalogs").exists()
        return
    assert result.exit_code == 0, result.output
    shelf, _ = open_index(Generations(tmp_path / "catalogs" / "shop").current(), EMBEDDER)
    assert len(shelf) == row.items
    assert shelf.items[shelf.lexical(row.search, 1)[0].id].title.startswith(row.found)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("odd", ["an empty folder", "a FIFO", "a device", "a broken link", "a link to itself"])
def test_paths_that_are_no_file(tmp_path, odd):
    """Each is refused at once, and nothing waits for what never comes."""
    path = tmp_path / "goods.csv"
    match odd:
        case "an empty folder":
            path.mkdir()
        case "a FIFO":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a broken link":
            path.symlink_to(tmp_path / "nowhere")
        case "a link to itself":
            path.symlink_to(path)
    signal.alarm(20)
    try:
        what, remedy = refused(run("ingest", "items", path, "--catalog", "shop", folder=tmp_path / "data"))
    finally:
        signal.alarm(0)
    assert "goods.csv" in what and remedy
    assert not (tmp_path / "data").exists()

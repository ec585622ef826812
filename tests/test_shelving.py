"""Live shelves: a new generation is taken over while visitors talk, a broken one is refused, nobody waits."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

from bot import collecting
from bot.assistant import Assistant
from bot.build import build
from bot.memory import open_memory
from bot.shelving import CHECK_EVERY, LiveShelf
from bot.types import Shelf
from tests import shop
from tests.films import cards, prompts, said, settings
from tests.web import shelf, wait_until
from vectorstore.base import VectorStoreError

ROOT = Path(__file__).parents[1]


class Folders:
    """A pointer that a test moves by hand, and what was opened."""

    def __init__(self) -> None:
        self.folder = Path("gen-0001")
        self.opened: list[str] = []
        self.broken: set[str] = set()

    def current(self) -> Path:
        """Where the pointer points."""
        return self.folder

    def make(self, folder: Path) -> Shelf:
        """A shelf named after its folder."""
        self.opened.append(folder.name)
        if folder.name in self.broken:
            raise VectorStoreError("damaged")
        return shelf(folder.name)


@pytest.fixture
def folders():
    """The first generation is in place."""
    return Folders()


class Knot:
    """Holds itself: only the garbage collector can let go of it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_a_server_keeps_is_let_go_with_its_generation(folders):
    """Put out of the collector's sight while it serves, and not for ever; without a server nothing is."""
    collecting.keep_anew()
    assert gc.get_freeze_count() == 0
    knot, thresholds = Knot(), gc.get_threshold()
    old = weakref.ref(knot)
    live = LiveShelf(folders.current, folders.make, every=0.01)
    try:
        collecting.keep()
        assert gc.get_freeze_count() > 1000
        del knot
        gc.collect()
        assert old() is not None
        folders.folder = Path("gen-0002")
        wait_until(lambda: live().name == "gen-0002" and old() is None and gc.get_freeze_count() > 1000)
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def test_a_new_generation_takes_the_place_of_the_old(folders):
    """Once the pointer moved, the new shelf serves; each generation is opened once."""
    live = LiveShelf(folders.current, folders.make, every=0.01)
    assert live().name == "gen-0001"
    folders.folder = Path("gen-0002")
    wait_until(lambda: live().name == "gen-0002")
    time.sleep(0.05)
    assert folders.opened == ["gen-0001", "gen-0002"]


def test_a_broken_generation_changes_nothing_and_is_said_once(folders, caplog):
    """The old shelf serves on, the log has the reason once, and the generation after it is taken."""
    live = LiveShelf(folders.current, folders.make, every=0.01)
    folders.broken.add("gen-0002")
    with caplog.at_level(logging.ERROR, "bot.shelving"):
        folders.folder = Path("gen-0002")
        wait_until(lambda: "gen-0002" in folders.opened)
        time.sleep(0.05)
    assert live().name == "gen-0001"
    assert folders.opened == ["gen-0001", "gen-0002"]
    assert [record.getMessage() for record in caplog.records] == [
        "generation gen-0002 cannot be opened, the old one serves on: damaged"
    ]
    folders.folder = Path("gen-0003")
    wait_until(lambda: live().name == "gen-0003")


def test_a_pointer_that_cannot_be_read_changes_nothing(folders, monkeypatch):
    """A disk that is away for a moment costs nothing; when it is back, the new generation is found."""
    live = LiveShelf(folders.current, folders.make, every=0.01)
    real, away = folders.current, threading.Event()

    def gone():
        away.set()
        raise OSError("the disk is away")

    live._current = gone
    assert away.wait(5) and live().name == "gen-0001"
    folders.folder, live._current = Path("gen-0002"), real
    wait_until(lambda: live().name == "gen-0002")


def test_nobody_waits_for_an_opening(folders):
    """While the new generation is being opened, however long, visitors are served from the old one."""
    opening, go = threading.Event(), threading.Event()

    def slow(folder):
        if folder.name != "gen-0001":
            opening.set()
            go.wait(60)
        return folders.make(folder)

    live = LiveShelf(folders.current, slow, every=0.01)
    folders.folder = Path("gen-0002")
    assert opening.wait(5)
    assert live().name == "gen-0001"
    go.set()
    wait_until(lambda: live().name == "gen-0002")


def test_a_turn_keeps_the_generation_that_it_began_with(folders, tmp_path):
    """A reply that runs over a swap is finished from its own generation; the next one has the new."""
    live = LiveShelf(folders.current, folders.make, every=0.01)
    bot = Assistant({"films": live}, open_memory("memory"), prompts())
    assert bot.shelf("films").name == "gen-0001"
    folders.folder = Path("gen-0002")
    held = bot.shelf("films")
    wait_until(lambda: bot.shelf("films").name == "gen-0002")
    assert held.name == "gen-0001" and held.items.items


def test_watching_ends_with_the_shelf(folders):
    """Nobody holds the shelf: nobody looks after its pointer."""
    live = LiveShelf(folders.current, folders.make, every=0.01)
    gone = weakref.ref(live)
    del live
    wait_until(lambda: gc.collect() is not None and gone() is None)
    opened = list(folders.opened)
    folders.folder = Path("gen-0009")
    time.sleep(0.05)
    assert folders.opened == opened


def test_it_looks_often_enough():
    """A second to look leaves one to open: within two a new generation serves."""
    assert CHECK_EVERY <= 1.0


_INGEST = """
import sys
from pathlib import Path
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.ingest import ingest_items
ingest_items(Path(sys.argv[1]), catalog_root=Path(sys.argv[2]), embedder=HashedEmbedder())
"""


def test_a_catalogue_ingested_by_another_process_is_served(tmp_path):
    """While this process serves, another ingests: new goods are found; then damage is refused."""
    root = shop.ingested(tmp_path)
    bot = build(settings(tmp_path))
    assert bot.catalogs == ("shop",)
    session = bot.open().id
    assert "Velvet Sofa" not in [card.item.title for card in cards(said(bot, session, "a velvet sofa"))]
    sofa = ("g7", "Velvet Sofa", "A velvet sofa for three.", "sofa", "700")
    subprocess.run(
        [sys.executable, "-c", _INGEST, str(shop.goods(tmp_path / "goods.csv", shop.GOODS, sofa)), str(root)],
        check=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    wait_until(lambda: len(bot.shelf().items) == 7, seconds=30)
    assert "Velvet Sofa" in [card.item.title for card in cards(said(bot, session, "a velvet sofa"))]
    (root / "gen-0009").mkdir()
    (root / "gen-0009" / "records.json").write_text("{}")
    (root / "CURRENT").write_text("gen-0009\n")
    time.sleep(2 * CHECK_EVERY)
    assert len(bot.shelf().items) == 7 and cards(said(bot, session, "a lamp"))

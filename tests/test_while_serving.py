"""While visitors talk: another process ingests, is killed, or brings a foreign embedder; operators change items."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from bot.build import build
from bot.changing import Batch
from bot.memory import Forgotten
from bot.presence import Present
from bot.web.tidying import tidying
from tests import shop
from tests.operating import BEARER, shop_client, titles
from tests.test_shelving import _INGEST
from tests.web import settings, wait_until
from vectorstore.generations import Generations
from vectorstore.records import folded

ROOT = Path(__file__).parents[1]
SOFA = ("g7", "Velvet Sofa", "A velvet sofa for three.", "sofa", "700")


def ingesting(path: Path, root: Path, embedder: str = "HashedEmbedder()") -> subprocess.Popen[bytes]:
    """A process of its own that ingests a file."""
    script = _INGEST.replace("embedder=HashedEmbedder()", f"embedder={embedder}")
    return subprocess.Popen([sys.executable, "-c", script, str(path), str(root)], cwd=ROOT)


@contextmanager
def visitors(http, many: int = 3):
    """So many visitors who never stop talking; yields what went wrong, and how many turns there were."""
    failed, turns, leave = [], [], threading.Event()

    def talk(number: int) -> None:
        session = None
        while not leave.is_set():
            body = {"message": ("a red lamp", "a wide desk", "something else")[len(turns) % 3], "session_id": session}
            reply = http.post("/v1/chat", json={key: value for key, value in body.items() if value})
            turns.append(reply.status_code)
            if reply.status_code != 200 or "failed" in [note["code"] for note in reply.json()["notices"]]:
                failed.append(reply.text)
                return
            session = reply.json()["session_id"]

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield failed, turns
    finally:
        leave.set()
        for thread in threads:
            thread.join()


def test_an_ingest_of_another_process_fails_no_turn(tmp_path):
    """Three visitors talk all the while; soon after the ingest its goods are found, and no turn failed.

    What an operator changes while the file is being indexed is newer than the file, and stays.
    """
    root = shop.ingested(tmp_path)
    with shop_client(tmp_path) as http, visitors(http) as (failed, turns):
        process = ingesting(shop.goods(tmp_path / "goods.csv", shop.GOODS, SOFA), root)
        wait_until(lambda: bool(list(root.glob("gen-0002*.tmp"))), seconds=30)
        http.put("/v1/items/s1", json={"title": "Silk Sofa", "price": 50}, headers=BEARER).raise_for_status()
        wait_until(lambda: (root / "CURRENT").read_text("utf-8") == "gen-0002\n", seconds=60)
        wait_until(lambda: http.get("/v1/items/g7").status_code == 200, seconds=30)
        assert process.wait(30) == 0
        assert titles(http, "a velvet sofa")[0] == "Velvet Sofa"
        assert http.get("/v1/items/s1").json()["title"] == "Silk Sofa"
    assert failed == [] and len(turns) > 5


def test_a_killed_ingest_leaves_the_old_catalogue(tmp_path):
    """Killed while it builds aside, nothing changes for visitors; the next ingest works."""
    root = shop.ingested(tmp_path)
    path = shop.goods(tmp_path / "goods.csv", shop.GOODS, SOFA)
    with shop_client(tmp_path) as http, visitors(http, 1) as (failed, _):
        process = ingesting(path, root)
        wait_until(lambda: bool(list(root.glob("gen-0002*.tmp"))), seconds=30)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        time.sleep(1.2)
        assert http.get("/v1/items/g7").status_code == 404 and titles(http, "a red lamp")
        assert ingesting(path, root).wait(60) == 0
        wait_until(lambda: http.get("/v1/items/g7").status_code == 200)
    assert failed == []


def test_a_generation_of_a_foreign_embedder_is_refused_with_the_remedy(tmp_path, caplog):
    """The old one serves on, and the log says what to do."""
    root = shop.ingested(tmp_path)
    with shop_client(tmp_path) as http:
        assert ingesting(shop.goods(tmp_path / "g.csv", shop.GOODS, SOFA), root, "HashedEmbedder(32)").wait(60) == 0
        wait_until(lambda: "gen-0002 cannot be opened" in caplog.text)
        assert "shelftalk index rebuild" in caplog.text and "Traceback" not in caplog.text
        assert http.get("/v1/items/g7").status_code == 404 and titles(http, "a red lamp")


def test_many_changes_become_a_generation_in_the_background(tmp_path):
    """Beyond a hundred rows a new generation holds them; nothing is lost or applied twice, and the journal shrinks."""
    root = shop.ingested(tmp_path)
    with shop_client(tmp_path) as http:
        rows = [{"id": f"b{n}", "title": f"Thing {n}", "price": n} for n in range(101)]
        http.post("/v1/items:bulk", json={"upsert": rows}, headers=BEARER).raise_for_status()
        wait_until(lambda: (root / "CURRENT").read_text("utf-8") == "gen-0002\n", seconds=60)
        http.put("/v1/items/b7", json={"price": 70}, headers=BEARER).raise_for_status()
        wait_until(lambda: 'generation{catalog="shop"} 2' in http.get("/metrics").text, seconds=10)
        assert http.get("/v1/items/b7").json()["facets"] == {"price": 70.0}
        assert http.get("/v1/items/b100").status_code == 200
    assert folded(Generations(root).current()) == 1
    bot = build(settings(tmp_path))
    assert len(bot.shelf().items) == 107 and bot.source().pending == 1


def test_a_slow_vocabulary_follows_soon(tmp_path, monkeypatch):
    """Where reading the names takes long, a change is live at once for search, and can be named a moment later."""
    monkeypatch.setattr(sys.modules["bot.build"], "QUICK", -1.0)
    shop.ingested(tmp_path)
    bot = build(settings(tmp_path))
    live = bot.source()
    live.change(Batch(upsert=[("s1", {"title": "Velvet Sofa"})], delete=["g1"]))
    assert isinstance(bot.shelf().fallback, Present) and "s1" in bot.shelf().items.items
    events = list(bot.reply(bot.open().id, "something like Red Lamp"))
    assert "failed" not in [getattr(event, "code", "") for event in events]
    wait_until(lambda: not isinstance(bot.shelf().fallback, Present), seconds=10)
    assert bot.shelf().fallback.link("Velvet Sofa").item_id == "s1"


def test_a_broken_generation_does_not_stop_changes(tmp_path):
    """What cannot be opened is left alone; operators still change what is served."""
    root = shop.ingested(tmp_path)
    with shop_client(tmp_path) as http:
        (root / "gen-0009").mkdir()
        (root / "gen-0009" / "records.json").write_text("{}")
        (root / "CURRENT").write_text("gen-0009\n")
        time.sleep(1.5)
        assert http.put("/v1/items/s1", json={"title": "Velvet Sofa"}, headers=BEARER).status_code == 201


class Noting:
    """A memory that notes the days it was asked to delete by; ``again`` is set at the second time."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.again = threading.Event()

    def retain(self, days: int) -> Forgotten:
        """Delete nothing."""
        self.asked.append(days)
        if len(self.asked) > 1:
            self.again.set()
        return Forgotten()


async def tidied(memory: Noting, days: int, patience: float) -> bool:
    """Whether a server with ``days`` set asked twice before ``patience`` seconds were over."""
    async with tidying(memory, days, first=0.01, every=0.01):
        return await asyncio.to_thread(memory.again.wait, patience)


def test_the_server_forgets_old_conversations_by_itself():
    """With a number of days set: soon after the start, and again."""
    memory = Noting()
    assert asyncio.run(tidied(memory, 30, patience=30))
    assert set(memory.asked) == {30}


def test_without_a_number_of_days_nothing_is_forgotten():
    """Keeping is the default."""
    memory = Noting()
    assert not asyncio.run(tidied(memory, 0, patience=0.2))
    assert memory.asked == []

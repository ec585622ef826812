"""Ingestion end to end: files to a searchable catalogue, again and again, and through accidents."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vectorstore.base import Constraint
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import CatalogError, EmbedderError, EmptyCatalog, HelpError, RecordsFault, WouldRemove
from vectorstore.generations import PARTIAL, Generations
from vectorstore.index import open_index
from vectorstore.ingest import ingest_items, plan_items, rejected_path, unchanged, write_items
from vectorstore.ingesting.beside import ingest_help, plan_help
from vectorstore.ingesting.reports import Consent
from vectorstore.ingesting.revising import going_back, rebuild, remove, undo
from vectorstore.records import load

EMBEDDER = HashedEmbedder()
YES = Consent(yes=True)
ROOT = Path(__file__).parents[1]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data" / "catalogs" / "shop"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No index processes: these tests are about records."""
    quickly(monkeypatch)


def quickly(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("vectorstore.generations.run_child", lambda *a, **k: "")
    patch.setattr("vectorstore.generations.prove", lambda folder: "")


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def items(root: Path) -> dict:
    return {item.id: item for item in load(Generations(root).current()).items}


def test_from_files_to_search(tmp_path, root, monkeypatch):
    """Items and a help centre are ingested, found, and filtered; the schema is there to correct."""
    shop = written(
        tmp_path / "shop.csv",
        "sku,name,details,price,tags",
        "t1,Dome tent,A light tent for two people in the mountains,199.00 €,tent;light",
        "s1,Winter bag,A warm sleeping bag for cold nights out in the snow,249.50 €,sleeping;warm",
    )
    pages = tmp_path / "help"
    pages.mkdir()
    written(pages / "returns.md", "# Returns", "", "## How long", "You can return goods within 30 days.")
    with monkeypatch.context() as patch:
        quickly(patch)
        report = ingest_items(shop, catalog_root=root, embedder=EMBEDDER)
    assert (report.read, report.total, report.added, report.embedded, report.problems) == (2, 2, 2, 2, ())
    report = ingest_help(pages, catalog_root=root, embedder=EMBEDDER)
    assert (report.total, report.added, report.embedded) == (1, 1, 1)
    shelf, passages = open_index(Generations(root).current(), EMBEDDER)
    assert shelf.dense(shelf.embed("warm bag"), 1)[0].id == "s1"
    assert shelf.columns.count([Constraint("price", "<", 200)]) == 1
    assert shelf.schema.get("price").unit == "EUR"
    assert passages.lexical("return goods", 1)[0].id == "returns#how-long"
    assert 'role = "price"' in (root / "catalog.toml").read_text("utf-8")


def test_again_embeds_only_changes(tmp_path, root, quick):
    """A second ingest counts what was added, changed and removed, and embeds only new texts."""
    first = written(tmp_path / "a.csv", "id,title,price", "1,Tent,10", "2,Bag,20", "3,Stove,30")
    ingest_items(first, catalog_root=root, embedder=EMBEDDER)
    second = written(tmp_path / "b.csv", "id,title,price", "1,Tent,12", "2,Bag two,20", "4,Lamp,5")
    report = ingest_items(second, catalog_root=root, embedder=EMBEDDER, consent=Consent(removing=1))
    assert (report.added, report.changed, report.removed, report.unchanged, report.embedded) == (1, 2, 1, 0, 2)
    assert items(root)["1"].facets == {"price": 12.0}
    same = ingest_items(second, catalog_root=root, embedder=EMBEDDER)
    assert (same.added, same.changed, same.removed, same.embedded) == (0, 0, 0, 0)


def test_a_blank_cell_never_erases(tmp_path, root, quick):
    """Where the new file says nothing, what was known stays, and the report counts it."""
    full = written(tmp_path / "a.csv", "id,title,description,colour,price", "1,Tent,Light,red,10", "2,Bag,Warm,blue,20")
    ingest_items(full, catalog_root=root, embedder=EMBEDDER)
    prices = written(tmp_path / "b.csv", "id,title,colour,price", "1,Tent,,12", "2,Bag,green,")
    report = ingest_items(prices, catalog_root=root, embedder=EMBEDDER)
    assert report.kept_values == 2
    assert items(root)["1"].facets == {"colour": "red", "price": 12.0}
    assert items(root)["2"].facets == {"colour": "green", "price": 20.0}
    assert items(root)["1"].description == "Light"
    assert [facet.name for facet in report.schema.facets] == ["colour", "price"]


def test_check_writes_nothing(tmp_path, root):
    """With check the report is complete and the disk untouched."""
    file = written(tmp_path / "a.csv", "id,title,price", "1,Tent,10", "1,Bag,20")
    report = plan_items(file, catalog_root=root).report
    assert (report.total, report.added, len(report.problems), report.generation) == (1, 1, 1, None)
    page = written(tmp_path / "p.md", "# P", "text")
    assert plan_help(page, catalog_root=root).report.added == 1
    assert not root.exists()


def test_strict_refuses_the_lot(tmp_path, root):
    """With strict one bad row refuses the file, and nothing is written."""
    file = written(tmp_path / "a.csv", "id,title,price", "1,Tent,10", "2,,20")
    with pytest.raises(CatalogError, match=r"a\.csv:3 title: missing") as caught:
        ingest_items(file, catalog_root=root, embedder=EMBEDDER, strict=True)
    assert len(caught.value.problems) == 1
    assert not root.exists()


@pytest.mark.parametrize(
    ("left", "consent", "remedy"),
    [
        (20, None, ""),
        (19, None, r"--yes, or --removing 1\b"),
        (16, YES, ""),
        (16, Consent(removing=4), ""),
        (16, Consent(yes=True, removing=5), ""),
        (15, YES, r"with --removing 5\b"),
        (15, Consent(yes=True, removing=4), r"with --removing 5\b"),
        (15, Consent(removing=5), ""),
    ],
)
def test_a_shrinking_catalogue_asks_first(tmp_path, root, quick, left, consent, remedy):
    """Items that a file lacks go only with consent; more than a fifth of them only with their number."""
    big = written(tmp_path / "a.csv", "id,title", *(f"{n},Thing {n}" for n in range(20)))
    small = written(tmp_path / "b.csv", "id,title", *(f"{n},Thing {n}" for n in range(left)))
    ingest_items(big, catalog_root=root, embedder=EMBEDDER)
    if remedy:
        with pytest.raises(WouldRemove, match=f"{20 - left} of the 20") as caught:
            ingest_items(small, catalog_root=root, embedder=EMBEDDER, consent=consent)
        assert re.search(remedy, caught.value.hint) and len(items(root)) == 20
    else:
        assert ingest_items(small, catalog_root=root, embedder=EMBEDDER, consent=consent).removed == 20 - left
        assert len(items(root)) == left


def test_keeping_what_the_file_lacks(tmp_path, root, quick):
    """With keep a file changes and adds: what it lacks stays with all it had; rejected rows can be mended this way."""
    first = written(
        tmp_path / "a.csv", "id,title,price,kind", "1,Tent,10,x", "2,Bag,cheap,y", "3,Stove,30,x", "4,Cup,9,y"
    )
    report = ingest_items(first, catalog_root=root, embedder=EMBEDDER)
    assert (report.rejected, report.rejected_file) == (1, tmp_path / "a.rejected.csv")
    text = report.rejected_file.read_text("utf-8")
    assert text.splitlines()[0] == "id,title,price,kind,error" and "not a number" in text
    report.rejected_file.write_text(text.replace("cheap", "20"), "utf-8")
    planned = plan_items(report.rejected_file, catalog_root=root, keep=True)
    report = write_items(planned, embedder=EMBEDDER)
    assert (report.total, report.added, report.changed, report.removed, report.embedded) == (4, 0, 1, 0, 0)
    assert items(root)["2"].facets == {"price": 20.0, "kind": "y"}
    assert items(root)["3"].facets == {"price": 30.0, "kind": "x"}


def test_nothing_changed_writes_nothing(tmp_path, root):
    """A second run of the same file leaves the generation, its pointer and every file as they are."""
    file = written(tmp_path / "a.csv", "id,title,price,kind", "1,Tent,10,x", "2,Bag,20,y", "3,Cup,30,x")
    ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    report = ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    assert (report.same, report.generation, report.unchanged) == (True, None, 3)
    after = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    assert {path.name for path in after if after[path] != before.get(path)} <= {".lock", "read.json"}
    next((root / "gen-0001" / "chroma").rglob("header.bin")).write_bytes(b"")
    assert ingest_items(file, catalog_root=root, embedder=EMBEDDER).generation.number == 2


def test_hashes_tell_that_nothing_changed(tmp_path, root):
    """The very file, by the very embedder, is not even read again; one more byte, correction or word is noticed."""
    file = written(tmp_path / "a.csv", "id,title,price", "1,Tent,10", "2,Bag,20")
    how = {"catalog_root": root, "embedder": EMBEDDER}
    assert not unchanged(file, **how)
    toml = ingest_items(file, **how).catalog_toml
    assert unchanged(file, **how)
    assert not unchanged(file, **how, keep=True) and not unchanged(file, **how, strict=True)
    assert not unchanged(file, catalog_root=root, embedder=HashedEmbedder(32))
    assert not unchanged(tmp_path / "b.csv", **how)
    text = toml.read_text("utf-8")
    toml.write_text(text.replace('label = "Price"', 'label = "Cost"'), "utf-8")
    assert not unchanged(file, **how)
    toml.write_text(text, "utf-8")
    assert unchanged(file, **how)
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    assert not unchanged(file, **how)
    assert ingest_items(file, **how).same and unchanged(file, **how)
    (root / "read.json").write_text("[", "utf-8")
    assert not unchanged(file, **how)


def test_an_ingest_in_between_is_compared_again(tmp_path, root, quick):
    """What was planned before another ingest holds its promise afterwards, or asks again."""
    both = written(tmp_path / "a.csv", "id,title", "1,Tent", "2,Bag")
    ingest_items(both, catalog_root=root, embedder=EMBEDDER)
    planned = plan_items(both, catalog_root=root)
    many = written(tmp_path / "b.csv", "id,title", "1,Tent", "2,Bag", "3,Cup", "4,Pan")
    ingest_items(many, catalog_root=root, embedder=EMBEDDER)
    with pytest.raises(WouldRemove, match="2 of the 4"):
        write_items(planned, embedder=EMBEDDER, consent=YES)
    assert write_items(planned, embedder=EMBEDDER, consent=Consent(removing=2)).total == 2


def test_undo_and_redo(tmp_path, root, quick):
    """Undo says what changes and puts the generation before in place; redo takes that back; further there is none."""
    first = written(tmp_path / "a.csv", "id,title,price", "1,Tent,10", "2,Bag,20", "3,Cup,5")
    ingest_items(first, catalog_root=root, embedder=EMBEDDER)
    with pytest.raises(CatalogError, match="nothing to undo") as caught:
        undo(root)
    assert "ingest list" in caught.value.hint
    second = written(tmp_path / "b.csv", "id,title,price", "1,Tent,100", "2,Bag,20", "4,Pan,5")
    ingest_items(second, catalog_root=root, embedder=EMBEDDER, consent=Consent(removing=1))
    target, report = going_back(root)
    assert (target.number, report.added, report.changed, report.removed) == (1, 1, 1, 1)
    assert str(report.largest[0]) == "1 Tent, price: 100 -> 10 (/10)"
    assert undo(root).generation.number == 1 and set(items(root)) == {"1", "2", "3"}
    assert undo(root, forward=True).generation.number == 2 and set(items(root)) == {"1", "2", "4"}
    with pytest.raises(CatalogError, match="nothing to redo"):
        undo(root, forward=True)


def test_a_rebuild_is_no_step(tmp_path, root, quick):
    """After a rebuild, undo still goes back to what the last ingest replaced."""
    ingest_items(written(tmp_path / "a.csv", "id,title", "1,Tent"), catalog_root=root, embedder=EMBEDDER)
    ingest_items(written(tmp_path / "b.csv", "id,title", "1,Tent", "2,Bag"), catalog_root=root, embedder=EMBEDDER)
    rebuild(root, embedder=EMBEDDER)
    undo(root)
    assert set(items(root)) == {"1"}


def test_items_are_removed_by_id(tmp_path, root, quick):
    """They go with what only they held; nothing is embedded; unknown ids and an empty rest are refused."""
    file = written(tmp_path / "a.csv", "id,title,kind", "1,Tent,x", "2,Bag,y", "3,Cup,x", "4,Pan,y", "5,Bowl,z")
    ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    report = remove(root, ["5", "1"], embedder=EMBEDDER)
    assert (report.removed, report.total, report.embedded) == (2, 3, 0)
    assert [value for value, _ in report.schema.get("kind").values] == ["y", "x"]
    with pytest.raises(CatalogError, match="1 ids are not in this catalogue: 9"):
        remove(root, ["2", "9"], embedder=EMBEDDER)
    with pytest.raises(EmptyCatalog) as caught:
        remove(root, ["2", "3", "4"], embedder=EMBEDDER)
    assert "--all" in caught.value.hint and set(items(root)) == {"2", "3", "4"}


@pytest.mark.parametrize(
    ("source", "rejected"),
    [
        ("goods.csv", "goods.rejected.csv"),
        ("goods.tsv.gz", "goods.rejected.csv"),
        ("goods.jsonl.gz", "goods.rejected.jsonl"),
        ("goods.v2.json", "goods.rejected.jsonl"),
        ("goods.parquet", "goods.rejected.jsonl"),
    ],
)
def test_where_rejected_rows_go(tmp_path, source, rejected):
    """Beside their file; beside a folder, not in it."""
    assert rejected_path(tmp_path / source) == tmp_path / rejected
    assert rejected_path(tmp_path) == tmp_path.parent / f"{tmp_path.name}.rejected.jsonl"


def test_the_operators_corrections_hold(tmp_path, root, quick):
    """What the operator corrects in the catalogue's file is used from then on and never overwritten."""
    file = written(tmp_path / "a.csv", "id,title,size", "1,Tent,2", "2,Bag,1")
    toml = ingest_items(file, catalog_root=root, embedder=EMBEDDER).catalog_toml
    text = (
        toml.read_text("utf-8")
        .replace('type = "number"', 'type = "category"')
        .replace('label = "Size"', 'label = "Fits"')
    )
    toml.write_text(text, "utf-8")
    report = ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    assert (report.schema.get("size").type, report.schema.get("size").label) == ("category", "Fits")
    assert toml.read_text("utf-8") == text


def test_another_embedder_embeds_everything(tmp_path, root, quick):
    """An ingest with another embedder takes no old vector, also not for the help centre."""
    file = written(tmp_path / "a.csv", "id,title", "1,Tent", "2,Bag")
    page = written(tmp_path / "p.md", "# P", "text")
    ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    ingest_help(page, catalog_root=root, embedder=EMBEDDER)
    report = ingest_items(file, catalog_root=root, embedder=HashedEmbedder(32), consent=YES)
    assert report.embedded == 3
    assert load(Generations(root).current(), "hashed-32").passage_vectors.shape == (1, 32)


def test_rebuild(tmp_path, root, quick):
    """A rebuild makes a new generation of the same records and embeds nothing."""
    file = written(tmp_path / "a.csv", "id,title", "1,Tent", "2,Bag")
    ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    before = items(root)
    report = rebuild(root, embedder=EMBEDDER)
    assert (report.generation.number, report.embedded) == (2, 0)
    assert items(root) == before
    (Generations(root).current() / "items.jsonl").write_text("{")
    with pytest.raises(RecordsFault):
        rebuild(root, embedder=EMBEDDER)


def test_a_damaged_generation_is_replaced(tmp_path, root, quick):
    """When the records are damaged, ingesting the items again works, and a note tells what is lost."""
    file = written(tmp_path / "a.csv", "id,title", "1,Tent", "2,Bag")
    ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    (Generations(root).current() / "items.jsonl").write_text("{")
    report = ingest_items(file, catalog_root=root, embedder=EMBEDDER)
    assert report.total == 2
    assert any("help centre again" in note for note in report.notes)
    assert set(items(root)) == {"1", "2"}


def test_help_before_items(tmp_path, root):
    """A help centre may stand alone, and items may follow; an empty folder is no help centre."""
    page = written(tmp_path / "p.md", "# P", "text")
    ingest_help(page, catalog_root=root, embedder=EMBEDDER)
    items, passages = open_index(Generations(root).current(), EMBEDDER)
    assert (len(items), len(passages), items.dense(EMBEDDER.embed(["text"], kind="query")[0], 5)) == (0, 1, [])
    assert ingest_help(page, catalog_root=root, embedder=EMBEDDER).same
    with pytest.raises(HelpError):
        ingest_help(tmp_path / "nowhere", catalog_root=root, embedder=EMBEDDER)


def test_a_failing_embedder_changes_nothing(tmp_path, root, quick):
    """When embedding fails, the old generation stays."""

    class Broken(HashedEmbedder):
        def embed(self, texts, *, kind):
            raise EmbedderError("gone", hint="start it")

    ingest_items(written(tmp_path / "a.csv", "id,title", "1,Tent"), catalog_root=root, embedder=EMBEDDER)
    with pytest.raises(EmbedderError):
        ingest_items(
            written(tmp_path / "b.csv", "id,title", "1,Bag"), catalog_root=root, embedder=Broken(), consent=YES
        )
    assert items(root)["1"].title == "Tent"
    assert not list(root.glob("*.tmp"))


KILLED = """
import sys, time
from pathlib import Path
from vectorstore.ingesting import resuming
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.ingest import ingest_items

class Slow(HashedEmbedder):
    def embed(self, texts, *, kind):
        if len(texts) < 256:
            print("nearly done", flush=True)
            time.sleep(60)
        return super().embed(texts, kind=kind)

resuming.EVERY = 256
ingest_items(Path(sys.argv[1]), catalog_root=Path(sys.argv[2]), embedder=Slow())
"""


def test_a_killed_ingest_goes_on_where_it_was(tmp_path, root, quick):
    """After kill -9 the old generation serves, no lock is left, and what was embedded is not embedded again."""
    ingest_items(written(tmp_path / "a.csv", "id,title", "0,Old"), catalog_root=root, embedder=EMBEDDER)
    big = written(tmp_path / "b.csv", "id,title", *(f"{n},Thing {n}" for n in range(600)))
    command = [sys.executable, "-c", KILLED, str(big), str(root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "nearly done\n"
        os.kill(process.pid, signal.SIGKILL)
    assert list(items(root)) == ["0"]
    asked: list[str] = []

    class Counting(HashedEmbedder):
        def embed(self, texts, *, kind):
            asked.extend(texts)
            return super().embed(texts, kind=kind)

    report = ingest_items(big, catalog_root=root, embedder=Counting())
    assert len(items(root)) == report.total == 600
    assert len(asked) == 600 - 512
    assert not (root / PARTIAL).exists()

"""What stands beside the items: help, answers and interactions are brought one by one and leave each other alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import shop
from tests.test_cli import refused, run
from vectorstore.base import Hit
from vectorstore.cooccurrence import together_in
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import EmptyCatalog
from vectorstore.generations import Generations
from vectorstore.ingest import ingest_items
from vectorstore.ingesting.beside import ingest_help, plan_answers, plan_help, plan_interactions, write_beside
from vectorstore.ingesting.reports import Consent
from vectorstore.records import load

EMBEDDER = HashedEmbedder()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with its help."""
    shop.without_index(monkeypatch)
    return shop.ingested(tmp_path / "data")


def pages(root: Path) -> set[str]:
    return {passage.page for passage in load(Generations(root).current()).passages}


def answers(path: Path, *pairs: tuple[str, str]) -> Path:
    path.write_text("".join(json.dumps({"question": q, "answer": a}) + "\n" for q, a in pairs), "utf-8")
    return path


def brought(path: Path, root: Path, plan=plan_answers):
    return write_beside(plan(path, catalog_root=root), embedder=EMBEDDER)


def test_help_and_answers_leave_each_other_alone(tmp_path, root):
    """Each replaces its own kind; a page that is called like the answers keeps its place under another name."""
    two = answers(
        tmp_path / "a.jsonl", ("Do you ship abroad?", "Yes, to Norway."), ("Are lamps warm?", "No, they are cold.")
    )
    report = brought(two, root)
    assert (report.read, report.added, report.removed, report.embedded) == (2, 2, 0, 2)
    assert pages(root) == {"returns", "delivery", "answers"}
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "answers.md").write_text("# Answers\n\n## Where\n\nAsk at the desk.\n", "utf-8")
    report = ingest_help(folder, catalog_root=root, embedder=EMBEDDER)
    assert (report.added, report.removed) == (1, 2)
    assert pages(root) == {"answers", "answers-page"}
    report = brought(answers(tmp_path / "b.jsonl", ("Do you ship abroad?", "Only to Sweden.")), root)
    assert (report.changed, report.removed) == (1, 1) and pages(root) == {"answers", "answers-page"}
    assert brought(tmp_path / "b.jsonl", root).added == 0


def test_items_keep_what_stands_beside_them(tmp_path, root):
    """A new ingest of items keeps help, answers and interactions."""
    brought(answers(tmp_path / "a.jsonl", ("Do you ship abroad?", "Yes.")), root)
    brought(bought(tmp_path / "i.csv"), root, plan_interactions)
    path = shop.goods(tmp_path / "goods.csv", shop.GOODS[:5])
    ingest_items(path, catalog_root=root, embedder=EMBEDDER, consent=Consent(yes=True))
    assert pages(root) == {"returns", "delivery", "answers"}
    assert together_in(Generations(root).current()).near("g1", 1) == [Hit("g2", pytest.approx(1.0, abs=1e-3))]


def bought(path: Path) -> Path:
    rows = [f"v{n},g1,5\nv{n},g2,5\nv{n},g3,1\nv{n},x9,5" for n in range(3)]
    path.write_text("user_id,item_id,rating\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def test_interactions_become_neighbours(tmp_path, root):
    """What the same visitors liked is together; what they rated low is not; unknown items are named."""
    report = brought(bought(tmp_path / "i.csv"), root, plan_interactions)
    assert (report.read, report.embedded, report.generation.number) == (12, 0, 2)
    assert any("1 of the 4 items are not in the catalogue, as 'x9'" in note for note in report.notes)
    assert any("3 refusals and ratings below 3" in note for note in report.notes)
    together = together_in(Generations(root).current())
    assert {hit.id for hit in together.near("g1", 9)} == {"g2", "x9"}
    assert together.near("g3", 9) == []
    assert len(load(Generations(root).current()).items) == len(shop.GOODS)


def test_before_any_items(tmp_path):
    """Nothing can stand beside nothing."""
    with pytest.raises(EmptyCatalog) as caught:
        brought(bought(tmp_path / "i.csv"), tmp_path / "shop", plan_interactions)
    assert "ingest items" in caught.value.hint
    assert plan_help(shop.pages(tmp_path / "p"), catalog_root=tmp_path / "shop").report.added == 2


@pytest.mark.parametrize("kind", ["answers", "interactions"])
def test_commands(tmp_path, root, kind):
    """`--check` writes nothing, then it is written, then nothing changed; a wrong file is refused with its remedy."""
    path = answers(tmp_path / "f.jsonl", ("Do you ship?", "Yes.")) if kind == "answers" else bought(tmp_path / "f.csv")
    command = ("ingest", kind, path, "--catalog", "shop")
    folder = root.parents[1]
    said = run(*command, "--check", folder=folder)
    assert said.exit_code == 0 and "nothing was written" in said.stdout and Generations(root).number() == 1
    assert run(*command, folder=folder).exit_code == 0
    assert Generations(root).number() == 2
    report = json.loads(run("ingest", "list", "--json", folder=folder).stdout)[-1]
    assert (report["command"], report["source"], report["current"]) == (kind, str(path), True)
    what, remedy = refused(run("ingest", kind, shop.goods(tmp_path / "goods.csv"), "--catalog", "shop", folder=folder))
    assert what and remedy
    run("ingest", "undo", folder=folder)
    assert Generations(root).number() == 1

"""A small shop of an operator's own, for tests of files and commands: a CSV file, help pages, one real generation."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.generations import Generations
from vectorstore.help_center import read_help
from vectorstore.records import embed_changed

HEADER = ("id", "title", "description", "kind", "price")
GOODS = (
    ("g1", "Red Lamp", "A bright red lamp for reading in bed.", "lamp", "20"),
    ("g2", "Blue Lamp", "A dim blue lamp for quiet evenings.", "lamp", "25"),
    ("g3", "Oak Chair", "A heavy chair made of oak.", "chair", "90"),
    ("g4", "Pine Chair", "A light chair made of pine.", "chair", "60"),
    ("g5", "Steel Desk", "A wide desk with steel legs.", "desk", "210"),
    ("g6", "Glass Desk", "A small desk with a top of glass.", "desk", "180"),
)
HELP = {
    "returns": "# Returns\n\n## How to return goods\n\nSend goods back within thirty days and we refund the price.\n",
    "delivery": "# Delivery\n\n## How long it takes\n\nDelivery takes three working days in every country.\n",
}


def goods(path: Path, rows: Iterable[Iterable[str]] = GOODS, *more: Iterable[str]) -> Path:
    """The goods as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows, *more])
    return path


def pages(folder: Path) -> Path:
    """The help pages in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in HELP.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return folder


@cache
def _made() -> TemporaryDirectory[str]:
    made = TemporaryDirectory(prefix="shelftalk-shop-")
    here, embedder = Path(made.name), HashedEmbedder()
    found, passages = read_items(goods(here / "goods.csv")), read_help(pages(here / "help"))
    records = embed_changed(None, items=found.items, passages=passages, schema=found.schema, embedder=embedder)
    Generations(here / "catalogs" / "shop").build("shop", records)
    return made


def ingested(data_dir: Path) -> Path:
    """``data_dir`` with the shop in it; indexed once for all tests. Returns the catalogue's root."""
    shutil.copytree(
        Path(_made().name) / "catalogs",
        data_dir / "catalogs",
        ignore=shutil.ignore_patterns("*.lock"),
        dirs_exist_ok=True,
    )
    return data_dir / "catalogs" / "shop"


def without_index(patch: pytest.MonkeyPatch) -> None:
    """Ingest without the processes that build and prove an index, for tests that are about records."""
    _made()  # the one that all tests share has an index
    none: Callable[..., str] = lambda *_, **__: ""  # noqa: E731
    patch.setattr("vectorstore.generations.run_child", none)
    patch.setattr("vectorstore.generations.prove", none)

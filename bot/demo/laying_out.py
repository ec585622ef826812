"""The shipped catalogues -> generations in the data directory. Their vectors ship too, so nothing is embedded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vectorstore.base import Embedder
from vectorstore.catalog import read_items
from vectorstore.generations import Generations
from vectorstore.help_center import read_help
from vectorstore.records import Progress, Records, embed_changed, load_shipped, save_vectors

NAMES = ("films", "outdoor")
_HERE = Path(__file__).parent
_MARK = "DEMO"


def lay_out(name: str, root: Path, embedder: Embedder, progress: Progress | None = None) -> None:
    """Put the demo ``name`` under ``root`` unless it is there already, made by this embedder from these files.

    A catalogue that an operator put there under the same name is left alone.
    """
    generations, mark = Generations(root), root / _MARK
    wanted = f"{fingerprint(name)} {embedder.name}"
    if generations.exists() and (not mark.is_file() or mark.read_text("utf-8") == wanted):
        return
    generations.build(name, read(name, embedder, progress), progress)
    mark.write_text(wanted, "utf-8")


def read(name: str, embedder: Embedder, progress: Progress | None = None) -> Records:
    """The demo's records; only what the shipped vectors do not cover is embedded."""
    items = read_items(_HERE / name / "items.jsonl")
    passages = read_help(_HERE / name / "help")
    return embed_changed(
        None,
        items=items.items,
        passages=passages,
        schema=items.schema,
        embedder=embedder,
        shipped=(load_shipped(_HERE / name / "vectors", embedder.name),),
        progress=progress,
    )


def ship(name: str, embedder: Embedder, progress: Progress | None = None) -> Path:
    """Embed the demo and write its vectors beside it: what a release does after a text has changed."""
    folder = _HERE / name / "vectors"
    save_vectors(read(name, embedder, progress), folder)
    return folder


def fingerprint(name: str) -> str:
    """A hash of every file that a visitor could notice."""
    digest = hashlib.sha256()
    for path in sorted(
        [_HERE / name / "items.jsonl", *(_HERE / name).glob("*.toml"), *(_HERE / name / "help").glob("*")]
    ):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]

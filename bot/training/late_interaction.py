"""Fits the late-interaction reranker's projection: `python -m bot.training.late_interaction --data ../shared/data`.

The main directions of MiniLM's token vectors over texts of three kinds (films, help articles, retail goods), so that it
serves a catalogue that it has never seen. Half a minute on two cores; deterministic up to rounding.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml
from safetensors.numpy import save_file

from bot.engines.rerank_local import PROJECTIONS, fit
from vectorstore.embedders.local import LocalEmbedder

DEMO = Path(__file__).parent.parent / "demo" / "films"
SAMPLE = 700
"""Texts of each kind at most."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write the projection; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot.training.late_interaction", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data files")
    options = parser.parse_args(arguments)
    retail = options.data / "retail_demo_store" / "products.yaml.gz"
    if not retail.is_file():
        parser.error(f"no such file: {retail}")
    embedder = LocalEmbedder()
    vectors = [np.concatenate(embedder.token_vectors(texts)) for texts in (films(), articles(), goods(retail))]
    path = PROJECTIONS / f"{embedder.name}.safetensors"
    save_file({"projection": fit(np.concatenate(vectors)).astype(np.float16)}, path)
    sys.stdout.write(f"{path}: from {', '.join(f'{len(rows):,}' for rows in vectors)} token vectors\n")
    return 0


def films() -> list[str]:
    """The demo's films as one text each."""
    rows = map(json.loads, (DEMO / "items.jsonl").read_text("utf-8").splitlines())
    words = ("genres", "director", "cast", "country", "language")
    return [
        ". ".join(
            [row["title"], "; ".join(f"{name}: {', '.join(row.get(name, []))}" for name in words), row["description"]]
        )
        for row in rows
    ][:SAMPLE]


def articles() -> list[str]:
    """The demo's help articles, paragraph by paragraph."""
    pages = (path.read_text("utf-8") for path in sorted((DEMO / "help").glob("*.md")))
    return [paragraph for page in pages for paragraph in page.split("\n\n") if len(paragraph) > 80][:SAMPLE]


def goods(path: Path) -> list[str]:
    """Retail goods, evenly over the file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = yaml.load(file, Loader=yaml.CSafeLoader)
    return list(_evenly([f"{row['name']}. {row.get('category', '')}. {row['description']}" for row in rows]))


def _evenly(texts: Sequence[str]) -> Iterator[str]:
    """At most `SAMPLE` texts, at equal distances."""
    for place in np.linspace(0, len(texts) - 1, min(len(texts), SAMPLE)).astype(int):
        yield texts[place]


if __name__ == "__main__":
    sys.exit(main())

"""``python -m vectorstore.indexing.building FOLDER``: write a generation's Chroma index from its canonical vectors.

Runs as a process of its own, so that every file is closed and flushed when it ends. Prints the number
of rows written so far, a line each. Embeds nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vectorstore.base import VectorStoreError
from vectorstore.indexing.children import end_with_parent
from vectorstore.indexing.opening import create_store
from vectorstore.records import load


def main(folder: Path) -> int:
    """The exit code for ``folder``: 0, or 1 with the reason on standard error."""
    try:
        records = load(folder)
        store = create_store(folder, records)
        store.upsert([item.id for item in records.items], records.item_vectors, progress=_tell)
    except VectorStoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _tell(done: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(Path(sys.argv[1])))

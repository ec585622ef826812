"""``python -m vectorstore.indexing.probe FOLDER``: open a generation's index, compare it with the canonical vectors.

Exit code 0: it holds every row and finds what brute force finds. 1: it does not, and standard error says why. Any
other end means that the files killed this process, which is why it is one of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from vectorstore.base import Store, VectorStoreError
from vectorstore.errors import IndexFault
from vectorstore.indexing.children import end_with_parent
from vectorstore.indexing.opening import open_store
from vectorstore.indexing.recall import recall
from vectorstore.records import Records, load

SAMPLES = 64
FLOOR = 0.75
"""A healthy index has a recall above .98, a damaged one that still opens falls far below."""


def check(store: Store, records: Records) -> None:
    """Raise `IndexFault` unless ``store`` holds the rows of ``records`` and finds their neighbours."""
    if store.count() != len(records.items):
        raise IndexFault(f"it holds {store.count()} rows, the records hold {len(records.items)}")
    if not records.items:
        return
    rows = np.unique(np.linspace(0, len(records.items) - 1, SAMPLES).astype(int))
    ids = [item.id for item in records.items]
    share = recall(store, records.item_vectors, 10, ids=ids, queries=records.item_vectors[rows])
    if share < FLOOR:
        raise IndexFault(f"it finds only {share:.0%} of the true neighbours")


def main(folder: Path) -> int:
    """The exit code for ``folder``."""
    try:
        records = load(folder)
        check(open_store(folder, records), records)
    except (VectorStoreError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(Path(sys.argv[1])))

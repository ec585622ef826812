"""From a generation's folder to its store: which engine holds the index, and whether it is safe to open.

``store.json`` says where the index is: in the folder itself, or a collection on a Chroma server. An embedded index
whose files are not the proven ones is first opened in a child process. Knows no search.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.base import Store, VectorStoreError
from vectorstore.errors import IndexFault
from vectorstore.files import write_file
from vectorstore.indexing.proof import INDEX, is_proven, mark, prove
from vectorstore.records import Records

if TYPE_CHECKING:
    from vectorstore.chroma import ChromaStore

PLACE = "store.json"
COLLECTION = "items"


def place_store(folder: Path, *, server: str = "", collection: str = COLLECTION) -> None:
    """Decide where the index of ``folder`` will be: embedded, or on ``server`` ("host:port") as ``collection``."""
    write_file(folder / PLACE, json.dumps({"server": server, "collection": collection}).encode())


def open_safely(folder: Path, records: Records) -> tuple[Store | None, str]:
    """The store of ``folder`` and "", or None and what is wrong with it. Never ends the process."""
    try:
        embedded = not _place(folder)["server"]
        if embedded:
            _check_there(folder)
        fault = prove(folder) if embedded and not is_proven(folder) else ""
        if fault:
            return None, f"the index in {folder} is damaged: {fault}"
        store = open_store(folder, records)
        _warm(store, records)
    except (VectorStoreError, OSError) as error:
        return None, str(error)
    if embedded:
        mark(folder)  # opening touches the database file
    return store, ""


def open_store(folder: Path, records: Records) -> ChromaStore:
    """Open the index of ``folder``, trusting its files; `IndexFault` when there is none."""
    if not _place(folder)["server"]:
        _check_there(folder)
    return create_store(folder, records)


def create_store(folder: Path, records: Records) -> ChromaStore:
    """Open the index of ``folder``, or make an empty one that expects the rows of ``records``."""
    from vectorstore.chroma import ChromaStore

    place = _place(folder)
    if place["server"]:
        return _server_store(place, dimension=records.dimension)
    return ChromaStore(folder / INDEX, place["collection"], records.dimension, expected=len(records.items))


def drop_store(folder: Path) -> None:
    """Remove what the index of ``folder`` holds outside of it: a collection on a server. Never fails."""
    with suppress(VectorStoreError):
        place = _place(folder)
        if place["server"]:
            _server_store(place, dimension=1).drop()


def _server_store(place: Mapping[str, str], *, dimension: int) -> ChromaStore:
    from vectorstore.chroma import ChromaStore

    host, _, port = place["server"].rpartition(":")
    return ChromaStore(None, place["collection"], dimension, host=host, port=int(port))


def _warm(store: Store, records: Records) -> None:
    """One search, so that the first visitor does not wait for the files; and a last look at what it holds."""
    if store.count() != len(records.items):
        raise IndexFault(f"the index holds {store.count()} rows, the records {len(records.items)}")
    if records.items:
        store.search(records.item_vectors[0], 1)


def _check_there(folder: Path) -> None:
    if not (folder / INDEX / "chroma.sqlite3").is_file():
        raise IndexFault(f"there is no index in {folder}", hint="Run `shelftalk index rebuild`.")


def _place(folder: Path) -> dict[str, str]:
    try:
        place = json.loads((folder / PLACE).read_text("utf-8"))
        return {"server": str(place["server"]), "collection": str(place["collection"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexFault(f"{folder / PLACE} cannot be read: {error}", hint="Run `shelftalk index rebuild`.") from error

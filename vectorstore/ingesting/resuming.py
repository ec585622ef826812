"""Embedding that can be ended at any time: texts that were embedded are kept in a file, and never embedded again.

Knows no items and no index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Embedder, TextKind, VectorStoreError
from vectorstore.exact import unit
from vectorstore.files import write_file
from vectorstore.records import Known, Progress

EVERY = 2048
"""The file is written after so many new texts, or a quarter more than it holds."""
CHUNK = 256


class Partial:
    """What an unfinished ingest embedded, in the file ``path``; rows of another embedder are ignored."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        """Take up what ``path`` holds."""
        self._embedder = embedder
        self._path = path
        self._rows = _read(path, embedder)
        self._saved = len(self._rows)

    def __len__(self) -> int:
        """How many texts are embedded."""
        return len(self._rows)

    def known(self) -> Known:
        """Every vector by the hash of its text."""
        return Known(self._embedder.name, self._rows)

    def embed(self, texts: Mapping[str, str], *, kind: TextKind, progress: Progress | None = None) -> None:
        """Embed those of ``texts`` (hash -> text) that are not known; whatever ends it, what was done is saved.

        Texts of like length go together, so that little is padded, and lengths alternate, so that the rate is even.
        ``progress`` counts all ``texts``.
        """
        missing = [hash for hash in texts if hash not in self._rows]
        done = len(texts) - len(missing)
        try:
            for chunk in _chunks(missing, [len(texts[hash]) for hash in missing]):
                vectors = self._embedder.embed([texts[hash] for hash in chunk], kind=kind)
                self._rows.update(zip(chunk, vectors, strict=True))
                done += len(chunk)
                if progress:
                    progress("embed", done, len(texts))
                if len(self._rows) - self._saved >= max(EVERY, self._saved // 4):
                    self.save()
        except BaseException:
            with suppress(VectorStoreError):
                self.save()
            raise

    def save(self) -> None:
        """Write what is new. Raises `StorageError`."""
        if len(self._rows) == self._saved:
            return
        buffer = BytesIO()
        vectors = np.stack(list(self._rows.values())).astype(np.float16)
        np.savez(buffer, name=np.array(self._embedder.name), hashes=np.array(list(self._rows)), vectors=vectors)
        write_file(self._path, buffer.getvalue())
        self._saved = len(self._rows)

    def forget(self) -> None:
        """Remove the file: the work is done."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _chunks(hashes: Sequence[str], lengths: Sequence[int]) -> list[list[str]]:
    """``hashes`` in chunks of like lengths; every seventh chunk follows the one before, so that lengths alternate."""
    order = np.argsort(-np.asarray(lengths), kind="stable")
    chunks = [[hashes[place] for place in order[start : start + CHUNK]] for start in range(0, len(order), CHUNK)]
    return [chunk for first in range(7) for chunk in chunks[first::7]]


def _read(path: Path, embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as saved:
            name, hashes, vectors = str(saved["name"]), saved["hashes"].tolist(), saved["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    if name != embedder.name or vectors.shape != (len(hashes), embedder.dimension):
        return {}
    return dict(zip(hashes, unit(vectors), strict=True))

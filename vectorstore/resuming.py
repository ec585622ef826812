"""An embedder that remembers on disk what it embedded, so that a killed ingest goes on where it was.

Wraps any embedder. Knows no items.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Embedder, TextKind, Vectors
from vectorstore.exact import unit
from vectorstore.files import write_file
from vectorstore.text import content_hash

EVERY = 2048


class ResumingEmbedder:
    """``embedder`` with a memory in the file ``path``, written after each `EVERY` new texts or a quarter more."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        """Take up what ``path`` holds of the same embedder; anything else in it is ignored."""
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._path = path
        self._rows = _read(path, embedder)
        self._saved = len(self._rows)

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """Like the embedder's own; a text that was embedded before costs nothing."""
        hashes = [content_hash(text, kind) for text in texts]
        missing = {h: text for h, text in zip(hashes, texts, strict=True) if h not in self._rows}
        if missing:
            self._rows.update(zip(missing, self._embedder.embed(list(missing.values()), kind=kind), strict=True))
        if len(self._rows) - self._saved >= max(EVERY, self._saved // 4):
            self._save()
        return np.stack([self._rows[h] for h in hashes]) if texts else np.zeros((0, self.dimension), np.float32)

    def forget(self) -> None:
        """Remove the file: the work is done."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _save(self) -> None:
        buffer = BytesIO()
        vectors = np.stack(list(self._rows.values())).astype(np.float16)
        np.savez(buffer, name=np.array(self.name), hashes=np.array(list(self._rows)), vectors=vectors)
        write_file(self._path, buffer.getvalue())
        self._saved = len(self._rows)


def _read(path: Path, embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as saved:
            name, hashes, vectors = str(saved["name"]), saved["hashes"].tolist(), saved["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    if name != embedder.name or vectors.shape != (len(hashes), embedder.dimension):
        return {}
    return dict(zip(hashes, unit(vectors), strict=True))

"""An embedder that remembers what it embedded: the sentences of a card that comes back cost nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Embedder, TextKind, Vectors


class Remembering:
    """An `Embedder` in front of another; the ``most`` latest texts are kept. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, *, most: int = 8192) -> None:
        """Remember for ``embedder``: 1.5 kB a text at 384 numbers."""
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.device = str(getattr(embedder, "device", "cpu"))
        self._embedder = embedder
        self._most = most
        self._known: OrderedDict[tuple[TextKind, str], NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), dimension)`` float32 unit rows; only texts that are not remembered are embedded."""
        keys = [(kind, text) for text in texts]
        with self._lock:
            known = {key: self._known[key] for key in keys if key in self._known}
        missing = list(dict.fromkeys(key for key in keys if key not in known))
        if missing:
            made = self._embedder.embed([text for _, text in missing], kind=kind)
            known.update(zip(missing, made, strict=True))
            self._keep(known)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self.dimension), np.float32)

    def _keep(self, known: dict[tuple[TextKind, str], NDArray[np.float32]]) -> None:
        """Remember ``known`` as the latest; the oldest are forgotten."""
        with self._lock:
            for key, vector in known.items():
                self._known[key] = vector
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

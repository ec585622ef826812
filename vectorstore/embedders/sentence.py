"""Any sentence-transformers model, from a folder or a Hub name: the larger form of the embedder on one machine.

Uses the model's own prompts for queries and documents. Loads safetensors only and no code of the model's author.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from vectorstore.base import TextKind, Vectors
from vectorstore.embedders.local import describe, pick_device
from vectorstore.errors import EmbedderError
from vectorstore.exact import unit

BATCH = 32


class SentenceEmbedder:
    """A sentence-transformers model. Loads at construction; one thread computes at a time."""

    def __init__(self, model: str, *, device: str = "auto") -> None:
        """Load ``model``: a folder, or a Hub name where the Hub is reachable. Raises `EmbedderError` when it cannot."""
        chosen = pick_device(device)
        dtype = torch.bfloat16 if chosen.type == "cuda" else torch.float32
        self.name = model_name(model)
        self.device = describe(chosen, dtype)
        self._lock = threading.Lock()
        try:
            self._model = SentenceTransformer(
                model,
                device=str(chosen),
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "dtype": dtype},
            )
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            raise EmbedderError(
                f"the embedding model {model!r} cannot be loaded: {str(error).splitlines()[0]}",
                hint="Give a sentence-transformers folder with safetensors, or a Hub name where the Hub is reachable.",
            ) from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), dimension)`` float32 unit rows, with the model's own prompt for ``kind``."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        with self._lock:
            found = encode(list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_tensor=True)
        return unit(found.float().cpu().numpy())


def model_name(model: str) -> str:
    """A Hub name as it is; a folder by its last two names, so that it may be moved with its parent."""
    folder = Path(model)
    return "/".join(folder.resolve().parts[-2:]) if folder.is_dir() else model

"""MiniLM's weights as its package holds them, read once where several networks share them. Knows no network."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

FILE = "model.safetensors"
WORDS = "embeddings.word_embeddings.weight"
"""The name of the word vectors, half of the model."""


def read(folder: Path, dtype: torch.dtype) -> dict[str, Tensor]:
    """The package's weights on the CPU, by name; the word vectors are one tensor for all networks of the process."""
    with safe_open(folder / FILE, framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys() if name != WORDS}  # noqa: SIM118
    floats = {name: one.to(dtype) if one.is_floating_point() else one for name, one in weights.items()}
    return floats | {WORDS: word_vectors(folder, dtype)}


@lru_cache(maxsize=1)
def word_vectors(folder: Path, dtype: torch.dtype) -> Tensor:
    """The package's word vectors ``(30522, 384)``, to be read only: one tensor for all networks of the process."""
    with safe_open(folder / FILE, framework="pt") as file:
        table: Tensor = file.get_tensor(WORDS)
    return table.to(dtype)

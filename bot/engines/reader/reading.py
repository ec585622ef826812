"""The trained reader, loaded: sheets in, probabilities out. Knows no catalogue.

Weights are bf16 where the processor computes in it, with the heads in float32; one thread, since a message is small.
"""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer

from bot.engines.reader.deciding import Told, told
from bot.engines.reader.framing import Framer
from bot.engines.reader.network import ReaderNetwork, collate
from bot.engines.reader.sheet import Sheet
from bot.engines.reader.storing import load
from vectorstore.embedders.encoder import Shape

WEIGHTS = Path(__file__).parents[2] / "weights" / "reader"


class Reader:
    """Reads sheets. Safe to use from several threads."""

    def __init__(self, network: ReaderNetwork, tokenizer: Tokenizer, device: torch.device, dtype: torch.dtype) -> None:
        """Put ``network`` on ``device``, its encoder in ``dtype``."""
        self._framer = Framer(tokenizer)
        self._network = network.to(device)
        for weight in self._network.encoder.parameters():
            weight.data = weight.data.to(dtype)
        self._device = device

    def read(self, sheet: Sheet) -> Told:
        """What the heads say of one message; about 15 ms for a schema of twenty facets."""
        framed = self._framer.frame(sheet)
        with torch.inference_mode():
            return told(framed, self._network(collate([framed]).to(self._device)))


def open_reader(device: str = "auto", folder: Path = WEIGHTS) -> Reader:
    """The reader in ``folder`` over MiniLM's word table. Raises EngineError or EmbedderError with the remedy."""
    from vectorstore.embedders.local import fast_dtype, model_folder, pick_device
    from vectorstore.embedders.weights import word_vectors

    model = model_folder()
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    place = pick_device(device)
    dtype = fast_dtype(place)
    return Reader(load(folder, Shape.read(model), word_vectors(model, dtype)), tokenizer, place, dtype)

"""The trained phraser, loaded: a frame in, sentences out, best guess first. Knows no item, no catalogue and no claim.

Several sentences are written at once, token by token: some twenty steps over less than three million weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import torch

from bot.engines.phraser.decoding import Decoder
from bot.engines.phraser.filling import Tokens, filled, said
from bot.engines.phraser.network import PhraserNetwork
from bot.engines.phraser.sheet import Frame
from bot.engines.phraser.storing import load
from bot.engines.phraser.words import Words

WEIGHTS = Path(__file__).parents[2] / "weights" / "writer"
COUNT = 5
"""Sentences that are written at once, of which the first that passes is taken."""
FEWEST, LONGEST = 2, 30
"""Words of a sentence outside of its slots."""


class Phraser:
    """Writes sentences. Safe to use from several threads."""

    def __init__(self, network: PhraserNetwork, words: Words, device: torch.device, dtype: torch.dtype) -> None:
        """Put ``network`` on ``device`` in ``dtype``."""
        self.device = str(device)
        self._words = words
        self._decoder = Decoder(network.to(device=device, dtype=dtype), words, device)

    def sentences(self, frame: Frame, *, seed: int, count: int = COUNT) -> Iterator[str]:
        """Sound sentences, each once, without capital and stop; the same for the same seed."""
        heard = set[str]()
        for ids in self._decoder.sentences(frame, seed=seed, count=count):
            tokens = self._words.tokens(ids)
            if not self._sound(tokens):
                continue
            text = filled(tokens, frame.words)
            if text not in heard:
                heard.add(text)
                yield text

    def _sound(self, tokens: Tokens) -> bool:
        """Whether it has words of its own, all of them known, none twice in a row, and is not too long."""
        row = said(tokens)
        words = list(filter(None, row))
        doubled = any(one == other != "" for one, other in pairwise(row))
        return FEWEST <= len(words) <= LONGEST and self._words.known.issuperset(words) and not doubled


def open_phraser(device: str = "auto", folder: Path = WEIGHTS) -> Phraser:
    """The phraser in ``folder``. Raises EngineError or EmbedderError with the remedy."""
    from vectorstore.embedders.local import fast_dtype, pick_device

    place = pick_device(device)
    network, words = load(folder)
    return Phraser(network, words, place, fast_dtype(place))

"""Trains the reader: messages said in shops, labelled turns and public dialogues; early stopping on held-out text.

One call on a CPU and on a GPU. It goes on where a checkpoint left off, and leaves the weights, the curves of losses and
scores, what it was given, and a model card. Needs torch, transformers, tokenizers and safetensors, and nothing of the
server.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from bot.engines.reader.framing import Framed, Framer
from bot.engines.reader.network import Logits, ReaderNetwork, collate
from bot.engines.reader.storing import FILE, save
from bot.training.adapters import merged
from bot.training.beginning import begun, place_of, tokenizer, writable
from bot.training.card import card
from bot.training.curves import Chart
from bot.training.examples import Example
from bot.training.losses import losses
from bot.training.recipe import Progress, Recipe
from bot.training.run import Run
from bot.training.scoring import Score, score
from bot.training.texts import Sources, Texts

BATCH = 32
"""Messages judged at once."""


def train(
    sources: Sources, out: Path, recipe: Recipe, *, device: str = "auto", progress: Progress | None = None
) -> dict[str, Any]:
    """Train from MiniLM and leave `reader.safetensors`, `training.json`, `curves.svg`, `MODEL_CARD.md` in ``out``.

    Goes on from a checkpoint of the same recipe. What it returns also stands in `training.json`.

    Raises:
        InvalidRequest: a file is missing or wrong, ``out`` cannot be written, there is no such device, or the
            checkpoint in ``out`` is of another training.
        EngineError: MiniLM is not there, or the checkpoint is damaged.
    """
    place = place_of(device)
    writable(out)
    torch.manual_seed(recipe.seed)
    framer = Framer(tokenizer(sources.model))
    subject = Reading(fresh(sources.model, recipe).to(place), framer, place)
    told = Run(subject, recipe, place, out).run(Texts(sources, recipe), progress)
    (out / "MODEL_CARD.md").write_text(card(told), "utf-8")
    return told


def fresh(model: Path, recipe: Recipe) -> ReaderNetwork:
    """MiniLM's encoder with untrained heads; the word table stays as it is. Raises EngineError.

    Attention is plain and drops nothing: on a CPU its random numbers, or the fused kernel's way back, cost a quarter of
    every step.
    """
    return begun(ReaderNetwork, model, recipe)


class Reading:
    """A reader that learns to read sheets."""

    file = FILE
    chart = Chart("exact", "messages wholly right, held out")

    def __init__(self, network: ReaderNetwork, framer: Framer, place: torch.device) -> None:
        """Train ``network``, which lies on ``place``."""
        self.network = network
        self._framer, self._place = framer, place

    def losses(self, batch: Sequence[Example]) -> dict[str, Tensor]:
        """The loss of each head."""
        framed, logits = self._read(batch)
        return losses(logits, framed, batch)

    def judge(self, examples: Sequence[Example]) -> Score:
        """The scores of the network as it is."""
        batches = (examples[start : start + BATCH] for start in range(0, len(examples), BATCH))
        return score([self._read(batch) for batch in batches], examples)

    def save(self, folder: Path) -> None:
        """Leave the weights, adapters added to their matrices."""
        save(merged(self.network), folder)

    def _read(self, examples: Sequence[Example]) -> tuple[list[Framed], Logits]:
        """What the network says of a batch, in mixed precision."""
        framed = [self._framer.frame(example.sheet) for example in examples]
        with torch.autocast(self._place.type, dtype=torch.bfloat16):
            return framed, self.network(collate(framed).to(self._place))

"""Trains the reader: messages said in shops, labelled turns and public dialogues; early stopping on held-out text.

One call on a CPU and on a GPU. It goes on where a checkpoint left off, and leaves the weights, the curves of losses and
scores, what it was given, and a model card. Needs torch, tokenizers and safetensors, and nothing of the server.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from bot.engines.reader.framing import Framed, Framer
from bot.engines.reader.network import HEADS, Logits, ReaderNetwork, collate
from bot.engines.reader.storing import FILE, TABLE, TEMPERATURES, calibrate, load, save
from bot.errors import InvalidRequest
from bot.training.adapters import merged
from bot.training.beginning import begun, place_of, tokenizer, writable
from bot.training.calibrating import Read, calibrated
from bot.training.card import card
from bot.training.curves import Chart
from bot.training.examples import Example
from bot.training.losses import losses
from bot.training.recipe import Progress, Recipe
from bot.training.run import Run
from bot.training.scoring import Score, score
from bot.training.texts import Sources, Texts
from vectorstore.embedders.encoder import Shape

BATCH = 32
"""Messages judged at once."""


def train(
    sources: Sources, out: Path, recipe: Recipe, *, device: str = "auto", progress: Progress | None = None
) -> dict[str, Any]:
    """Train from MiniLM, or from the reader that the recipe names.

    Leaves `reader.safetensors`, `training.json`, `curves.svg` and `MODEL_CARD.md` in ``out``.

    Goes on from a checkpoint of the same recipe. What it returns also stands in `training.json`.

    Raises:
        InvalidRequest: a file is missing or wrong, ``out`` cannot be written, there is no such device, the checkpoint
            in ``out`` is of another training, or there is neither a step to take nor a reader to start from.
        EngineError: MiniLM or the weights to start from are not there, or the checkpoint is damaged.
    """
    if not (recipe.steps or recipe.start):
        raise InvalidRequest("there is nothing to leave without a step", hint="name readers to average with --start")
    place = place_of(device)
    writable(out)
    torch.manual_seed(recipe.seed)
    framer = Framer(tokenizer(sources.model))
    subject = Reading(fresh(sources.model, recipe).to(place), framer, place)
    texts = Texts(sources, recipe)
    told = Run(subject, recipe, place, out).run(texts, progress)
    told["calibration"] = _calibrated(Reading(_saved(out, sources.model).to(place), framer, place), texts, out)
    (out / "training.json").write_text(json.dumps(told, indent=1), "utf-8")
    (out / "MODEL_CARD.md").write_text(card(told), "utf-8")
    return told


def fresh(model: Path, recipe: Recipe) -> ReaderNetwork:
    """MiniLM's encoder with untrained heads, or the mean of the readers to start from. Raises EngineError.

    The mean of weights that were trained on from the same ones reads better than each (Wortsman et al. 2022).
    Attention is plain and drops nothing: on a CPU its random numbers, or the fused kernel's way back, cost a quarter of
    every step.
    """
    if not recipe.start:
        return begun(ReaderNetwork, model, recipe)
    several = [_saved(Path(folder), model).state_dict() for folder in recipe.start]
    known = {name: torch.stack([one[name] for one in several]).float().mean(0) for name in several[0]}
    return begun(ReaderNetwork, model, recipe, known | {TEMPERATURES: torch.ones_like(known[TEMPERATURES])})


def _saved(folder: Path, model: Path) -> ReaderNetwork:
    """The reader in ``folder`` over MiniLM's word table. Raises EngineError."""
    return load(folder, Shape.read(model), load_file(model / "model.safetensors")[TABLE.removeprefix("encoder.")])


def _calibrated(reading: Reading, texts: Texts, out: Path) -> dict[str, dict[str, float]]:
    """Give the saved weights their temperatures; what they are, and what they change."""
    with torch.inference_mode():
        found = calibrated(reading.read([one for part in texts.validation().values() for one in part]))
    calibrate(out, torch.tensor([found.temperatures[head] for head in HEADS]))
    return found.rounded()


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

    def read(self, examples: Sequence[Example]) -> list[Read]:
        """What the network says of all examples at the temperatures of training, batch by batch."""
        self.network.temperatures.fill_(1.0)
        shuffled = Random(3).sample(list(examples), len(examples))
        batches = [shuffled[start : start + BATCH] for start in range(0, len(shuffled), BATCH)]
        return [(*self._read(batch), batch) for batch in batches]

    def save(self, folder: Path) -> None:
        """Leave the weights, adapters added to their matrices."""
        save(merged(self.network), folder)

    def _read(self, examples: Sequence[Example]) -> tuple[list[Framed], Logits]:
        """What the network says of a batch, in mixed precision."""
        framed = [self._framer.frame(example.sheet) for example in examples]
        with torch.autocast(self._place.type, dtype=torch.bfloat16):
            return framed, self.network(collate(framed).to(self._place))

"""Trains the small generative writer: evidence as slots in, one sentence with those slots out; from nothing.

Early stopping on what is held out. One call on a CPU and on a GPU. It goes on where a checkpoint left off, and leaves
the weights with their vocabulary, the curves, what it was given, and a model card.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from bot.engines.phraser.network import PhraserNetwork, Shape
from bot.engines.phraser.storing import load_words
from bot.engines.phraser.words import Words
from bot.training import checkpoints
from bot.training.beginning import place_of, writable
from bot.training.phrasing.card import card
from bot.training.phrasing.material import Sentences, Sources
from bot.training.phrasing.recipe import PhrasingRecipe
from bot.training.phrasing.subject import Phrasing
from bot.training.recipe import Progress
from bot.training.run import Run


def train(
    sources: Sources, out: Path, recipe: PhrasingRecipe, *, device: str = "auto", progress: Progress | None = None
) -> dict[str, Any]:
    """Train and leave `writer.safetensors`, `writer.json`, `training.json`, `curves.svg`, `MODEL_CARD.md` in ``out``.

    Goes on from a checkpoint of the same recipe. What it returns also stands in `training.json`.

    Raises:
        InvalidRequest: a file is missing or wrong, ``out`` cannot be written, there is no such device, or the
            checkpoint in ``out`` is of another training.
        EngineError: the checkpoint is damaged.
    """
    place = place_of(device)
    writable(out)
    sentences = Sentences(sources, recipe)
    words = _vocabulary(sentences, recipe, out)
    torch.manual_seed(recipe.seed)
    network = PhraserNetwork(Shape(len(words), recipe.width, recipe.layers))
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = recipe.dropout
    told = Run(Phrasing(network.to(place), words, place), recipe, place, out).run(sentences, progress)
    (out / "MODEL_CARD.md").write_text(card(told, len(words)), "utf-8")
    return told


def _vocabulary(sentences: Sentences, recipe: PhrasingRecipe, out: Path) -> Words:
    """That of the training that is gone on with, else one of its own."""
    if (out / checkpoints.FILE).is_file():
        try:
            return load_words(out)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise checkpoints.damaged(out, error) from error
    return Words.learned(sentences.texts(), most=recipe.vocabulary)

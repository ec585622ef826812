"""Trains an embedder from MiniLM on needs and the texts that answer them; early stopping on what is held out.

One call on a CPU and on a GPU. It goes on where a checkpoint left off, and leaves a sentence-transformers folder with
the curves of loss and scores, what it was given, and a model card. Needs nothing of the server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from bot.engines.encoder import EncoderNetwork
from bot.training.beginning import begun, place_of, tokenizer, writable
from bot.training.ranking.card import embedder_card
from bot.training.ranking.embedding import Embedding
from bot.training.ranking.material import Groups, Sources
from bot.training.ranking.recipe import RankingRecipe
from bot.training.recipe import Progress
from bot.training.run import Run


def train(
    sources: Sources, out: Path, recipe: RankingRecipe, *, device: str = "auto", progress: Progress | None = None
) -> dict[str, Any]:
    """Train from MiniLM and leave `model.safetensors`, MiniLM's other files, `training.json`, `curves.svg` and a card.

    Goes on from a checkpoint of the same recipe. What it returns also stands in `training.json`.

    Raises:
        InvalidRequest: a file is missing or wrong, ``out`` cannot be written, there is no such device, or the
            checkpoint in ``out`` is of another training.
        EngineError: MiniLM is not there, or the checkpoint is damaged.
    """
    place = place_of(device)
    writable(out)
    torch.manual_seed(recipe.seed)
    network = begun(EncoderNetwork, sources.model, recipe).to(place)
    subject = Embedding(network, tokenizer(sources.model), place, sources.model)
    told = Run(subject, recipe, place, out).run(Groups(sources, recipe), progress)
    (out / "MODEL_CARD.md").write_text(embedder_card(told), "utf-8")
    return told

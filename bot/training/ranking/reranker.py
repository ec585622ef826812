"""Trains the re-ranker: one right text among wrong ones, from dialogues, shelves and help pages.

Early stopping on the nDCG@10 of what is held out.
One call on a CPU and on a GPU. It goes on where a checkpoint left off, and leaves the weights, the curves of loss and
scores, what it was given, and a model card. Needs nothing of the server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from bot.engines.pairs.framing import Framer
from bot.engines.pairs.network import PairNetwork
from bot.training.beginning import begun, place_of, tokenizer, writable
from bot.training.ranking.card import card
from bot.training.ranking.material import Groups, Sources
from bot.training.ranking.recipe import RankingRecipe
from bot.training.ranking.subject import Ranking
from bot.training.recipe import Progress
from bot.training.run import Run


def train(
    sources: Sources, out: Path, recipe: RankingRecipe, *, device: str = "auto", progress: Progress | None = None
) -> dict[str, Any]:
    """Train from MiniLM and leave `reranker.safetensors`, `training.json`, `curves.svg`, `MODEL_CARD.md` in ``out``.

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
    subject = Ranking(begun(PairNetwork, sources.model, recipe).to(place), framer, place)
    told = Run(subject, recipe, place, out).run(Groups(sources, recipe), progress)
    (out / "MODEL_CARD.md").write_text(card(told), "utf-8")
    return told

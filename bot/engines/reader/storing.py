"""The reader's weights on disk: int8 per row with a scale each, expanded at load.

Only matrices are rounded; vectors (biases, norms) stay float32, and activations are never touched. MiniLM's word table
is not among them: it is taken from its own package.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from bot.engines.encoder import KINDS, of_kinds
from bot.engines.reader.network import TOKEN_TYPES, ReaderNetwork
from bot.errors import EngineError
from vectorstore.embedders.encoder import Shape
from vectorstore.embedders.weights import WORDS

FILE = "reader.safetensors"
TABLE = f"encoder.{WORDS}"
TEMPERATURES = "temperatures"
TYPES = f"encoder.{KINDS}"
_SCALE = ".scale"
_HINT = "install Shelftalk again, train a reader (`shelftalk train reader`), or set SHELFTALK_UNDERSTANDER=lexical"


def save(network: ReaderNetwork, folder: Path) -> Path:
    """Write the weights of ``network`` into ``folder``, about a byte each; the path of the file."""
    return write(packed(network.state_dict()), folder / FILE, form="shelftalk-reader-1")


def load(folder: Path, config: Shape, table: Tensor) -> ReaderNetwork:
    """The network saved in ``folder`` over the word table ``(words, 384)``, its encoder as exact as that.

    Raises EngineError when the file is missing, damaged or of another architecture.
    """
    network = ReaderNetwork(config)
    try:
        own = unpacked(load_file(folder / FILE), encoder=table.dtype)
        stored = {TEMPERATURES: network.temperatures, **own, TABLE: table}
        stored[TYPES] = of_kinds(stored[TYPES], TOKEN_TYPES)
        left = network.load_state_dict(stored, strict=False, assign=True)
        missing = [name for name in left.missing_keys if not name.endswith("position_ids")]
        if missing or left.unexpected_keys:
            raise ValueError(f"{(missing or left.unexpected_keys)[0]} does not fit")
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError(f"the reader in {folder} cannot be used: {reason}", hint=_HINT) from error
    return network.eval().requires_grad_(False)


def calibrate(folder: Path, temperatures: Tensor) -> Path:
    """Put ``temperatures`` into the weights that `save` left in ``folder``; the rest of them stays."""
    stored = load_file(folder / FILE) | {TEMPERATURES: temperatures.float().cpu().contiguous()}
    return write(stored, folder / FILE, form="shelftalk-reader-1")


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights as they are stored: matrices as int8 and their scales, vectors as float32, no word table."""
    tensors: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if name == TABLE or not weight.is_floating_point():
            continue
        if weight.ndim == 2:
            tensors[name], tensors[name + _SCALE] = rounded(weight.float())
        else:
            tensors[name] = weight.float().contiguous()
    return tensors


def write(tensors: dict[str, Tensor], path: Path, *, form: str) -> Path:
    """Leave a file of weights, whole or not at all; ``form`` names its format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.tmp")
    save_file(tensors, aside, metadata={"format": form})
    aside.chmod(0o644)  # safetensors leaves it to its owner alone
    return aside.replace(path)


def unpacked(stored: Mapping[str, Tensor], *, encoder: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """What `packed` made, as floating point again: the weights of the encoder in ``encoder``, all others in float32."""
    kinds = {name: encoder if name.startswith("encoder.") else torch.float32 for name in stored}
    return {
        name: (expanded(weight, stored[name + _SCALE]) if weight.dtype == torch.int8 else weight).to(kinds[name])
        for name, weight in stored.items()
        if not name.endswith(_SCALE)
    }


def rounded(weight: Tensor) -> tuple[Tensor, Tensor]:
    """``(rows, n)`` float32 as int8, and the scale of each row ``(rows, 1)``."""
    scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
    return (weight / scale).round().clamp(-127, 127).to(torch.int8).contiguous(), scale.contiguous()


def expanded(weight: Tensor, scale: Tensor) -> Tensor:
    """What `rounded` made, as float32 again."""
    return weight.float() * scale

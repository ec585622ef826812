"""The re-ranker's weights on disk: adapters beside MiniLM's matrices as float16, or a whole encoder as int8 per row.

MiniLM itself is not among them: what is stored is added to its own weights, or put in their place, at load.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from bot.engines.pairs.network import PairNetwork
from bot.engines.reader.storing import packed, unpacked, write
from bot.errors import EngineError
from vectorstore.embedders.encoder import Shape
from vectorstore.embedders.weights import read

FILE = "reranker.safetensors"
DOWN, UP = ".down", ".up"
"""Endings of a matrix's two thin ones: ``weight + up @ down`` is in force."""
_ADAPTED, _THIN = ".parametrizations.weight", ".parametrizations.weight.0"
_HINT = "train a re-ranker (`shelftalk train reranker`), or set SHELFTALK_RERANKER=late"


def save(network: PairNetwork, folder: Path) -> Path:
    """Write what ``network`` learned into ``folder``; the path of the file."""
    weights = network.state_dict()
    if any(_ADAPTED in name for name in weights):
        tensors = {name.replace(_THIN, ""): one.half() for name, one in weights.items() if _THIN in name}
        tensors |= {name: _own(one) for name, one in weights.items() if not name.startswith("encoder.")}
    else:
        tensors = packed(weights)
    return write({name: one.contiguous() for name, one in tensors.items()}, folder / FILE, form="shelftalk-reranker-1")


def load(folder: Path, model: Path, dtype: torch.dtype = torch.float32) -> PairNetwork:
    """The network saved in ``folder`` over the MiniLM in the folder ``model``, its encoder in ``dtype``.

    Raises EngineError when the file is missing, damaged or of another architecture.
    """
    network = PairNetwork(Shape.read(model))
    known = network.state_dict()
    base = {f"encoder.{name}": one for name, one in read(model, dtype).items()}
    try:
        added = _added(unpacked(load_file(folder / FILE)), base)
        added = {name: one.to(dtype) if name.startswith("encoder.") else one for name, one in added.items()}
        whole = {name: one for name, one in base.items() if name in known} | added
        left = network.load_state_dict(whole, strict=False, assign=True)
        missing = [name for name in left.missing_keys if not name.endswith("position_ids")]
        if missing or left.unexpected_keys or not all(one.isfinite().all() for one in whole.values()):
            raise ValueError(f"{([*missing, *left.unexpected_keys] or ['a number'])[0]} does not fit")
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError(f"the re-ranker in {folder} cannot be used: {reason}", hint=_HINT) from error
    return network.eval().requires_grad_(False)


def _own(weight: Tensor) -> Tensor:
    """Matrices of the head as float16, the rest as float32."""
    return weight.half() if weight.ndim == 2 else weight.float()


def _added(stored: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The stored weights as they are in force; raises KeyError for an adapter of no matrix."""
    found = {name: one.float() for name, one in stored.items() if not name.endswith((DOWN, UP))}
    for name in (one.removesuffix(UP) for one in stored if one.endswith(UP)):
        matrix = f"{name}.weight"
        found[matrix] = base[matrix].float() + stored[name + UP].float() @ stored[name + DOWN].float()
    return found

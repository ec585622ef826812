"""Low-rank adapters: a few trained numbers beside each matrix of the encoder, added to it at the end (LoRA, Hu et al.).

The encoder itself stays as it is; what is shipped has no adapters any more.
"""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from bot.engines.encoder import EncoderNetwork

Network = TypeVar("Network", bound=EncoderNetwork)


class LowRank(nn.Module):
    """A matrix plus the product of two thin ones; the product is 0 until something is learned."""

    def __init__(self, weight: Tensor, rank: int) -> None:
        """For a ``weight`` of shape (outputs, inputs)."""
        super().__init__()
        outputs, inputs = weight.shape
        self.down = nn.Parameter(torch.empty(rank, inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, weight: Tensor) -> Tensor:
        """The matrix that is in force."""
        return weight + self.up @ self.down


def adapt(network: EncoderNetwork, rank: int) -> None:
    """Freeze the encoder of ``network`` and lay adapters on all its linear layers."""
    network.encoder.requires_grad_(False)
    for layer in [one for one in network.encoder.modules() if isinstance(one, nn.Linear)]:
        parametrize.register_parametrization(layer, "weight", LowRank(layer.weight, rank))


def merged(network: Network) -> Network:
    """``network`` itself, or, where it has adapters, another one with the adapters added to the matrices."""
    adapted = {name: one for name, one in network.named_modules() if parametrize.is_parametrized(one)}
    if not adapted:
        return network
    weights = {name: one for name, one in network.state_dict().items() if ".parametrizations." not in name}
    weights |= {f"{name}.weight": one.weight.detach() for name, one in adapted.items()}
    found = type(network)(network.encoder.config)
    found.load_state_dict(weights)
    return found.train(network.training)

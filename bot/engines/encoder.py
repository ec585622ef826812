"""What the trained networks have in common: MiniLM's encoder, with heads of their own around it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vectorstore.embedders.encoder import Encoder, Shape

KINDS = "embeddings.token_type_embeddings.weight"
"""The matrix of the encoder that tells token types apart."""


class EncoderNetwork(nn.Module):
    """A network that is made from a shape alone; MiniLM's weights can be loaded into ``encoder``."""

    def __init__(self, config: Shape) -> None:
        """An untrained encoder in the shape of ``config``."""
        super().__init__()
        self.encoder = Encoder(config)


def of_kinds(weight: Tensor, kinds: int) -> Tensor:
    """Token types ``(n, d)`` as ``(kinds, d)``: those that the weights lack begin as the first one."""
    return torch.cat([weight, weight[:1].expand(max(0, kinds - len(weight)), -1)])

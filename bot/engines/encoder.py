"""What the trained networks have in common: MiniLM's encoder, with heads of their own around it."""

from __future__ import annotations

from torch import nn
from transformers import BertConfig, BertModel


class EncoderNetwork(nn.Module):
    """A network that is made from a configuration alone; `BertModel` weights can be loaded into ``encoder``."""

    def __init__(self, config: BertConfig) -> None:
        """An untrained encoder in the shape of ``config``."""
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)

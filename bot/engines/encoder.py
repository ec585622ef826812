"""What the trained networks have in common: MiniLM's encoder, with heads of their own around it."""

from __future__ import annotations

from torch import nn

from vectorstore.embedders.encoder import Encoder, Shape


class EncoderNetwork(nn.Module):
    """A network that is made from a shape alone; MiniLM's weights can be loaded into ``encoder``."""

    def __init__(self, config: Shape) -> None:
        """An untrained encoder in the shape of ``config``."""
        super().__init__()
        self.encoder = Encoder(config)

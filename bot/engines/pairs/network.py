"""The network that scores pairs: MiniLM's encoder over need and text together, and a small head.

It begins as late interaction does, by how near the need's tokens come to the text's and how alike their means are, and
learns what to add to that. Imports torch and no server, so that it trains on a bare
machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from bot.engines.encoder import EncoderNetwork
from bot.engines.pairs.framing import Pair
from vectorstore.embedders.encoder import Shape, padded

WIDTH = 384
NEAR, ALIKE = 20.0, 8.0
"""What a cosine counts at first: of the nearest tokens, and of the means."""


@dataclass(slots=True)
class PairBatch:
    """Pairs, padded."""

    ids: Tensor  # (b, t) int64
    mask: Tensor  # (b, t) int64, 1 where there is a token
    segments: Tensor  # (b, t) int64, 0 for the need and 1 for the text
    need: Tensor  # (b, t) float32, 1 for the need's tokens without their marks
    text: Tensor  # (b, t) float32, likewise

    def to(self, device: torch.device) -> PairBatch:
        """The same on ``device``."""
        return PairBatch(*(getattr(self, name).to(device) for name in self.__slots__))


def collate(pairs: Sequence[Pair]) -> PairBatch:
    """``pairs`` as one batch, in order. An empty need or text stands in by its mark."""
    longest = padded(max(len(pair.ids) for pair in pairs))
    ids, mask, segments = (torch.zeros(len(pairs), longest, dtype=torch.long) for _ in range(3))
    need, text = (torch.zeros(len(pairs), longest) for _ in range(2))
    for row, pair in enumerate(pairs):
        end = len(pair.ids)
        ids[row, :end] = torch.tensor(pair.ids)
        mask[row, :end] = 1
        segments[row, pair.need : end] = 1
        need[row, min(2, pair.need - 2) : max(2, pair.need - 1)] = 1
        text[row, min(pair.need, end - 1) : max(pair.need + 1, end - 1)] = 1
    return PairBatch(ids, mask, segments, need, text)


class PairNetwork(EncoderNetwork):
    """About 0.4M parameters beside the encoder."""

    def __init__(self, config: Shape) -> None:
        """An untrained network in the shape of ``config``; its head adds nothing yet."""
        super().__init__(config)
        self.cosines = nn.Parameter(torch.tensor([NEAR, ALIKE]))
        self.head = nn.Sequential(nn.Linear(3 * WIDTH, WIDTH), nn.GELU(), nn.Dropout(0.1), nn.Linear(WIDTH, 1))
        for weight in self.head[-1].parameters():
            nn.init.zeros_(weight)

    def forward(self, batch: PairBatch) -> Tensor:
        """``(b,)`` float32 scores; higher is better."""
        hidden = self.encoder(batch.ids, batch.mask, batch.segments).float()
        with torch.autocast(hidden.device.type, enabled=False):
            need, text = _mean(hidden, batch.need), _mean(hidden, batch.text)
            cosines = torch.stack([_near(hidden, batch), (normalize(need) * normalize(text)).sum(-1)], -1)
            first: Tensor = cosines @ self.cosines.float()
        added: Tensor = self.head(torch.cat([hidden[:, 0], need * text, (need - text).abs()], -1))
        return first + added.float().squeeze(-1)


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    """``(b, d)``: the mean of the marked tokens."""
    return (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


def _near(hidden: Tensor, batch: PairBatch) -> Tensor:
    """``(b,)``: for each token of the need the cosine of the nearest one of the text; their mean."""
    unit = normalize(hidden, dim=-1)
    near = (unit @ unit.transpose(1, 2)).masked_fill(batch.text.unsqueeze(1) == 0, -1.0).amax(-1)
    return (near * batch.need).sum(-1) / batch.need.sum(-1).clamp(min=1)

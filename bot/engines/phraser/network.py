"""The phraser's network: a small decoder-only transformer over its own vocabulary, trained from nothing.

Token numbers in, logits out; what was read before is kept, so that each new token costs one step. Imports torch alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

HEAD = 64
"""Width of one head of attention."""
LONGEST = 128
"""Tokens of evidence and sentence together."""
Past = tuple[Tensor, Tensor]
"""Keys and values of one layer, ``(b, heads, t, HEAD)`` each."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is. ``width`` is a multiple of `HEAD`."""

    tokens: int
    width: int = 256
    layers: int = 3


class PhraserNetwork(nn.Module):
    """About 2.4M parameters at width 256 in three layers, and 256 for each token; the output shares the token table."""

    def __init__(self, shape: Shape) -> None:
        """An untrained network."""
        super().__init__()
        self.tokens = nn.Embedding(shape.tokens, shape.width)
        self.positions = nn.Embedding(LONGEST, shape.width)
        self.layers = nn.ModuleList(_Layer(shape.width) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        self.dropout = nn.Dropout(0.1)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5 if name.endswith("out.weight") else 0.02)

    def forward(self, ids: Tensor, past: list[Past] | None = None) -> tuple[Tensor, list[Past]]:
        """Logits ``(b, t, tokens)`` of what follows each of ``ids`` ``(b, t)``, and what to hand on as ``past``.

        Without ``past`` every token sees those before it; with it ``ids`` are one new token each.
        """
        start = past[0][0].shape[2] if past else 0
        places = torch.arange(start, start + ids.shape[1], device=ids.device)
        hidden = self.dropout(self.tokens(ids) + self.positions(places))
        kept = list[Past]()
        for number, layer in enumerate(self.layers):
            hidden, held = layer(hidden, past[number] if past else None)
            kept.append(held)
        return self.norm(hidden) @ self.tokens.weight.T, kept


class _Layer(nn.Module):
    """Attention and a wide layer, each over normed input and added to it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.attended_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.wide_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(0.1)

    def forward(self, hidden: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        rows, length, width = hidden.shape
        split = self.attend(self.before(hidden)).view(rows, length, 3, width // HEAD, HEAD).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        found = scaled_dot_product_attention(query, key, value, is_causal=past is None)
        hidden = hidden + self.dropout(self.attended_out(found.transpose(1, 2).reshape(rows, length, width)))
        return hidden + self.dropout(self.wide_out(torch.nn.functional.gelu(self.wide(self.between(hidden))))), (
            key,
            value,
        )

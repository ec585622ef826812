"""The encoder of MiniLM, a BERT (Devlin et al. 2019), in plain torch: its weights under the names of `BertModel`.

Gives what `transformers.BertModel` gives, which tests hold it to; importing that takes five seconds more. Knows no
tokenizer and no files but the one that tells its shape.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from torch import Tensor, arange, is_grad_enabled, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

STEP = 16
"""Batches are padded to a multiple of so many tokens."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What `config.json` calls the sizes of a BERT; those of MiniLM.

    ``plain``: where there is a way back, attention goes step by step: on a CPU that of the fused kernel costs more.
    """

    vocab_size: int = 30522
    hidden_size: int = 384
    num_hidden_layers: int = 6
    num_attention_heads: int = 12
    intermediate_size: int = 1536
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    plain: bool = False

    @classmethod
    def read(cls, folder: Path, *, plain: bool = False) -> Shape:
        """The shape of the model in ``folder``. Raises OSError and ValueError."""
        told = json.loads((folder / "config.json").read_text("utf-8"))
        return cls(**{one.name: told[one.name] for one in fields(cls) if one.name in told}, plain=plain)


def padded(longest: int) -> int:
    """How many tokens wide a batch is made whose longest text has ``longest``.

    A processor's library keeps a plan for every shape that it has met: of messages of all lengths these took 100 MB.
    """
    return -(-longest // STEP) * STEP


class Encoder(nn.Module):
    """Token ids -> hidden states."""

    def __init__(self, config: Shape) -> None:
        """An untrained encoder of that shape."""
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, ids: Tensor, mask: Tensor | None = None, segments: Tensor | None = None) -> Tensor:
        """``(b, t, d)``: the last hidden states of ``(b, t)`` int64 ids; ``mask`` is 1 where there is a token."""
        hidden: Tensor = self.embeddings(ids, segments)
        seen = None if mask is None or bool(mask.all()) else mask.bool()[:, None, None, :]
        for layer in self.encoder.layer:  # type: ignore[union-attr]
            hidden = layer(hidden, seen)
        return hidden


class _Embeddings(nn.Module):
    """The sum of what a token is, where it stands and to which text it belongs."""

    def __init__(self, config: Shape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, ids: Tensor, segments: Tensor | None) -> Tensor:
        kinds = ids.new_zeros(()) if segments is None else segments
        places = arange(ids.shape[1], device=ids.device)
        summed = self.word_embeddings(ids) + self.token_type_embeddings(kinds) + self.position_embeddings(places)
        found: Tensor = self.dropout(self.LayerNorm(summed))
        return found


class _Layer(nn.Module):
    """Attention, then two matrices token by token."""

    def __init__(self, config: Shape) -> None:
        super().__init__()
        self.attention = nn.Module()
        self.attention.add_module("self", _Attention(config))
        self.attention.add_module("output", _Added(config.hidden_size, config))
        self.intermediate = nn.Module()
        self.intermediate.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.output = _Added(config.intermediate_size, config)

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        attend: Callable[..., Tensor] = self.attention.get_submodule("self")
        add: Callable[..., Tensor] = self.attention.get_submodule("output")
        widen: Callable[..., Tensor] = self.intermediate.get_submodule("dense")
        hidden = add(attend(hidden, seen), hidden)
        found: Tensor = self.output(gelu(widen(hidden)), hidden)
        return found


class _Attention(nn.Module):
    """What each token takes from the others."""

    def __init__(self, config: Shape) -> None:
        super().__init__()
        self.heads, self.plain = config.num_attention_heads, config.plain
        self.query, self.key, self.value = (nn.Linear(config.hidden_size, config.hidden_size) for _ in range(3))
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, hidden: Tensor, seen: Tensor | None) -> Tensor:
        split = (*hidden.shape[:2], self.heads, -1)
        query, key, value = (one(hidden).view(split).transpose(1, 2) for one in (self.query, self.key, self.value))
        if self.plain and is_grad_enabled():
            scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5
            if seen is not None:
                scores = scores.masked_fill(~seen, float("-inf"))
            taken: Tensor = self.dropout(scores.softmax(-1)) @ value
        else:
            drop = self.dropout.p if self.training else 0.0
            taken = scaled_dot_product_attention(query, key, value, attn_mask=seen, dropout_p=drop)
        return taken.transpose(1, 2).reshape(hidden.shape)


class _Added(nn.Module):
    """A matrix, and what was there before added to what it gives."""

    def __init__(self, width: int, config: Shape) -> None:
        super().__init__()
        self.dense = nn.Linear(width, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden: Tensor, before: Tensor) -> Tensor:
        found: Tensor = self.LayerNorm(self.dropout(self.dense(hidden)) + before)
        return found

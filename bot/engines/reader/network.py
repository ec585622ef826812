"""The reader's network: MiniLM's encoder over message and schema, and one small head for each kind of decision.

Inputs are batches of chunks with the places of what is to be judged; outputs are logits. Imports torch and
no server, so that it trains on a bare machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from bot.engines.encoder import EncoderNetwork
from bot.engines.reader.framing import OF_ITEM, Framed
from bot.engines.reader.sheet import ABOUT, ACTS, MATCHES, OPERATORS, ROLES, TAGS, TYPES, VERDICTS
from vectorstore.embedders.encoder import Shape, padded

WIDTH, SMALL = 384, 128
TOKEN_TYPES = OF_ITEM + 1
HEADS = ("acts", "about", "verdicts", "link", "operators", "roles", "tags")
"""The heads, as `Logits` has them."""


@dataclass(slots=True)
class Batch:
    """Chunks of several sheets, padded. Places are rows of ``(chunk, first token, one past the last)``, int64.

    ``link_facets``: for each number the facets (rows of ``facets``) that its chunk holds, -1 where there is none.
    """

    ids: Tensor  # (b, t)
    mask: Tensor  # (b, t)
    segments: Tensor  # (b, t)
    messages: Tensor  # (b, 3)
    facets: Tensor  # (f, 3)
    facet_types: Tensor  # (f,)
    values: Tensor  # (v, 3)
    value_matches: Tensor  # (v,)
    matched: Tensor  # (v, 3); a span of no tokens where the value does not stand in the message
    numbers: Tensor  # (n, 3)
    link_facets: Tensor  # (n, most facets of a chunk)
    mentions: Tensor  # (m, 3)

    def to(self, device: torch.device) -> Batch:
        """The same on ``device``."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


@dataclass(slots=True)
class Logits:
    """What the heads say: rows as in the batch. ``link[:, 0]`` is "of no facet", then as in ``link_facets``."""

    acts: Tensor  # (b, acts and flags)
    about: Tensor  # (f, 8)
    verdicts: Tensor  # (v, 4)
    link: Tensor  # (n, 1 + most facets of a chunk)
    operators: Tensor  # (n, 8)
    roles: Tensor  # (m, 4)
    tags: Tensor  # (b, t, 9)


def collate(framed: Sequence[Framed]) -> Batch:
    """Every chunk of ``framed`` as one batch, in order."""
    chunks = [(one, chunk) for one in framed for chunk in one.chunks]
    longest = padded(max(len(chunk.ids) for _, chunk in chunks))
    ids, mask, segments = (torch.zeros(len(chunks), longest, dtype=torch.long) for _ in range(3))
    messages, facets, values, matched, numbers, mentions = (list[tuple[int, ...]]() for _ in range(6))
    types, matches, links = list[int](), list[int](), list[list[int]]()
    for row, (one, chunk) in enumerate(chunks):
        ids[row, : len(chunk.ids)] = torch.tensor(chunk.ids)
        mask[row, : len(chunk.ids)] = 1
        segments[row, : len(chunk.ids)] = torch.tensor(chunk.segments)
        messages.append((row, *chunk.message))
        here = list(range(len(facets), len(facets) + len(chunk.facets)))
        facets += [(row, first, last) for _, first, last in chunk.facets]
        types += [one.sheet.facets[index].type for index, _, _ in chunk.facets]
        for index, first, last in chunk.values:
            values.append((row, first, last))
            matches.append(one.sheet.values[index].match)
            matched.append((row, *(one.matched[index] or (0, 0))))
        numbers += [(row, *span) for span in one.numbers]
        links += [here] * len(one.numbers)
        mentions += [(row, *span) for span in one.mentions]
    most = max(map(len, links), default=1)
    filled = [[*link, *[-1] * (most - len(link))] for link in links]
    return Batch(
        ids, mask, segments, _rows(messages, 3), _rows(facets, 3), _rows(types, 0), _rows(values, 3), _rows(matches, 0),
        _rows(matched, 3), _rows(numbers, 3), _rows(filled, most), _rows(mentions, 3),
    )  # fmt: skip


def _rows(rows: Sequence[object], width: int) -> Tensor:
    return torch.tensor(rows, dtype=torch.long) if rows else torch.zeros((0, width) if width else 0, dtype=torch.long)


class ReaderNetwork(EncoderNetwork):
    """About 10.9M parameters beside the word table, which is MiniLM's own and never trained.

    ``temperatures``, one for each of `HEADS`, are 1 while it trains; what a head says is divided by its own (Guo et al.
    2017), so that its probabilities are as often right as they say.
    """

    temperatures: Tensor

    def __init__(self, config: Shape) -> None:
        """An untrained network in the shape of ``config``; MiniLM's weights can be loaded into ``encoder``."""
        super().__init__(replace(config, type_vocab_size=TOKEN_TYPES))
        self.type_embedding = nn.Embedding(len(TYPES), WIDTH)
        self.match_embedding = nn.Embedding(len(MATCHES), WIDTH)
        self.acts = _mlp(2 * WIDTH, len(ACTS))
        self.about = _mlp(2 * WIDTH, len(ABOUT))
        self.verdicts = _mlp(3 * WIDTH, len(VERDICTS))
        self.number = nn.Linear(WIDTH, SMALL)
        self.facet = nn.Linear(WIDTH, SMALL)
        self.unlinked = nn.Linear(WIDTH, 1)
        self.operators = _mlp(WIDTH, len(OPERATORS))
        self.roles = _mlp(WIDTH, len(ROLES))
        self.tags = nn.Linear(WIDTH, len(TAGS))
        self.register_buffer("temperatures", torch.ones(len(HEADS)))

    def forward(self, batch: Batch) -> Logits:
        """All logits, float32."""
        hidden = self.encoder(batch.ids, batch.mask, batch.segments).float()
        total = torch.cat([torch.zeros_like(hidden[:, :1]), hidden.cumsum(1)], 1)
        first = hidden[:, 0]
        facets = _mean(total, batch.facets) + self.type_embedding(batch.facet_types)
        numbers = _mean(total, batch.numbers)
        values = _mean(total, batch.values) + self.match_embedding(batch.value_matches)
        about = self.about(torch.cat([facets, first[batch.facets[:, 0]]], -1))
        verdicts = self.verdicts(torch.cat([values, _mean(total, batch.matched), first[batch.values[:, 0]]], -1))
        found = (
            self.acts(torch.cat([first, _mean(total, batch.messages)], -1)).float(),
            about.float(),
            verdicts.float(),
            self._link(numbers, facets, batch.link_facets).float(),
            self.operators(numbers).float(),
            self.roles(_mean(total, batch.mentions)).float(),
            self.tags(hidden).float(),
        )
        return Logits(*(logits / heat for logits, heat in zip(found, self.temperatures, strict=True)))

    def _link(self, numbers: Tensor, facets: Tensor, places: Tensor) -> Tensor:
        """``(n, 1 + most)``: how well each number fits no facet, and each facet of its chunk."""
        none = self.unlinked(numbers)
        if not len(numbers):
            return torch.zeros((0, 1), device=numbers.device)
        theirs = self.facet(facets)[places.clamp(min=0)]
        fit = (theirs * self.number(numbers).unsqueeze(1)).sum(-1) / SMALL**0.5
        return torch.cat([none, fit.masked_fill(places < 0, -1e4)], -1)


def _mean(total: Tensor, places: Tensor) -> Tensor:
    """Mean vector of the tokens of each place, from cumulative sums ``(b, t + 1, d)``; zeros for no tokens."""
    row, first, last = places.unbind(-1)
    length = (last - first).clamp(min=1).unsqueeze(-1)
    return (total[row, last] - total[row, first]) / length


def _mlp(width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, WIDTH), nn.GELU(), nn.Dropout(0.1), nn.Linear(WIDTH, outputs))

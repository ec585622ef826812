"""A re-ranker that learns to put the right text of a group first: listwise softmax over its scores."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor

from bot.engines.pairs.framing import Framer, Pair
from bot.engines.pairs.network import PairNetwork, collate
from bot.engines.pairs.storing import FILE, save
from bot.training.curves import Chart
from bot.training.ranking.groups import Group
from bot.training.ranking.scoring import Placed, placed

TOGETHER = {"cpu": 16, "cuda": 512}
"""Pairs that one pass reads: few on a CPU, alike in length, so that little is padded."""
JUDGED = 8
"""Groups that are judged at once."""
KEPT = 20_000
"""Texts whose tokens are remembered."""


class Ranking:
    """A re-ranker in training."""

    file = FILE
    chart = Chart("nDCG@10", "nDCG@10 of groups held out")

    def __init__(self, network: PairNetwork, framer: Framer, place: torch.device) -> None:
        """Train ``network``, which lies on ``place``."""
        self.network = network
        self._framer, self._place = framer, place
        self._tokens = lru_cache(KEPT)(framer.tokens)

    def losses(self, batch: Sequence[Group]) -> dict[str, Tensor]:
        """The cross-entropy between the labels of each group and the softmax of its scores."""
        return {"order": listwise(self._scores(batch), batch)}

    def judge(self, examples: Sequence[Group]) -> Placed:
        """How well the network as it is orders the groups."""
        scores: list[list[float]] = []
        for start in range(0, len(examples), JUDGED):
            scores += (one.tolist() for one in self._scores(examples[start : start + JUDGED]))
        return placed(scores, [group.labels for group in examples])

    def save(self, folder: Path) -> None:
        """Leave what was learned."""
        save(self.network, folder)

    def _scores(self, groups: Sequence[Group]) -> list[Tensor]:
        """The scores of every group, read in mixed precision."""
        pairs = [pair for group in groups for pair in self._pairs(group)]
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place].ids))
        size, parts = TOGETHER[self._place.type], list[Tensor]()
        for start in range(0, len(order), size):
            batch = collate([pairs[place] for place in order[start : start + size]]).to(self._place)
            with torch.autocast(self._place.type, dtype=torch.bfloat16):
                parts.append(self.network(batch))
        places = torch.empty(len(order), dtype=torch.long)
        places[torch.tensor(order)] = torch.arange(len(order))
        scores = torch.cat(parts)[places.to(self._place)]
        ends = list(accumulate(len(group.texts) for group in groups))
        return [scores[end - len(group.texts) : end] for group, end in zip(groups, ends, strict=True)]

    def _pairs(self, group: Group) -> list[Pair]:
        need = self._framer.tokens(group.need)
        return [self._framer.pair(need, self._tokens(text), group.scenario) for text in group.texts]


def listwise(scores: Sequence[Tensor], groups: Sequence[Group]) -> Tensor:
    """The mean over groups; labels of one group are shared out to add up to 1."""
    losses = []
    for own, group in zip(scores, groups, strict=True):
        labels = torch.tensor(group.labels, device=own.device)
        losses.append(-(labels / labels.sum() * torch.log_softmax(own, 0)).sum())
    return torch.stack(losses).mean()

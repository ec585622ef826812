"""A phraser that learns: the next token of sentences, given what they are to say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from bot.engines.phraser.decoding import MOST
from bot.engines.phraser.framing import prompt
from bot.engines.phraser.network import LONGEST, PhraserNetwork
from bot.engines.phraser.storing import FILE, save
from bot.engines.phraser.words import END, PAD, Words
from bot.training.curves import Chart
from bot.training.phrasing.examples import Example
from bot.training.phrasing.scoring import Phrased, right

JUDGED = 32
"""Sentences that are judged at once."""
WRITTEN = 64
"""Sentences of a part that the network writes itself; more would cost more time than they tell."""
UNSAID = -100
"""Marks tokens that are given and not learned."""


class Phrasing:
    """A phraser in training."""

    file = FILE
    chart = Chart("slots", "sentences with the right slots, held out")

    def __init__(self, network: PhraserNetwork, words: Words, place: torch.device) -> None:
        """Train ``network``, which lies on ``place``."""
        self.network = network
        self._words, self._place = words, place
        self._pad, self._end = words.id(PAD), words.id(END)

    def losses(self, batch: Sequence[Example]) -> dict[str, Tensor]:
        """The cross-entropy of the sentences' tokens."""
        return {"words": self._loss(batch)}

    def judge(self, examples: Sequence[Example]) -> Phrased:
        """How well the network as it is foresees the sentences, and writes its own."""
        batches = [examples[start : start + JUDGED] for start in range(0, len(examples), JUDGED)]
        losses = [float(self._loss(batch)) for batch in batches for _ in batch]
        written = [one for start in range(0, WRITTEN, JUDGED) for one in self._right(examples[start : start + JUDGED])]
        return Phrased(fmean(losses), fmean(written))

    def save(self, folder: Path) -> None:
        """Leave weights and vocabulary."""
        save(self.network, self._words, folder)

    def _loss(self, batch: Sequence[Example]) -> Tensor:
        ids, wanted = self._rows(batch)
        with torch.autocast(self._place.type, dtype=torch.bfloat16):
            logits, _ = self.network(ids)
        return cross_entropy(logits.float().flatten(0, 1), wanted.flatten(), ignore_index=UNSAID)

    def _rows(self, batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
        """What is read and what is to follow each token, ``(b, t)`` both."""
        read, said = [], []
        for example in batch:
            given, text = prompt(example.frame, self._words), [*self._words.encode(example.text), self._end]
            row = [*given, *text][: LONGEST + 1]
            read.append(row[:-1])
            said.append([UNSAID] * (len(given) - 1) + row[len(given) :])
        longest = max(map(len, read))
        ids = torch.tensor([[*row, *[self._pad] * (longest - len(row))] for row in read])
        wanted = torch.tensor([[*row, *[UNSAID] * (longest - len(row))] for row in said])
        return ids.to(self._place), wanted.to(self._place)

    def _right(self, examples: Sequence[Example]) -> list[bool]:
        """Whether what the network writes of each, token by likeliest token, has the right slots."""
        slots = self._words.slots
        found = list[bool]()
        for example in examples:
            ids = self._written(prompt(example.frame, self._words))
            found.append(right(example.frame, [slots[number] for number in ids if number in slots]))
        return found

    def _written(self, read: Sequence[int]) -> list[int]:
        logits, past = self.network(torch.tensor([read], device=self._place))
        written = list[int]()
        for _ in range(min(MOST, LONGEST - len(read))):
            token = int(logits[0, -1].argmax())
            if token == self._end:
                break
            written.append(token)
            logits, past = self.network(torch.tensor([[token]], device=self._place), past)
        return written

"""Sentences out of the network, several at once, such that none can hold a slot that was not given, or one twice.

A sentence ends only when everything due is said. Nothing else is promised here: words are checked afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bot.engines.phraser.framing import prompt
from bot.engines.phraser.network import LONGEST, PhraserNetwork
from bot.engines.phraser.sheet import Frame
from bot.engines.phraser.words import END, PAD, Words

MOST = 48
"""Tokens of a sentence; one that has not ended by then is none."""
HEAT, NUCLEUS, KEPT = 0.8, 0.92, 24
"""Temperature; the likeliest tokens that together have so much probability are drawn from, and at most so many."""


class Decoder:
    """Writes the sentences of one frame."""

    def __init__(self, network: PhraserNetwork, words: Words, device: torch.device) -> None:
        """Use ``network``, which lies on ``device``."""
        self._network, self._words, self._device = network, words, device
        self._end, self._pad = words.id(END), words.id(PAD)
        self._plain = torch.zeros(len(words), dtype=torch.bool)
        self._plain[words.plain] = True

    def sentences(self, frame: Frame, *, seed: int, count: int) -> list[list[int]]:
        """The token numbers of those of ``count`` sentences that ended; the same for the same seed."""
        read = prompt(frame, self._words)
        if not frame.cues or len(read) + MOST > LONGEST:
            return []
        dice = torch.Generator().manual_seed(seed)
        rows = [list[int]() for _ in range(count)]
        ended = [False] * count
        with torch.inference_mode():
            allowed = self._allowed(frame, count)
            logits, past = self._network(torch.tensor([read], device=self._device))
            past = [(key.expand(count, -1, -1, -1), value.expand(count, -1, -1, -1)) for key, value in past]
            last = logits[:, -1].expand(count, -1)
            for _ in range(MOST):
                drawn = _drawn(last, allowed, dice).tolist()
                for number, token in enumerate(drawn):
                    ended[number] = ended[number] or token == self._end
                    if not ended[number]:
                        rows[number].append(token)
                        self._forbid(frame, rows[number], allowed[number])
                if all(ended):
                    break
                step = torch.tensor([[self._pad if done else row[-1]] for row, done in zip(rows, ended, strict=True)])
                logits, past = self._network(step.to(self._device), past)
                last = logits[:, -1]
        return [row for row, done in zip(rows, ended, strict=True) if done]

    def _allowed(self, frame: Frame, count: int) -> Tensor:
        """``(count, tokens)``: what a sentence may begin with: words and the slots that were given."""
        allowed = self._plain.clone()
        allowed[[self._words.id(f"[{name}]") for name in frame.words]] = True
        return allowed.repeat(count, 1)

    def _forbid(self, frame: Frame, row: Sequence[int], allowed: Tensor) -> None:
        """After another token: no slot twice, and the end once nothing is missing."""
        slots = self._words.slots
        if row[-1] in slots:
            allowed[row[-1]] = False
            allowed[self._end] = not frame.missing([slots[number] for number in row if number in slots])


def _drawn(logits: Tensor, allowed: Tensor, dice: torch.Generator) -> Tensor:
    """One token a row, from the likeliest of those allowed."""
    chances = (logits.float().cpu() / HEAT).masked_fill(~allowed, -torch.inf).softmax(-1)
    ranked, places = chances.topk(min(KEPT, chances.shape[-1]), -1)
    ranked = ranked.masked_fill(ranked.cumsum(-1) - ranked >= NUCLEUS, 0.0)
    return places.gather(-1, torch.multinomial(ranked, 1, generator=dice)).squeeze(-1)

"""How well sentences are foreseen, and whether those that the network writes say what they have to. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.engines.phraser.sheet import Frame


@dataclass(frozen=True, slots=True)
class Phrased:
    """``loss``: nats a token of what was held out. ``slots``: the share of sentences with the right slots, 0 to 1.

    Right is: everything due once, nothing twice, nothing that was not given; the network writes freely, unconstrained.
    """

    loss: float
    slots: float

    @property
    def perplexity(self) -> float:
        """1 and more, lower is better."""
        return math.exp(min(self.loss, 20.0))

    @property
    def overall(self) -> float:
        """What early stopping looks at: the mean of the share of right slots and of 1 / perplexity."""
        return (self.slots + 1 / self.perplexity) / 2

    def rounded(self) -> dict[str, float]:
        """Every figure."""
        return {"perplexity": round(self.perplexity, 3), "slots": round(self.slots, 3)}


def right(frame: Frame, used: Sequence[str]) -> bool:
    """Whether slots in a sentence are those that the frame wants."""
    return len(set(used)) == len(used) and set(used) <= frame.words.keys() and not frame.missing(used)

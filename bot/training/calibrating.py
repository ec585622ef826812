"""Temperatures for a trained reader: what its heads say becomes as often right as it says (Guo et al. 2017).

One number for each head, fitted to half of what was held out and measured on the other half. Knows no corpus.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from bot.engines.reader.framing import Framed
from bot.engines.reader.network import HEADS, Logits
from bot.training.examples import Example
from bot.training.losses import IGNORED, right_of

Read: TypeAlias = tuple[Sequence[Framed], Logits, Sequence[Example]]
"""A batch as it was framed, what the network says of it, and what is right."""

GRID = torch.linspace(-1.1, 1.4, 51).exp()
"""Temperatures that are tried: from a third to four."""
BINS = 15


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature of each head, and its expected calibration error before and after: 0 to 1, lower is better."""

    temperatures: Mapping[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]

    def rounded(self) -> dict[str, dict[str, float]]:
        """All numbers with three digits, head by head."""
        several = {"temperature": self.temperatures, "before": self.before, "after": self.after}
        return {head: {name: round(held[head], 3) for name, held in several.items()} for head in self.temperatures}


def calibrated(reads: Sequence[Read]) -> Calibration:
    """Fitted to every second batch of ``reads``, measured on the others; a head that nothing judges keeps 1."""
    fitting, measuring = _gathered(reads[::2]), _gathered(reads[1::2] or reads)
    heat = {head: _best(*fitting[head]) if head in fitting else 1.0 for head in HEADS}
    known = [head for head in HEADS if head in measuring]
    before = {head: error(*measuring[head], 1.0) for head in known}
    after = {head: error(*measuring[head], heat[head]) for head in known}
    none = dict.fromkeys(HEADS, 0.0)
    return Calibration(heat, none | before, none | after)


def error(logits: Tensor, right: Tensor, heat: float) -> float:
    """The expected calibration error of ``(n,)`` yes-or-no logits, or of ``(n, classes)``, in `BINS` bins."""
    if logits.ndim == 1:
        sure, hits = torch.sigmoid(logits / heat), right
    else:
        sure, best = torch.softmax(logits / heat, -1).max(-1)
        hits = (best == right).float()
    places = (sure * BINS).long().clamp(max=BINS - 1)
    gaps = [(sure[places == one] - hits[places == one]).sum().abs() for one in range(BINS)]
    return float(torch.stack(gaps).sum() / max(1, len(sure)))


def _best(logits: Tensor, right: Tensor) -> float:
    """The temperature of the grid under which ``right`` is likeliest."""
    return float(min(GRID, key=lambda heat: float(_loss(logits / heat, right))))


def _loss(logits: Tensor, right: Tensor) -> Tensor:
    if logits.ndim == 1:
        return functional.binary_cross_entropy_with_logits(logits, right)
    return functional.cross_entropy(logits, right)


def _gathered(reads: Sequence[Read]) -> dict[str, tuple[Tensor, Tensor]]:
    """For each head that anything judges: all its logits, and what is right."""
    parts: dict[str, list[tuple[Tensor, Tensor]]] = {}
    for framed, logits, examples in reads:
        for head, said, right in _judged(framed, logits, examples):
            parts.setdefault(head, []).append((said, right))
    return {
        head: (_joined([one for one, _ in held]), torch.cat([one for _, one in held])) for head, held in parts.items()
    }


def _judged(
    framed: Sequence[Framed], logits: Logits, examples: Sequence[Example]
) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Each head with the logits that are judged and what is right of them, on the processor."""
    right = right_of(logits, framed, examples)
    for head, labels in (("acts", right.acts), ("about", right.about), ("roles", right.roles)):
        known = [place for place, one in enumerate(labels) if one is not None]
        if known:
            said: Tensor = getattr(logits, head)[known]
            yield head, said.flatten().cpu(), torch.tensor([labels[place] for place in known]).flatten()
    chosen = {"verdicts": right.verdicts, "link": right.links, "operators": right.operators, "tags": right.tags}
    for head, classes in chosen.items():
        known = [place for place, one in enumerate(classes) if one != IGNORED]
        if known:
            said = getattr(logits, head)
            rows = said.flatten(0, -2)[known]
            yield head, rows.cpu(), torch.tensor([classes[place] for place in known])


def _joined(parts: Sequence[Tensor]) -> Tensor:
    """Logits of several batches, those of fewer classes filled up with classes that are out of the question."""
    if parts[0].ndim == 1:
        return torch.cat(list(parts))
    most = max(one.shape[1] for one in parts)
    return torch.cat([functional.pad(one, (0, most - one.shape[1]), value=-1e4) for one in parts])

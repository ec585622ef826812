"""The losses of the reader's heads over a batch of framed examples.

Targets follow the sheets' own order; a schema in several chunks repeats the message's targets in each of them. A number
whose facet lies in another chunk is "of no facet" here. Knows no source of text.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bot.engines.reader.framing import Chunk, Framed
from bot.engines.reader.network import Logits
from bot.engines.reader.sheet import ABOUT, ACTS, OPERATORS, ROLES, TAGS, VERDICTS, CharSpan
from bot.training.examples import Example, Targets

IGNORED = -100
"""A target that is left out of the loss."""
WEIGHTS = {"about": 3, "verdicts": 5, "tags": 3}
"""Heads that judge many rows of a message, nearly all of them nothing: their mean says little of the few that count."""


def losses(logits: Logits, framed: Sequence[Framed], examples: Sequence[Example]) -> dict[str, Tensor]:
    """The loss of each head, a weighted mean over what is judged; heads without anything to judge give 0."""
    right = right_of(logits, framed, examples)
    found = {
        "acts": _several(logits.acts, right.acts),
        "about": _several(logits.about, right.about),
        "verdicts": _one_of(logits.verdicts, right.verdicts),
        "link": _one_of(logits.link, right.links),
        "operators": _one_of(logits.operators, right.operators),
        "roles": _several(logits.roles, right.roles),
        "tags": _one_of(logits.tags.flatten(0, 1), right.tags),
    }
    return {name: loss * WEIGHTS.get(name, 1) for name, loss in found.items()}


def right_of(logits: Logits, framed: Sequence[Framed], examples: Sequence[Example]) -> Right:
    """What is right of a batch, row by row as ``logits`` has them."""
    right = Right(logits.tags.shape[1])
    for one, example in zip(framed, examples, strict=True):
        for chunk in one.chunks:
            right.add(one, chunk, example.targets)
    return right


class Right:
    """Targets row by row, as the batch has its rows. None in place of several labels: not judged."""

    def __init__(self, width: int) -> None:
        """``width``: tokens of the longest chunk."""
        self._width = width
        self.acts: list[list[float] | None] = []
        self.about: list[list[float] | None] = []
        self.roles: list[list[float] | None] = []
        self.verdicts: list[int] = []
        self.links: list[int] = []
        self.operators: list[int] = []
        self.tags: list[int] = []

    def add(self, framed: Framed, chunk: Chunk, want: Targets) -> None:
        """What is right of one chunk."""
        self.acts.append(_labels(ACTS, want.acts) if "acts" in want.known else None)
        for facet, _, _ in chunk.facets:
            labels = _labels(ABOUT, want.about.get(facet, ()))
            self.about.append(labels if "about" in want.known else None)
        for value, _, _ in chunk.values:
            verdict = VERDICTS.index(want.verdicts.get(value, "none"))
            self.verdicts.append(verdict if "verdicts" in want.known else IGNORED)
        self._numbers([facet for facet, _, _ in chunk.facets], want)
        self.roles += [_labels(ROLES, said) if "roles" in want.known else None for said in want.roles]
        self._tags(chunk.message[0], framed.offsets, want)

    def _numbers(self, here: Sequence[int], want: Targets) -> None:
        for facet, operator in zip(want.links, want.operators, strict=True):
            known, linked = "numbers" in want.known, facet in here
            self.links.append((here.index(facet) + 1 if linked else 0) if known else IGNORED)
            self.operators.append(OPERATORS.index(operator) if known and linked else IGNORED)

    def _tags(self, start: int, offsets: Sequence[CharSpan], want: Targets) -> None:
        row = [IGNORED] * self._width
        if "tags" in want.known:
            row[start : start + len(offsets)] = map(TAGS.index, tags_of(want.tags, offsets))
        self.tags += row


def tags_of(spans: Sequence[tuple[CharSpan, str]], offsets: Sequence[CharSpan]) -> list[str]:
    """One of `TAGS` for each token of a message, from the characters that are tagged."""
    found = ["O"] * len(offsets)
    for (first, last), name in spans:
        inside = [place for place, (begin, end) in enumerate(offsets) if begin < last and end > first]
        for number, place in enumerate(inside):
            found[place] = f"{'I' if number else 'B'}-{name}"
    return found


def _labels(names: Sequence[str], said: set[str] | tuple[()]) -> list[float]:
    return [float(name in said) for name in names]


def _several(logits: Tensor, right: Sequence[list[float] | None]) -> Tensor:
    """Several labels at once: the sum over labels, the mean over rows that are judged."""
    rows = [place for place, labels in enumerate(right) if labels is not None]
    if not rows:
        return logits.sum() * 0
    labels = torch.tensor([right[place] for place in rows], device=logits.device)
    each = functional.binary_cross_entropy_with_logits(logits[rows], labels, reduction="none")
    return each.sum(-1).mean()


def _one_of(logits: Tensor, right: Sequence[int]) -> Tensor:
    """One of several classes."""
    if all(target == IGNORED for target in right):
        return logits.sum() * 0
    return functional.cross_entropy(logits, torch.tensor(right, device=logits.device), ignore_index=IGNORED)

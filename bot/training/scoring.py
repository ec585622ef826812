"""How well the heads decide on held-out examples: F1 of each head, and how many messages are wholly right.

Thresholds are the plain ones (one half; the likeliest class); calibration comes later. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.engines.reader.framing import Chunk, Framed
from bot.engines.reader.network import Logits
from bot.engines.reader.sheet import ABOUT, ACTS, OPERATORS, ROLES, TAGS, VERDICTS
from bot.training.examples import HEADS, Example
from bot.training.losses import tags_of

Facts: TypeAlias = dict[str, set[tuple[object, ...]]]
"""What is said of one message, head by head, in the sheet's own numbers."""


@dataclass(frozen=True, slots=True)
class Score:
    """F1 by head, the share of messages without any error (0 to 1, higher is better), and of how many messages."""

    f1: dict[str, float]
    exact: float
    count: int = 0

    @property
    def overall(self) -> float:
        """What early stopping looks at: the mean of all heads' F1 and of the share of messages wholly right."""
        return (sum(self.f1.values()) / max(1, len(self.f1)) + self.exact) / 2

    def rounded(self) -> dict[str, float]:
        """All numbers with three digits."""
        return {name: round(value, 3) for name, value in {**self.f1, "exact": self.exact}.items()}


def score(pairs: Sequence[tuple[Sequence[Framed], Logits]], examples: Sequence[Example]) -> Score:
    """The score of all batches, whose sheets are those of ``examples`` in order."""
    counts: dict[str, Counter[str]] = {head: Counter() for head in HEADS}
    framed = [one for batch, _ in pairs for one in batch]
    found = [facts for batch, logits in pairs for facts in decided(batch, logits)]
    right = 0
    for one, told, example in zip(framed, found, examples, strict=True):
        want = wanted(example, one)
        for head in example.targets.known:
            counts[head].update(both=len(told[head] & want[head]), told=len(told[head]), want=len(want[head]))
        right += all(told[head] == want[head] for head in example.targets.known)
    f1 = {head: _f1(count) for head, count in counts.items() if count["want"]}
    return Score(f1, right / max(1, len(examples)), len(examples))


def decided(framed: Sequence[Framed], logits: Logits) -> list[Facts]:
    """What the heads say of each sheet."""
    rows = _Rows(logits)
    return [rows.facts(one) for one in framed]


def wanted(example: Example, framed: Framed) -> Facts:
    """What is right of the same sheet."""
    want = example.targets
    links = enumerate(zip(want.links, want.operators, strict=True))
    tags = [TAGS.index(tag) for tag in tags_of(want.tags, framed.offsets)]
    return {
        "acts": {(act,) for act in want.acts},
        "about": {(facet, name) for facet, names in want.about.items() for name in names},
        "verdicts": set(want.verdicts.items()),
        "numbers": {(number, facet, operator) for number, (facet, operator) in links if facet >= 0},
        "roles": {(number, role) for number, said in enumerate(want.roles) for role in said},
        "tags": set(_runs(tags)),
    }


class _Rows:
    """The rows of a batch's logits as decisions, to be taken one after the other."""

    def __init__(self, logits: Logits) -> None:
        """Decide every row."""
        self._acts, self._about, self._roles = (
            iter((rows > 0).tolist()) for rows in (logits.acts, logits.about, logits.roles)
        )
        self._verdicts, self._links, self._operators, self._tags = (
            iter(rows.argmax(-1).tolist()) for rows in (logits.verdicts, logits.link, logits.operators, logits.tags)
        )

    def facts(self, framed: Framed) -> Facts:
        """What the next chunks, those of ``framed``, say together."""
        told: Facts = {head: set() for head in HEADS}
        for chunk in framed.chunks:
            told["acts"].update((act,) for act in _said(ACTS, next(self._acts)))
            for facet, _, _ in chunk.facets:
                told["about"].update((facet, name) for name in _said(ABOUT, next(self._about)))
            for value, _, _ in chunk.values:
                if verdict := next(self._verdicts):
                    told["verdicts"].add((value, VERDICTS[verdict]))
            told["numbers"].update(self._linked(len(framed.numbers), chunk))
            for mention in range(len(framed.mentions)):
                told["roles"].update((mention, role) for role in _said(ROLES, next(self._roles)))
            told["tags"].update(_runs(next(self._tags)[slice(*chunk.message)]))
        return told

    def _linked(self, numbers: int, chunk: Chunk) -> Iterator[tuple[object, ...]]:
        for number in range(numbers):
            link, operator = next(self._links), next(self._operators)
            if link:
                yield number, chunk.facets[link - 1][0], OPERATORS[operator]


def _said(names: Sequence[str], row: Sequence[bool]) -> Iterator[str]:
    return (name for name, said in zip(names, row, strict=True) if said)


def _runs(tags: Sequence[int]) -> Iterator[tuple[object, ...]]:
    """Spans of one tag: (first token, one past the last, name)."""
    start, name = 0, ""
    for place, tag in enumerate([*tags, 0]):
        label = TAGS[tag]
        if name and (label[0] in "OB" or label[2:] != name):
            yield start, place, name
            name = ""
        if label != "O" and not name:
            start, name = place, label[2:]


def _f1(count: Mapping[str, int]) -> float:
    return 2 * count["both"] / max(1, count["told"] + count["want"])

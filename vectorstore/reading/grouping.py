"""Many problems -> a few groups to read: what breaks the same rule in the same column is told once, with examples."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vectorstore.reading.rows import Problem

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Problems of one rule in one column: how many, the first few, and one sentence on what to do about all of them."""

    rule: str
    field: str
    count: int
    examples: tuple[Problem, ...]
    repair: str

    def __str__(self) -> str:
        """As in "312 x price: not a number, as 'cheap' in shop.csv:847; the value was left out"."""
        first = self.examples[0]
        place = f"{first.file}:{first.line}" if first.line else first.file
        example = f"as {first.value!r} in {place}" if first.value else f"first in {place}"
        return f"{self.count} x {self.field or 'row'}: {self.rule}, {example}; {self.repair}"


def grouped(problems: Iterable[Problem]) -> tuple[Group, ...]:
    """The groups of ``problems``, most frequent first, else in the order of their first one."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((_kind(problem.rule), problem.field), []).append(problem)
    made = (_group(alike) for alike in groups.values())
    return tuple(sorted(made, key=lambda group: -group.count))


def _group(alike: list[Problem]) -> Group:
    first = alike[0]
    return Group(first.rule, first.field, len(alike), tuple(alike[:EXAMPLES]), first.repair)


def _kind(rule: str) -> str:
    """The rule without what differs from row to row: numbers and what stands in brackets."""
    return re.sub(r"\d+|\(.*\)", "#", rule)

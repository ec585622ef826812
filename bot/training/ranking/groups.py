"""What the re-ranker learns from: a need and several texts, of which at least one is right. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

Seed = TypeVar("Seed")
Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Group:
    """``labels[i]`` is how right ``texts[i]`` is, 0 for wrong ones; the first is always a right one."""

    need: str
    scenario: str
    texts: tuple[str, ...]
    labels: tuple[float, ...]


class Source(Protocol[Seed]):
    """One source of groups. ``train`` and ``held`` are what groups grow from, split by what belongs together."""

    @property
    def train(self) -> Sequence[Seed]:
        """To be trained on."""
        ...

    @property
    def held(self) -> Sequence[Seed]:
        """To measure with."""
        ...

    def group(self, seed: Seed, random: Random, wrong: int) -> Group | None:
        """A group with at most so many wrong texts; other ones each time. None where none can be made of it."""
        ...


def grouped(need: str, scenario: str, right: str, wrong: Sequence[str]) -> Group | None:
    """One right text and those wrong ones that differ from it; None where there are none, or nothing is asked."""
    others = [text for text in dict.fromkeys(wrong) if text and text != right]
    if not need.strip() or not right.strip() or not others:
        return None
    return Group(need, scenario, (right, *others), (1.0, *(0.0 for _ in others)))


def mixed(near: Sequence[Drawn], far: Sequence[Drawn], random: Random, count: int) -> list[Drawn]:
    """At most ``count`` different ones, about half of them drawn from ``near`` and the rest from ``far``."""
    close = random.sample(list(near), min(len(near), (count + 1) // 2))
    rest = [one for one in dict.fromkeys(far) if one not in close]
    return [*close, *random.sample(rest, min(len(rest), count - len(close)))]

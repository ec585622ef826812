"""Live figures of each version of the prompts: what the conversations say of it, with intervals. Knows no SQL."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.memory.effects import Effect
from bot.shares import Share
from prompts import Version

FEW = 30
"""Below so many nothing is concluded."""
SHARES = ("liked", "disliked", "resolved", "handed_over")


@dataclass(frozen=True, slots=True)
class Figures:
    """One version, or None for edits that were never published, with what became of its turns."""

    version: Version | None
    effect: Effect

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: a share of nothing is null, and ``few`` says that it is too early to conclude."""
        shares = {name: share_dict(getattr(self.effect, name)) for name in SHARES}
        number = self.version.number if self.version else None
        return {"version": number, "state": self.effect.state, "turns": self.effect.turns, **shares}


def figures(versions: Sequence[Version], effects: Sequence[Effect]) -> tuple[Figures, ...]:
    """Each version that spoke, the latest first, then what was never published."""
    known = {version.id: version for version in versions}
    found = [Figures(known.get(effect.state), effect) for effect in effects]
    return tuple(sorted(found, key=lambda one: -(one.version.number if one.version else 0)))


def apart(a: Share, b: Share) -> bool:
    """Whether two shares differ for sure: both have enough behind them, and their intervals do not touch."""
    return min(a.of, b.of) >= FEW and (a.high < b.low or b.high < a.low)


def differing(a: Effect, b: Effect) -> Iterator[str]:
    """The names of the shares in which two states differ for sure."""
    yield from (name for name in SHARES if apart(getattr(a, name), getattr(b, name)))


def share_dict(share: Share) -> dict[str, Any]:
    """A share with its 95 % interval."""
    bounds = {name: None if math.isnan(getattr(share, name)) else round(getattr(share, name), 4) for name in _BOUNDS}
    return {"count": share.count, "of": share.of, **bounds, "few": share.of < FEW}


_BOUNDS = ("value", "low", "high")

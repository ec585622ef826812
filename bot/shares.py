"""Shares and their bounds. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964
"""The normal quantile of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``; ``low`` and ``high`` are Wilson's 95 % bounds (1927). Of nothing all three are NaN."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1."""
        return self.count / self.of if self.of else math.nan

    @property
    def low(self) -> float:
        """The lower bound."""
        return self._bound(-1)

    @property
    def high(self) -> float:
        """The upper bound."""
        return self._bound(1)

    def _bound(self, side: int) -> float:
        if not self.of:
            return math.nan
        n, share = self.of, self.value
        spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        return min(1.0, max(0.0, (share + Z * Z / (2 * n) + side * spread) / (1 + Z * Z / n)))

"""A trial: a share of the visitors hears another published state, each always the same one. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """``percent`` of the visitors hear the state ``variant``, the others ``control``; it runs since ``since``."""

    control: str
    variant: str
    percent: float
    since: str = ""
    why: str = ""
    author: str = ""

    def hears_variant(self, visitor: str) -> bool:
        """Whether this visitor is in the share: by a hash, so that a larger share keeps those of a smaller one."""
        if not visitor:
            return False
        drawn = int(hashlib.sha256(f"{self.variant}:{visitor}".encode()).hexdigest()[:13], 16)
        return drawn < self.percent / 100 * 16**13

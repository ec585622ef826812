"""When a webhook that failed is tried again: twice as late every time, never all at once. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST = 2.0
"""Seconds before the second attempt."""
LATEST = 3600.0
"""Seconds between two attempts at most."""
ATTEMPTS = 30
"""Then it is given up: after about 20 hours."""


def again_in(
    attempts: int, *, asked: float | None = None, random_share: Callable[[], float] = random.random
) -> float | None:
    """Seconds until the next attempt after so many; None: no more. Half of it is chance.

    ``asked`` is what the desk said with Retry-After; it is never asked earlier, nor later than `LATEST`.
    """
    if attempts >= ATTEMPTS:
        return None
    step = min(LATEST, FIRST * 2.0 ** min(attempts - 1, 60))
    return max(step * (0.5 + 0.5 * random_share()), min(asked or 0.0, LATEST))

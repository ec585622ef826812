"""Moving windows of one minute, by the `limits` library, in bounded memory; a refusal knows when there is room again.

Knows neither routes nor who is counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MINUTE = 60
REMEMBERED = 20_000
"""Keys at most."""
_FEW = 1000


@dataclass(frozen=True, slots=True)
class Use:
    """So many units of what ``key`` may have of one ``name`` within a minute; never more than all of it."""

    name: str
    key: str
    amount: int
    units: int = 1

    @property
    def item(self) -> RateLimitItem:
        """The limit, as the library writes it."""
        return RateLimitItemPerMinute(self.amount, 1, self.name)

    @property
    def cost(self) -> int:
        """The units, cut to what a whole minute holds: otherwise they would never be had."""
        return min(self.units, self.amount)


class Windows:
    """Counts uses. Safe to use from several threads."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._storage = _Bounded(remembered)
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._lock = Lock()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._storage.events)

    def refusal(self, uses: Sequence[Use], *, count: bool) -> tuple[Use, int] | None:
        """What is used up, and for how many whole seconds yet; None when there is room for all.

        ``count``: all ``uses`` are then counted; a refused one costs nothing.
        """
        with self._lock:
            use, wait = max(((use, self._wait(use)) for use in uses), key=lambda found: found[1])
            if wait:
                return use, wait
            if count:
                for use in uses:
                    self._limiter.hit(use.item, use.key, cost=use.cost)
            return None

    def _wait(self, use: Use) -> int:
        """Whole seconds until ``use`` fits: what is then left of the minute holds only the latest events."""
        item, key = use.item, use.item.key_for(use.key)

        def fits(later: int) -> bool:
            counted = self._storage.get_moving_window(key, item.amount, MINUTE - later)[1]
            return counted + use.cost <= item.amount

        return 0 if fits(0) else bisect_left(range(MINUTE), True, key=fits)


class _Bounded(MemoryStorage):
    """The library's storage keeps a list for every key that it ever saw; this one forgets who was quiet for a minute.

    Where still too many are left, it forgets those that were quiet longest.
    """

    STORAGE_SCHEME = ["bounded"]  # noqa: RUF012 - the library's own registry wants a list

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._sweep_at = min(_FEW, most)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """As the library's; a new key may cost old ones their place."""
        if key not in self.events and len(self.events) >= self._sweep_at:
            self._sweep()
        return super().acquire_entry(key, limit, expiry, amount)

    def _sweep(self) -> None:
        """Down to nine tenths of the most; the next one when there are twice as many as are left."""
        latest = {key: self._latest(key) for key in list(self.events)}
        quiet, surplus = list(latest.values()).count(0.0), len(latest) - (self._most - self._most // 10)
        for key in sorted(latest, key=latest.__getitem__)[: max(quiet, surplus, 0)]:
            with self.locks[key]:  # the library's own thread looks at the same lists
                self.clear(key)
        self._sweep_at = min(self._most, max(_FEW, 2 * len(self.events)))

    def _latest(self, key: str) -> float:
        """When ``key`` was counted last, in seconds since 1970; 0 where that is a minute ago."""
        events = self.events.get(key)
        return events[0].atime if events and self.get_moving_window(key, 0, MINUTE)[1] else 0.0

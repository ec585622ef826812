"""How much one visitor and one network address may ask within a minute: sliding windows in bounded memory.

Knows no route and keeps nothing of what was asked.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from bot.errors import TooBusy

_PRESSES_PER_MESSAGE = 4
_REMEMBERED = 10_000


class Window:
    """At most ``limit`` events per key within ``seconds``; forgets the keys that were quiet longest."""

    def __init__(self, limit: int, *, seconds: float = 60.0, remembered: int = _REMEMBERED) -> None:
        self._limit = limit
        self._seconds = seconds
        self._remembered = remembered
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._events)

    def wait(self, key: str, now: float) -> float:
        """Seconds until ``key`` may have one more event; 0 when it may now."""
        events = self._events.get(key)
        if events is None:
            return 0.0
        while events and events[0] <= now - self._seconds:
            events.popleft()
        return events[0] + self._seconds - now if len(events) >= self._limit else 0.0

    def add(self, key: str, now: float) -> None:
        """Count one event of ``key``."""
        self._events.setdefault(key, deque(maxlen=self._limit)).append(now)
        self._events.move_to_end(key)
        while len(self._events) > self._remembered:
            self._events.popitem(last=False)


class Limits:
    """Messages per session and per address, and presses (likes, edits, reads) at four times that rate."""

    def __init__(self, per_session: int, per_address: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = Window(per_session)
        self._addresses = Window(per_address)
        self._session_presses = Window(per_session * _PRESSES_PER_MESSAGE)
        self._address_presses = Window(per_address * _PRESSES_PER_MESSAGE)
        self._clock = clock
        self._lock = Lock()

    def message(self, session_id: str | None, address: str) -> None:
        """Count a message or a search. Raises TooBusy with the seconds to wait."""
        self._count((self._sessions, session_id), (self._addresses, network(address)))

    def press(self, session_id: str | None, address: str) -> None:
        """Count a press. Raises TooBusy with the seconds to wait."""
        self._count((self._session_presses, session_id), (self._address_presses, network(address)))

    def _count(self, *asked: tuple[Window, str | None]) -> None:
        """Count in every window, or in none."""
        with self._lock:
            now = self._clock()
            counted = [(window, key) for window, key in asked if key is not None]
            if wait := max(window.wait(key, now) for window, key in counted):
                raise TooBusy("that was a lot at once", hint="wait a moment, then go on", retry_after=wait)
            for window, key in counted:
                window.add(key, now)


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network that one IPv6 customer holds."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))

"""Random secrets that hold for a while: the codes of one-time links, and the sessions of signed-in operators.

Only their digests are kept, in memory: a restart ends them all. Knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from threading import Lock

_BYTES = 32
_MOST = 100


class Passes:
    """Secrets of 256 random bits, each good for ``seconds``; beyond ``most`` the oldest gives way. Thread-safe."""

    def __init__(self, seconds: float, *, most: int = _MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._ends: dict[bytes, float] = {}
        self._lock = Lock()

    def issue(self) -> str:
        """A new secret, as it may stand in an address or a cookie."""
        secret = secrets.token_urlsafe(_BYTES)
        with self._lock:
            while len(self._ends) >= self._most:
                del self._ends[next(iter(self._ends))]
            self._ends[_digest(secret)] = self._clock() + self._seconds
        return secret

    def holds(self, secret: str) -> bool:
        """Whether it was issued, still holds, and was not taken."""
        with self._lock:
            return self._ends.get(_digest(secret), 0.0) > self._clock()

    def take(self, secret: str) -> bool:
        """As `holds`, for the last time."""
        with self._lock:
            return self._ends.pop(_digest(secret), 0.0) > self._clock()


def _digest(secret: str) -> bytes:
    """What is kept and looked up: finding it by timing would tell nothing about the secret."""
    return hashlib.sha256(secret.encode("utf-8", errors="replace")).digest()

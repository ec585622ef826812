"""The turns that run for the page, so that each can be told to stop. Knows nothing of what a turn does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Lock


class Stops:
    """A flag for every running turn, by session. Safe to use from several threads."""

    def __init__(self) -> None:
        self._flags: dict[str, list[Flag]] = {}
        self._lock = Lock()

    @contextmanager
    def running(self, session_id: str) -> Iterator[Flag]:
        """The flag of a turn while it runs; it is set at the end, whatever ended it."""
        flag = Flag()
        with self._lock:
            self._flags.setdefault(session_id, []).append(flag)
        try:
            yield flag
        finally:
            flag.set()
            with self._lock:
                self._flags[session_id].remove(flag)
                if not self._flags[session_id]:
                    del self._flags[session_id]

    def stop(self, session_id: str) -> None:
        """Tell every turn of the session to end."""
        with self._lock:
            for flag in self._flags.get(session_id, ()):
                flag.set()

    def busy(self, session_id: str | None) -> bool:
        """Whether a turn of the session runs."""
        with self._lock:
            return session_id in self._flags

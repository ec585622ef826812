"""What is drawn already: a past turn never changes, and neither do the cards of a running one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

_Drawing = TypeVar("_Drawing")


class Drawings:
    """At most ``most`` drawings, the latest used ones. Safe to use from several threads."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, draw: Callable[[], _Drawing]) -> _Drawing:
        """The drawing of ``key``, drawn when it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: _Drawing = self._kept[key]
                return kept
        drawing = draw()
        with self._lock:
            self._kept[key] = drawing
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return drawing

    def forget(self) -> None:
        """Keep nothing of what was drawn so far."""
        with self._lock:
            self._kept.clear()

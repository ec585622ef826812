"""Keeps the current generation of a catalogue open, and puts a new one in its place while visitors talk.

A thread looks at the pointer once a second, also while nobody asks. The old shelf serves until the new one is ready; a
new generation that cannot be opened changes nothing. Knows no concrete engine: it is given the function that makes a
shelf from a folder.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from bot.types import Shelf
from vectorstore.base import VectorStoreError

_log = logging.getLogger(__name__)

CHECK_EVERY = 1.0
"""Seconds between two looks at the pointer file."""


class LiveShelf:
    """Call it for the current shelf. ``current`` names the folder of the newest generation, ``make`` opens one."""

    def __init__(
        self, current: Callable[[], Path], make: Callable[[Path], Shelf], *, every: float = CHECK_EVERY
    ) -> None:
        """Open the newest generation, and look for another every so many seconds for as long as this object lives."""
        self._current = current
        self._make = make
        self._folder = current()
        self._shelf = make(self._folder)
        self._refused: Path | None = None
        Thread(target=_watch, args=(weakref.ref(self), every), name="shelf", daemon=True).start()

    def __call__(self) -> Shelf:
        """The shelf to use for one turn."""
        return self._shelf

    def look(self) -> None:
        """Open the newest generation and swap, unless it is the open one, was refused before, or cannot be opened."""
        try:
            folder = self._current()
        except (VectorStoreError, OSError) as error:
            _log.error("the catalogue's pointer cannot be read, the open generation serves on: %s", error)
            return
        if folder in (self._folder, self._refused):
            return
        try:
            shelf = self._make(folder)
        except Exception:
            _log.exception("generation %s cannot be opened, the old one serves on", folder.name)
            self._refused = folder
        else:
            self._folder, self._shelf = folder, shelf
            _log.info("now serving %s of %s", folder.name, shelf.name)


def _watch(shelf: weakref.ref[LiveShelf], every: float) -> None:
    """Let the shelf look again and again until nobody holds it any more."""
    while True:
        time.sleep(every)
        live = shelf()
        if live is None:
            return
        live.look()
        del live

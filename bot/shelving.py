"""Keeps the current generation of a catalogue open, and puts a new one in its place while visitors talk.

The old shelf serves until the new one is ready; a new generation that cannot be opened changes nothing. Knows no
concrete engine: it is given the function that makes a shelf from a folder.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread

from bot.types import Shelf
from vectorstore.base import VectorStoreError

_log = logging.getLogger(__name__)

CHECK_EVERY = 1.0
"""Seconds between two looks at the pointer file."""


class LiveShelf:
    """Call it for the current shelf. ``current`` names the folder of the newest generation, ``make`` opens one."""

    def __init__(self, current: Callable[[], Path], make: Callable[[Path], Shelf]) -> None:
        self._current = current
        self._make = make
        self._lock = Lock()
        self._folder = current()
        self._shelf = make(self._folder)
        self._refused: Path | None = None
        self._looked = time.monotonic()
        self._opening = False

    def __call__(self) -> Shelf:
        """The shelf to use for one turn; a newer generation is opened in the background."""
        with self._lock:
            due = not self._opening and time.monotonic() - self._looked > CHECK_EVERY
            if due:
                self._looked, self._opening = time.monotonic(), True
        if due:
            self._renew()
        return self._shelf

    def _renew(self) -> None:
        """Open the newest generation beside the old one, when there is one that was not refused before."""
        try:
            folder = self._current()
        except (VectorStoreError, OSError) as error:
            _log.error("the catalogue's pointer cannot be read, the open generation serves on: %s", error)
            folder = self._folder
        if folder in (self._folder, self._refused):
            self._opening = False
        else:
            Thread(target=self._open, args=(folder,), name="reopen", daemon=True).start()

    def _open(self, folder: Path) -> None:
        """Make the new shelf, then swap; keep the old one when that fails."""
        try:
            shelf = self._make(folder)
        except Exception:
            _log.exception("generation %s cannot be opened, the old one serves on", folder.name)
            self._refused = folder
        else:
            self._folder, self._shelf = folder, shelf
            _log.info("now serving %s of %s", folder.name, shelf.name)
        finally:
            self._opening = False

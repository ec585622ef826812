"""Keeps the current generation of a catalogue open, and puts a new one in its place while visitors talk.

A thread looks at the pointer once a second, also while nobody asks, and at what was changed beside it. The old shelf
serves until the new one is ready; a new generation that cannot be opened changes nothing. Changes of single items and
of rules go through here, one at a time. Knows no concrete engine: it is given the function that makes a shelf from a
folder.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import RLock, Thread
from typing import Any

from bot import collecting
from bot.changing import Batch, Changing, Outcome
from bot.errors import InvalidRequest, ShelftalkError, TooBusy
from bot.types import Rule, Shelf
from vectorstore.base import VectorStoreError
from vectorstore.errors import WriterBusy
from vectorstore.live.journal import Behind

_log = logging.getLogger(__name__)

CHECK_EVERY = 1.0
"""Seconds between two looks at the pointer file."""
_PATIENCE = 600.0
"""Seconds until a new generation is tried again that could not be made."""

_REST = 4.0
"""After settling, so many times as long is left to the visitors before it is done again."""


class LiveShelf:
    """Call it for the current shelf. ``current`` names the folder of the newest generation, ``make`` opens one.

    ``changing`` lets operators change single items and rules; without it the catalogue is what its generations are.
    ``settle`` finishes what a change left for later (itself when there is nothing), ``compact`` makes a new generation
    of the changes.
    """

    def __init__(
        self,
        current: Callable[[], Path],
        make: Callable[[Path], Shelf],
        *,
        changing: Changing | None = None,
        settle: Callable[[Shelf], Shelf] = lambda shelf: shelf,
        compact: Callable[[], object] | None = None,
        every: float = CHECK_EVERY,
    ) -> None:
        """Open the newest generation, and look for another every so many seconds for as long as this object lives."""
        self._current, self._make, self._settle, self._compact = current, make, settle, compact
        self._changing = changing
        self._alone = RLock()
        self._folder = current()
        self._shelf = make(self._folder)
        self._refused: Path | None = None
        self._compacting: Thread | None = None
        self._not_before = self._settle_from = 0.0
        if changing is not None:
            self._shelf = changing.renewed(self._shelf, anew=True)
        Thread(target=_watch, args=(weakref.ref(self), every), name="shelf", daemon=True).start()

    def __call__(self) -> Shelf:
        """The shelf to use for one turn."""
        return self._shelf

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule on file, also one that touches nothing now."""
        return self._changing.rules if self._changing else self._shelf.rules

    @property
    def generation(self) -> int:
        """The number of the generation that is served, 0 when its folder has none."""
        number = self._folder.name.rpartition("-")[2]
        return int(number) if number.isdigit() else 0

    @property
    def pending(self) -> int:
        """How many changes the generation does not hold yet."""
        return self._changing.pending if self._changing else 0

    def change(self, batch: Batch, *, partial: bool = False) -> tuple[Outcome, ...]:
        """Change single items: durable and live when this returns. See `Changing.change` for what it raises."""
        for _ in range(3):
            with self._alone:
                changing = self._open_to_change()
                self._shelf = changing.renewed(self._shelf)
                try:
                    self._shelf, outcomes = changing.change(self._shelf, batch, partial=partial)
                except Behind:
                    pass
                else:
                    return outcomes
            self.look()
        raise TooBusy("another process changes this catalogue too", hint="try again in a moment")

    def rule(self, rows: Any) -> None:
        """Replace the rules: durable and live when this returns. Raises InvalidRequest and StorageError."""
        with self._alone:
            changing = self._open_to_change()
            self._shelf = changing.rule(changing.renewed(self._shelf), rows)

    def look(self) -> None:
        """Take over what is new: a generation, unless it was refused before or cannot be opened, then changes."""
        try:
            folder = self._current()
        except (VectorStoreError, OSError) as error:
            _log.error("the catalogue's pointer cannot be read, the open generation serves on: %s", error)
            return
        if folder not in (self._folder, self._refused):
            self._take_over(folder)
        self._catch_up()
        self._settle_down()
        self._compact_when_due()

    def _take_over(self, folder: Path) -> None:
        """Open a generation while the old one serves, then swap."""
        try:
            shelf = self._make(folder)
        except Exception as error:
            foreseen = isinstance(error, (ShelftalkError, VectorStoreError))
            told = f"{error} {getattr(error, 'hint', '')}".strip()
            _log.error(
                "generation %s cannot be opened, the old one serves on: %s", folder.name, told, exc_info=not foreseen
            )
            self._refused = folder
            return
        with self._alone:
            if self._changing is not None:
                shelf = self._changing.renewed(shelf, anew=True)
            self._folder, self._shelf = folder, shelf
        collecting.keep_anew()
        _log.info("now serving %s of %s", folder.name, shelf.name)
        if self._changing is not None:
            try:
                self._changing.trim()
            except (VectorStoreError, OSError) as error:
                _log.warning("the journal of %s keeps its old entries: %s", shelf.name, error)

    def _catch_up(self) -> None:
        """Take over changes of items and rules that were made elsewhere."""
        if self._changing is None:
            return
        try:
            with self._alone:
                self._shelf = self._changing.renewed(self._shelf)
        except (ShelftalkError, VectorStoreError, OSError) as error:
            _log.error("changes of %s cannot be read, what is open serves on: %s", self._shelf.name, error)

    def _settle_down(self) -> None:
        """Finish what a change left for later; a change meanwhile makes it start over at the next look."""
        unsettled, began = self._shelf, time.monotonic()
        if began < self._settle_from:
            return
        settled = self._settle(unsettled)
        if settled is not unsettled:
            self._settle_from = time.monotonic() + _REST * (time.monotonic() - began)
            with self._alone:
                if self._shelf is unsettled:
                    self._shelf = settled

    def _compact_when_due(self) -> None:
        """Begin a new generation in the background when many changes have come together."""
        if self._compact is None or self._changing is None or not self._changing.due(self._shelf):
            return
        if time.monotonic() >= self._not_before and not (self._compacting and self._compacting.is_alive()):
            self._compacting = Thread(target=self._make_generation, args=(self._compact,), name="compact", daemon=True)
            self._compacting.start()

    def _make_generation(self, compact: Callable[[], object]) -> None:
        """Fold the changes into a generation of their own; it is taken over like any other."""
        self._not_before = time.monotonic() + _PATIENCE
        try:
            compact()
        except WriterBusy:
            self._not_before = time.monotonic() + CHECK_EVERY
        except Exception as error:
            _log.error("changes of %s stay in the journal for now: %s", self._shelf.name, error)
        else:
            self._not_before = 0.0

    def _open_to_change(self) -> Changing:
        if self._changing is None:
            hint = "ingest it with `shelftalk ingest items`"
            raise InvalidRequest("this catalogue cannot be changed here", hint=hint)
        return self._changing


def _watch(shelf: weakref.ref[LiveShelf], every: float) -> None:
    """Let the shelf look again and again until nobody holds it any more."""
    while True:
        time.sleep(every)
        live = shelf()
        if live is None:
            return
        live.look()
        del live

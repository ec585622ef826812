"""Who may work now, who waits in line, and who is sent away: a bounded number of places with a bounded line.

Lives on one event loop and knows nothing of what is done on a seat.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from bot.errors import TooBusy

Release = Callable[[], None]

_LONGEST_RETRY = 60.0


class Seats:
    """At most ``places`` at work, at most ``line`` waiting, in the order in which they came."""

    def __init__(self, places: int, line: int) -> None:
        self._places = places
        self._free = places
        self._line: deque[asyncio.Future[None]] = deque()
        self._longest_line = line
        self._mean_seconds = 1.0

    @property
    def taken(self) -> int:
        """How many seats are in use now."""
        return self._places - self._free

    @property
    def waiting(self) -> int:
        """How many stand in line now."""
        return len(self._line)

    async def take(self) -> Release:
        """Wait for a seat; returns the function that gives it back (call it on the loop; again is harmless).

        Raises:
            TooBusy: the line is full. ``retry_after`` is how long the line needs, judged by the latest visits.
        """
        if self._free:
            self._free -= 1
        else:
            await self._stand_in_line()
        return self._release()

    async def _stand_in_line(self) -> None:
        """Until a seat is handed over; whoever leaves the line early passes on what was meant for them."""
        if len(self._line) >= self._longest_line:
            raise TooBusy("every place is taken", hint="try again in a moment", retry_after=self._retry_after())
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._line:
                self._line.remove(turn)
            elif not turn.cancelled():
                self._give()
            raise

    def _release(self) -> Release:
        """A function that gives this seat back once."""
        began, held = time.monotonic(), True

        def release() -> None:
            nonlocal held
            if held:
                held = False
                self._mean_seconds += 0.2 * (time.monotonic() - began - self._mean_seconds)
                self._give()

        return release

    def _give(self) -> None:
        """To the first who still waits, else back to the free ones."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _retry_after(self) -> float:
        """Whole seconds until the line is likely to have moved by its own length."""
        ahead = (len(self._line) + 1) / self._places
        return float(min(_LONGEST_RETRY, max(1, math.ceil(ahead * self._mean_seconds))))

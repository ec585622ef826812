"""Daily work of a running server: conversations that were quiet for longer than the operator keeps them are deleted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.errors import ShelftalkError

if TYPE_CHECKING:
    from bot.memory import Memory

DAY = 24 * 3600.0
FIRST = 60.0
"""Seconds after the start: the first visitors come first."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def tidying(memory: Memory, days: int, *, first: float = FIRST, every: float = DAY) -> AsyncIterator[None]:
    """While inside, delete what was quiet for ``days`` days, soon and then daily; 0 days: nothing is deleted."""
    if not days:
        yield
        return
    work = asyncio.ensure_future(_again_and_again(memory, days, first, every))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _again_and_again(memory: Memory, days: int, first: float, every: float) -> None:
    await asyncio.sleep(first)
    while True:
        try:
            found = await asyncio.to_thread(memory.retain, days)
            _log.info("conversations older than %s days are deleted", days, extra={"fields": asdict(found)})
        except ShelftalkError as error:
            _log.error("old conversations could not be deleted: %s", error)
        await asyncio.sleep(every)

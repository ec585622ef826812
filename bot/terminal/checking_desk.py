"""`shelftalk doctor`: whether the support desk can be told, answers at all, and what waits for it or was given up."""

from __future__ import annotations

import httpx

from bot.build import default_memory
from bot.errors import ShelftalkError
from bot.memory import open_memory
from bot.settings import Settings
from bot.webhooks import desk_of

_SECONDS = 5.0


def support_desk(settings: Settings) -> str:
    """What a person would want to know of it. Raises ShelftalkError with the remedy."""
    url, signing = desk_of(settings)
    if url is None:
        return "none: hand-overs are kept, and listed by GET /v1/handovers"
    memory = open_memory(settings.memory_url or default_memory(settings), recover=False)
    try:
        counts = memory.outbox.counts()
    finally:
        memory.close()
    if counts["dead"]:
        raise ShelftalkError(
            f"{counts['dead']} webhooks to {url.host} were given up",
            hint="see GET /v1/handovers?state=dead for why; POST /v1/handovers/ID/retry sends them again",
        )
    _answers(url)
    secrets = "one secret" if len(signing) == 1 else f"{len(signing)} secrets, as while they are rotated"
    return f"{url.host} answers, {secrets}, {counts['pending']} webhooks wait"


def _answers(url: httpx.URL) -> None:
    """Anything at all comes back; nothing is told."""
    try:
        httpx.head(url, timeout=_SECONDS, follow_redirects=False)
    except httpx.HTTPError as error:
        raise ShelftalkError(
            f"{url.host} does not answer: {type(error).__name__}",
            hint="check SHELFTALK_HANDOVER_URL and that the desk runs; until then hand-overs are kept",
        ) from error

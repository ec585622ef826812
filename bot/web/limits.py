"""How much one visitor, one network address and all together may ask within a minute; a long message counts as several.

Knows no route and keeps nothing of what was asked.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Iterable, Iterator

from bot.errors import TooBusy
from bot.settings import Settings
from bot.web.windows import REMEMBERED, Use, Windows

_PRESSES_PER_MESSAGE = 4
_ADDRESSES_AT_ONCE = 10
_BYTES_PER_TOKEN = 4
_TOKENS_PER_UNIT = 100
_EVERYBODY = "all"


class LimitReached(TooBusy):
    """A limit per minute is reached: ``code`` is ``visitor_limit``, ``address_limit`` or ``overall_limit``."""

    def __init__(self, which: str, message: str, *, hint: str, retry_after: float) -> None:
        super().__init__(message, hint=hint, retry_after=retry_after)
        self.code = f"{which}_limit"


class Limits:
    """Messages, and presses (likes, edits, reads) at four times their rate. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, remembered: int = REMEMBERED) -> None:
        overall = settings.per_minute_overall or _ADDRESSES_AT_ONCE * settings.per_minute_address
        self._amounts = {"visitor": settings.per_minute, "address": settings.per_minute_address, "overall": overall}
        self._windows = Windows(remembered=remembered)

    def __len__(self) -> int:
        """How many visitors and addresses are remembered now."""
        return len(self._windows)

    def message(self, who: str | None, address: str, text: str = "") -> None:
        """Count a message or a search, by its length. Raises LimitReached with the seconds to wait; then nothing is."""
        self._ask(self._uses(who, address, "message", units=weight(text)), count=True)

    def require_message(self, who: str | None, address: str, text: str = "") -> None:
        """Raise what `message` would raise now, and count nothing."""
        self._ask(self._uses(who, address, "message", units=weight(text)), count=False)

    def press(self, who: str | None, address: str) -> None:
        """Count a press. Raises LimitReached with the seconds to wait."""
        self._ask(self._uses(who, address, "press", times=_PRESSES_PER_MESSAGE), count=True)

    def _ask(self, uses: Iterable[Use], *, count: bool) -> None:
        """Count in every window, or in none."""
        if (refused := self._windows.refusal(tuple(uses), count=count)) is None:
            return
        use, wait = refused
        which = use.name.partition(" ")[0]
        hint = f"wait {wait} s; a long message counts once for every {_TOKENS_PER_UNIT} tokens"
        raise LimitReached(which, f"that was a lot: {use.amount} a minute ({use.name})", hint=hint, retry_after=wait)

    def _uses(self, who: str | None, address: str, kind: str, *, units: int = 1, times: int = 1) -> Iterator[Use]:
        """One for each that is counted: nobody is no visitor."""
        keys = {"visitor": who, "address": network(address), "overall": _EVERYBODY}
        for which, key in keys.items():
            if key is not None:
                yield Use(f"{which} {kind}", key, self._amounts[which] * times, units)


def weight(text: str) -> int:
    """How many messages a message counts as: one for every 100 tokens begun, by four bytes of UTF-8 to a token.

    Two words are 1, a page of 3,000 letters is 8. No tokenizer: it costs nothing, and is the same for every engine.
    """
    tokens = len(text.encode("utf-8", errors="replace")) / _BYTES_PER_TOKEN
    return max(1, math.ceil(tokens / _TOKENS_PER_UNIT))


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network that one IPv6 customer holds.

    What is no address (a proxy's "unknown", a socket file) is one for all.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))

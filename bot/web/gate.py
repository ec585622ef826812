"""The gate before the operator's routes: a bearer token, compared in constant time, with few wrong tries an address.

Neither the token nor a try is ever logged.
"""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Callable
from threading import Lock

from bot.errors import ShelftalkError, TooBusy
from bot.settings import Settings
from bot.web.limits import Window, network
from bot.web.token import known_token

TRIES = 10
"""Wrong tokens that one address may send within a minute."""


class NoToken(ShelftalkError):
    """The request carries no operator token."""

    code = "no_token"
    status = 401


class WrongToken(ShelftalkError):
    """The request carries another token than the operator's."""

    code = "wrong_token"
    status = 403


class Gate:
    """Lets the operator in. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._wrong = Window(TRIES)
        self._clock = clock
        self._lock = Lock()

    def check(self, authorization: str, address: str) -> None:
        """Raise NoToken, WrongToken, or TooBusy for an address that guessed too often."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            hint = "send Authorization: Bearer TOKEN; `shelftalk token` prints it"
            raise NoToken("this route is the operator's", hint=hint)
        with self._lock:
            now, key = self._clock(), network(address)
            if wait := self._wrong.wait(key, now):
                raise TooBusy("too many wrong tokens", hint="wait, then send the right one", retry_after=wait)
            known = known_token(self._settings)
            if known and hmac.compare_digest(token.strip().encode(), known.encode()):
                return
            self._wrong.add(key, now)
        raise WrongToken("that is not the operator's token", hint="`shelftalk token` prints it")


def is_loopback(address: str) -> bool:
    """Whether a request comes from this machine itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback

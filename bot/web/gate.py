"""The gate before the operator's routes: a bearer token, or the cookie of somebody who signed in.

Wrong tokens and codes are few an address. Neither they nor a try is ever logged.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.errors import ShelftalkError, TooBusy
from bot.settings import Settings
from bot.web.limits import network
from bot.web.passes import Passes
from bot.web.token import is_known
from bot.web.windows import Use, Windows

TRIES = 10
"""Wrong tokens or codes that one address may send within a minute."""
LINK_SECONDS = 10 * 60
SESSION_SECONDS = 12 * 3600
_HINT = "send Authorization: Bearer TOKEN (`shelftalk token` prints it), or sign in at /operator"


class NoToken(ShelftalkError):
    """The request carries no operator token."""

    code = "no_token"
    status = 401


class WrongToken(ShelftalkError):
    """The request carries another token than the operator's."""

    code = "wrong_token"
    status = 403


class OtherSite(ShelftalkError):
    """A change was asked by cookie from a page that is not ours."""

    code = "other_site"
    status = 403


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one request shows. ``session`` is its cookie's; to change something it also has to be ``trusted``."""

    authorization: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    trusted: bool = False


class Gate:
    """Lets the operator in. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._wrong = Windows()
        self._links = Passes(LINK_SECONDS, clock=clock)
        self._sessions = Passes(SESSION_SECONDS, clock=clock)

    def check(self, shown: Credentials, address: str) -> None:
        """Raise NoToken, WrongToken, OtherSite, or TooBusy for an address that guessed too often."""
        scheme, _, token = shown.authorization.partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return self.check_token(token.strip(), address)
        if not self.knows(shown.session):
            raise NoToken("this route is the operator's", hint=_HINT)
        if not shown.trusted:
            raise OtherSite("another site asked for a change here", hint="change it on a page of this server")
        return None

    def knows(self, session: str) -> bool:
        """Whether a cookie is that of an operator who is signed in."""
        return bool(session) and self._sessions.holds(session)

    def check_token(self, token: str, address: str) -> None:
        """Raise WrongToken, or TooBusy for an address that guessed too often."""
        self._guess(lambda: is_known(token, self._settings), address)

    def link(self) -> str:
        """The code of a new one-time link."""
        return self._links.issue()

    def sign_in(self, address: str, *, token: str = "", code: str = "") -> str:
        """The cookie's value for a token, or for a code, which is then used up. Raises WrongToken, TooBusy."""
        self._guess(lambda: self._links.take(code) if code else is_known(token, self._settings), address)
        return self._sessions.issue()

    def sign_out(self, session: str) -> None:
        """The cookie holds no more."""
        self._sessions.take(session)

    def _guess(self, right: Callable[[], bool], address: str) -> None:
        """One try of an address; only wrong ones are counted."""
        tries = (Use("tries", network(address), TRIES),)
        if refused := self._wrong.refusal(tries, count=False):
            raise TooBusy("too many wrong tokens", hint="wait, then send the right one", retry_after=refused[1])
        if not right():
            self._wrong.refusal(tries, count=True)
            raise WrongToken("that is not the operator's token", hint="`shelftalk token` prints it")


def is_loopback(address: str) -> bool:
    """Whether a request comes from this machine itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback

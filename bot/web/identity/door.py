"""The door for visitors with a token: it is verified, it was not revoked, and refusals are counted, never its words."""

from __future__ import annotations

import logging
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import InvalidRequest
from bot.settings import Settings
from bot.web.identity.claims import Identity, digest
from bot.web.identity.keys import Keyring
from bot.web.identity.refusals import IdentityRefused
from bot.web.identity.verifier import LEEWAY, LIFETIME, Verifier
from bot.web.limits import Limits
from bot.web.metrics import Metrics

if TYPE_CHECKING:
    from bot.assistant import Assistant

_log = logging.getLogger(__name__)

_SESSIONS = range(22, 201)
"""Characters of a session's id, from 128 random bits on: what has others is meant as a token."""


class Door:
    """Lets verified visitors in. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, settings: Settings, limits: Limits, metrics: Metrics) -> None:
        """Read the keys. Raises SettingsError for keys that do not fit."""
        self._keys = Keyring.read(settings.identity_keys)
        self._verifier = Verifier(self._keys)
        self._assistant = assistant
        self._limits = limits
        self._metrics = metrics

    def is_token(self, bearer: str) -> bool:
        """Whether a bearer is meant as an identity token: no session's id has a dot, or is as short as "undefined"."""
        return "." in bearer or (len(self._keys) > 0 and bool(bearer) and len(bearer) not in _SESSIONS)

    def check(self, token: str, address: str) -> Identity:
        """Whom the token names. Raises IdentityRefused, or TooBusy for an address with too many bad ones."""
        try:
            identity = self._verifier.verify(token, catalogs=self._assistant.catalogs)
            self._require_unrevoked(identity)
        except IdentityRefused as error:
            self._metrics.count("identity_refused_total", error.code)
            _log.info("an identity token was refused", extra={"fields": {"code": error.code}})
            self._limits.press(None, address)
            raise
        return identity

    def revoke(self, kind: str, value: str, *, catalog: str, host: str | None = None) -> tuple[datetime, datetime]:
        """Take back one token (``kind`` "jti") or all that a visitor was given so far ("sub").

        ``host`` may be None where the keys of one host alone sign for the catalogue. Returns since when and until when
        that is remembered: until every such token has expired by itself. Raises InvalidRequest.
        """
        hosts = self._keys.hosts(catalog)
        if host is None and len(hosts) == 1:
            (host,) = hosts
        if host not in hosts:
            named = ", ".join(map(repr, hosts)) or "none, so that every token is refused"
            raise InvalidRequest("that is no host of this catalogue's keys", hint=f"send host; hosts here: {named}")
        until = datetime.now(UTC) + timedelta(seconds=LIFETIME + 2 * LEEWAY)
        since = self._assistant.memory.revocations.add(digest(kind, host, catalog, value), until=until)
        return since, until

    def _require_unrevoked(self, identity: Identity) -> None:
        """Refuse a token that was revoked, and one that was issued before all of its visitor's were."""
        one, whole = (
            digest(kind, identity.host, identity.catalog, value)
            for kind, value in (("jti", identity.jti), ("sub", identity.sub))
        )
        revoked = self._assistant.memory.revocations.of((one, whole))
        issued_before = revoked[whole].timestamp() + LEEWAY if whole in revoked else -math.inf
        if one in revoked or identity.issued <= issued_before:
            raise IdentityRefused("identity_revoked")

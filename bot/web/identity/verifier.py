"""A token and the keys -> whom the host vouches for, or which check failed.

The algorithm is that of the key, never what the token says. Knows no visitor, and keeps and logs nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Collection
from typing import Any

from jwt import PyJWS
from jwt.exceptions import InvalidTokenError, PyJWTError

from bot.web.identity.claims import Claimed, Identity, read_claims
from bot.web.identity.keys import Key, Keyring
from bot.web.identity.refusals import IdentityRefused
from bot.web.identity.strictly import Duplicate, read_object

LARGEST = 4096
"""Bytes of a token."""
LIFETIME = 3600.0
"""Seconds that a token may live."""
LEEWAY = 30.0
"""Seconds that the host's clock may be wrong."""
_ALGORITHMS = ("HS256", "EdDSA")
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


class Verifier:
    """Verifies tokens with one set of keys. Safe to use from several threads."""

    def __init__(self, keys: Keyring, *, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._jws = PyJWS(algorithms=_ALGORITHMS)

    def verify(self, token: str, *, catalogs: Collection[str]) -> Identity:
        """Whom the token names, for one of ``catalogs``. Raises IdentityRefused."""
        if not self._keys:
            raise IdentityRefused("identity_off")
        if len(token) > LARGEST:
            raise IdentityRefused("identity_too_large")
        if not _COMPACT.fullmatch(token):
            raise IdentityRefused("identity_malformed")
        key = self._key(_header(token))
        claimed = read_claims(_object(self._payload(token, key)), host=key.host)
        self._check(claimed, key, catalogs)
        return claimed.identity

    def _key(self, header: dict[str, Any]) -> Key:
        """The key that the header names, if its algorithm is the one that the header says."""
        if header.get("alg") not in _ALGORITHMS:
            raise IdentityRefused("identity_algorithm")
        if "crit" in header or "b64" in header:
            raise IdentityRefused("identity_malformed")
        kid = header.get("kid")
        key = self._keys.keys.get(kid) if isinstance(kid, str) else None
        if key is None or key.algorithm != header["alg"]:
            raise IdentityRefused("identity_signature")
        return key

    def _payload(self, token: str, key: Key) -> bytes:
        """The signed bytes."""
        try:
            payload: bytes = self._jws.decode(token, key.material, algorithms=[key.algorithm])
        except InvalidTokenError:
            raise IdentityRefused("identity_signature") from None
        except PyJWTError:
            raise IdentityRefused("identity_malformed") from None
        return payload

    def _check(self, claimed: Claimed, key: Key, catalogs: Collection[str]) -> None:
        """Whose key may say this, to whom, and when."""
        identity, now = claimed.identity, self._clock()
        if not key.signs_for(identity.catalog):
            raise IdentityRefused("identity_signature")
        if identity.catalog not in catalogs:
            raise IdentityRefused("identity_audience")
        if identity.expires <= now - LEEWAY:
            raise IdentityRefused("identity_expired")
        if claimed.begins > now + LEEWAY:
            raise IdentityRefused("identity_not_yet")
        if identity.expires - identity.issued > LIFETIME or identity.expires > now + LIFETIME + LEEWAY:
            raise IdentityRefused("identity_lifetime")


def _header(token: str) -> dict[str, Any]:
    """The header, which nobody has signed for yet."""
    part = token.partition(".")[0]
    try:
        return _object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except binascii.Error:
        raise IdentityRefused("identity_malformed") from None


def _object(data: bytes) -> dict[str, Any]:
    """One JSON object in which nothing stands twice."""
    try:
        return read_object(data)
    except Duplicate:
        raise IdentityRefused("identity_duplicate") from None
    except ValueError:
        raise IdentityRefused("identity_malformed") from None

"""Why an identity token is refused: which check failed, and what the host's developer can do about it.

Nothing of a token or a key is repeated, and an unknown `kid`, another algorithm, a wrong secret and a key of another
catalogue are one and the same answer: it tells nobody which keys there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.errors import ShelftalkError

CHECKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "identity_off": (
            "this server takes no identity tokens",
            "set SHELFTALK_IDENTITY_KEYS where it runs, or send no bearer token from this page",
        ),
        "identity_too_large": (
            "the identity token is larger than 4 kB",
            "sign fewer and shorter claims: aud, sub, exp, iat, jti, and perhaps name, locale and context",
        ),
        "identity_malformed": (
            "the bearer token is not a signed JWT",
            "send the string that your JWT library returns: three base64url parts with a dot between them",
        ),
        "identity_duplicate": (
            "a name stands twice in the token's header or claims",
            "write each header field and each claim once",
        ),
        "identity_algorithm": (
            "the token is not signed by an algorithm that is taken here",
            "sign with HS256 or EdDSA (Ed25519); an unsigned token is never taken",
        ),
        "identity_signature": (
            "the token's signature does not hold",
            "check that the header names the kid of your key, that alg is the one of that key, that the key is the one "
            "in SHELFTALK_IDENTITY_KEYS, and that it may sign for this catalogue",
        ),
        "identity_claims": (
            "the claim {claim} is missing or has another form",
            "aud, sub and jti are text of 1 to 200 characters, exp and iat seconds since 1970; name, locale and "
            "context (product_id, order_id, page: text of up to 500) may be left out",
        ),
        "identity_audience": (
            "the token is for another catalogue than the one that is asked",
            "aud is the catalogue's own name, one string, the same as data-catalog and the catalog of a request",
        ),
        "identity_expired": (
            "the token has expired",
            "sign a new one when the page asks for it; if it is new, set the clock of the signing server",
        ),
        "identity_not_yet": (
            "the token is not valid yet",
            "iat and nbf lie in the future; set the clock of the signing server",
        ),
        "identity_lifetime": (
            "the token lives longer than one hour",
            "set exp at most 3600 seconds after iat, and sign a new token when it has expired",
        ),
        "identity_revoked": (
            "the token was revoked",
            "sign a new one, with another jti, once the visitor has signed in again",
        ),
    }
)
"""Code -> what is wrong, and the remedy."""


class IdentityRefused(ShelftalkError):
    """A token does not say who the visitor is; ``code`` names the check that failed."""

    status = 401

    def __init__(self, code: str, *, claim: str = "") -> None:
        """``code`` is one of `CHECKS`; ``claim`` the name of the claim, where one is to blame."""
        said, hint = CHECKS[code]
        super().__init__(said.format(claim=claim), hint=hint)
        self.code = code

"""Signatures by Standard Webhooks: HMAC-SHA256 over id, timestamp and body; see https://www.standardwebhooks.com.

Several secrets at once are how they are rotated: we sign with each, and take any. Nothing of a secret is ever shown.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from bot.errors import SettingsError, ShelftalkError
from bot.settings import Settings

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
VARIABLE = "SHELFTALK_HANDOVER_SECRET"
MOST = 4
"""Secrets at once; two are enough for a rotation."""
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, as the standard asks."""
_PREFIX = "whsec_"
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_LONGEST_SIGNATURES = 1000
HINT = "make one with `echo whsec_$(openssl rand -base64 32)`, and give the desk the same"


class Refused(ShelftalkError):
    """A webhook without a good signature; which check failed is said, nothing of the secret."""

    code = "webhook_refused"
    status = 401


class Signing:
    """Signs what we send and verifies what the desk sends. Safe to use from several threads."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the secrets, the one in force first. Raises SettingsError."""
        if len(secrets) > MOST:
            raise SettingsError(f"{VARIABLE}S names {len(secrets)} secrets", hint=f"at most {MOST}; two rotate")
        self._signers = tuple(Webhook(_bytes(secret, number)) for number, secret in enumerate(secrets, 1))

    def __len__(self) -> int:
        return len(self._signers)

    @classmethod
    def read(cls, settings: Settings) -> Signing:
        """With the secrets of the settings; without any, nothing is signed and nothing taken. Raises SettingsError."""
        both = (settings.handover_secret, *settings.handover_secrets)
        return cls(tuple(dict.fromkeys(secret.strip() for secret in both if secret.strip())))

    def headers(self, id_: str, body: str, *, at: datetime | None = None) -> dict[str, str]:
        """The three headers of a webhook that leaves now: a signature for every secret, the one in force first."""
        now = at or datetime.now(UTC)
        signatures = " ".join(signer.sign(id_, now, body) for signer in self._signers)
        return {ID: id_, TIMESTAMP: str(int(now.timestamp())), SIGNATURE: signatures}

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of a webhook that the desk signed within five minutes of now. Raises Refused."""
        if not self._signers:
            raise Refused("this server has no secret of a desk", hint=f"set {VARIABLE}; {HINT}")
        given = {name: headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
        if not _ID.fullmatch(given[ID]) or not given[TIMESTAMP].isdecimal():
            raise Refused(f"{ID} or {TIMESTAMP} is missing or malformed", hint="sign as Standard Webhooks describes")
        if len(given[SIGNATURE]) > _LONGEST_SIGNATURES:
            raise Refused(f"{SIGNATURE} is too long", hint="send one signature for each secret")
        problem = ""
        for signer in self._signers:
            try:
                signer.verify(body, given, json_parse=False)
            except WebhookVerificationError as error:
                problem = str(error)
            except ValueError:  # neither UTF-8 nor base64, or not `v1,SIGNATURE`
                problem = "Invalid Signature Headers"
            else:
                return given[ID]
        raise Refused(
            f"the webhook was not taken: {problem.lower()}",
            hint="sign id.timestamp.body with the secret of SHELFTALK_HANDOVER_SECRET, within five minutes",
        )


def _bytes(secret: str, number: int) -> bytes:
    """The bytes of a secret that is written as the standard says. Raises SettingsError."""
    try:
        found = base64.b64decode(secret.removeprefix(_PREFIX), validate=True) if secret.startswith(_PREFIX) else b""
    except (binascii.Error, ValueError):
        found = b""
    if not SHORTEST <= len(found) <= LONGEST:
        raise SettingsError(
            f"{VARIABLE}, secret {number}: it is not whsec_ and base64 of {SHORTEST} to {LONGEST} bytes", hint=HINT
        )
    return found

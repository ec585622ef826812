"""The keys of host sites: what `SHELFTALK_IDENTITY_KEYS` says, read once and checked. Nothing of a key is ever shown.

`{"KID": {"alg": "HS256", "key": "SECRET", "aud": "films"}, "KID2": {"alg": "EdDSA", "key": PEM or JWK}}`, or
`file:PATH` of such a file. Two keys side by side are how keys are rotated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.algorithms import HMACAlgorithm, OKPAlgorithm
from jwt.exceptions import InvalidKeyError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import SettingsError
from bot.web.identity.strictly import Duplicate, read_object
from bot.web.texts import Name

Algorithm: TypeAlias = Literal["HS256", "EdDSA"]

VARIABLE = "SHELFTALK_IDENTITY_KEYS"
SHORTEST_SECRET = 32
"""Bytes of a shared secret at least: as many as HS256 puts out."""
_FILE = "file:"
_LARGEST = 256 * 1024
_SHAPE_HINT = 'as in {"2026-11": {"alg": "HS256", "key": "a secret of 32 bytes or more", "aud": "films"}}'


@dataclass(frozen=True, slots=True)
class Key:
    """One key of one host. ``audiences`` are the catalogues that it may sign for, () all of them.

    ``host`` keeps apart the visitors of hosts that share a catalogue; the keys of one host name the same.
    """

    kid: str
    algorithm: Algorithm
    material: bytes | Ed25519PublicKey = field(repr=False)
    audiences: tuple[str, ...] = ()
    host: str = ""

    def signs_for(self, catalog: str) -> bool:
        """Whether the operator lets it sign for that catalogue."""
        return not self.audiences or catalog in self.audiences


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys, by their ids; an empty one takes no token."""

    keys: Mapping[str, Key] = field(default_factory=lambda: MappingProxyType({}))

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def read(cls, setting: str) -> Keyring:
        """The keys that the setting names; "" for none.

        Raises:
            SettingsError: with what is wrong, at which key, and the remedy; never with anything of a key.
        """
        if not setting.strip():
            return cls()
        rows = _rows(_text(setting.strip()))
        return cls(MappingProxyType({kid: _key(kid, row) for kid, row in rows.items()}))

    def hosts(self, catalog: str) -> tuple[str, ...]:
        """The hosts whose keys may sign for that catalogue; "" is the one of keys that name none."""
        return tuple(sorted({key.host for key in self.keys.values() if key.signs_for(catalog)}))

    def strangers(self, catalogs: Collection[str]) -> tuple[str, ...]:
        """Audiences of keys that are no catalogue here: most likely misspelt."""
        named = {audience for key in self.keys.values() for audience in key.audiences}
        return tuple(sorted(named - set(catalogs)))


class _Row(BaseModel):
    """One key as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    alg: Algorithm
    key: str | dict[str, Any]
    aud: Name | Annotated[list[Name], Field(min_length=1)] | None = None
    host: str = Field(default="", max_length=200)


def _text(setting: str) -> str:
    """The setting itself, or what the file that it names holds."""
    if not setting.startswith(_FILE):
        return setting
    path = Path(setting.removeprefix(_FILE)).expanduser()
    if "{" in str(path):  # the keys themselves: they are not repeated
        raise SettingsError(f"{VARIABLE} names no file after {_FILE}", hint=f"name one, or leave out {_FILE}")
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(_LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingsError(
            f"{VARIABLE} names {path}, which cannot be read: {reason}", hint="name a file that this server may read"
        ) from None


def _rows(text: str) -> Mapping[str, Any]:
    """Key id -> what is written of that key."""
    try:
        rows = read_object(text)
    except Duplicate as error:
        raise SettingsError(f"{VARIABLE} names {error.name[:40]!r} twice", hint="give every key its own id") from None
    except ValueError:
        raise SettingsError(f"{VARIABLE} is not one JSON object", hint=_SHAPE_HINT) from None
    if not rows:
        raise SettingsError(f"{VARIABLE} holds no key", hint=f"leave it empty for none, or name one: {_SHAPE_HINT}")
    return rows


def _key(kid: str, row: Any) -> Key:
    """One key, ready to verify with."""
    if not 0 < len(kid) <= 200:
        raise SettingsError(f"{VARIABLE} has a key id of {len(kid)} characters", hint="1 to 200 are taken")
    try:
        read = _Row.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][:1]) or "the key"
        raise _wrong(
            kid, f"{where} does not fit", hint=f"alg is HS256 or EdDSA, key text or a JWK, {_SHAPE_HINT}"
        ) from None
    material = _secret(kid, read.key) if read.alg == "HS256" else _public(kid, read.key)
    audiences = (read.aud,) if isinstance(read.aud, str) else tuple(read.aud or ())
    return Key(kid, read.alg, material, audiences, read.host)


def _secret(kid: str, written: str | dict[str, Any]) -> bytes:
    """A shared secret: long enough, and no public key by mistake."""
    if not isinstance(written, str):
        raise _wrong(
            kid, "the key is a JWK", hint="HS256 takes a shared secret as text; for a public key set alg EdDSA"
        )
    try:
        secret = HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(written)
    except (InvalidKeyError, ValueError):
        raise _wrong(kid, "the key is no shared secret", hint="for a public key set alg EdDSA") from None
    if len(secret) < SHORTEST_SECRET:
        hint = f"use at least {SHORTEST_SECRET}, as from `openssl rand -base64 48`"
        raise _wrong(kid, f"the secret has {len(secret)} bytes", hint=hint)
    return secret


def _public(kid: str, written: str | dict[str, Any]) -> Ed25519PublicKey:
    """An Ed25519 public key, of PEM or JWK."""
    hint = "write the Ed25519 public key as PEM (`openssl pkey -in private.pem -pubout`) or as JWK with kty, crv and x"
    try:
        jwk = json.loads(written) if isinstance(written, str) and written.lstrip().startswith("{") else written
        found = OKPAlgorithm.from_jwk(jwk) if isinstance(jwk, dict) else OKPAlgorithm().prepare_key(jwk.strip())
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        raise _wrong(kid, "the key is no Ed25519 public key", hint=hint) from None
    if not isinstance(found, Ed25519PublicKey):
        raise _wrong(kid, "the key is a private one, or no Ed25519 key", hint=hint)
    return found


def _wrong(kid: str, problem: str, *, hint: str) -> SettingsError:
    return SettingsError(f"{VARIABLE}, key {kid[:40]!r}: {problem}", hint=hint)

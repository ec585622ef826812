"""Shared by the tests of signed identity: a host with its keys and tokens, and a server that knows the keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import OKPAlgorithm

from tests.web import Script, client, words

SECRET = "a-shared-secret-of-the-host-only-for-tests"
OTHER_SECRET = "another-secret-that-no-server-was-told-of"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"shelftalk-tests-sign-with-this-!"[:32])
PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
PRIVATE_PEM = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
JWK = OKPAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True)
PRIVATE_JWK = OKPAlgorithm.to_jwk(PRIVATE, as_dict=True)

KEYS: dict[str, dict[str, Any]] = {
    "films-1": {"alg": "HS256", "key": SECRET, "aud": "films"},
    "films-2": {"alg": "EdDSA", "key": PEM, "aud": "films"},
    "outdoor-1": {"alg": "HS256", "key": f"{SECRET}-outdoor", "aud": ["outdoor"]},
    "any": {"alg": "EdDSA", "key": JWK},
}
OPERATOR = "the-operators-token-of-the-tests-of-identity"


def claims(sub: str = "ada", **changed: Any) -> dict[str, Any]:
    """The claims of a good token, with changes; None leaves one out."""
    now = int(time.time())
    found = {"aud": "films", "sub": sub, "iat": now, "exp": now + 600, "jti": uuid4().hex, **changed}
    return {name: value for name, value in found.items() if value is not None}


def signed(
    said: dict[str, Any], *, key: Any = SECRET, alg: str = "HS256", kid: str | None = "films-1", **header: Any
) -> str:
    """``said`` as a token."""
    named = {} if kid is None else {"kid": kid}
    return jwt.encode(said, key, algorithm=alg, headers={**named, **header})


def token(sub: str = "ada", **changed: Any) -> str:
    """A good token of the films' host, its claims changed as asked."""
    return signed(claims(sub, **changed))


def bearer(value: str, session: str | None = None) -> dict[str, str]:
    """The headers of a request."""
    return {"Authorization": f"Bearer {value}", **({"X-Session": session} if session else {})}


@contextmanager
def host(data_dir: Path, script: Script = words, **chosen: Any) -> Iterator[httpx.Client]:
    """A client of a server that knows `KEYS`, without limits."""
    wanted: dict[str, Any] = {
        "identity_keys": json.dumps(KEYS),
        "operator_token": OPERATOR,
        "per_minute": 10**6,
        "per_minute_address": 10**6,
        **chosen,
    }
    with client(data_dir, script, **wanted) as found:
        yield found


def chat(http: httpx.Client, message: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
    """The reply to one message."""
    reply = http.post("/v1/chat", json={"message": message, **body}, headers=headers)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def said(http: httpx.Client, headers: dict[str, str]) -> list[str]:
    """The messages of the conversation that the headers name."""
    found = http.get("/v1/transcript", headers=headers)
    assert found.status_code == 200, found.text
    return [turn["message"] for turn in found.json()["turns"]]


def me(http: httpx.Client, headers: dict[str, str]) -> dict[str, Any]:
    """What is known of a visitor."""
    found: dict[str, Any] = http.get("/v1/me", headers=headers).json()
    return found


def press(
    http: httpx.Client, headers: dict[str, str], kind: str, item: str = "f1", session: str | None = None
) -> httpx.Response:
    """A press on a card."""
    body = {"kind": kind, "item_id": item, **({"session_id": session} if session else {})}
    return http.post("/v1/feedback", json=body, headers=headers)


def outcome(reply: httpx.Response) -> tuple[int, str]:
    """Status and code."""
    return reply.status_code, reply.json()["error"]["code"]


def everywhere(http: httpx.Client, headers: dict[str, str], session: str | None = None) -> set[tuple[int, str]]:
    """The outcome of every route that names a session."""
    named = {"session_id": session} if session else {}
    return {
        outcome(reply)
        for reply in (
            http.get("/v1/me", headers=headers),
            http.patch("/v1/me", headers=headers, json={"remove": ["like:f1"]}),
            http.get("/v1/me/export", headers=headers),
            http.get("/v1/transcript", headers=headers),
            http.post("/v1/chat", headers=headers, json={"message": "m", **named}),
            http.post("/v1/chat", headers=headers, json={"message": "m", "stream": True, **named}),
            http.post("/v1/feedback", headers=headers, json={"kind": "resolved", **named}),
            http.delete("/v1/me", headers=headers),
        )
    }

"""Keys of host sites: what the setting takes, what it refuses with the remedy, and that nothing of a key is shown."""

from __future__ import annotations

import json
import time
import traceback

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.errors import SettingsError
from bot.settings import Settings
from bot.terminal.checking import examine
from bot.web.identity import IdentityRefused, Keyring
from bot.web.identity.verifier import Verifier
from tests.identity import (
    JWK,
    KEYS,
    PEM,
    PRIVATE,
    PRIVATE_JWK,
    PRIVATE_PEM,
    SECRET,
    bearer,
    chat,
    claims,
    host,
    said,
    signed,
    token,
)
from tests.services import free_port
from tests.test_cli import refused, run
from tests.web import settings

GOOD = {"alg": "HS256", "key": SECRET}


def public(key) -> str:
    """A public key as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_what_is_taken():
    """A secret, PEM, a JWK and a JWK as text; one catalogue, several, or all; the id names the key."""
    ring = Keyring.read(json.dumps({**KEYS, "text": {"alg": "EdDSA", "key": json.dumps(JWK), "host": "shop-b"}}))
    assert [(key.kid, key.algorithm, key.audiences, key.host) for key in ring.keys.values()] == [
        ("films-1", "HS256", ("films",), ""),
        ("films-2", "EdDSA", ("films",), ""),
        ("outdoor-1", "HS256", ("outdoor",), ""),
        ("any", "EdDSA", (), ""),
        ("text", "EdDSA", (), "shop-b"),
    ]
    assert not Keyring.read("") and not Keyring.read("  ")


BAD = {
    "no JSON": "films-1=secret",
    "a list": json.dumps([GOOD]),
    "no key": "{}",
    "a key id twice": f'{{"a": {json.dumps(GOOD)}, "a": {json.dumps(GOOD)}}}',
    "an empty key id": json.dumps({"": GOOD}),
    "a key that is text": json.dumps({"a": SECRET}),
    "no alg": json.dumps({"a": {"key": SECRET}}),
    "alg none": json.dumps({"a": {**GOOD, "alg": "none"}}),
    "alg RS256": json.dumps({"a": {**GOOD, "alg": "RS256"}}),
    "a misspelt field": json.dumps({"a": {**GOOD, "audience": "films"}}),
    "an audience that is a number": json.dumps({"a": {**GOOD, "aud": 7}}),
    "no audience in the list": json.dumps({"a": {**GOOD, "aud": []}}),
    "a short secret": json.dumps({"a": {"alg": "HS256", "key": SECRET[:31]}}),
    "an empty secret": json.dumps({"a": {"alg": "HS256", "key": ""}}),
    "a public key as a secret": json.dumps({"a": {"alg": "HS256", "key": PEM}}),
    "a JWK as a secret": json.dumps({"a": {"alg": "HS256", "key": JWK}}),
    "a JWK in text as a secret": json.dumps({"a": {"alg": "HS256", "key": json.dumps(JWK)}}),
    "a secret as a public key": json.dumps({"a": {"alg": "EdDSA", "key": SECRET}}),
    "a private PEM": json.dumps({"a": {"alg": "EdDSA", "key": PRIVATE_PEM}}),
    "a private JWK": json.dumps({"a": {"alg": "EdDSA", "key": PRIVATE_JWK}}),
    "a broken PEM": json.dumps({"a": {"alg": "EdDSA", "key": PEM.replace("MCow", "MCoX")}}),
    "a broken JWK": json.dumps({"a": {"alg": "EdDSA", "key": {**JWK, "x": "short"}}}),
    "a JWK of another kind": json.dumps({"a": {"alg": "EdDSA", "key": {"kty": "oct", "k": "c2VjcmV0"}}}),
    "an Ed448 key": json.dumps({"a": {"alg": "EdDSA", "key": public(Ed448PrivateKey.generate())}}),
    "an EC key": json.dumps({"a": {"alg": "EdDSA", "key": public(generate_private_key(SECP256R1()))}}),
    "a file that is not there": "file:/nowhere/identity.json",
    "the keys in the place of a file's name": "file:" + json.dumps({"a": GOOD}),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_refused_before_anything_is_served(tmp_path, name):
    """With the remedy, and without a word of the key, also in the trace."""
    with pytest.raises(SettingsError) as caught, host(tmp_path, identity_keys=BAD[name]):
        pass
    shown = "".join(traceback.format_exception(caught.value, chain=True)) + caught.value.hint
    assert "SHELFTALK_IDENTITY_KEYS" in str(caught.value) and caught.value.hint
    secrets = (SECRET, SECRET[:31], PRIVATE_JWK["d"], PRIVATE_PEM.splitlines()[1], PEM.splitlines()[1])
    assert not any(secret in shown for secret in secrets)


def test_a_file_may_hold_them(tmp_path):
    """Named by `file:`, as secrets are mounted."""
    (tmp_path / "keys.json").write_text(json.dumps(KEYS), "utf-8-sig")  # as some editors save
    with host(tmp_path, identity_keys=f"file:{tmp_path / 'keys.json'}") as http:
        assert http.get("/v1/me", headers=bearer(token())).status_code == 200


def test_nothing_of_a_key_is_shown():
    """Neither settings nor a key nor a ring nor a token's identity shows what it holds."""
    chosen = Settings.load(environ={"HOME": "/h", "SHELFTALK_IDENTITY_KEYS": json.dumps(KEYS)})
    ring = Keyring.read(chosen.identity_keys)
    identity = Verifier(ring).verify(token("ada-lovelace", name="Ada"), catalogs=("films",))
    shown = repr((chosen, ring, *ring.keys.values(), identity))
    assert SECRET not in shown and "BEGIN" not in shown and "ada-lovelace" not in shown and "Ada" not in shown


def test_keys_are_rotated_side_by_side(tmp_path):
    """With both, tokens of either are the same visitor; once the old one is gone, its tokens are refused."""
    old, new = {"films-1": KEYS["films-1"]}, {"films-2": KEYS["films-2"]}
    by_old, by_new = signed(claims()), signed(claims(), key=PRIVATE, alg="EdDSA", kid="films-2")
    with host(tmp_path, identity_keys=json.dumps(old)) as http:
        chat(http, "before", bearer(by_old))
        assert http.get("/v1/me", headers=bearer(by_new)).status_code == 401
    with host(tmp_path, identity_keys=json.dumps({**old, **new})) as http:
        chat(http, "by the new", bearer(by_new))
        chat(http, "by the old", bearer(by_old))
        assert said(http, bearer(by_new)) == ["before", "by the new", "by the old"]
    with host(tmp_path, identity_keys=json.dumps(new)) as http:
        assert http.get("/v1/me", headers=bearer(by_old)).json()["error"]["code"] == "identity_signature"
        assert said(http, bearer(by_new)) == ["before", "by the new", "by the old"]


def test_two_hosts_of_one_catalogue_keep_their_visitors_apart(tmp_path):
    """Equal ids under keys that name two hosts are two visitors."""
    keys = {
        "a": {**GOOD, "aud": "films", "host": "shop-a"},
        "b": {"alg": "EdDSA", "key": PEM, "aud": "films", "host": "shop-b"},
    }
    at_a, at_b = signed(claims("7"), kid="a"), signed(claims("7"), key=PRIVATE, alg="EdDSA", kid="b")
    with host(tmp_path, identity_keys=json.dumps(keys)) as http:
        chat(http, "at a", bearer(at_a))
        chat(http, "at b", bearer(at_b))
        assert (said(http, bearer(at_a)), said(http, bearer(at_b))) == (["at a"], ["at b"])


def test_a_retired_key_of_a_verifier_is_gone():
    """A ring without the key refuses what it signed."""
    ring = Keyring.read(json.dumps({"films-2": KEYS["films-2"]}))
    with pytest.raises(IdentityRefused):
        Verifier(ring).verify(token(iat=int(time.time())), catalogs=("films",))


def looked(data_dir, keys: str):
    """What doctor says of the keys."""
    chosen = settings(data_dir, port=0, catalogs=("films",), identity_keys=keys)
    return next(check for check in examine(chosen) if check.name == "identity keys")


def test_doctor_names_the_keys_and_whom_they_sign_for(tmp_path):
    """By id, algorithm and catalogue."""
    found = looked(tmp_path, json.dumps({"films-1": KEYS["films-1"], "any": KEYS["any"]}))
    assert (found.ok, found.found) == (True, "films-1 (HS256, films), any (EdDSA, every catalogue)")
    assert looked(tmp_path, "").found == "none: every visitor is anonymous"


@pytest.mark.parametrize(
    ("keys", "found"),
    [("{}", "holds no key"), (json.dumps({"a": {**GOOD, "aud": "flims"}}), "flims"), ("x", "not one JSON object")],
)
def test_doctor_finds_keys_that_do_not_fit(tmp_path, keys, found):
    """A misspelt catalogue too, which no token would ever be for."""
    check = looked(tmp_path, keys)
    assert not check.ok and found in check.found and check.hint


def test_serve_refuses_keys_that_do_not_fit(tmp_path, monkeypatch):
    """Before anything slow is loaded, with the remedy, and not at the first visitor."""
    monkeypatch.setenv("SHELFTALK_IDENTITY_KEYS", json.dumps({"a": {"alg": "HS256", "key": "short"}}))
    what, remedy = refused(run("serve", "--port", free_port(), folder=tmp_path))
    assert "the secret has 5 bytes" in what and "openssl rand" in remedy
    assert not (tmp_path / "catalogs").exists()

"""Tokens: every forged, stale or malformed one is refused with the check that failed; nothing of it is repeated."""

from __future__ import annotations

import base64
import json
import logging
import time

import jwt
import pytest

from bot.web.identity import IdentityRefused, Keyring
from bot.web.identity.refusals import CHECKS
from bot.web.identity.verifier import Verifier
from tests.identity import KEYS, OPERATOR, OTHER_SECRET, PEM, PRIVATE, SECRET, bearer, chat, claims, host, signed, token

NOW = int(time.time())
"""When this file was read; what runs much later asks `ago`."""


def ago(seconds: int) -> int:
    """So many seconds before now."""
    return int(time.time()) - seconds


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A server that lives for this file."""
    with host(tmp_path_factory.mktemp("web")) as found:
        yield found


def part(value) -> str:
    """One part of a token: JSON, or text as it stands."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def by_hand(header, payload, *, key: str = SECRET) -> str:
    """A token that no library would make, its signature good."""
    first = f"{part(header)}.{part(payload)}"
    made = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(first.encode(), key.encode())
    return f"{first}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def confused() -> str:
    """Signed by HS256 with the public key of an EdDSA key as its secret."""
    return by_hand({"alg": "HS256", "kid": "films-2", "typ": "JWT"}, claims(), key=PEM)


def changed() -> str:
    """Another `sub` under the signature of the first."""
    first, _, last = token("ada").split(".")
    return f"{first}.{part(claims('eve'))}.{last}"


HEADER = {"alg": "HS256", "kid": "films-1"}
TWICE = json.dumps(claims())[:-1].encode() + b', "sub": "eve"}'
BAD = {
    "signed with another secret": (lambda: signed(claims(), key=OTHER_SECRET), "identity_signature"),
    "claims changed after signing": (changed, "identity_signature"),
    "the signature left out": (lambda: token().rpartition(".")[0] + ".", "identity_signature"),
    "an unknown kid": (lambda: signed(claims(), kid="films-9"), "identity_signature"),
    "no kid": (lambda: signed(claims(), kid=None), "identity_signature"),
    "a kid that is no text": (lambda: by_hand({"alg": "HS256", "kid": ["films-1"]}, claims()), "identity_signature"),
    "the key of another catalogue": (
        lambda: signed(claims(), kid="outdoor-1", key=f"{SECRET}-outdoor"),
        "identity_signature",
    ),
    "the public key as a secret": (confused, "identity_signature"),
    "EdDSA under the kid of a secret": (lambda: signed(claims(), key=PRIVATE, alg="EdDSA"), "identity_signature"),
    "alg none": (
        lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": "films-1"}),
        "identity_algorithm",
    ),
    "alg NONE with the signature of another": (
        lambda: f"{part({'alg': 'NONE', 'kid': 'films-1'})}.{token().partition('.')[2]}",
        "identity_algorithm",
    ),
    "alg HS512": (lambda: signed(claims(), alg="HS512", key=SECRET * 2), "identity_algorithm"),
    "no alg": (lambda: by_hand({"kid": "films-1"}, claims()), "identity_algorithm"),
    "expired": (lambda: token(iat=ago(700), exp=ago(100)), "identity_expired"),
    "issued in the future": (lambda: token(iat=ago(-300), exp=ago(-900)), "identity_not_yet"),
    "not before later": (lambda: token(nbf=ago(-300)), "identity_not_yet"),
    "a life of two hours": (lambda: token(exp=ago(-7200)), "identity_lifetime"),
    "a life of two hours, one of them over": (lambda: token(iat=ago(3700), exp=ago(-3500)), "identity_lifetime"),
    "another catalogue of this server": (
        lambda: signed(claims(aud="outdoor"), key=PRIVATE, alg="EdDSA", kid="any"),
        "identity_audience",
    ),
    "a catalogue that is not here": (
        lambda: signed(claims(aud="shoes"), key=PRIVATE, alg="EdDSA", kid="any"),
        "identity_audience",
    ),
    "several audiences": (lambda: token(aud=["films", "outdoor"]), "identity_claims"),
    "no audience": (lambda: token(aud=None), "identity_claims"),
    "no sub": (lambda: token(sub=None), "identity_claims"),
    "an empty sub": (lambda: token(""), "identity_claims"),
    "a sub that is a number": (lambda: by_hand(HEADER, claims(7)), "identity_claims"),
    "a sub with NUL": (lambda: token("a\x00b"), "identity_claims"),
    "no jti": (lambda: token(jti=None), "identity_claims"),
    "no exp": (lambda: token(exp=None), "identity_claims"),
    "no iat": (lambda: token(iat=None), "identity_claims"),
    "exp that is true": (lambda: by_hand(HEADER, claims(exp=True)), "identity_claims"),
    "exp beyond every number": (lambda: by_hand(HEADER, claims(exp=10**400)), "identity_claims"),
    "exp that is infinite": (
        lambda: by_hand(HEADER, json.dumps(claims(exp=7)).replace('"exp": 7', '"exp": 1e999').encode()),
        "identity_claims",
    ),
    "exp that is NaN": (lambda: by_hand(HEADER, claims(exp=float("nan"))), "identity_malformed"),
    "a context with long values": (lambda: token(context={"page": "p" * 501}), "identity_claims"),
    "a context that is text": (lambda: token(context="g1"), "identity_claims"),
    "a locale that is none": (lambda: token(locale="../en"), "identity_claims"),
    "a claim twice": (lambda: by_hand(HEADER, TWICE), "identity_duplicate"),
    "a header twice": (
        lambda: by_hand(b'{"alg": "HS256", "kid": "films-1", "alg": "none"}', claims()),
        "identity_duplicate",
    ),
    "larger than 4 kB": (lambda: token(extra="x" * 4096), "identity_too_large"),
    "four parts": (lambda: f"{token()}.x", "identity_malformed"),
    "two parts": (lambda: token().rpartition(".")[0], "identity_malformed"),
    "dots alone": (lambda: "..", "identity_malformed"),
    "what JavaScript sends of nothing": (lambda: "undefined", "identity_malformed"),
    "a token of another kind": (lambda: "k" * 201, "identity_malformed"),
    "a header that no base64 is as long as": (lambda: f"abcde.{token().partition('.')[2]}", "identity_malformed"),
    "a name in two ways of writing": (
        lambda: by_hand(HEADER, json.dumps(claims())[:-1].encode() + b', "\\u0073ub": "eve"}'),
        "identity_duplicate",
    ),
    "a place twice": (
        lambda: by_hand(HEADER, json.dumps(claims())[:-1].encode() + b', "context": {"page": "a", "page": "b"}}'),
        "identity_duplicate",
    ),
    "a header that is no JSON": (lambda: f"{part(b'{alg')}.{token().partition('.')[2]}", "identity_malformed"),
    "a header that is a list": (lambda: f"{part(['HS256'])}.{token().partition('.')[2]}", "identity_malformed"),
    "claims that are a list": (lambda: by_hand(HEADER, ["films", "ada"]), "identity_malformed"),
    "claims nested without end": (lambda: by_hand(HEADER, b"[" * 2500), "identity_malformed"),
    "a critical extension": (lambda: by_hand({**HEADER, "crit": ["exp"]}, claims()), "identity_malformed"),
    "a detached payload": (lambda: by_hand({**HEADER, "b64": False, "crit": ["b64"]}, claims()), "identity_malformed"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_refused_with_the_check_that_failed(http, name, caplog):
    """401, a code, what is wrong and what to do; neither the answer nor the log repeats the token or a key."""
    make, code = BAD[name]
    bad = make()
    with caplog.at_level(logging.DEBUG):
        replies = [
            http.post("/v1/chat", json={"message": "m", "catalog": "films"}, headers=bearer(bad)),
            http.get("/v1/me", headers=bearer(bad)) if code != "identity_audience" else None,
        ]
    for reply in filter(None, replies):
        told = reply.json()["error"]
        assert (reply.status_code, told["code"]) == (401, code), told
        assert reply.headers["www-authenticate"] == "Bearer"
        assert told["message"] and told["hint"] == CHECKS[code][1]
        shown = reply.text + "".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
        assert not any(part in shown for part in bad.split(".") if len(part) > 8)
        assert SECRET not in shown


def test_there_are_more_than_twenty_bad_ones_and_every_check_fails_at_some():
    """The table is whole: only what needs a server without keys, or an operator, is tested elsewhere."""
    assert len(BAD) >= 20
    assert {code for _, code in BAD.values()} == CHECKS.keys() - {"identity_off", "identity_revoked"}


def test_which_keys_there_are_is_told_to_nobody(http):
    """A kid that exists, one that does not and a key that may not sign for this catalogue read alike."""
    alike = (
        "signed with another secret",
        "an unknown kid",
        "the key of another catalogue",
        "the public key as a secret",
    )
    told = {http.get("/v1/me", headers=bearer(BAD[name][0]())).text for name in alike}
    assert len(told) == 1


@pytest.mark.parametrize(
    "make",
    [
        token,
        lambda: signed(claims(), key=PRIVATE, alg="EdDSA", kid="films-2"),
        lambda: signed(claims(), key=PRIVATE, alg="EdDSA", kid="any"),
        lambda: token(iat=ago(3500), exp=ago(-100)),
        lambda: token(iat=time.time() + 20, exp=time.time() + 3619.5),
        lambda: token(iat=ago(600), exp=ago(5)),
        lambda: token(nbf=ago(-10), name="Ada", locale="zh-CN", context={"product_id": 7, "basket": [1]}),
        lambda: token("客户/7 ü"),
        lambda: token(iss="https://shop.example", roles=["x"]),
    ],
)
def test_a_good_token_is_taken(http, make):
    """Either algorithm, PEM or JWK, clocks half a minute apart, claims that are nobody's business."""
    assert http.get("/v1/me", headers=bearer(make())).json()["verified"] is True


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/export", "/v1/transcript"])
def test_a_bad_token_is_refused_also_beside_a_good_session(http, path):
    """It is never a reason to go on as the anonymous visitor."""
    session = chat(http, "in space")["session_id"]
    refused = http.get(path, headers=bearer(signed(claims(), key=OTHER_SECRET), session))
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "identity_signature")
    assert http.get(path, headers={"X-Session": session}).status_code == 200


def test_without_a_token_all_goes_on_as_before(http):
    """A session's id is also taken as a bearer, and on a route that reads none another bearer does no harm."""
    session = chat(http, "in space")["session_id"]
    assert http.get("/v1/me", headers=bearer(session)).status_code == 200
    assert chat(http, "more", bearer(OPERATOR), session_id=session)["session_id"] == session


def test_a_server_without_keys_takes_no_token(tmp_path):
    """It says so, instead of taking the visitor for an anonymous one."""
    with host(tmp_path, identity_keys="") as http:
        refused = http.post("/v1/chat", json={"message": "m"}, headers=bearer(token()))
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "identity_off")
        assert http.post("/v1/chat", json={"message": "m"}, headers=bearer("undefined")).status_code == 200


def test_refusals_are_counted_and_an_address_may_not_go_on_for_ever(tmp_path):
    """By the check; after four times the address's messages it has to wait."""
    with host(tmp_path, per_minute_address=2) as http:
        codes = [http.get("/v1/me", headers=bearer("a.b.c")).status_code for _ in range(10)]
        figures = http.get("/metrics").text
    assert codes == [401] * 8 + [429] * 2
    assert 'shelftalk_identity_refused_total{code="identity_malformed"} 10' in figures


def test_the_times_are_exact():
    """Expiry, lifetime and clock: the last second that holds, and the first that does not."""
    clock = [NOW + 0.0]
    verifier = Verifier(Keyring.read(json.dumps(KEYS)), clock=lambda: clock[0])

    def code(at: float, **times) -> str:
        clock[0] = NOW + at
        try:
            verifier.verify(token(**times), catalogs=("films",))
        except IdentityRefused as error:
            return error.code
        return ""

    hour = {"iat": NOW, "exp": NOW + 3600}
    assert [code(at, **hour) for at in (-30.5, -30, 0, 3629, 3630)] == [
        "identity_not_yet",
        "",
        "",
        "",
        "identity_expired",
    ]
    assert code(0, iat=NOW, exp=NOW + 3601) == code(100, iat=NOW, exp=NOW + 3601) == "identity_lifetime"

"""Taking tokens back over HTTP: one, or all of a visitor's; by the operator alone, and never without effect."""

from __future__ import annotations

import json

import pytest

from tests.identity import OPERATOR, SECRET, bearer, chat, claims, host, outcome, said, signed, token


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A server that lives for this file."""
    with host(tmp_path_factory.mktemp("web")) as found:
        yield found


@pytest.fixture
def sub(request) -> str:
    """A visitor of this test alone."""
    return f"visitor of {request.node.name}"


def revoke(http, **body):
    """Take back."""
    return http.post("/v1/identity/revocations", json=body, headers=bearer(OPERATOR))


def test_a_revoked_token_is_refused(http, sub):
    """One by its jti; the visitor's other tokens hold."""
    stolen, other = token(sub, jti=f"stolen {sub}"), token(sub)
    chat(http, "mine", bearer(stolen))
    done = revoke(http, jti=f"stolen {sub}")
    assert (done.status_code, done.json()["catalog"], done.json()["revoked"]) == (201, "films", "jti")
    assert outcome(http.get("/v1/me", headers=bearer(stolen))) == (401, "identity_revoked")
    assert said(http, bearer(other)) == ["mine"]


def test_all_tokens_of_a_visitor_are_revoked_at_once(http, sub):
    """Those issued so far; not those of the same id in another catalogue, nor one that is issued after."""
    now = claims()["iat"]
    mine, later = token(sub), token(sub, iat=now + 29, exp=now + 600)
    outdoor = signed(claims(sub, aud="outdoor"), key=f"{SECRET}-outdoor", kid="outdoor-1")
    assert revoke(http, catalog="films", sub=sub).json()["revoked"] == "sub"
    assert outcome(http.get("/v1/me", headers=bearer(mine))) == (401, "identity_revoked")
    assert outcome(http.get("/v1/me", headers=bearer(later))) == (401, "identity_revoked")
    assert http.get("/v1/me", headers=bearer(outdoor)).status_code == 200
    assert revoke(http, catalog="films", sub=sub).status_code == 201


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "invalid_request")),
        ({"jti": "a", "sub": "b"}, (422, "invalid_request")),
        ({"jti": ""}, (422, "invalid_request")),
        ({"jti": 7}, (422, "invalid_request")),
        ({"jti": "a", "until": "tomorrow"}, (422, "invalid_request")),
        ({"jti": "a", "catalog": "shoes"}, (404, "unknown_catalog")),
    ],
)
def test_a_revocation_that_does_not_fit_is_refused(http, body, expected):
    """With its remedy."""
    assert outcome(revoke(http, **body)) == expected


@pytest.mark.parametrize(("headers", "status"), [({}, 401), (bearer("a-wrong-operators-token"), 403)])
def test_only_the_operator_revokes(http, headers, status):
    """Neither a stranger nor a visitor."""
    assert http.post("/v1/identity/revocations", json={"jti": "a"}, headers=headers).status_code == status
    assert http.post("/v1/identity/revocations", json={"jti": "a"}, headers=bearer(token())).status_code == 403


def test_where_hosts_share_a_catalogue_a_revocation_names_one(tmp_path):
    """Their visitors may have equal ids; what would take back nothing is refused, with the hosts that there are."""
    keys = {name: {"alg": "HS256", "key": f"{SECRET} {name}", "aud": "films", "host": name} for name in ("a", "b")}
    at_a, at_b = (signed(claims("7"), key=f"{SECRET} {name}", kid=name) for name in ("a", "b"))
    with host(tmp_path, identity_keys=json.dumps(keys)) as http:
        for body in ({"sub": "7"}, {"sub": "7", "host": "c"}, {"sub": "7", "host": ""}):
            refused = revoke(http, **body)
            assert outcome(refused) == (422, "invalid_request")
            assert refused.json()["error"]["hint"] == "send host; hosts here: 'a', 'b'"
        assert revoke(http, sub="7", host="a").status_code == 201
        assert [http.get("/v1/me", headers=bearer(one)).status_code for one in (at_a, at_b)] == [401, 200]


def test_the_only_host_need_not_be_named(tmp_path):
    """Whatever it is called."""
    keys = {"a": {"alg": "HS256", "key": SECRET, "host": "shop-a"}}
    mine = signed(claims("7", jti="stolen"), kid="a")
    with host(tmp_path, identity_keys=json.dumps(keys)) as http:
        assert http.get("/v1/me", headers=bearer(mine)).status_code == 200
        assert revoke(http, jti="stolen").status_code == 201
        assert outcome(http.get("/v1/me", headers=bearer(mine))) == (401, "identity_revoked")


def test_without_keys_there_is_nothing_to_revoke(tmp_path):
    """It is said, instead of a success that means nothing."""
    with host(tmp_path, identity_keys="") as http:
        refused = revoke(http, jti="a")
        assert outcome(refused) == (422, "invalid_request") and "every token is refused" in refused.text

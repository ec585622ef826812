"""Whatever JSON is sent to whatever route: an answer or an error in the one shape, never a 5xx, never a stack trace."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests.operating import BEARER, shop_client

SHORT = bounds(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
)
SCALARS |= st.sampled_from(["", "g1", "kind", "lamp", "price", "Red Lamp", "\x00", "\ud800", 10**400, "a" * 600])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
IDS = st.sampled_from(["g1", "g2", "new", "s/1", "%00", "ü", "a" * 300]) | st.text(min_size=1, max_size=8)


def near(**fields):
    """An object of these fields, each perhaps left out, with perhaps one that nobody knows."""
    return st.one_of(
        JSON,
        st.fixed_dictionaries({}, optional=fields),
        st.fixed_dictionaries(fields),
        st.fixed_dictionaries({}, optional={**fields, "odd": JSON}),
    )


VALUES = SCALARS | JSON
ROW = near(
    id=IDS | JSON, title=VALUES, description=VALUES, kind=VALUES, price=VALUES, image=VALUES,
    facets=st.dictionaries(st.sampled_from(["kind", "price", "odd"]), VALUES, max_size=3) | JSON,
)  # fmt: skip
CONSTRAINT = near(
    facet=st.sampled_from(["kind", "price"]) | JSON, op=st.sampled_from(["is", "<", "between"]) | JSON, value=VALUES
)
ACTIONS = st.sampled_from(["hide", "promote", "bury", "in_stock"])
RULE = near(action=ACTIONS | JSON, item_id=IDS | JSON, constraint=CONSTRAINT)
FILTERS = st.dictionaries(
    st.sampled_from(["kind", "price", "odd"]), VALUES | near(gte=VALUES, contains=VALUES), max_size=3
)
TEXTS = st.text(max_size=30) | JSON
BODIES = {
    ("POST", "/v1/chat"): near(message=TEXTS, catalog=JSON, session_id=JSON, stream=st.just(False) | JSON),
    ("POST", "/v1/search"): near(query=TEXTS, k=st.integers() | JSON, rerank=JSON, catalog=JSON, filters=FILTERS),
    ("POST", "/v1/answer"): near(question=TEXTS, catalog=JSON),
    ("POST", "/v1/feedback"): near(
        session_id=JSON, kind=JSON | st.just("like"), item_id=JSON, turn_id=JSON, reason=JSON
    ),
    ("POST", "/v1/sessions"): near(catalog=JSON),
    ("PATCH", "/v1/me"): near(remove=st.lists(VALUES, max_size=3) | JSON),
    ("PUT", "/v1/rules"): near(rules=st.lists(RULE, max_size=3) | JSON),
    ("POST", "/v1/items:bulk"): near(
        catalog=JSON, upsert=st.lists(ROW, max_size=3) | JSON, delete=st.lists(IDS | JSON, max_size=2) | JSON
    ),
    ("POST", "/v1/items:bulk?partial=true"): near(upsert=st.lists(ROW, max_size=3), delete=st.lists(IDS, max_size=1)),
}  # fmt: skip


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """The shop, for this file."""
    with shop_client(tmp_path_factory.mktemp("shop"), per_minute=10**6, per_minute_address=10**6) as found:
        yield found


def sound(response) -> bool:
    """An answer, or an error in the one shape."""
    assert response.status_code < 500 and "Traceback" not in response.text, response.text[:300]
    if response.status_code >= 400:
        told = response.json()["error"]
        assert set(told) == {"code", "message", "hint"} and told["message"], response.text[:300]
    return True


def body(value) -> bytes:
    """JSON, also of text that has no UTF-8."""
    return json.dumps(value).encode()


@pytest.mark.parametrize("route", BODIES, ids=" ".join)
def test_any_json_to_any_route(http, route):
    """Objects near to what the route takes, and others."""
    method, path = route
    session = http.post("/v1/sessions").json()["session_id"]

    @SHORT
    @given(BODIES[route])
    def send(value):
        headers = {"Content-Type": "application/json", "X-Session": session, **BEARER}
        assert sound(http.request(method, path, content=body(value), headers=headers))

    send()
    assert http.get("/readyz").status_code == 200


@SHORT
@given(IDS, ROW)
def test_any_item_under_any_id(http, id, row):
    """Put, look, remove."""
    path = f"/v1/items/{quote(id, safe='/', errors='replace')}"
    assert sound(http.put(path, content=body(row), headers={"Content-Type": "application/json", **BEARER}))
    assert sound(http.get(path))
    assert sound(http.delete(path, headers=BEARER)) if id not in ("g1", "g2") else True


@SHORT
@given(st.binary(max_size=60), st.sampled_from(sorted(BODIES)))
def test_any_bytes_to_any_route(http, data, route):
    """What is no JSON is a 400, or a 422 of JSON that does not fit."""
    headers = {"Content-Type": "application/json", **BEARER}
    assert sound(http.request(*route, content=data, headers=headers))


@SHORT
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    st.text("abc%/.:{}\\", max_size=12),
)
def test_any_header_and_any_path(http, token, path):
    """Credentials, sessions and paths of any form."""
    for headers in ({"Authorization": f"Bearer {token}"}, {"X-Session": token}, {"X-Request-Id": token}):
        assert sound(http.get("/v1/me", headers=headers))
        assert sound(http.get(f"/v1/items/{quote(path)}", headers=headers))

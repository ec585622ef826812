"""`/v1/items` over HTTP: live at the next turn, durable, refused with the repair, all or nothing, one operator."""

from __future__ import annotations

import json
import sys

import pytest

from tests import shop
from tests.operating import BEARER, shop_client, titles

SOFA = {"title": "Velvet Sofa", "description": "A velvet sofa for three.", "kind": "sofa", "price": 700}


@pytest.fixture
def http(tmp_path):
    """The shop, served."""
    with shop_client(tmp_path) as found:
        yield found


def test_an_item_is_live_at_the_next_turn_and_after_a_restart(tmp_path, monkeypatch):
    """Inserted, it is recommended, filtered and named at once; changed and removed likewise; all of it is kept."""
    monkeypatch.setattr(sys.modules["bot.build"], "QUICK", 60.0)  # however slow this machine reads six names
    with shop_client(tmp_path) as http:
        assert "Velvet Sofa" not in titles(http, "a velvet sofa")
        made = http.put("/v1/items/s%2F1", json=SOFA, headers=BEARER)
        assert (made.status_code, made.json()["status"]) == (201, "created")
        assert titles(http, "a velvet sofa")[0] == "Velvet Sofa"
        known = http.post("/v1/chat", json={"message": "tell me about Velvet Sofa"}).json()
        assert [mention["item_id"] for mention in known["intent"]["mentions"]] == ["s/1"]
        assert titles(http, "a sofa under 800") == ["Velvet Sofa"]
        changed = http.put("/v1/items/s/1", json={"price": 900, "description": ""}, headers=BEARER).json()
        assert changed["item"]["facets"]["price"] == 900.0
        assert changed["item"]["description"] == SOFA["description"]
        assert http.delete("/v1/items/g1", headers=BEARER).json() == {"id": "g1", "status": "deleted"}
        assert "Red Lamp" not in titles(http, "a red lamp")
        assert http.delete("/v1/items/g1", headers=BEARER).status_code == 404
    with shop_client(tmp_path) as http:
        found = http.get("/v1/items/s/1").json()
        assert found["facets"] == {"kind": "sofa", "price": 900.0}
        assert "Velvet Sofa" in titles(http, "a velvet sofa") and "Red Lamp" not in titles(http, "a red lamp")
        again = http.put("/v1/items/s/1", json=found, headers=BEARER)
        assert (again.status_code, again.json()["status"]) == (200, "unchanged")


def test_a_conversation_outlives_what_it_showed(http):
    """A removed item leaves state and chips, its card stays in the transcript, and every later turn works."""
    reply = http.post("/v1/chat", json={"message": "a red lamp"}).json()
    session, first = reply["session_id"], reply["items"][0]["id"]
    pressed = {"session_id": session, "kind": "like", "item_id": first}
    assert http.post("/v1/feedback", json=pressed).json()["likes"]
    for item in reply["items"]:
        assert http.delete(f"/v1/items/{item['id']}", headers=BEARER).status_code == 200
    for message in ("tell me about the first one", "compare the first two", "why the second one?", "something else"):
        told = http.post("/v1/chat", json={"message": message, "session_id": session})
        assert told.status_code == 200 and "failed" not in [note["code"] for note in told.json()["notices"]], message
        assert first not in told.json()["state"]["likes"]
        assert not {item["id"] for item in told.json()["items"]} & {item["id"] for item in reply["items"]}
    headers = {"X-Session": session}
    assert http.get("/v1/me", headers=headers).json()["likes"] == []
    drawn = json.dumps(http.get("/v1/transcript", headers=headers).json()["turns"][0])
    assert first in drawn and reply["items"][0]["title"] in drawn
    assert http.post("/v1/feedback", json=pressed).status_code == 200


@pytest.mark.parametrize(
    ("row", "named", "hint"),
    [
        ({"price": "cheap"}, "price 'cheap': not a number", "send a number"),
        ({"colour": "red"}, "colour 'red': there is no such facet in this catalogue", "known facets: kind, price"),
        ({"title": None}, "title '': missing", "every item has one"),
        ({"id": "other"}, "the body's id is another than 'g1'", "leave out id"),
    ],
)
def test_a_wrong_value_is_refused_with_its_repair(http, row, named, hint):
    """Field, value, rule, repair; the item stays as it was."""
    before = http.get("/v1/items/g1").json()
    told = http.put("/v1/items/g1", json=row, headers=BEARER)
    assert told.status_code == 422
    assert named in told.json()["error"]["message"] and hint in told.json()["error"]["hint"]
    assert http.get("/v1/items/g1").json() == before


def test_many_at_once_all_or_nothing(http):
    """One bad row refuses the lot and says which; with ?partial=true the good rows count; a thousand fit."""
    rows = [{"id": "s1", **SOFA}, {"id": "g1", "price": "cheap"}, {"id": "g2", "price": 1}, {"price": 3}]
    body = {"upsert": rows, "delete": ["g3", "nobody"]}
    told = http.post("/v1/items:bulk", json=body, headers=BEARER)
    assert told.status_code == 422
    assert [row["status"] for row in told.json()["rows"]][:4] == ["created", "refused", "changed", "refused"]
    assert told.json()["rows"][1]["problems"][0]["field"] == "price"
    assert http.get("/v1/items/s1").status_code == 404 and http.get("/v1/items/g3").status_code == 200
    kept = http.post("/v1/items:bulk?partial=true", json=body, headers=BEARER).json()
    assert kept["counts"] == {"created": 1, "refused": 2, "changed": 1, "deleted": 1, "absent": 1}
    assert http.get("/v1/items/s1").status_code == 200 and http.get("/v1/items/g3").status_code == 404
    many = [{"id": f"b{n}", "title": f"Thing {n}"} for n in range(1000)]
    assert http.post("/v1/items:bulk", json={"upsert": many}, headers=BEARER).json()["items"] == 1006
    too_many = http.post("/v1/items:bulk", json={"upsert": [*many, {"id": "x", "title": "y"}]}, headers=BEARER)
    assert too_many.status_code == 422


@pytest.mark.parametrize(
    ("upsert", "delete"),
    [([{"id": "a", "title": "A"}] * 2, []), ([{"id": "a", "title": "A"}], ["a"]), ([], ["g1"] * 2)],
)
def test_an_item_twice_in_one_request_is_refused(http, upsert, delete):
    """Which of the two would count is not guessed."""
    told = http.post("/v1/items:bulk", json={"upsert": upsert, "delete": delete}, headers=BEARER)
    assert told.status_code == 422 and "used by an earlier row" in told.json()["error"]["message"]


def test_the_last_item_stays(http):
    """A catalogue without items cannot be served."""
    ids = [row[0] for row in shop.GOODS]
    told = http.post("/v1/items:bulk", json={"delete": ids}, headers=BEARER)
    assert (told.status_code, told.json()["error"]["message"]) == (422, "the catalogue would be empty")
    assert http.get("/v1/items/g1").status_code == 200


def test_the_headers_of_the_file_are_understood(tmp_path):
    """A record as it stands in the operator's own file, by the columns that `catalog.toml` names."""
    root = shop.ingested(tmp_path)
    toml = '[columns]\ntitle = "Artikel"\n[facets.price]\ncolumn = "Preis"\ntype = "number"\ndecimal = ","\n'
    (root / "catalog.toml").write_text(toml, "utf-8")
    with shop_client(tmp_path) as http:
        made = http.put("/v1/items/s1", json={"Artikel": "Hocker", "Preis": "12,50"}, headers=BEARER).json()
    assert (made["item"]["title"], made["item"]["facets"]) == ("Hocker", {"price": 12.5})


def test_only_the_operator_may(tmp_path, caplog):
    """Without a token 401, with a wrong one 403 ten times, then 429; the token is in no log."""
    with shop_client(tmp_path) as http, caplog.at_level("DEBUG"):
        asked = [("PUT", "/v1/items/g1"), ("DELETE", "/v1/items/g1"), ("POST", "/v1/items:bulk"), ("GET", "/v1/rules")]
        for method, path in asked:
            told = http.request(method, path, json={} if method != "GET" else None)
            assert (told.status_code, told.json()["error"]["code"]) == (401, "no_token")
            assert "shelftalk token" in told.json()["error"]["hint"]
        wrong = {"Authorization": "Bearer not-the-token"}
        codes = [http.put("/v1/items/g1", content=b"{", headers=wrong).status_code for _ in range(12)]
        assert codes == [415] * 12
        codes = [http.put("/v1/items/g1", json={"price": 1}, headers=wrong).status_code for _ in range(12)]
        assert codes == [403] * 10 + [429] * 2
        assert http.put("/v1/items/g1", json={"price": 1}, headers=BEARER).status_code == 429
        assert http.get("/v1/items/g1").json()["facets"]["price"] == 20.0
        http.get("/v1/rules", headers=BEARER)
    server = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not any("token-for-the-tests" in line or "not-the-token" in line for line in server)


def test_a_large_body_is_refused(http):
    """Four megabytes for many rows, half a megabyte for one."""
    row = {"title": "T", "description": "d" * 600_000}
    assert http.put("/v1/items/x", json=row, headers=BEARER).status_code == 413
    told = http.post("/v1/items:bulk", json={"upsert": [{"id": "x", **row}]}, headers=BEARER)
    assert told.status_code == 422 and "600000 characters, more than 20000" in told.json()["error"]["message"]
    assert http.post("/v1/items:bulk", json={"upsert": [{"id": "x", **row}] * 8}, headers=BEARER).status_code == 413

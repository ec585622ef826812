"""`/v1/rules`: an operator's wishes as data: checked, in force at the next turn, kept, and reported."""

from __future__ import annotations

import json
import os
import stat

import pytest

from bot import rulebook
from bot.errors import InvalidRequest
from bot.types import Rule
from tests import shop
from tests.operating import BEARER, shop_client, titles
from tests.test_journal import write
from tests.web import wait_until
from vectorstore.base import Constraint
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.ingest import ingest_items
from vectorstore.ingesting.reports import Consent
from vectorstore.live.changes import Change

HIDE = {"action": "hide", "item_id": "g1"}
DESKS = {"action": "promote", "constraint": {"facet": "kind", "op": "is", "value": "desk"}}


def test_rules_are_in_force_at_the_next_turn_and_stay(tmp_path):
    """Hidden items are gone, promoted ones say so in their features; a restart and an ingest keep all rules."""
    with shop_client(tmp_path) as http:
        assert http.get("/v1/rules", headers=BEARER).json() == {"catalog": "shop", "rules": []}
        assert "Red Lamp" in titles(http, "a red lamp")
        told = http.put("/v1/rules", json={"rules": [HIDE, DESKS]}, headers=BEARER).json()["rules"]
        assert [(rule["name"], rule["touches"]) for rule in told] == [("hide g1", 1), ("promote kind is desk", 2)]
        assert "Red Lamp" not in titles(http, "a red lamp")
        assert http.get("/v1/items/g1").status_code == 404
        assert http.get("/v1/items/g1", headers=BEARER).json()["title"] == "Red Lamp"
        cards = http.post("/v1/chat", json={"message": "something for my room"}).json()["items"]
        assert {card["facets"]["kind"]: card["features"].get("rule") for card in cards}.get("desk") == 1.0
        assert http.put("/v1/rules", json={"rules": told}, headers=BEARER).json()["rules"] == told
    path = shop.goods(tmp_path / "goods.csv", shop.GOODS[1:])
    ingest_items(
        path, catalog_root=tmp_path / "catalogs" / "shop", embedder=HashedEmbedder(), consent=Consent(yes=True)
    )
    with shop_client(tmp_path) as http:
        told = http.get("/v1/rules", headers=BEARER).json()["rules"]
        assert [(rule["name"], rule["touches"]) for rule in told] == [("hide g1", 0), ("promote kind is desk", 2)]
        assert http.put("/v1/rules", json={"rules": []}, headers=BEARER).json()["rules"] == []


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ({"action": "hide", "item_id": "g11"}, "there is no item 'g11'", "'g1'"),
        ({**DESKS, "constraint": {"facet": "kinds", "op": "is", "value": "desk"}}, "no facet 'kinds'", "'kind'"),
        (
            {**DESKS, "constraint": {"facet": "kind", "op": "is", "value": "desks"}},
            "no item has kind 'desks'",
            "'desk'",
        ),
        ({**DESKS, "constraint": {"facet": "price", "op": "is", "value": "low"}}, "is a number", "Use"),
        ({**DESKS, "constraint": {"facet": "kind", "op": "==", "value": "desk"}}, "constraint.op", "is, not"),
        ({**DESKS, "constraint": {"facet": "kind"}}, "needs facet, op and value", "genres"),
        ({"action": "delete", "item_id": "g1"}, "action is 'delete'", "promote, bury, hide, in_stock"),
        ({"action": "bury"}, "does not say what to bury", "item_id"),
        ({"action": "hide", "id": "g1"}, "unknown key 'id'", "item_id"),
        ("hide g1", "is not an object", "action"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_nearest_right_one(tmp_path, rule, message, hint):
    """Nothing is written; the rules in force stay."""
    with shop_client(tmp_path) as http:
        http.put("/v1/rules", json={"rules": [HIDE]}, headers=BEARER)
        told = http.put("/v1/rules", json={"rules": [DESKS, rule]}, headers=BEARER)
        assert told.status_code == 422
        assert message in told.json()["error"]["message"] and hint in told.json()["error"]["hint"], told.text
        assert len(http.get("/v1/rules", headers=BEARER).json()["rules"]) == 1


def test_a_rules_file_edited_by_hand_is_taken_over_and_a_broken_one_is_not(tmp_path, caplog):
    """Within two seconds; whatever is wrong with the file, what was hidden stays hidden."""
    path = shop.ingested(tmp_path) / rulebook.FILE
    with shop_client(tmp_path) as http:
        path.write_text(json.dumps([HIDE]), "utf-8")
        wait_until(lambda: http.get("/v1/rules", headers=BEARER).json()["rules"])
        path.write_text('[{"action": "hi', "utf-8")
        wait_until(lambda: "the rules in force stay" in caplog.text)
        assert "Red Lamp" not in titles(http, "a red lamp")
    with pytest.raises(InvalidRequest, match="holds no rules"), shop_client(tmp_path):
        pass


def test_a_rule_whose_facet_has_another_type_since_is_left_out(tmp_path):
    """It stays on file, touches nothing, and no turn fails for it."""
    root = shop.ingested(tmp_path)
    rulebook.save(root, [Rule("bury", constraint=Constraint("kind", ">", 3.0)), Rule("hide", "g1")])
    with shop_client(tmp_path) as http:
        told = http.get("/v1/rules", headers=BEARER).json()["rules"]
        assert [rule["touches"] for rule in told] == [0, 1]
        assert titles(http, "a blue lamp")


def test_changes_and_rules_of_another_process_are_taken_over(tmp_path):
    """A change that somebody else wrote into the journal is live soon."""
    root = shop.ingested(tmp_path)
    with shop_client(tmp_path) as http:
        write(root, Change("s1", fields={"title": "Velvet Sofa"}))
        wait_until(lambda: http.get("/v1/items/s1").status_code == 200, seconds=30)
        again = http.put("/v1/items/s2", json={"title": "Silk Sofa"}, headers=BEARER)
        assert again.status_code == 201 and http.get("/v1/items/s1").status_code == 200


def test_the_token_is_made_once_for_its_owner_alone(tmp_path):
    """Stored with mode 0600; the second start has the same; a chosen one wins."""
    from bot.web.token import ensure_token, known_tokens, token_file
    from tests.web import settings

    found = settings(tmp_path)
    assert known_tokens(found) == ()
    token = ensure_token(found)
    assert len(token) >= 40 and ensure_token(found) == token
    if os.name == "posix":
        assert stat.S_IMODE(token_file(found).stat().st_mode) == 0o600
    assert ensure_token(settings(tmp_path, operator_token="chosen-by-the-operator")) == "chosen-by-the-operator"
    assert "chosen-by-the-operator" not in repr(settings(tmp_path, operator_token="chosen-by-the-operator"))

"""A visitor of the API, and what can be asked of a reply."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

Reply = dict[str, Any]


class Visitor:
    """Talks in one session; keeps the last reply."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.session: str | None = None
        self.last: Reply = {}

    def say(self, message: str) -> Reply:
        """Send one message; the reply is the API's JSON."""
        body = {"message": message, "catalog": "films"} | ({"session_id": self.session} if self.session else {})
        response = self.client.post("/v1/chat", json=body)
        assert response.status_code == 200, response.text
        self.last = response.json()
        self.session = self.last["session_id"]
        return self.last


def ids(reply: Reply) -> list[str]:
    """The shown ids, in order."""
    return [item["id"] for item in reply["items"]]


def facet(reply: Reply, name: str) -> list[Any]:
    """One facet of every shown item, in order."""
    return [item["facets"].get(name) for item in reply["items"]]


def wanted(reply: Reply) -> set[tuple[str, str, Any]]:
    """The constraints in force, comparable."""
    return {
        (one["facet"], one["op"], tuple(one["value"]) if isinstance(one["value"], list) else one["value"])
        for one in reply["state"]["constraints"]
    }


def chips(reply: Reply, kind: str) -> list[dict[str, Any]]:
    """The suggestions of one kind."""
    return [one for one in reply["suggestions"] if one["kind"] == kind]


def notices(reply: Reply) -> set[str]:
    """The codes of all notices."""
    return {one["code"] for one in reply["notices"]}

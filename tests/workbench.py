"""Shared by the tests of the workbench over HTTP: two editors, drafts, and the events of long work."""

from __future__ import annotations

from typing import Any

import httpx

from tests.web import events

ADA = {"id": "browser-of-ada", "name": "Ada"}
BOB = {"id": "browser-of-bob", "name": "Bob"}


def put(http: httpx.Client, name: str, phrases: dict[str, list[str]], *, code: int = 200, **body: Any) -> Any:
    """Save a draft, Ada's unless another editor is named; the reply."""
    told = http.put(f"/v1/prompts/{name}/draft", json={"editor": ADA, "phrases": phrases, **body})
    assert told.status_code == code, told.text
    return told.json()


def drop(http: httpx.Client, name: str, *, language: str = "en") -> None:
    """Nobody drafts a prompt any more."""
    body = {"editor": ADA, "take_over": True}
    told = http.request("DELETE", f"/v1/prompts/{name}/draft", params={"language": language}, json=body)
    assert told.status_code == 200, told.text


def stream(http: httpx.Client, path: str, body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The events of long work."""
    with http.stream("POST", f"/v1/prompts/{path}", json=body) as response:
        assert response.status_code == 200, response.read()
        return list(events(response))


def publish(http: httpx.Client, **body: Any) -> tuple[str, dict[str, Any]]:
    """The last event of a publication."""
    return stream(http, "publish", {"why": "It reads better.", "editor": ADA, **body})[-1]


def say(http: httpx.Client, message: str) -> str:
    """What a visitor hears."""
    text: str = http.post("/v1/chat", json={"message": message}).json()["text"]
    return text

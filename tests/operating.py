"""Shared by the tests of what operators do while visitors talk: a real shop behind a real server, and its token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bot.build import build
from tests import shop
from tests.web import FRESH, served, settings

TOKEN = "a-token-for-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def shop_client(data_dir: Path, **chosen: Any) -> Iterator[httpx.Client]:
    """An HTTP client of a server over the shop, whose lookups are not limited; no token is sent unless asked."""
    if not (data_dir / "catalogs").exists():
        shop.ingested(data_dir)
    wanted = {"operator_token": TOKEN, "per_minute": 10_000, "per_minute_address": 10_000, **chosen}
    found = settings(data_dir, **wanted)
    with served(build(found), found) as url, httpx.Client(base_url=url, timeout=30, limits=FRESH) as http:
        yield http


def titles(http: httpx.Client, message: str, **asked: Any) -> list[str]:
    """The titles that one message brings."""
    reply = http.post("/v1/chat", json={"message": message, **asked})
    assert reply.status_code == 200, reply.text
    return [item["title"] for item in reply.json()["items"]]

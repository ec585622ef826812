"""Whole conversations through `/v1/chat`: the embedded profile, the films demo, a real SQLite file, no page."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.build import build
from bot.settings import Settings
from bot.web.app import create_app
from tests.dialogues.visitor import Visitor


@pytest.fixture(scope="session")
def assistant(tmp_path_factory):
    """The assistant that a newcomer gets, in a fresh data directory."""
    folder = tmp_path_factory.mktemp("dialogues")
    settings = Settings.load(environ={"HOME": str(folder)}, data_dir=folder, per_minute=10**6, per_minute_address=10**6)
    return build(settings), settings


@pytest.fixture(scope="session")
def client(assistant):
    """Its API."""
    built, settings = assistant
    with TestClient(create_app(built, settings, with_page=False), client=("127.0.0.1", 50000)) as opened:
        yield opened


@pytest.fixture
def visitor(client):
    """Somebody who has said nothing yet."""
    return Visitor(client)


@pytest.fixture(scope="session")
def films(assistant):
    """The catalogue: id -> item."""
    return assistant[0].shelf("films").items.items

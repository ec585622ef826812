"""Every database that keeps visitors, empty for each test: in memory, SQLite in a file, PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine

from bot.memory import open_memory
from tests.services import postgres


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL server for the whole run."""
    with postgres() as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param != "postgresql":
        yield "memory" if request.param == "memory" else f"sqlite:///{tmp_path}/memory.db"
        return
    found = request.getfixturevalue("postgres_url")
    yield found
    engine = create_engine(found.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


@pytest.fixture
def memory(url):
    """That database, opened."""
    opened = open_memory(url)
    yield opened
    opened.close()

"""The operator's commands: `shelftalk token` and `shelftalk retain`."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from sqlalchemy import update

from bot.memory import open_memory
from bot.memory.rows import now
from bot.memory.tables import sessions
from tests.test_cli import refused, run


def test_the_token_is_printed_and_stays(tmp_path):
    """The same at every call, and the one that `serve` uses."""
    first = run("token", folder=tmp_path).stdout.strip()
    assert len(first) >= 40 and run("token", folder=tmp_path).stdout.strip() == first
    assert (tmp_path / "operator-token").read_text("utf-8").strip() == first


def test_old_conversations_are_counted_then_deleted(tmp_path):
    """`--dry-run` only counts; running turns of a server are not touched."""
    memory = open_memory(f"sqlite:///{tmp_path / 'memory.db'}")
    old, young = (memory.open_session(catalog="films").id for _ in range(2))
    memory.begin_turn(young, "still being answered")
    past = now() - timedelta(days=40)
    key = hashlib.sha256(old.encode()).hexdigest()
    with memory._engine.begin() as connection:
        connection.execute(update(sessions).where(sessions.c.key == key).values(updated=past))
    planned = json.loads(run("retain", "--days", "30", "--dry-run", "--json", folder=tmp_path).stdout)
    assert (planned["sessions"], planned["visitors"], planned["dry_run"]) == (1, 1, True)
    told = run("retain", "--days", "30", folder=tmp_path)
    assert "deleted: 1 sessions" in told.stdout
    assert json.loads(run("retain", "--days", "30", "--json", folder=tmp_path).stdout)["sessions"] == 0
    assert [turn.status for turn in memory.turns(young)] == ["running"]
    memory.close()


def test_a_number_of_days_is_needed(tmp_path):
    """Nothing is deleted by default."""
    what, remedy = refused(run("retain", folder=tmp_path))
    assert "no number of days" in what and "--days" in remedy

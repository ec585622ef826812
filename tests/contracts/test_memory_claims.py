"""Claiming, first requests, erasing and revoking, also all at once, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.errors import UnknownSession
from bot.memory import Memory, tables
from bot.memory.ids import outward
from tests.visiting import ADA, EVE, anonymous, at_once, counts, state, talk


def test_a_claim_moves_everything(memory):
    """Turns, items, presses and hand-overs; no row is left behind or made anew, and the old id is unknown."""
    session_id = anonymous(memory, likes=("a",))
    before, exported = counts(memory), memory.export(session_id)
    held = memory.visitors.claim(ADA, session_id)
    assert (outward(held), memory.visitors.find(ADA, session_id)) == (session_id, held)
    assert counts(memory) == before
    assert {**memory.export(held), "session": None} == {**exported, "session": None}
    assert memory.open_session(held, catalog="films").created.isoformat() == exported["session"]["created"]
    assert state(memory, held).likes == ("a",)
    talk(memory, held, "and another")
    assert [turn.message for turn in memory.turns(held)] == ["something quiet", "and another"]
    with pytest.raises(UnknownSession):
        memory.turns(session_id)


def test_a_second_claim_is_refused(memory):
    """By whomever, also of a session that began with a token, or never was."""
    session_id = anonymous(memory)
    held = memory.visitors.claim(ADA, session_id)
    own = memory.visitors.begin(ADA, catalog="films")
    for subject in (EVE, ADA):
        for id_ in (session_id, held, own, outward(own), "guessed"):
            with pytest.raises(UnknownSession):
                memory.visitors.claim(subject, id_)
    assert memory.visitors.latest(EVE) is None and len(memory.visitors.conversations(ADA)) == 2


def test_of_many_claims_at_once_one_succeeds(memory):
    """Eight visitors want the same session; one has it, whole, and the others nothing."""
    session_id = anonymous(memory)
    outcomes = at_once([partial(memory.visitors.claim, letter * 64, session_id) for letter in "abcdefgh"])
    (winner,) = [held for held in outcomes if isinstance(held, str)]
    assert sum(isinstance(one, UnknownSession) for one in outcomes) == 7
    assert len(memory.turns(winner)) == 1 and counts(memory)["sessions"] == 1


def test_of_many_first_requests_at_once_one_makes_the_visitor(memory):
    """Every device has its session, and all are of one visitor."""
    found = at_once([partial(memory.visitors.begin, ADA, catalog="films")] * 6)
    assert (counts(memory)["visitors"], len(set(found)), len(memory.visitors.conversations(ADA))) == (1, 6, 6)


def test_beginning_while_all_is_erased(memory):
    """Each begins before it, and is gone, or after it, and is new; none fails, and none is left half."""
    for _ in range(4):
        began = at_once([partial(memory.visitors.begin, ADA, catalog="films"), partial(memory.visitors.erase, ADA)] * 3)
        assert not [one for one in began if isinstance(one, Exception)]
        left = [id_ for id_ in began if id_ and memory.visitors.find(ADA, outward(id_))]
        assert sorted(outward(id_) for id_ in left) == sorted(one.handle for one in memory.visitors.conversations(ADA))
        memory.visitors.erase(ADA)
        assert not any(counts(memory).values())


def revoked(memory: Memory) -> int:
    """Rows of revocations."""
    with memory._engine.begin() as connection:
        return connection.execute(select(func.count()).select_from(tables.revocations)).scalar_one()


def test_what_is_revoked_is_remembered_until_it_has_expired(memory):
    """By its digest; revoking it again is later; what has expired goes at the next one, or with old conversations."""
    later, past = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(seconds=1)
    since = memory.revocations.add(ADA, until=later)
    assert memory.revocations.of((ADA, EVE)) == {ADA: since}
    assert abs((since - datetime.now(UTC)).total_seconds()) < 5
    again = memory.revocations.add(ADA, until=later)
    assert memory.revocations.of((ADA,)) == {ADA: again} and again >= since
    memory.revocations.add(EVE, until=past)
    assert memory.revocations.of((EVE,)) == {} and revoked(memory) == 2
    memory.revocations.add("b" * 64, until=past)
    assert revoked(memory) == 2
    memory.retain(30, dry_run=True)
    assert revoked(memory) == 2
    memory.retain(30)
    assert revoked(memory) == 1 and ADA in memory.revocations.of((ADA,))


def test_many_revoke_the_same_at_once(memory):
    """Each is told a time, and it is revoked."""
    until = datetime.now(UTC) + timedelta(hours=1)
    times = at_once([partial(memory.revocations.add, ADA, until=until)] * 8)
    assert memory.revocations.of((ADA,))[ADA] in times and revoked(memory) == 1
    assert all(isinstance(one, datetime) for one in times), times

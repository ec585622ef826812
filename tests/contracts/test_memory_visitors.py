"""One suite for every database that keeps verified visitors: in memory, SQLite, PostgreSQL."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import MetaData, create_engine, delete, select, update

from bot.errors import UnknownSession
from bot.memory import Forgotten, open_memory, tables
from bot.memory.ids import outward
from bot.memory.lasting import merged
from bot.memory.migrations import MIGRATIONS
from bot.memory.rows import now
from bot.turn import TurnRecord
from bot.types import DialogueState, Message
from tests.visiting import ADA, EVE, anonymous, at_once, counts, state

NONE: dict[str, list[str]] = {"likes": [], "rejected": [], "seen": []}


def test_a_visitor_begins_with_the_first_session(memory):
    """Nothing is kept of who only looks; the session is found by what it goes by, for its visitor alone."""
    assert (memory.visitors.latest(ADA), memory.visitors.conversations(ADA)) == (None, ())
    assert counts(memory)["visitors"] == 0
    session_id = memory.visitors.begin(ADA, catalog="films", language="zh")
    assert memory.open_session(session_id, catalog="films").state == DialogueState(language="zh")
    handle = outward(session_id)
    assert (memory.visitors.find(ADA, handle), memory.visitors.latest(ADA)) == (session_id, session_id)
    assert memory.visitors.find(EVE, handle) is None
    with pytest.raises(UnknownSession):
        memory.open_session(handle, catalog="films")


def test_what_one_conversation_learns_all_know(memory):
    """Likes, rejections and what was seen; not the wishes of the moment."""
    first, second = (memory.visitors.begin(ADA, catalog="films") for _ in range(2))
    other = memory.visitors.begin(EVE, catalog="films")
    memory.save_state(first, DialogueState(wishes=("quiet",), likes=("a", "b"), rejected=("c",)))
    assert state(memory, second) == DialogueState(likes=("a", "b"), rejected=("c",))
    memory.save_state(second, replace(state(memory, second), likes=("b",), seen=("d",)))
    assert state(memory, first) == DialogueState(wishes=("quiet",), likes=("b",), rejected=("c",), seen=("d",))
    third = memory.visitors.begin(ADA, catalog="films")
    assert state(memory, third) == DialogueState(likes=("b",), rejected=("c",), seen=("d",))
    assert state(memory, other) == DialogueState()


def test_a_reply_does_not_take_back_what_was_pressed_elsewhere_meanwhile(memory):
    """The turn began before the press on another device and ends after it."""
    phone, laptop = (memory.visitors.begin(ADA, catalog="films") for _ in range(2))
    memory.save_state(phone, DialogueState(likes=("old",)))
    turn_id = memory.begin_turn(laptop, "something quiet")
    base = state(memory, laptop)
    during = replace(base, likes=("old", "from the laptop"))
    memory.save_state(phone, DialogueState(likes=("from the phone",)))
    assert state(memory, laptop).likes == ("from the phone",)
    memory.finish_turn(turn_id, TurnRecord("Here.", "done", None, during, (), (), (), {}, base=base))
    assert sorted(state(memory, phone).likes) == ["from the laptop", "from the phone"]


@pytest.mark.parametrize("kind", ["likes", "seen"])
def test_nothing_is_lost_between_many_devices(memory, kind):
    """Eight conversations of one visitor learn at once; the profile holds all of it."""
    ids = [memory.visitors.begin(ADA, catalog="films") for _ in range(8)]

    def learn(number: int) -> None:
        for step in range(3):
            known = memory.open_session(ids[number], catalog="films").state
            more = replace(known, **{kind: (*getattr(known, kind), f"{number}:{step}")})
            memory.save_state(ids[number], more, base=known)

    assert at_once([partial(learn, number) for number in range(8)]) == [None] * 8
    held = getattr(state(memory, ids[0]), kind)
    assert Counter(held) == Counter(f"{number}:{step}" for number in range(8) for step in range(3))


def test_erasing_a_visitor_leaves_nothing(memory):
    """No session, turn or press of theirs; others stay, and who comes again is new."""
    held = memory.visitors.claim(ADA, anonymous(memory, likes=("a",)))
    own, other = memory.visitors.begin(ADA, catalog="films"), anonymous(memory)
    turn_id = memory.begin_turn(held, "still being answered")
    memory.visitors.erase(ADA)
    memory.finish_turn(turn_id, TurnRecord("Here.", "done", None, DialogueState(), (), (), (), {}))
    for id_ in (held, own, outward(held), outward(own)):
        with pytest.raises(UnknownSession):
            memory.open_session(id_, catalog="films")
    assert counts(memory) == {"visitors": 1, "sessions": 1, "turns": 1, "shown": 1, "feedback": 1, "hand_overs": 1}
    assert memory.turns(other)
    again = memory.visitors.begin(ADA, catalog="films")
    assert memory.visitors.find(ADA, outward(own)) is None and state(memory, again) == DialogueState()
    memory.visitors.erase(EVE)


def test_the_export_of_a_visitor_is_that_of_every_session(memory):
    """Oldest first, with the profile."""
    held = memory.visitors.claim(ADA, anonymous(memory, likes=("a",)))
    own = memory.visitors.begin(ADA, catalog="films")
    found = memory.visitors.export(ADA)
    assert found["sessions"] == [memory.export(held), memory.export(own)]
    assert found["profile"] == {"likes": ["a"], "rejected": [], "seen": []}
    assert memory.visitors.export(EVE) == {"profile": NONE, "sessions": []}


def test_a_quiet_visitor_is_forgotten_with_the_last_conversation(memory):
    """As an anonymous one is."""
    held = memory.visitors.claim(ADA, anonymous(memory))
    past = now() - timedelta(days=31)
    with memory._engine.begin() as connection:
        connection.execute(update(tables.sessions).values(updated=past))
        for table in (tables.turns, tables.feedback, tables.hand_overs):
            connection.execute(update(table).values(created=past))
    assert memory.retain(30) == Forgotten(sessions=1, turns=1, shown=1, feedback=1, hand_overs=1, visitors=1)
    assert memory.visitors.find(ADA, outward(held)) is None and memory.visitors.latest(ADA) is None


def test_the_page_that_was_come_to_stands_in_the_history(memory):
    """Once, before the message that was written there, and again when the visitor comes back; leaving it shows none."""
    session_id = memory.open_session(catalog="films").id
    for message, page in (("one", ""), ("two", "p1"), ("three", "p1"), ("four", ""), ("five", "p1")):
        turn_id = memory.begin_turn(session_id, message)
        memory.finish_turn(turn_id, TurnRecord("", "done", None, DialogueState(), (), (), (), {}, product_id=page))
    page, left, said = (
        Message("system", "", ("p1",)),
        Message("system", "", ()),
        [Message("visitor", word) for word in ["one", "two", "three", "four", "five"]],
    )
    assert memory.history(session_id) == (said[0], page, said[1], said[2], left, said[3], page, said[4])


def test_a_hand_over_carries_where_it_was_asked_for(memory):
    """As data, also in the export; nothing where nothing is known."""
    first, second = (memory.open_session(catalog="films").id for _ in range(2))
    where = {"order_id": "A-7", "page": "/orders/A-7", "signed": ["order_id"]}
    assert memory.hand_over(first, summary="s", reason="asked", context=where).context == where
    assert memory.hand_over(second, summary="s", reason="asked").context == {}
    assert memory.export(first)["hand_overs"][0]["context"] == where
    assert "context" not in memory.export(second)["hand_overs"][0]


def as_it_was(url: str) -> None:
    """Make an open database what the first version of the program had made."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        found = MetaData()
        found.reflect(connection)
        found.tables["revocations"].drop(connection)
        connection.exec_driver_sql("DROP INDEX visitor_by_subject")
        for table, column in (
            ("visitors", "subject"),
            ("visitors", "profile"),
            ("sessions", "handle"),
            ("turns", "product_id"),
            ("hand_overs", "context"),
        ):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute(delete(tables.migrations).where(tables.migrations.c.version > 1))
    engine.dispose()


def test_an_older_database_is_brought_up_to_date(url):
    """Its conversations stay as they are, can be gone on with and claimed; a second opening changes nothing."""
    if url == "memory":
        return
    first = open_memory(url)
    session_id = anonymous(first, likes=("a",))
    before = first.export(session_id)
    first.close()
    as_it_was(url)
    for _ in range(2):
        again = open_memory(url)
        assert again.export(session_id) == before
        with again._engine.begin() as connection:
            assert len(connection.execute(select(tables.migrations)).all()) == len(MIGRATIONS)
        again.close()
    again = open_memory(url)
    held = again.visitors.claim(ADA, session_id)
    again.revocations.add(EVE, until=datetime.now(UTC) + timedelta(hours=1))
    assert len(again.turns(held)) == 1 and state(again, held).likes == ("a",)
    again.close()


@pytest.mark.parametrize(
    ("profile", "before", "after", "expected"),
    [
        ({"likes": ["a"]}, {"likes": ["a"]}, {"likes": ["a", "b"]}, {"likes": ["a", "b"]}),
        ({"likes": ["a", "x"]}, {"likes": ["a"]}, {"likes": ["a", "b"]}, {"likes": ["x", "a", "b"]}),
        ({"likes": ["a", "x"]}, {"likes": ["a"]}, {"likes": []}, {"likes": ["x"]}),
        ({"likes": ["x"]}, {"likes": ["a"]}, {"likes": ["a"]}, {"likes": ["x"]}),
        ({"rejected": ["a"]}, {}, {"likes": ["a"]}, {"likes": ["a"]}),
        ({"likes": ["a"]}, {"likes": ["a"]}, {"rejected": ["a"]}, {"rejected": ["a"]}),
        ({"likes": ["a"]}, {}, {"rejected": ["a"]}, {"rejected": ["a"]}),
        ({"seen": ["a"]}, {"seen": ["a"]}, {"seen": ["a"], "likes": ["a"]}, {"seen": ["a"], "likes": ["a"]}),
    ],
)
def test_what_changed_here_joins_what_changed_elsewhere(profile, before, after, expected):
    """Added is added, taken back is taken back, and nothing is both liked and rejected."""
    assert merged({**NONE, **profile}, {**NONE, **before}, {**NONE, **after}) == {**NONE, **expected}

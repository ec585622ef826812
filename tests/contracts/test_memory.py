"""One suite for every database that keeps conversations: in memory, SQLite in a file, PostgreSQL."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import update

from bot.errors import InvalidRequest, MemoryFault, UnknownSession
from bot.memory import Forgotten, Memory, open_memory
from bot.memory.rows import now
from bot.memory.tables import feedback, hand_overs, sessions, turns
from bot.turn import TurnRecord
from bot.types import Card, Delta, DialogueState, Intent, Message, Notice, Order
from tests.services import postgres
from vectorstore.base import Constraint, Item

STATE = DialogueState(
    constraints=(Constraint("year", "between", (1990.0, 1999.0)), Constraint("genres", "not", "horror")),
    wishes=("quiet",),
    order=Order("year", "asc"),
    likes=("alien-1979",),
    last_shown=("a", "b"),
    focus="a",
    language="zh",
)


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL server for the whole run."""
    with postgres() as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def memory(request, tmp_path):
    """A fresh database of each kind."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        opened = open_memory(url)
        yield opened
        with opened._engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    else:
        opened = open_memory("memory" if request.param == "memory" else f"sqlite:///{tmp_path}/deep/memory.db")
        yield opened
    opened.close()


def record(reply: str = "Here you are.", status: str = "done", ids: tuple[str, ...] = ("a", "b")) -> TurnRecord:
    """A finished turn that showed ``ids``."""
    cards = tuple(
        Card(Item(id_, id_.upper()), rank, 1.0 - rank / 10, features={"dense": 0.5}) for rank, id_ in enumerate(ids)
    )
    events = (Notice("relaxed", "wider"),)
    return TurnRecord(
        reply, status, Intent(acts=("recommend",)), STATE, cards, events, ("explain/frame.en@1#ab",), {"total": 12.5}
    )


def talked(memory: Memory, message: str = "something quiet") -> tuple[str, str]:
    """A session with one finished turn: (session id, turn id)."""
    session = memory.open_session(catalog="films")
    turn_id = memory.begin_turn(session.id, message)
    memory.finish_turn(turn_id, record())
    return session.id, turn_id


def test_new_session_is_empty_and_its_id_is_long(memory):
    """A new session has an empty state and a secret of at least 128 bits."""
    session = memory.open_session(catalog="films")
    assert (session.catalog, session.state) == ("films", DialogueState())
    assert len(session.id) >= 32
    assert memory.open_session(session.id, catalog="films") == session


def test_unknown_session_is_refused(memory):
    """An id that nobody gave out opens nothing."""
    with pytest.raises(UnknownSession):
        memory.open_session("guessed", catalog="films")


def test_finished_turn_is_kept_whole(memory):
    """History, transcript, state and every shown item with rank and features survive."""
    session_id, turn_id = talked(memory)
    assert memory.history(session_id) == (
        Message("visitor", "something quiet"),
        Message("assistant", "Here you are.", ("a", "b")),
    )
    assert memory.open_session(session_id, catalog="films").state == STATE
    (turn,) = memory.turns(session_id)
    assert (turn.id, turn.status, turn.reply) == (turn_id, "done", "Here you are.")
    assert list(turn.events) == [{"event": "notice", "data": {"code": "relaxed", "message": "wider"}}]
    exported = memory.export(session_id)
    assert [(row["item_id"], row["rank"], row["features"]) for row in exported["shown"]] == [
        ("a", 0, {"dense": 0.5}),
        ("b", 1, {"dense": 0.5}),
    ]
    assert exported["turns"][0]["prompts"] == ["explain/frame.en@1#ab"]


def test_message_is_durable_before_the_reply(memory):
    """A turn that never finished keeps its message and is marked as cut by recovery."""
    session = memory.open_session(catalog="films")
    memory.begin_turn(session.id, "hello?")
    assert memory.recover() == 1
    (turn,) = memory.turns(session.id)
    assert (turn.message, turn.reply, turn.status) == ("hello?", "", "cut")
    assert memory.history(session.id) == (Message("visitor", "hello?"),)


def test_feedback_only_on_what_was_shown(memory):
    """A press on an item or turn of somebody else is refused and nothing is kept."""
    session_id, turn_id = talked(memory)
    other, other_turn = talked(memory)
    memory.record_feedback(session_id, kind="like", item_id="a", turn_id=turn_id)
    with pytest.raises(InvalidRequest):
        memory.record_feedback(session_id, kind="like", item_id="never-shown")
    with pytest.raises(InvalidRequest):
        memory.record_feedback(session_id, kind="resolved", turn_id=other_turn)
    assert [row["kind"] for row in memory.export(session_id)["feedback"]] == ["like"]
    assert memory.export(other)["feedback"] == []


def test_hand_over_carries_the_transcript_once(memory):
    """A second request while one is open returns the same record."""
    session_id, _ = talked(memory)
    first = memory.hand_over(session_id, summary="charged twice", reason="asked")
    assert [line["text"] for line in first.transcript] == ["something quiet", "Here you are."]
    assert memory.hand_over(session_id, summary="again", reason="asked") == first


def test_erase_leaves_nothing(memory):
    """After erasing, the id is unknown and no row of the session is left; other sessions stay."""
    session_id, turn_id = talked(memory)
    other, _ = talked(memory)
    memory.record_feedback(session_id, kind="like", item_id="a")
    memory.hand_over(session_id, summary="s", reason="asked")
    memory.erase(session_id)
    with pytest.raises(UnknownSession):
        memory.turns(session_id)
    memory.finish_turn(turn_id, record())
    with memory._engine.begin() as connection:
        counts = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
            for name in ("sessions", "turns", "shown", "feedback", "hand_overs", "visitors")
        }
    assert counts == {"sessions": 1, "turns": 1, "shown": 2, "feedback": 0, "hand_overs": 0, "visitors": 1}
    assert len(memory.turns(other)) == 1


def test_parallel_visitors_do_not_mix(memory):
    """Eight threads talk at once; each session holds only its own messages."""
    sessions = [memory.open_session(catalog="films").id for _ in range(8)]

    def talk(number: int) -> None:
        for step in range(4):
            turn_id = memory.begin_turn(sessions[number], f"{number}:{step}")
            memory.finish_turn(turn_id, record(reply=f"reply {number}:{step}"))

    threads = [Thread(target=talk, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, session_id in enumerate(sessions):
        assert [turn.message for turn in memory.turns(session_id)] == [f"{number}:{step}" for step in range(4)]


def aged(memory: Memory, session_id: str, days: int) -> None:
    """Make everything of a session so many days older."""
    key, past = hashlib.sha256(session_id.encode()).hexdigest(), now() - timedelta(days=days)
    with memory._engine.begin() as connection:
        connection.execute(update(sessions).where(sessions.c.key == key).values(created=past, updated=past))
        for table in (turns, feedback, hand_overs):
            connection.execute(update(table).where(table.c.session_key == key).values(created=past))


def test_old_conversations_are_forgotten_with_everything_of_theirs(memory, monkeypatch):
    """In batches; what is counted before is what is deleted; younger conversations stay whole."""
    monkeypatch.setattr("bot.memory.retention.BATCH", 2)
    old = [talked(memory)[0] for _ in range(5)]
    young, young_turn = talked(memory)
    memory.record_feedback(old[0], kind="like", item_id="a")
    memory.hand_over(old[1], summary="s", reason="asked")
    memory.record_feedback(young, kind="like", item_id="a", turn_id=young_turn)
    for session_id in old:
        aged(memory, session_id, 31)
    aged(memory, young, 29)
    planned = memory.retain(30, dry_run=True)
    assert planned == Forgotten(sessions=5, turns=5, shown=10, feedback=1, hand_overs=1, visitors=5)
    assert memory.retain(30) == planned
    assert memory.retain(30) == memory.retain(30, dry_run=True) == Forgotten()
    for session_id in old:
        with pytest.raises(UnknownSession):
            memory.turns(session_id)
    kept = memory.export(young)
    assert [len(kept[name]) for name in ("turns", "shown", "feedback")] == [1, 2, 1]


@pytest.mark.parametrize("lately", ["turn", "feedback", "state"])
def test_a_conversation_is_as_old_as_what_happened_last(memory, lately):
    """One that began long ago and was taken up again stays."""
    session_id, _ = talked(memory)
    aged(memory, session_id, 400)
    if lately == "turn":
        memory.begin_turn(session_id, "hello again")
    elif lately == "feedback":
        memory.record_feedback(session_id, kind="like", item_id="a")
    else:
        memory.save_state(session_id, STATE)
    assert memory.retain(30) == Forgotten()
    assert memory.turns(session_id)


def test_a_visitor_with_a_younger_conversation_stays(memory):
    """Only who has none left is forgotten."""
    first = memory.open_session(catalog="films")
    second = memory.open_session(catalog="films", visitor=first.visitor_id)
    aged(memory, first.id, 31)
    assert memory.retain(30, dry_run=True) == memory.retain(30) == Forgotten(sessions=1)
    assert memory.open_session(second.id, catalog="films").visitor_id == first.visitor_id


def test_less_than_a_day_is_refused_and_very_many_days_keep_all(memory):
    """A slip of the pen does not erase today."""
    session_id, _ = talked(memory)
    for days in (0, -3):
        with pytest.raises(InvalidRequest):
            memory.retain(days)
    assert memory.retain(10**9) == Forgotten()
    assert memory.turns(session_id)


def test_reopening_keeps_everything(tmp_path):
    """A SQLite file opened again holds the same turns, and a database from the future is refused."""
    url = f"sqlite:///{tmp_path}/memory.db"
    first = open_memory(url)
    session_id, _ = talked(first)
    first.close()
    again = open_memory(url)
    assert [turn.status for turn in again.turns(session_id)] == ["done"]
    with again._engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO migrations (version) VALUES (99)")
    again.close()
    with pytest.raises(MemoryFault, match="version 99"):
        open_memory(url)


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x/y", "sqlite:////proc/nowhere/memory.db", "postgresql://x@127.0.0.1:1/none"]
)
def test_unusable_urls_are_explained(url):
    """Every database that cannot be opened says so with a remedy."""
    with pytest.raises(MemoryFault) as caught:
        open_memory(url)
    assert caught.value.hint


def test_delta_events_are_not_needed_to_redraw():
    """A delta's data is its text."""
    assert Delta("a").data() == {"text": "a"}

"""Shared by the tests of visitors in memory: conversations to begin with, what the tables hold, many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

from bot.memory import Memory
from bot.turn import TurnRecord
from bot.types import Card, DialogueState, Intent
from vectorstore.base import Item

ADA, EVE = "a" * 64, "e" * 64


def talk(memory: Memory, session_id: str, message: str = "something quiet", **state: tuple[str, ...]) -> None:
    """One finished turn that showed an item."""
    turn_id = memory.begin_turn(session_id, message)
    known = replace(memory.open_session(session_id, catalog="films").state, **state)
    cards = (Card(Item("a", "A"), 0, 1.0),)
    memory.finish_turn(turn_id, TurnRecord("Here.", "done", Intent(acts=("recommend",)), known, cards, (), (), {}))


def anonymous(memory: Memory, **state: tuple[str, ...]) -> str:
    """An anonymous session with a turn, a press and a hand-over."""
    session_id = memory.open_session(catalog="films").id
    talk(memory, session_id, **state)
    memory.record_feedback(session_id, kind="like", item_id="a")
    memory.hand_over(session_id, summary="s", reason="asked")
    return session_id


def counts(memory: Memory) -> dict[str, int]:
    """Rows by table."""
    with memory._engine.begin() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
            for name in ("visitors", "sessions", "turns", "shown", "feedback", "hand_overs")
        }


def state(memory: Memory, session_id: str) -> DialogueState:
    """What a session knows."""
    return memory.open_session(session_id, catalog="films").state


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of ``acts`` returned, or the exception that it raised; all begin at the same moment."""
    start, outcomes = Barrier(len(acts)), list[Any]([None] * len(acts))

    def run(number: int) -> None:
        start.wait()
        try:
            outcomes[number] = acts[number]()
        except Exception as error:
            outcomes[number] = error

    threads = [Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes

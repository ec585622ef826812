"""What became of the turns that each published state of the prompts spoke in.

A press counts for the turn that showed the item, or that it names; a hand-over for the conversation. What was undone
does not count. Knows no prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, distinct, exists, func, select

from bot.memory.database import Database
from bot.memory.tables import feedback, hand_overs, shown, turns
from bot.shares import Share

ITEM_PRESSES = ("like", "dislike", "seen", "undo")


@dataclass(frozen=True, slots=True)
class Effect:
    """Figures of one state. A share of nothing has no value: it is not 0.

    ``liked`` and ``disliked`` are of the turns that showed items, ``resolved`` of the presses that say so or not,
    ``handed_over`` of the conversations.
    """

    state: str
    turns: int
    liked: Share
    disliked: Share
    resolved: Share
    handed_over: Share


@dataclass(slots=True)
class _Counts:
    liked: int = 0
    disliked: int = 0
    resolved: int = 0
    unresolved: int = 0
    handed_over: int = 0


class Effects:
    """The figures, computed when they are asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_state(self, *, since: datetime | None = None) -> tuple[Effect, ...]:
        """Every state that spoke (UTC without zone; None: ever), those with most turns first."""
        with self._database.transaction() as connection:
            totals = _totals(connection, since)
            counts: dict[str, _Counts] = {state: _Counts() for state in totals}
            for state, name in _events(connection, since):
                if state in counts:
                    setattr(counts[state], name, getattr(counts[state], name) + 1)
        found = [_effect(state, totals[state], counts[state]) for state in totals]
        return tuple(sorted(found, key=lambda one: (-one.turns, one.state)))


def _effect(state: str, total: tuple[int, int, int], counts: _Counts) -> Effect:
    spoken, conversations, with_items = total
    return Effect(
        state,
        spoken,
        liked=Share(min(counts.liked, with_items), with_items),
        disliked=Share(min(counts.disliked, with_items), with_items),
        resolved=Share(counts.resolved, counts.resolved + counts.unresolved),
        handed_over=Share(min(counts.handed_over, conversations), conversations),
    )


def _totals(connection: Connection, since: datetime | None) -> dict[str, tuple[int, int, int]]:
    """State -> turns, conversations, turns that showed items."""
    spoke: ColumnElement[bool] = turns.c.prompt_state.is_not(None)
    if since is not None:
        spoke = spoke & (turns.c.created >= since)
    shows = exists().where(shown.c.turn_id == turns.c.id)
    counted = select(turns.c.prompt_state, func.count(), func.count(distinct(turns.c.session_key)))
    rows = connection.execute(counted.where(spoke).group_by(turns.c.prompt_state)).all()
    showing: dict[str, int] = {
        state: many
        for state, many in connection.execute(
            select(turns.c.prompt_state, func.count()).where(spoke, shows).group_by(turns.c.prompt_state)
        )
    }
    return {state: (spoken, talks, showing.get(state, 0)) for state, spoken, talks in rows}


def _events(connection: Connection, since: datetime | None) -> Iterator[tuple[str, str]]:
    """(state, field of `_Counts`) for everything that counts."""
    pressed = connection.execute(select(feedback).order_by(feedback.c.id)).all()
    asked = connection.execute(select(hand_overs.c.session_key, hand_overs.c.created)).all()
    for session in dict.fromkeys(row.session_key for row in (*pressed, *asked)):
        spoken = connection.execute(
            select(turns.c.id, turns.c.prompt_state, turns.c.created)
            .where(turns.c.session_key == session)
            .order_by(turns.c.number)
        ).all()
        spoken = [row for row in spoken if since is None or row.created >= since]
        cards = connection.execute(select(shown.c.turn_id, shown.c.item_id).where(shown.c.session_key == session)).all()
        own = [row for row in pressed if row.session_key == session]
        yield from _of_items(own, spoken, cards)
        yield from _of_answers(own, spoken)
        for row in asked:
            if row.session_key == session and (turn := _before(spoken, row.created)) is not None:
                yield turn.prompt_state, "handed_over"
                break


def _of_items(own: Sequence[Any], spoken: Sequence[Any], cards: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """One like and one dislike at most of each turn; the last press on an item is the one that counts."""
    last = {row.item_id: row for row in own if row.item_id and row.kind in ITEM_PRESSES}
    names = {"like": "liked", "dislike": "disliked"}
    found = set[tuple[str, str, str]]()
    for item, row in last.items():
        showing = {card.turn_id for card in cards if card.item_id == item}
        turn = _before([one for one in spoken if one.id in showing], row.created)
        if row.kind in names and turn is not None:
            found.add((turn.id, turn.prompt_state, names[row.kind]))
    yield from ((state, name) for _, state, name in sorted(found))


def _of_answers(own: Sequence[Any], spoken: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """What was said last of each turn: resolved or not."""
    last = dict[str, tuple[str, str]]()
    for row in own:
        named = next((one for one in spoken if one.id == row.turn_id), None)
        turn = named or _before(spoken, row.created)
        if row.kind in ("resolved", "unresolved") and turn is not None:
            last[turn.id] = (turn.prompt_state, row.kind)
    yield from last.values()


def _before(spoken: Sequence[Any], moment: datetime) -> Any | None:
    """The latest turn that had begun by then."""
    return next((row for row in reversed(spoken) if row.created <= moment), None)

"""Turns as they were: what a turn began with, and what became of the versions of the prompts that spoke.

For operators and tools, who read the whole database; nothing here is changed. Knows no prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.errors import InvalidRequest, UnknownSession
from bot.memory.database import Database
from bot.memory.ids import key
from bot.memory.records import load_state
from bot.memory.tables import sessions, shown, turns
from bot.types import DialogueState, Message, StateChanged

_STATE = StateChanged.name
REMEMBERED = 12
"""Turns of a history that a turn knows of."""


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One stored turn with what it began with. ``events`` are its own, ``earlier`` those of the turns before it."""

    id: str
    session: str
    number: int
    catalog: str
    message: str
    reply: str
    state: DialogueState
    history: tuple[Message, ...] = ()
    items: tuple[str, ...] = ()
    events: Sequence[Mapping[str, Any]] = ()
    earlier: Sequence[Mapping[str, Any]] = ()
    product_id: str = ""
    prompts: tuple[str, ...] = ()
    prompt_state: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    created: datetime = datetime.min


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One stored turn in a list: what was said, how much was shown."""

    id: str
    session: str
    number: int
    catalog: str
    message: str
    reply: str
    cards: int
    created: datetime


class Past:
    """What was said, by whoever's session."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self, session: str, turn: str) -> PastTurn:
        """One turn of a session. ``session``: its id, or how its key begins; ``turn``: its id, or its number from 1.

        Raises:
            UnknownSession: no one session goes by that.
            InvalidRequest: it has no such turn.
        """
        with self._database.transaction() as connection:
            rows = _rows(connection, _session(connection, session))
            found = next((row for row in rows if turn in (row.id, str(row.number))), None)
            if found is None:
                raise InvalidRequest(
                    f"the session has no turn {turn!r}", hint=f"it has {len(rows)}; give a number from 1, or an id"
                )
            return _past(connection, rows, found)

    def latest(self, conversations: int, *, catalog: str | None = None) -> Iterator[PastTurn]:
        """Every finished turn of the latest conversations, the latest conversation first."""
        with self._database.transaction() as connection:
            spoken = select(turns.c.session_key).where(turns.c.status == "done")
            query = select(sessions.c.key).where(sessions.c.key.in_(spoken)).order_by(sessions.c.updated.desc())
            if catalog is not None:
                query = query.where(sessions.c.catalog == catalog)
            for held in connection.execute(query.limit(conversations)).scalars().all():
                rows = _rows(connection, held)
                yield from (_past(connection, rows, row) for row in rows if row.status == "done")

    def recent(self, many: int, *, after: str = "") -> tuple[Glimpse, ...]:
        """The latest finished turns, the latest first; ``after`` is the id of the last one that is known already."""
        query = select(turns).where(turns.c.status == "done").order_by(turns.c.created.desc(), turns.c.id.desc())
        with self._database.transaction() as connection:
            if after:
                moment = select(turns.c.created).where(turns.c.id == after).scalar_subquery()
                older = (turns.c.created < moment) | ((turns.c.created == moment) & (turns.c.id < after))
                query = query.where(older)
            rows = connection.execute(query.limit(many)).all()
            items = items_by_turn(connection, [row.id for row in rows])
        return tuple(
            Glimpse(
                row.id,
                row.session_key,
                row.number,
                row.catalog,
                row.message,
                row.reply,
                len(items.get(row.id, ())),
                row.created,
            )
            for row in rows
        )


def as_messages(rows: Sequence[Row[Any]], items: Mapping[str, Sequence[str]]) -> tuple[Message, ...]:
    """Turns as messages, oldest first; where the visitor came to an item's page, a "system" message shows that item,
    and where they left it for another, one without items. Items of a list that a question was about are no list of
    their own: what is counted from the first to the last stays.
    """
    messages: list[Message] = []
    page, listed = "", tuple[str, ...]()
    for row in rows:
        if (row.product_id or "") != page:
            page = row.product_id or ""
            messages.append(Message("system", "", (page,) if page else ()))
        messages.append(Message("visitor", row.message))
        seen = tuple(items.get(row.id, ()))
        listed, fresh = (listed, ()) if _asked_of(row.events, seen, listed) else (seen or listed, seen)
        if row.reply or seen:
            messages.append(Message("assistant", row.reply, fresh))
    return tuple(messages)


def _asked_of(events: Sequence[Mapping[str, Any]] | None, seen: Sequence[str], listed: Sequence[str]) -> bool:
    """Whether a turn only told of items that were ``listed`` before."""
    intents = [event["data"]["intent"] for event in events or () if event["event"] == "understood"]
    return bool(intents) and intents[-1]["acts"] == ["ask_item"] and set(seen) < set(listed)


def items_by_turn(connection: Connection, turn_ids: Sequence[str]) -> dict[str, list[str]]:
    """Turn id -> the ids shown with it, in order."""
    found: dict[str, list[str]] = {}
    if not turn_ids:
        return found
    query = select(shown.c.turn_id, shown.c.item_id).where(shown.c.turn_id.in_(turn_ids)).order_by(shown.c.rank)
    for row in connection.execute(query):
        found.setdefault(row.turn_id, []).append(row.item_id)
    return found


def _session(connection: Connection, named: str) -> str:
    """The key of the one session that is meant."""
    query = select(sessions.c.key).where((sessions.c.key == key(named)) | sessions.c.key.startswith(named.lower()))
    found = connection.execute(query.limit(2)).scalars().all() if named else ()
    if len(found) != 1:
        raise UnknownSession(
            f"{'no' if not found else 'more than one'} session is called {named[:12]!r}",
            hint="give the session's id, or eight digits of its key",
        )
    return str(found[0])


def _rows(connection: Connection, session_key: str) -> Sequence[Row[Any]]:
    return connection.execute(select(turns).where(turns.c.session_key == session_key).order_by(turns.c.number)).all()


def _past(connection: Connection, rows: Sequence[Row[Any]], row: Row[Any]) -> PastTurn:
    """One row with what came before it."""
    before = [one for one in rows if one.number < row.number and one.status != "running"]
    items = items_by_turn(connection, [one.id for one in (*before, row)])
    return PastTurn(
        id=row.id,
        session=row.session_key,
        number=row.number,
        catalog=row.catalog,
        message=row.message,
        reply=row.reply,
        state=load_state(row.before) if row.before else _state_after(before, items),
        history=as_messages(before[-REMEMBERED:], items),
        items=tuple(items.get(row.id, ())),
        events=tuple(row.events or ()),
        earlier=tuple(event for one in before for event in one.events or ()),
        product_id=row.product_id or "",
        prompts=tuple(row.prompts or ()),
        prompt_state=row.prompt_state or "",
        timings=row.timings or {},
        created=row.created,
    )


def _state_after(rows: Sequence[Row[Any]], items: Mapping[str, Sequence[str]]) -> DialogueState:
    """The state that the last of the turns left, for turns of the days when none was kept with them."""
    told = [(row, event["data"]["state"]) for row in rows for event in row.events or () if event["event"] == _STATE]
    if not told:
        return DialogueState()
    row, saved = told[-1]
    state, seen = load_state(saved), tuple(items.get(row.id, ()))
    return replace(state, shown=(*state.shown, *seen), last_shown=seen) if seen else state

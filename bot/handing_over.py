"""Passing the visitor to a person: when, the summary that goes along, the record, and silence while they have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bot import types
from bot.turn import Turn
from bot.wording import chips

if TYPE_CHECKING:
    from bot.memory import HandOver, Memory, Session
    from prompts import Voice

ASKED = "asked"
PATIENCE = 3.0
"""Seconds that a reply waits for the support desk."""
FAILURES = 2
"""Failures after which a person is called."""
MOST_ITEMS = 20
CALL = 30
"""Bytes of a message in one piece up to which it may be nothing but a call for a person."""
_PIECES = re.compile(r"[,，;；:：.。!！?？、]\s*\w")
_SUMMARY = "support/summary"


def summary(turn: Turn) -> str:
    """Goal, facts, what was shown and refused, and the open question, one line each, in the visitor's language."""
    state, voice, items = turn.state, turn.voice, turn.shelf.items.items
    first = next((message.text for message in turn.history if message.role == "visitor"), turn.message)
    lines = [voice.phrase(_SUMMARY, "goal", text=first)]
    if facts := [chip.label for chip in chips(state, voice, turn.shelf.items.schema)]:
        lines.append(voice.phrase(_SUMMARY, "facts", facts=facts))
    for key, ids in (("shown", state.last_shown), ("liked", state.likes), ("rejected", state.rejected)):
        if titles := [items[id_].title for id_ in ids if id_ in items]:
            lines.append(voice.phrase(_SUMMARY, key, titles=titles))
    if (question := _question(turn)) and question != first:
        lines.append(voice.phrase(_SUMMARY, "question", text=question))
    return "\n".join(lines)


def surroundings(context: types.PageContext) -> dict[str, Any]:
    """Where it was asked for, and by whom, as far as anybody said."""
    return {name: value for name, value in types.plain(context).items() if value}


def items(turn: Turn) -> dict[str, list[dict[str, str]]]:
    """What was shown last, liked and refused: ids and titles."""
    state, known = turn.state, turn.shelf.items.items
    kinds = {"shown": state.last_shown, "liked": state.likes, "rejected": state.rejected}
    return {
        name: [{"id": id_, "title": known[id_].title} for id_ in ids[-MOST_ITEMS:] if id_ in known]
        for name, ids in kinds.items()
    }


def hand_over(turn: Turn, memory: Memory, *, reason: str = ASKED) -> Iterator[types.Event]:
    """Open the record, say its number and whether the desk has it by now, and show the summary.

    The desk is waited for a moment, so that nothing is promised that was not delivered.
    """
    known = turn.state.handed_over
    record = memory.hand_over(
        turn.session_id, summary=summary(turn), reason=reason, context=surroundings(turn.context), items=items(turn)
    )
    delivery = _delivery(memory, record)
    yield types.HandedOver(record.id, record.status, record.summary, delivery, record.ahead)
    key = _phrase(reason, again=known == record.id, delivery=delivery)
    yield types.Delta(
        turn.voice.phrase("support/handover", key, id=record.id, question=turn.intent.question or _question(turn))
    )


def due(turn: Turn, memory: Memory) -> str:
    """Why a person should have this conversation though nobody asked for one; "" for no reason.

    Only where a desk is connected and does not have it already: elsewhere a person is offered, and never promised.
    """
    if not memory.outbox.is_open or "handover" in turn.intent.acts:
        return ""
    found = memory.hand_overs.latest(turn.session_id)
    if found is not None and found.status != "resumed":
        return ""
    return next((reason for reason, holds in _REASONS.items() if holds(turn, memory)), "")


def held(memory: Memory, session: Session, message: str, voice: Callable[[str, str], Voice]) -> types.Held | None:
    """The message kept for the person who has the conversation; None when nobody has it, and then nothing is kept.

    ``voice`` speaks a language about a catalogue.
    """
    kept = memory.hand_overs.hold(session.id, message)
    if kept is None:
        return None
    turn_id, record = kept
    key = "held" if _delivery(memory, record) in ("none", "delivered") else "held_waiting"
    said = voice(session.state.language, session.catalog).phrase("support/person", key, name=record.person)
    return types.Held(session.id, turn_id, session.catalog, record.id, said)


def _delivery(memory: Memory, record: HandOver) -> str:
    """What became of the webhook within `PATIENCE` seconds: delivered, waiting or dead; none without a desk."""
    if record.delivery == "waiting":
        memory.outbox.wait(lambda: memory.outbox.tried(record.id), seconds=PATIENCE)
        return memory.persons.find(record.id).delivery
    return record.delivery


def _phrase(reason: str, *, again: bool, delivery: str) -> str:
    """Which words fit: the desk has it, it is on its way, or there is no desk and it stands in a list."""
    noted = delivery in ("waiting", "dead")
    if again:
        return "noted_already" if noted else "listed_already" if delivery == "none" else "already"
    if reason == ASKED:
        return "noted" if noted else "listed" if delivery == "none" else "opened_question"
    return "on_my_own_noted" if noted else "on_my_own"


def _question(turn: Turn) -> str:
    """What the person is asked for: of a mere call the message before it, "" where there is none."""
    long = len(turn.message.encode("utf-8", errors="replace")) > CALL or _PIECES.search(turn.message)
    if long or turn.intent.acts != ("handover",):
        return turn.message
    return next((message.text for message in reversed(turn.history) if message.role == "visitor"), "")


def _repeated(turn: Turn, memory: Memory) -> bool:
    """The same service question as the one before."""
    before = turn.base.last_question if turn.base else ""
    return "support" in turn.intent.acts and bool(before) and _plain(before) == _plain(turn.state.last_question)


def _abstained(turn: Turn, memory: Memory) -> bool:
    """Two questions in a row that nothing here answers."""
    return turn.state.abstained >= FAILURES and "support" in turn.intent.acts


def _refused(turn: Turn, memory: Memory) -> bool:
    """Two answers of which the visitor said that they do not help."""
    return memory.hand_overs.unresolved(turn.session_id) >= FAILURES


def _upset(turn: Turn, memory: Memory) -> bool:
    """A complaint about us, twice in a row."""
    if turn.intent.topic != "complaint":
        return False
    before = [stored for stored in memory.turns(turn.session_id) if stored.id != turn.id][-1:]
    events = before[0].events if before else ()
    return any(e["event"] == "understood" and e["data"]["intent"].get("topic") == "complaint" for e in events)


def _plain(question: str) -> str:
    """A question without case, marks and blanks."""
    return "".join(character for character in question.casefold() if character.isalnum())


_REASONS: dict[str, Callable[[Turn, Memory], bool]] = {
    "abstained": _abstained,
    "repeated": _repeated,
    "unresolved": _refused,
    "upset": _upset,
}

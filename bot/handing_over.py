"""Passing the visitor to a person: the summary that goes along, and the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot import types
from bot.turn import Turn
from bot.wording import chips

if TYPE_CHECKING:
    from bot.memory import Memory

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
    lines.append(voice.phrase(_SUMMARY, "question", text=turn.message))
    return "\n".join(lines)


def hand_over(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """Open the record, say its number, and show the summary."""
    text = summary(turn)
    known = turn.state.handed_over
    record = memory.hand_over(turn.session_id, summary=text, reason="asked")
    yield types.HandedOver(record.id, record.status, record.summary)
    if known == record.id:
        yield types.Delta(turn.voice.phrase("support/handover", "already", id=record.id))
    else:
        question = turn.intent.question or turn.message
        yield types.Delta(turn.voice.phrase("support/handover", "opened_question", id=record.id, question=question))

"""A brief -> the words of the reply: the chosen writer, checked, with the composed writer as its floor."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot import types
from bot.claims import checked
from bot.errors import EngineError
from bot.turn import Turn

_log = logging.getLogger(__name__)


def write(
    turn: Turn,
    task: Literal["explain", "answer", "compare", "clarify", "talk"],
    situation: str,
    *,
    cards: tuple[types.Card, ...] = (),
    answer: types.Answer | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Iterator[types.Event]:
    """The reply to one act, piece by piece; when the model fails, the composed writer goes on and a notice says so."""
    brief = types.Brief(
        task=task,
        situation=situation,
        voice=turn.voice,
        message=turn.message,
        style=turn.style,
        state=turn.state,
        cards=cards,
        answer=answer,
        facts=facts or {},
        before=turn.before,
    )
    if turn.shelf.writer is not turn.shelf.composed:
        spoken = False
        try:
            for piece in _borne_out(turn, brief):
                yield types.Delta(piece)
                spoken = True
                if turn.cancel.is_set():
                    return
            if spoken:
                return
        except EngineError as error:
            _log.warning("the writer %s failed: %s", turn.shelf.writer.name, error)
            yield types.Notice("no_model", turn.voice.phrase("notice/degraded", "no_model"))
        if spoken:
            yield types.Delta("\n\n")
    yield from map(types.Delta, turn.shelf.composed.write(brief))


def _borne_out(turn: Turn, brief: types.Brief) -> Iterator[str]:
    """The pieces of a reply, without the sentences that no record bears out."""
    writer = turn.shelf.writer
    said = writer.write(brief)
    grounded = isinstance(writer, types.GroundedWriter) and writer.grounded
    return said if grounded else checked(said, brief, turn.shelf.items)

"""The whole conversation as chat messages, drawn from stored turns: the same turns give the same page.

A message is the plain form that a Gradio chat takes; importing Gradio is not needed to make one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from bot.memory import PersonMessage, StoredTurn
from bot.web.page import asides, turns
from bot.web.page.asides import error
from bot.web.page.drawings import Drawings
from bot.web.page.face import Face
from bot.web.page.welcome import opening, welcome

Message = dict[str, Any]
Drawn = list[Message]

_PROPS = {"html_template": "${value}", "css_template": "", "js_on_load": None, "apply_default_css": False}


def empty(examples: Sequence[str], face: Face, *, notice: str = "") -> Drawn:
    """A conversation before its first message; ``notice`` says why there is nothing."""
    return [_message("assistant", [welcome(examples, face, notice=notice)])]


def begun(face: Face) -> Drawn:
    """The first message of a conversation that has begun."""
    return [_message("assistant", [opening(face)])]


def conversation(
    stored: Sequence[StoredTurn],
    faces: Callable[[str], Face],
    drawings: Drawings,
    *,
    locale: str,
    then: StoredTurn | None = None,
    last: bool = True,
    said: Sequence[PersonMessage] = (),
) -> Drawn:
    """The turns, oldest first, each in its own language, else ``locale``.

    ``then`` is the turn that runs now and is not among them; ``last``: nothing at all follows the last one. ``said`` is
    what persons said between them.
    """
    drawn: Drawn = []
    waiting = list(said)
    for number, turn in enumerate(stored, 1):
        following = stored[number] if number < len(stored) else then
        while waiting and waiting[0].created < turn.created:
            drawn += _said(waiting.pop(0), faces(locale))
        if not turns.superseded(turn, following):
            face, ends = faces(turns.language(turn, locale)), number == len(stored) and last
            drawn += drawings.of(
                (turn.id, turn.status, number, ends, locale),
                partial(pair, turn, face, drawings, number=number, last=ends),
            )
    for message in waiting:
        drawn += _said(message, faces(locale))
    return drawn


def _said(message: PersonMessage, face: Face) -> Drawn:
    """What a person said, or that one came or went."""
    return [_message("assistant", [asides.said(message, face)])]


def failed(message: str, face: Face) -> Drawn:
    """A failure that is not part of the conversation."""
    return [_message("assistant", [error(message, face)])]


def pair(turn: StoredTurn, face: Face, drawings: Drawings, *, number: int, last: bool) -> Drawn:
    """One turn as the visitor's message and the reply. ``number`` counts from 1 and makes ids unique."""
    return [
        _message("user", [turns.visitor(turn, face, last=last)]),
        _message("assistant", turns.assistant(turn, face, drawings, number=number, last=last)),
    ]


def _message(role: str, parts: Sequence[Markup]) -> Message:
    """A chat message whose parts are static HTML."""
    content = [
        {"type": "component", "component": "html", "value": str(part), "constructor_args": {}, "props": _PROPS}
        for part in parts
    ]
    return {"role": role, "content": content}

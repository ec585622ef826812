"""Which statements of a scene the claim check leaves out, and which naive checks do.

The cards are drawn as the product draws them for the visitor's message, and the check sees what it sees in a reply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.assistant import Assistant
from bot.claims import checked
from bot.errors import InvalidRequest
from bot.evaluation.writing.scenes import Half, Scene, Written
from bot.recommending import show
from bot.state import fold
from bot.turn import Turn
from bot.types import Brief, Card, DialogueState, Shelf
from bot.understanding import understand

CHECK, NOTHING, STRANGE = "claim check", "flags nothing", "flags strange numbers and names"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[^\W_])[\s“(]+([^\W\d_][\w'’-]*)")

Flags: TypeAlias = Callable[[str], bool]
"""Whether a sentence is left out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one system makes of one statement."""

    system: str
    half: Half
    scene: str
    statement: Written
    flagged: bool


def verdicts(assistant: Assistant, scenes: Sequence[Scene]) -> Iterator[Verdict]:
    """Every system on every statement, alone. Raises InvalidRequest for a scene of items that are not there."""
    for scene in scenes:
        shelf = assistant.shelf(scene.catalog)
        if missing := [id_ for id_ in scene.items if id_ not in shelf.items.items]:
            place = f"scene {scene.number} of {scene.half}.toml"
            raise InvalidRequest(f"{place}: no item {missing[0]!r} in {scene.catalog}", hint="correct the scene")
        for system, flags in _systems(brief(assistant, shelf, scene), shelf).items():
            for statement in scene.statements:
                place = f"{scene.catalog}: {scene.said}"
                yield Verdict(system, scene.half, place, statement, flags(statement.text))


def brief(assistant: Assistant, shelf: Shelf, scene: Scene) -> Brief:
    """What a writer would be given, with the cards that the product draws of these items for this message."""
    voice = assistant.voice("en", shelf.name)
    intent = understand(shelf.understander, shelf.fallback, (), scene.said, shelf.items.schema)
    state = fold(DialogueState(), intent, items=shelf.items.items)
    turn = Turn("scene", "", shelf, voice, scene.said, state, intent=intent)
    for _ in show(turn, scene.items):
        pass
    return Brief("explain", "exact", voice, message=scene.said, state=state, cards=turn.cards)


def _systems(brief: Brief, shelf: Shelf) -> Mapping[str, Flags]:
    known = _known(brief.cards, brief.message)
    return {
        CHECK: lambda text: not "".join(checked([text], brief, shelf.items)).strip(),
        NOTHING: lambda text: False,
        STRANGE: lambda text: _strange(text, known),
    }


def _strange(text: str, known: str) -> bool:
    """Whether a number, or a word written large past the first, is in no card and not in the message."""
    names = [name for name in _NAME.findall(text) if name[0].isupper() and name != "I"]
    return any(re.search(rf"(?<!\w){re.escape(one)}", known) is None for one in [*_NUMBER.findall(text), *names])


def _known(cards: Sequence[Card], message: str) -> str:
    """All that stands on the cards and in their records, and the message."""
    texts = [message]
    for card in cards:
        item = card.item
        cells = [one for cell in item.facets.values() for one in (cell if isinstance(cell, tuple) else (cell,))]
        numbers = [f"{cell:g}" for cell in cells if isinstance(cell, (int, float)) and not isinstance(cell, bool)]
        words = [cell for cell in cells if isinstance(cell, str)]
        shown = [*card.reasons, *card.unmet, *card.details, card.label, *(value for _, value in card.facts)]
        texts += [item.title, item.description, *numbers, *words, *shown]
    return "\n".join(texts)

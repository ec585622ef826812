"""Message -> intent: run the engine in charge, verify what it says against the schema, and fall back when it fails.

Nothing that the catalogue does not hold can pass: an unknown facet or value becomes a wish, an unknown id a title to be
linked. Which engine decided each slot is recorded. Knows no concrete engine.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Protocol, runtime_checkable

from bot.degrees import limit
from bot.meeting import number, numbers
from bot.types import Intent, Mention, Message, Understander
from vectorstore.base import Constraint, Facet, Item, Schema

_log = logging.getLogger(__name__)

_WORDS = frozenset({"is", "not", "any", "contains"})
_NUMBERS = frozenset({"is", "not", "any", ">=", "<=", ">", "<", "between"})
WORDS = "words"
"""Decided an intent that no engine could read: the message is searched for as it stands."""
_SLOTS = tuple(field.name for field in fields(Intent) if field.name not in ("confidence", "engines", "prompts"))


class Vocabulary:
    """What a catalogue is made of, for reading messages: items by id, numbers per facet. Pure data, built once."""

    def __init__(self, items: Sequence[Item], schema: Schema) -> None:
        """Keep ``items`` in their order and sort each number facet."""
        self.items: tuple[Item, ...] = tuple(items)
        self.schema = schema
        self.by_id: Mapping[str, Item] = {item.id: item for item in self.items}
        self.popularity = schema.of_role("popularity")
        self.year = schema.of_role("year")
        numeric = [facet.name for facet in schema.facets if facet.type in ("number", "date")]
        self._numbers = {name: sorted(numbers(self.items, name)) for name in numeric}

    def number(self, item_id: str, facet: str) -> float | None:
        """The number that an item's record holds for a facet (the year of a date), or None."""
        item = self.by_id.get(item_id)
        return number(item.facets.get(facet)) if item else None

    def quantile(self, facet: str, share: float, *, op: str, round_to: float = 0.0) -> float:
        """The value below which ``share`` (0 to 1) of the items lie, to a multiple of ``round_to`` or two digits."""
        return limit(self._numbers.get(facet, ()), share, op=op, step=round_to)

    def rank(self, item_id: str) -> float:
        """How popular an item is, for settling ties: higher is more popular."""
        return (self.number(item_id, self.popularity.name) if self.popularity else None) or 0.0


@runtime_checkable
class Linker(Protocol):
    """Something that knows the titles of a catalogue."""

    def link(self, text: str) -> Mention:
        """The item that a title means; without an id, with what is near, when the catalogue lacks it."""
        ...


def understand(
    engine: Understander, fallback: Understander, history: Sequence[Message], message: str, schema: Schema
) -> Intent:
    """The intent of a message, every facet, value and item in it verified.

    ``engine`` is in charge; where it fails, or breaks the schema, ``fallback`` decides and ``engines["fallback"]`` says
    so. Safety is read by both and either may raise it. Never raises.
    """
    floor = _floor(fallback, history, message, schema)
    if engine is fallback:
        return floor
    try:
        found = verified(engine.understand(history, message, schema), schema, fallback)
    except Exception as error:
        _log.warning("the understander %s failed: %s", engine.name, error)
        return replace(floor, engines={"fallback": fallback.name, **floor.engines})
    if not found.acts:
        return replace(floor, engines={"fallback": fallback.name, **floor.engines})
    return _guarded(_named(found, engine.name), floor)


def _floor(fallback: Understander, history: Sequence[Message], message: str, schema: Schema) -> Intent:
    """What ``fallback`` reads; where that fails, without what was said before; at last the message's bare words."""
    for before in (history, ()):
        try:
            return verified(fallback.understand(before, message, schema), schema, fallback)
        except Exception:
            _log.exception("the understander %s failed", fallback.name)
    return Intent(acts=("recommend",), query=message, engines={"fallback": WORDS})


def lapse(intent: Intent, *, alone: bool) -> str:
    """What went wrong in reading, as a notice's code; ``alone``: there is but the fallback, so it replaced nothing."""
    fallen = intent.engines.get("fallback")
    if fallen == WORDS:
        return "unread"
    return "no_model" if fallen and not alone else ""


def verified(intent: Intent, schema: Schema, linker: object) -> Intent:
    """``intent`` without anything that ``schema`` cannot hold; unknown values become wishes, unknown ids are linked."""
    constraints, strange = _checked(intent.constraints, schema)
    numeric = {facet.name for facet in schema.facets if facet.type in ("number", "date")}
    named = {facet.name for facet in schema.facets}
    return replace(
        intent,
        constraints=constraints,
        retracted=_checked(intent.retracted, schema)[0],
        wishes=tuple(dict.fromkeys((*intent.wishes, *strange))),
        order=intent.order if intent.order and intent.order.facet in numeric else None,
        relatives=tuple(relative for relative in intent.relatives if relative.facet in numeric),
        dropped=tuple(facet for facet in intent.dropped if facet in named),
        vague=tuple(one for one in intent.vague if one.constraint in constraints),
        asked=tuple(facet for facet in intent.asked if facet in named),
        mentions=tuple(_linked(mention, linker) for mention in intent.mentions),
    )


def _checked(constraints: Iterable[Constraint], schema: Schema) -> tuple[tuple[Constraint, ...], list[str]]:
    """The constraints that ``schema`` can hold, in its own spelling; and the words of those that it cannot."""
    kept, strange = [], []
    for constraint in constraints:
        facet = schema.get(constraint.facet)
        legal = _legal(facet, constraint) if facet else None
        if legal:
            kept.append(legal)
        elif isinstance(constraint.value, str) and constraint.op == "is":
            strange.append(constraint.value)
    return tuple(dict.fromkeys(kept)), strange


def _legal(facet: Facet, constraint: Constraint) -> Constraint | None:
    if facet.type in ("number", "date"):
        return _legal_number(constraint)
    if constraint.op not in _WORDS:
        return None
    if facet.type == "flag":
        return constraint if isinstance(constraint.value, bool) else None
    if constraint.op == "contains":
        return constraint if isinstance(constraint.value, str) else None
    several = isinstance(constraint.value, tuple)
    values = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    held = tuple(value for value in (_spelling(facet, value) for value in values) if value is not None)
    if not held:
        return None
    return Constraint(facet.name, constraint.op, held if several else held[0])


def _legal_number(constraint: Constraint) -> Constraint | None:
    values = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    if constraint.op not in _NUMBERS or not values or not all(_finite(value) for value in values):
        return None
    ends = constraint.op == "between"
    if ends and len(values) != 2:
        return None
    numbers = tuple(float(value) for value in values)
    if ends:
        return Constraint(constraint.facet, "between", (min(numbers), max(numbers)))
    several = isinstance(constraint.value, tuple)
    return Constraint(constraint.facet, constraint.op, numbers if several else numbers[0])  # type: ignore[arg-type]


def _spelling(facet: Facet, value: object) -> str | None:
    """A value as the catalogue spells it, or None when it holds no such value."""
    wanted = str(value).strip().casefold()
    alias = facet.aliases.get(wanted, "").casefold()
    return next((held for held, _ in facet.values if held.casefold() in (wanted, alias)), None)


def _finite(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _linked(mention: Mention, linker: object) -> Mention:
    """A mention by title without an id, linked again by the catalogue's own titles."""
    if mention.item_id is not None or mention.near or mention.how == "reference" or not isinstance(linker, Linker):
        return mention
    found = linker.link(mention.text)
    return replace(found, text=mention.text, role=mention.role, how=mention.how)


def _named(intent: Intent, engine: str) -> Intent:
    """With every filled slot recorded as decided by ``engine`` where it did not say itself."""
    filled = {slot: engine for slot in _SLOTS if getattr(intent, slot)}
    return replace(intent, engines={**filled, **intent.engines})


def _guarded(intent: Intent, floor: Intent) -> Intent:
    """With the floor's safety, and its talk topic where the engine in charge has none."""
    if floor.sensitive and not intent.sensitive:
        return replace(
            intent,
            acts=floor.acts,
            sensitive=floor.sensitive,
            topic=floor.topic,
            engines={**intent.engines, "sensitive": floor.engines.get("acts", "lexical")},
        )
    return intent if intent.topic or floor.acts != intent.acts else replace(intent, topic=floor.topic)

"""What the rules read, corrected where the trained reader is sure: slot by slot, each remembering who decided it.

The thresholds were chosen on the open half of the gold messages (`shelftalk eval understand`). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.engines.reader.deciding import Tagged, Told
from bot.engines.reader.proposing import Proposed
from bot.engines.reader.sheet import ACTS
from bot.types import Act, Intent, Mention, Role
from vectorstore.base import Constraint, Facet

READER = "reader"
_ACTS: tuple[Act, ...] = ACTS[:10]  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Trust:
    """How sure the reader must be, 0 to 1, to overrule what the rules said of a slot."""

    act: float = 0.8
    add: float = 0.85
    drop: float = 0.95
    turn: float = 0.8
    wish: float = 0.6
    role: float = 0.8
    asked: float = 0.7


def corrected(intent: Intent, proposed: Proposed, told: Told, trust: Trust = Trust()) -> Intent:
    """``intent`` with what the reader is sure of."""
    if intent.sensitive:
        return intent
    engines = dict(intent.engines)
    acts = _acts(intent, told, trust)
    if acts != intent.acts:
        engines["acts"] = READER
    wanting = bool(set(acts) & {"recommend", "refine", "feedback"})
    constraints = tuple(_constraints(intent, proposed, told, trust)) if wanting else intent.constraints
    if constraints != intent.constraints:
        engines["constraints"] = READER
    wishes = _wishes(intent, proposed, told, trust) if set(acts) & {"recommend", "refine"} else intent.wishes
    if wishes != intent.wishes:
        engines["wishes"] = READER
    mentions = _mentions(intent, proposed, told, trust)
    if mentions != intent.mentions:
        engines["mentions"] = READER
    return replace(
        intent,
        acts=acts,
        constraints=constraints,
        wishes=wishes,
        mentions=mentions,
        question=intent.question or (proposed.sheet.message if "support" in acts else ""),
        topic=intent.topic if acts == intent.acts else "",
        engines=engines,
    )


def _acts(intent: Intent, told: Told, trust: Trust) -> tuple[Act, ...]:
    """The rules' acts, without what the reader denies and with what it is sure of."""
    chances = told.acts
    kept = [act for act in intent.acts if chances[act] > 1 - trust.act]
    new = [act for act in _ACTS if chances[act] >= trust.act and act not in kept]
    if {"recommend", "refine"} <= {*kept, *new}:
        worse = min(("recommend", "refine"), key=lambda act: chances[act])
        kept, new = [act for act in kept if act != worse], [act for act in new if act != worse]
    return tuple(dict.fromkeys((*kept, *new))) or intent.acts


def _constraints(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> Iterator[Constraint]:
    """Values judged anew; numbers as the rules read them."""
    verdicts = dict(zip(((facet.name, value) for facet, value in proposed.values), told.verdicts, strict=True))
    held = set[tuple[str, object]]()
    for one in intent.constraints:
        judged = verdicts.get((one.facet, one.value)) if not isinstance(one.value, tuple) else None  # type: ignore[arg-type]
        held |= {(one.facet, value) for value in (one.value if isinstance(one.value, tuple) else (one.value,))}
        if judged is None or one.op not in ("is", "not"):
            yield one
        elif judged["none"] < trust.drop:
            yield _turned(one, judged, trust)
    for (facet, value), judged in zip(proposed.values, told.verdicts, strict=True):
        if (facet.name, value) not in held and (new := _new(facet, value, judged, trust)):
            yield new


def _turned(one: Constraint, judged: Mapping[str, float], trust: Trust) -> Constraint:
    """The other polarity, where the reader is sure of it."""
    against = judged["not"] + judged["retracted"]
    if isinstance(one.value, bool):
        said = one.value == (one.op == "is")
        sure = against if said else judged["is"]
        return replace(one, op="is", value=not said) if sure >= trust.turn else one
    if one.op == "is" and against >= trust.turn:
        return replace(one, op="not")
    return replace(one, op="is") if one.op == "not" and judged["is"] >= trust.turn else one


def _new(facet: Facet, value: str | bool, judged: Mapping[str, float], trust: Trust) -> Constraint | None:
    if judged["is"] >= trust.add:
        return Constraint(facet.name, "is", value)
    if judged["not"] + judged["retracted"] >= trust.add:
        return Constraint(facet.name, "is", False) if isinstance(value, bool) else Constraint(facet.name, "not", value)
    return None


def _wishes(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> tuple[str, ...]:
    """The reader's wishes where it found any, else the rules' own."""
    found = [one for one in told.tags if one.name in ("wish", "unwanted") and one.sure >= trust.wish]
    texts = [_wish(one, proposed.sheet.message) for one in found]
    return tuple(dict.fromkeys(texts)) or intent.wishes


def _wish(tagged: Tagged, message: str) -> str:
    text = message[slice(*tagged.span)].strip(" .,;:!?")
    return f"not {text}" if tagged.name == "unwanted" else text


def _mentions(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> tuple[Mention, ...]:
    """The rules' items, in the roles that the reader is sure of."""
    roles = dict[str, list[Role]]()
    for judged, chances in zip(proposed.mentions, told.roles, strict=True):
        sure: list[Role] = [role for role, chance in chances.items() if chance >= trust.role]  # type: ignore[misc]
        for mention in judged.span.mentions if sure else ():
            roles[mention.item_id or mention.text] = sure
    found: list[Mention] = []
    for mention in intent.mentions:
        said: Sequence[Role] = roles.get(mention.item_id or mention.text, [mention.role])
        found += [replace(mention, role=role) for role in said]
    return tuple({(one.item_id or one.text, one.role): one for one in found}.values())

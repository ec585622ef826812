"""What the conversation has established: folding a message and presses into the state. Pure; knows no words.

A rejected or seen item stays out for the whole session, also after "start over".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.types import DialogueState, Feedback, Intent, Order, Relative
from bot.wording import constraint_key, wish_key
from vectorstore.base import Constraint, Item

WISHES = 6
_UPPER, _LOWER = ("<", "<="), (">", ">=")
_NUMERIC = (*_UPPER, *_LOWER, "between")


def fold(
    state: DialogueState, intent: Intent, *, feedback: Sequence[Feedback] = (), items: Mapping[str, Item]
) -> DialogueState:
    """The state after one message and the presses before it.

    ``items`` are the catalogue's: they tell what a critique is measured against and which values go together.
    """
    if intent.reset:
        state = DialogueState(rejected=state.rejected, seen=state.seen, language=state.language)
    for press in feedback:
        state = _pressed(state, press)
    if intent.acts:
        state = replace(state, language=intent.language)
    state = _mentioned(state, intent)
    state = replace(state, constraints=_constraints(state, intent, items))
    return _wished(state, intent)


def after_shown(state: DialogueState, ids: tuple[str, ...]) -> DialogueState:
    """The state once ``ids`` stand before the visitor, in that order."""
    shown = tuple(dict.fromkeys((*state.shown, *ids)))
    return replace(state, shown=shown, last_shown=ids, focus=ids[0] if len(ids) == 1 else None)


def edit(state: DialogueState, *, remove: Iterable[str]) -> DialogueState:
    """Take off what the visitor removed, by key: a chip's, or ``like:ID``, ``rejected:ID``, ``seen:ID``."""
    gone = frozenset(remove)

    def kept(values: Iterable[Any], key: Callable[[Any], str]) -> tuple[Any, ...]:
        return tuple(value for value in values if key(value) not in gone)

    wishes = kept(state.wishes, wish_key)
    return replace(
        state,
        constraints=kept(state.constraints, constraint_key),
        wishes=wishes,
        query=state.query if wishes == state.wishes else " ".join(wishes),
        order=None if "order" in gone else state.order,
        likes=kept(state.likes, lambda id_: f"like:{id_}"),
        rejected=kept(state.rejected, lambda id_: f"rejected:{id_}"),
        seen=kept(state.seen, lambda id_: f"seen:{id_}"),
    )


def _pressed(state: DialogueState, press: Feedback) -> DialogueState:
    """One press on one item; "undo" takes every opinion on it back."""
    held = {"like": "likes", "dislike": "rejected", "seen": "seen"}
    if press.kind not in (*held, "undo"):
        return state
    cleared = {name: tuple(id_ for id_ in getattr(state, name) if id_ != press.item_id) for name in held.values()}
    if press.kind in held:
        cleared[held[press.kind]] = (*cleared[held[press.kind]], press.item_id)
    return replace(state, **cleared)


def _mentioned(state: DialogueState, intent: Intent) -> DialogueState:
    """Opinions on named items, and the item that "it" means from now on."""
    kinds = {"liked": "like", "rejected": "dislike", "seen": "seen"}
    ids = [mention.item_id for mention in intent.mentions if mention.item_id]
    for mention in intent.mentions:
        if mention.item_id and mention.role in kinds:
            state = _pressed(state, Feedback(mention.item_id, kinds[mention.role]))  # type: ignore[arg-type]
    return replace(state, focus=ids[-1]) if ids else state


def _constraints(state: DialogueState, intent: Intent, items: Mapping[str, Item]) -> tuple[Constraint, ...]:
    """Dropped and retracted ones go, new ones come, critiques become bounds."""
    kept = [one for one in state.constraints if one.facet not in intent.dropped and not _retracted(one, intent)]
    for new in intent.constraints:
        kept = [one for one in kept if _stands(one, new, items)]
        if new not in kept:
            kept.append(new)
    for relative in intent.relatives:
        bound = _bound(relative, state, items)
        if bound is not None:
            kept = [*(one for one in kept if _stands(one, bound, items)), bound]
    return tuple(kept)


def _retracted(one: Constraint, intent: Intent) -> bool:
    """Whether the message takes this constraint back."""
    return any(one.facet == back.facet and _values(one) & _values(back) for back in intent.retracted)


def _stands(old: Constraint, new: Constraint, items: Mapping[str, Item]) -> bool:
    """Whether ``old`` stays in force beside ``new``."""
    if old.facet != new.facet:
        return True
    if old.op in _NUMERIC or new.op in _NUMERIC:
        return _ranges_agree(old, new)
    if "not" in (old.op, new.op):
        return old.op == new.op or not (_values(old) & _values(new))
    return old.op == new.op == "is" and _together(old, new, items)


def _ranges_agree(old: Constraint, new: Constraint) -> bool:
    """Whether two number conditions bound different sides and leave room between them."""
    sides = {(old.op in _UPPER), (new.op in _UPPER)}
    if len(sides) < 2 or "between" in (old.op, new.op) or not {old.op, new.op} <= {*_UPPER, *_LOWER}:
        return False
    upper, lower = (old, new) if old.op in _UPPER else (new, old)
    return float(lower.value) < float(upper.value)  # type: ignore[arg-type]


def _together(old: Constraint, new: Constraint, items: Mapping[str, Item]) -> bool:
    """Whether some item holds both values of a facet, as a horror comedy does."""
    wanted = _values(old) | _values(new)
    held = (item.facets.get(old.facet) for item in items.values())
    return any(isinstance(value, tuple) and wanted <= {one.casefold() for one in value} for value in held)


def _values(constraint: Constraint) -> frozenset[Any]:
    """The values that a constraint names, compared without case."""
    named = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    return frozenset(one.casefold() if isinstance(one, str) else one for one in named)


def _bound(relative: Relative, state: DialogueState, items: Mapping[str, Item]) -> Constraint | None:
    """A critique as a bound: beyond the item it is measured against, else beyond everything shown last."""
    against = (relative.anchor,) if relative.anchor else state.last_shown
    held = [items[id_].facets.get(relative.facet) for id_ in against if id_ in items]
    numbers = [float(value) for value in held if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if not numbers:
        return None
    lower = relative.direction == "lower"
    return Constraint(relative.facet, "<" if lower else ">", min(numbers) if lower else max(numbers))


def _wished(state: DialogueState, intent: Intent) -> DialogueState:
    """Wishes, order and the text to search for."""
    wishes = tuple(dict.fromkeys((*state.wishes, *intent.wishes)))[-WISHES:]
    unmeasured = next((one for one in intent.relatives if not state.last_shown and one.anchor is None), None)
    order = intent.order or (_as_order(unmeasured) if unmeasured else state.order)
    if order is not None and order.facet in intent.dropped:
        order = None
    searches = {"recommend", "refine", "feedback"} & set(intent.acts)
    query = " ".join(wishes) or (intent.query if searches and intent.query else state.query)
    return replace(state, wishes=wishes, order=order, query=query)


def _as_order(relative: Relative) -> Order:
    """A critique with nothing to measure against, as an order."""
    return Order(relative.facet, "asc" if relative.direction == "lower" else "desc")

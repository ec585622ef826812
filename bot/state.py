"""What the conversation has established: folding a message and presses into the state. Pure; knows no words.

A rejected or seen item stays out for the whole session, also after "start over".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.degrees import settled
from bot.meeting import meets
from bot.narrowing import bound, facets_of, joined, kind_of, other_kind, without
from bot.types import DialogueState, Feedback, FeedbackKind, Intent, Mention, Order, Relative
from bot.wording import constraint_key, wish_key
from vectorstore.base import Constraint, Item

WISHES = 6
UNWANTED = "not "
"""A wish that begins so says what is unwanted: a chip like any other, but no text to search or quote for."""
LESSENING = ("less ", "fewer ")
"""So begin wishes of which the items should have less: no text to search or quote for either."""
_PRESSES: dict[str, FeedbackKind] = {"liked": "like", "rejected": "dislike", "seen": "seen"}


def fold(
    state: DialogueState, intent: Intent, *, feedback: Sequence[Feedback] = (), items: Mapping[str, Item]
) -> DialogueState:
    """The state after one message and the presses before it.

    ``items`` are the catalogue's: they tell what a critique is measured against and which values go together. An act
    "recommend" asks anew: a wanted value replaces older ones of its facet, and another kind of thing (a tent after
    boots) all that was wanted of the first; in a refinement both values are wanted where some item holds both, and
    another kind keeps what it can meet: the price, and not the size of the tent nor a bound that nobody named. What is
    to be like an item is a thing of its kind.
    """
    if intent.reset:
        state = _anew(state)
    for press in feedback:
        state = _pressed(state, press)
    if other_kind(state.constraints, intent.constraints, items):
        state = _of_other_kind(state, intent, items)
    state = replace(state, constraints=_beside_likes(state.constraints, intent, items))
    if intent.acts:
        state = replace(state, language=intent.language)
    state = _mentioned(state, intent.mentions)
    constraints, implied = _constraints(state, intent, items)
    state = replace(state, constraints=constraints, implied=_implied(state, intent, constraints, implied))
    return _wished(state, intent)


def _of_other_kind(state: DialogueState, intent: Intent, items: Mapping[str, Item]) -> DialogueState:
    """What is left of the wishes for one kind of thing when another is asked for."""
    state = replace(state, wishes=(), order=None, query="")
    if "recommend" in intent.acts:
        return replace(state, constraints=())
    filled = facets_of(intent.constraints, items)
    named = [one for one in state.constraints if constraint_key(one) not in state.implied]
    return replace(state, constraints=tuple(one for one in named if one.facet in filled or not filled))


def _beside_likes(
    constraints: tuple[Constraint, ...], intent: Intent, items: Mapping[str, Item]
) -> tuple[Constraint, ...]:
    """Without wanted values that a title asked for afresh lacks: "something like Alien" ends the comedies."""
    named = [one for one in intent.mentions if one.role == "liked" and one.how == "title" and one.item_id in items]
    if "recommend" not in intent.acts or not named:
        return constraints
    liked = [items[one.item_id] for one in named if one.item_id]
    return tuple(one for one in constraints if not _wanted_word(one) or any(meets(item, (one,)) for item in liked))


def _wanted_word(one: Constraint) -> bool:
    """Whether it asks for a value in words: no number, no yes or no, no exclusion."""
    return one.op in ("is", "any") and isinstance(one.value, (str, tuple))


def after_shown(state: DialogueState, ids: tuple[str, ...]) -> DialogueState:
    """The state once ``ids`` stand before the visitor, in that order; "it" means the item when there is only one."""
    shown = tuple(dict.fromkeys((*state.shown, *ids)))
    return replace(state, shown=shown, last_shown=ids, focus=ids[0] if len(ids) == 1 else None)


def beside(state: DialogueState, intent: Intent) -> DialogueState:
    """The state for a question beside the wishes so far: of those, only what the question itself says."""
    own = tuple(one for one in state.constraints if one in intent.constraints)
    wishes = tuple(one for one in state.wishes if one in intent.wishes)
    query = search_text(wishes, own)
    return replace(state, constraints=own, implied=(), wishes=wishes, order=intent.order, query=query)


def again(state: DialogueState, before: DialogueState) -> DialogueState:
    """The state after such a question, with the wishes of ``before``."""
    return replace(
        state,
        constraints=before.constraints,
        implied=before.implied,
        wishes=before.wishes,
        order=before.order,
        query=before.query,
    )


def edit(state: DialogueState, *, remove: Iterable[str]) -> DialogueState:
    """Take off what the visitor removed, by key: a chip's, or ``like:ID``, ``rejected:ID``, ``seen:ID``."""
    gone = frozenset(remove)

    def kept(values: Iterable[Any], key: Callable[[Any], str]) -> tuple[Any, ...]:
        return tuple(value for value in values if key(value) not in gone)

    wishes, constraints = kept(state.wishes, wish_key), kept(state.constraints, constraint_key)
    return replace(
        state,
        constraints=constraints,
        wishes=wishes,
        query=search_text(wishes, constraints),
        order=None if "order" in gone else state.order,
        likes=kept(state.likes, lambda id_: f"like:{id_}"),
        rejected=kept(state.rejected, lambda id_: f"rejected:{id_}"),
        seen=kept(state.seen, lambda id_: f"seen:{id_}"),
    )


def search_text(wishes: Iterable[str], constraints: Iterable[Constraint]) -> str:
    """What search looks for: the wishes, and the words of wanted values; a value taken back is not looked for."""
    wanted = [one.value for one in constraints if one.op in ("is", "any", "contains")]
    values = [value for one in wanted for value in (one if isinstance(one, tuple) else (one,))]
    return " ".join([*searchable(wishes), *(value for value in values if isinstance(value, str))])


def within(state: DialogueState, items: Mapping[str, Item]) -> DialogueState:
    """``state`` without what points at items that the catalogue lost since; what must stay out stays out."""
    likes, last = (tuple(id_ for id_ in ids if id_ in items) for ids in (state.likes, state.last_shown))
    return replace(state, likes=likes, last_shown=last, focus=state.focus if state.focus in items else None)


def on_page(state: DialogueState, item_id: str | None) -> DialogueState:
    """The state of a visitor on the page of that item, None for any other page: who comes to it means it by "it"."""
    if item_id is None or item_id == state.page:
        return replace(state, page=item_id)
    return replace(state, page=item_id, focus=item_id, last_shown=(item_id,))


def searchable(wishes: Iterable[str]) -> tuple[str, ...]:
    """The wishes that say what is wanted."""
    return tuple(wish for wish in wishes if not declined(wish))


def declined(wish: str) -> str:
    """What a wish wants none or less of: "gory" of "not gory" and of "less gory"; empty for what is wanted."""
    return next((wish[len(one) :] for one in (UNWANTED, *LESSENING) if wish.casefold().startswith(one)), "")


def _anew(state: DialogueState) -> DialogueState:
    """What outlives "start over": which items stay out, the language, and the person who was asked for."""
    lasting = ("rejected", "seen", "shown", "language", "handed_over")
    return DialogueState(**{name: getattr(state, name) for name in lasting})


def _pressed(state: DialogueState, press: Feedback) -> DialogueState:
    """One press on one item: like and dislike exclude each other, seen goes with both, "undo" takes all back."""
    id_ = press.item_id
    if press.kind == "undo":
        return replace(
            state, likes=_less(state.likes, id_), rejected=_less(state.rejected, id_), seen=_less(state.seen, id_)
        )
    if press.kind == "like":
        return replace(state, likes=(*_less(state.likes, id_), id_), rejected=_less(state.rejected, id_))
    if press.kind == "dislike":
        return replace(state, likes=_less(state.likes, id_), rejected=(*_less(state.rejected, id_), id_))
    return replace(state, seen=(*_less(state.seen, id_), id_)) if press.kind == "seen" else state


def _less(ids: Iterable[str], gone: str) -> tuple[str, ...]:
    return tuple(id_ for id_ in ids if id_ != gone)


def _mentioned(state: DialogueState, mentions: Sequence[Mention]) -> DialogueState:
    """Opinions on named items, and the item that "it" means from now on: the only one named, else none."""
    for mention in mentions:
        if mention.item_id and mention.role in _PRESSES:
            state = _pressed(state, Feedback(mention.item_id, _PRESSES[mention.role]))
    named = {mention.item_id for mention in mentions if mention.item_id}
    return replace(state, focus=named.pop() if len(named) == 1 else None) if named else state


def _constraints(
    state: DialogueState, intent: Intent, items: Mapping[str, Item]
) -> tuple[tuple[Constraint, ...], list[Constraint]]:
    """Dropped and retracted ones go, new ones come, words of degree find their measure, critiques become bounds.

    Those whose number nobody named are given once more.
    """
    left = without(state.constraints, facets=intent.dropped, values=intent.retracted)
    found = joined(left, intent.constraints, items=items, anew="recommend" in intent.acts)
    found, became = settled(found, intent.vague, items)
    limits = [limit for relative in intent.relatives if (limit := _limit(relative, state, items))]
    if kind := kind_of(_resembled(intent, items), found, items):
        limits = [kind, *limits]
    for limit in limits:
        found = joined(found, (limit,), items=items, anew=False)
    return found, [*(one.constraint for one in became), *limits]


def _resembled(intent: Intent, items: Mapping[str, Item]) -> list[Item]:
    """The items that a message wants something like."""
    if not {"recommend", "refine"} & set(intent.acts):
        return []
    liked = [mention.item_id for mention in intent.mentions if mention.role == "liked" and mention.item_id]
    return [items[id_] for id_ in liked if id_ in items]


def _implied(
    state: DialogueState, intent: Intent, constraints: Sequence[Constraint], implied: Sequence[Constraint]
) -> tuple[str, ...]:
    """The keys of the bounds in force that nobody named: those of before and those of this message."""
    named = {constraint_key(one) for one in intent.constraints}
    keys = [*(key for key in state.implied if key not in named), *map(constraint_key, implied)]
    in_force = set(map(constraint_key, constraints))
    return tuple(key for key in dict.fromkeys(keys) if key in in_force)


def _limit(relative: Relative, state: DialogueState, items: Mapping[str, Item]) -> Constraint | None:
    """A critique as a bound: beyond the item it is measured against, else beyond the middle of what was shown last."""
    against = (relative.anchor,) if relative.anchor else state.last_shown
    shown = [items[id_] for id_ in against if id_ in items]
    return bound(relative.facet, shown, lower=relative.direction == "lower")


def _wished(state: DialogueState, intent: Intent) -> DialogueState:
    """Wishes, order and the text to search for."""
    taken_back = {_contrary(wish).casefold() for wish in intent.wishes}
    older = [wish for wish in state.wishes if wish.casefold() not in taken_back]
    wishes = tuple({wish.casefold(): wish for wish in (*older, *intent.wishes)}.values())[-WISHES:]
    order = intent.order or _order_of(state, intent) or state.order
    if order is not None and order.facet in intent.dropped:
        order = None
    query = search_text(wishes, state.constraints) or ("" if intent.mentions else intent.query)
    return replace(state, wishes=wishes, order=order, query=query)


def _contrary(wish: str) -> str:
    """The wish that says the opposite: "quiet" and "not quiet"."""
    return wish.removeprefix(UNWANTED) if wish.startswith(UNWANTED) else f"{UNWANTED}{wish}"


def _order_of(state: DialogueState, intent: Intent) -> Order | None:
    """A critique with nothing to measure against, as an order."""
    unmeasured = (one for one in intent.relatives if not state.last_shown and one.anchor is None)
    one = next(unmeasured, None)
    return Order(one.facet, "asc" if one.direction == "lower" else "desc") if one else None

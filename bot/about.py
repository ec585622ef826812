"""Answers about named items, from their records alone: one fact, everything, a comparison, or why one was left out.

Returns finished sentences; searches nothing. An item that the catalogue lacks is never answered for by another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot import types
from bot.retrieval import known
from bot.senses import sense_of
from bot.wording import condition
from vectorstore.base import Constraint, Facet, FacetValue, Item
from vectorstore.columns import Columns

if TYPE_CHECKING:
    from bot.memory import StoredTurn
    from prompts import Voice

MOST = 4
PLAIN = frozenset({"price", "year", "runtime", "weight", "volume", "people", "pages", "brightness"})
"""Senses of numbers whose value tells by its unit what it is; any other stands with its label."""
_ITEM, _COMPARE, _WHY, _ROW, _LABEL = "about/item", "about/compare", "about/why_not", "explain/row", "explain/label"


def subjects(state: types.DialogueState, intent: types.Intent) -> tuple[str, ...]:
    """The ids that the message is about: those named or pointed at, else the one in focus, else the only one shown."""
    named = tuple(dict.fromkeys(mention.item_id for mention in intent.mentions if mention.item_id))
    if named or any(mention.item_id is None for mention in intent.mentions):
        return named[:MOST]
    if state.focus:
        return (state.focus,)
    return state.last_shown if len(state.last_shown) == 1 else ()


def of_page(state: types.DialogueState, intent: types.Intent) -> tuple[str, ...]:
    """The item whose page the visitor is on: meant where a fact is asked for and nothing is named or pointed at."""
    return (state.page,) if state.page and intent.asked and not intent.mentions else ()


def chosen(intent: types.Intent) -> tuple[str, ...]:
    """The ids of shown items that a message is for, where it says nothing against others and asks for none."""
    if {"recommend", "refine"} & set(intent.acts) or intent.more or intent.surprise:
        return ()
    ids = [one.item_id for one in intent.mentions if one.role == "liked" and one.how == "reference" and one.item_id]
    return tuple(dict.fromkeys(ids)) if len(ids) == len(intent.mentions) else ()


def told(shelf: types.Shelf, voice: Voice, ids: Sequence[str], asked: Sequence[str]) -> Iterator[str]:
    """What the records say of the ``asked`` facets, or everything when none is named."""
    for id_ in ids:
        item = shelf.items.items[id_]
        facets = [facet for name in asked if (facet := shelf.items.schema.get(name))]
        if facets:
            yield from (fact(item, facet, voice) for facet in facets)
        else:
            yield everything(item, shelf, voice)


def which(shelf: types.Shelf, voice: Voice, ids: Sequence[str]) -> str:
    """Ask back which item is meant, naming those on the table."""
    if not ids:
        return voice.phrase(_ITEM, "which_open")
    return voice.phrase(_ITEM, "which", titles=[shelf.items.items[id_].title for id_ in ids])


def fact(item: Item, facet: Facet, voice: Voice) -> str:
    """One facet of one item as a sentence; "our record does not say" when it is empty."""
    label, value = voice.label(facet.name, facet.label), item.facets.get(facet.name)
    if value is None or value == ():
        return voice.phrase(_ITEM, "unknown", title=item.title, label=label)
    if isinstance(value, bool):
        return voice.phrase(_ITEM, "flag_yes" if value else "flag_no", title=item.title, label=label)
    key = voice.pick(_ITEM, facet.name, facet.role, "fact")
    words = spoken(voice, facet, value)
    extra: dict[str, Any] = {"label": label} if "label" in voice.takes(_ITEM, key) else {}
    return voice.phrase(_ITEM, key, title=item.title, value=words, **extra)


def everything(item: Item, shelf: types.Shelf, voice: Voice) -> str:
    """Title, facts and description."""
    facets = [facet for facet in shelf.items.schema.facets if facet.role not in ("popularity", "year")]
    rows = [row for facet in facets if (row := _row(item, facet, voice))]
    year = shelf.items.schema.of_role("year")
    when = spoken(voice, year, item.facets[year.name]) if year and year.name in item.facets else ""
    return voice.phrase(_ITEM, "about", title=item.title, year=when, rows=rows, description=item.description)


def compared(shelf: types.Shelf, voice: Voice, ids: Sequence[str], asked: Sequence[str] = ()) -> Iterator[str]:
    """How the items compare in the ``asked`` facets; without any, where they differ and what they share.

    Needs two to four ids.
    """
    items = [shelf.items.items[id_] for id_ in ids[:MOST]]
    titles = [item.title for item in items]
    if len(items) < 2:
        yield voice.phrase(_COMPARE, "needs_two", titles=titles)
        return
    if questions := [facet for name in asked if (facet := shelf.items.schema.get(name))]:
        yield from (line for facet in questions for line in _answered(items, facet, voice))
        return
    yield voice.phrase(_COMPARE, "lead", titles=titles)
    facets = [facet for facet in shelf.items.schema.facets if facet.role != "popularity"]
    lines = [line for facet in facets if (line := _difference(items, facet, voice))]
    yield from lines or [voice.phrase(_COMPARE, "same", titles=titles)]
    if shared := dict.fromkeys(words for facet in facets for words in _shared(items, facet, voice)):
        yield voice.phrase(_COMPARE, "shared", titles=titles, shared=[*shared])


def why_not(
    shelf: types.Shelf, voice: Voice, state: types.DialogueState, item_id: str, *, place: int, total: int
) -> str:
    """Why one item is not on the list. ``place``: its rank from 1 among ``total`` candidates, 0 when it is none."""
    item = shelf.items.items[item_id]
    holdings = (("shown_now", state.last_shown), ("rejected", state.rejected), ("seen", state.seen))
    for key, ids in (*holdings, ("liked", state.likes)):
        if item_id in ids:
            return voice.phrase(_WHY, key, title=item.title)
    columns = Columns([item], shelf.items.schema)
    failed = next((one for one in known(shelf.items, state.constraints) if not columns.mask([one]).all()), None)
    if failed is not None:
        return _fails(item, failed, shelf, voice)
    if item_id in state.shown:
        return voice.phrase(_WHY, "shown_before", title=item.title)
    if place:
        return voice.phrase(_WHY, "ranked_lower", title=item.title, rank=place, total=total)
    return voice.phrase(_WHY, "not_close", title=item.title)


def shown_cards(turns: Sequence[StoredTurn], ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The latest stored card of each of ``ids`` that has one, as the visitor saw it."""
    events = (event for turn in turns for event in turn.events if event.get("event") == types.Recommended.name)
    cards = {card["id"]: card for event in events for card in event["data"]["items"]}
    return {id_: cards[id_] for id_ in ids if id_ in cards}


def why(voice: Voice, card: Mapping[str, Any]) -> str:
    """Why an item was chosen: the reasons that its card gave, its grounds and its limit."""
    said = dict.fromkeys((*card["reasons"], *card["details"], *card["unmet"]))
    return voice.phrase(_ITEM, "why", title=card["title"], reasons=[*said])


def noted(shelf: types.Shelf, voice: Voice, ids: Sequence[str]) -> str:
    """Shown items that the visitor is for."""
    return voice.phrase(_ITEM, "noted", titles=[shelf.items.items[id_].title for id_ in ids])


def unrecorded(shelf: types.Shelf, voice: Voice, ids: Sequence[str]) -> str:
    """No facet holds what was asked of the items."""
    return voice.phrase(_ITEM, "unrecorded", titles=[shelf.items.items[id_].title for id_ in ids])


def missing(voice: Voice, title: str) -> str:
    """The catalogue does not hold that title."""
    return voice.phrase(_ITEM, "not_in_catalog", title=title)


def spoken(voice: Voice, facet: Facet, value: FacetValue) -> str:
    """A facet value in words; a list as "a, b and c"."""
    if isinstance(value, tuple):
        return voice.listed([voice.value(facet.name, one, facet.unit) for one in value])
    return voice.value(facet.name, value, facet.unit)


def _row(item: Item, facet: Facet, voice: Voice) -> str:
    """What an item holds of a facet, so that it can stand in a list without its label; empty where there is nothing."""
    value = item.facets.get(facet.name)
    return "" if value is None or value is False or value == () else _bare(facet, value, voice)


def _bare(facet: Facet, value: FacetValue, voice: Voice) -> str:
    """A value in words that say what it is of: "3 in stock", "waterproof", "warranty 2 years"."""
    label, words = voice.label(facet.name, facet.label), spoken(voice, facet, value)
    if isinstance(value, bool):
        return voice.phrase(_ROW, "yes" if value else "no", label=label)
    if facet.role == "stock":
        return voice.phrase(_ROW, "stock", value=words) if value else voice.phrase(_ROW, "out_of_stock")
    if facet.type in ("number", "date") and sense_of(facet) not in PLAIN:
        return voice.phrase(_ROW, "number", label=label, value=words)
    return words


def _fails(item: Item, failed: Constraint, shelf: types.Shelf, voice: Voice) -> str:
    """The condition that the item fails, and what its record says instead."""
    facet = shelf.items.schema.get(failed.facet)
    words = condition(failed, voice, shelf.items.schema)
    if facet is None or failed.facet not in item.facets:
        return voice.phrase(_WHY, "fails_unknown", title=item.title, condition=words)
    held = item.facets[failed.facet]
    if failed.op == "not" and isinstance(held, tuple):
        unwanted = {str(one).casefold() for one in _set(failed.value)}
        held = tuple(one for one in held if one.casefold() in unwanted)
    value = spoken(voice, facet, held)
    return voice.phrase(_WHY, "fails", title=item.title, condition=words, value=value)


def _answered(items: Sequence[Item], facet: Facet, voice: Voice) -> Iterator[str]:
    """One facet of several items: both ends of a number, else every value; what no record says is said."""
    held = [(item, item.facets[facet.name]) for item in items if item.facets.get(facet.name) not in (None, ())]
    label = voice.label(facet.name, facet.label)
    if len(held) < 2 or facet.type == "flag":
        yield from (fact(item, facet, voice) for item in items)
        return
    if len({_set(value) for _, value in held}) == 1:
        titles = [item.title for item, _ in held]
        yield voice.phrase(_COMPARE, "alike", titles=titles, label=label, value=spoken(voice, facet, held[0][1]))
    else:
        counted = facet.type in ("number", "date") and len(held) == len(items)
        yield from _ends(held, facet, voice) if counted else ()
        yield from [_difference([item for item, _ in held], facet, voice)] if len(held) > 2 or not counted else ()
    silent = [item.title for item in items if facet.name not in item.facets]
    yield from (voice.phrase(_COMPARE, "unknown", title=title, label=label) for title in silent)


def _ends(held: Sequence[tuple[Item, FacetValue]], facet: Facet, voice: Voice) -> Iterator[str]:
    """Which items hold the least, and which the most."""
    for side, end in (("lower", min), ("higher", max)):
        value = end(one for _, one in held if not isinstance(one, (str, tuple)))
        key = voice.pick(_LABEL, *(f"{part}_{side}" for part in (facet.name, sense_of(facet), "other")))
        extra: dict[str, Any] = (
            {"label": voice.label(facet.name, facet.label)} if "label" in voice.takes(_LABEL, key) else {}
        )
        label = voice.phrase(_LABEL, key, **extra)
        titles = [item.title for item, one in held if one == value]
        yield voice.phrase(_COMPARE, "end", titles=titles, label=label, value=spoken(voice, facet, value))


def _difference(items: Sequence[Item], facet: Facet, voice: Voice) -> str:
    """One line where the items differ; empty when they agree or a record is silent."""
    held = [item.facets.get(facet.name) for item in items]
    if None in held or len({_set(value) for value in held if value is not None}) == 1:
        return ""
    values = [
        {"title": item.title, "value": spoken(voice, facet, value)}
        for item, value in zip(items, held, strict=True)
        if value is not None
    ]
    return voice.phrase(_COMPARE, "difference", label=voice.label(facet.name, facet.label), values=values)


def _shared(items: Sequence[Item], facet: Facet, voice: Voice) -> Iterator[str]:
    """The values that all items hold."""
    held = [_set(item.facets[facet.name]) if facet.name in item.facets else frozenset() for item in items]
    for value in sorted(frozenset.intersection(*held), key=str):
        yield _bare(facet, value, voice)


def _set(value: FacetValue | tuple[float, float]) -> frozenset[Any]:
    """A value as the set of what it holds."""
    return frozenset(value) if isinstance(value, tuple) else frozenset((value,))

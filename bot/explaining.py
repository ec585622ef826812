"""Why each chosen item was chosen: evidence first, then words.

`gather` collects what can be proved of the ranked items after the ranking is frozen; `draw` (in `drawing`) says it in
the visitor's language. Pure given its inputs. Knows no engine but the embedder that it is handed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from bot import evidence as proofs
from bot.anchors import anchors
from bot.contrast import tradeoffs
from bot.drawing import draw as draw
from bot.echoes import telling
from bot.likeness import answering, led_by, likeness
from bot.quotes import Quote, quotes
from bot.ranking import Standing, Weights, stand
from bot.state import searchable
from bot.types import Evidence
from vectorstore.words import stem, tokens

if TYPE_CHECKING:
    import numpy as np

    from bot.types import DialogueState, Intent, Ranked, Retrieved
    from vectorstore.base import Embedder
    from vectorstore.index import ItemIndex

QUOTED = 5
"""Descriptions of the first cards are searched for quotes; a longer list is a search result, not an answer."""
WISHES = 3
LIKES = 3
"""The counterfactual is computed for so many of the latest likes."""


def gather(  # noqa: PLR0913 - the stage's whole input, by name
    index: ItemIndex,
    ranked: Sequence[Ranked],
    found: Retrieved,
    state: DialogueState,
    intent: Intent,
    *,
    query_vector: NDArray[np.float32] | None,
    embedder: Embedder,
    reranked: Mapping[str, float] | None = None,
    weights: Weights | None = None,
    said: str | None = None,
) -> dict[str, tuple[Evidence, ...]]:
    """Everything provable about each ranked item, by id.

    ``said`` are the visitor's words so far: a wish that is none of them is not spoken of. ``reranked`` and ``weights``
    are what `rank` was given; without them the counterfactual "without X among your likes" is only computed where no
    query was searched for, since it would not be true.
    """
    items = [index.items[one.id] for one in ranked]
    near = anchors(index, state, intent)
    wanted = spoken(wishes(index, state), said)
    told = {one.facet for one in state.constraints}
    quoted = quotes(index, [item.id for item in items[:QUOTED]], wanted, embedder=embedder)
    against = tradeoffs(index, items, sorted_by=state.order.facet if state.order else "", asked=_measured(index, state))

    def again(state: DialogueState, intent: Intent) -> Standing:
        return stand(index, found, state, intent, query_vector=query_vector, reranked=reranked, weights=weights)

    known = reranked is not None or query_vector is None
    without = {id_: again(*_forget(state, intent, id_)) for id_ in state.likes[-LIKES:] if id_ in near and known}
    gathered = {}
    for item in items:
        likes = likeness(index, item, near)
        found_for = (
            *proofs.named(item, intent),
            *proofs.met(index, item, state),
            *proofs.unmet(index, item, found),
            *likes,
            *map(_quoted, quoted.get(item.id, ())),
            *proofs.order_of(index, item, state, found),
        )
        if item.id not in quoted and item in items[:QUOTED]:
            found_for += tuple(answering(item, wanted, told=told, alone=not _personal(found_for)))
        if not _personal(found_for):
            found_for += tuple(led_by(index, item, near))
        gathered[item.id] = (
            *found_for,
            *([against[item.id]] if item.id in against else []),
            *_counterfactual(index, item.id, likes[:1], without),
            *proofs.facts(index, item),
        )
    return gathered


def wishes(index: ItemIndex, state: DialogueState) -> tuple[str, ...]:
    """What a description may answer: the free-text wishes, else the query when it says more than the constraints do."""
    if found := searchable(state.wishes):
        return found[-WISHES:]
    named = [proofs.asked(one) for one in state.constraints] + [index.items[id_].title for id_ in state.likes]
    told = {word for text in named for word in tokens(text)}
    return (state.query,) if set(tokens(state.query)) - told else ()


def spoken(wishes: Sequence[str], said: str | None) -> tuple[str, ...]:
    """The wishes whose telling words are all among the words ``said``; all where nothing is known of these."""
    if said is None:
        return tuple(wishes)
    heard = set(tokens(said))
    return tuple(wish for wish in wishes if set(map(stem, map(str.casefold, telling(wish)))) <= heard)


def _quoted(quote: Quote) -> Evidence:
    """A quote as evidence."""
    degree = "word" if quote.whole else "part" if quote.words else "close"
    return Evidence(
        "wish", value=quote.wish, quote=quote.text, strength=quote.strength, shared=quote.words, degree=degree
    )


def _measured(index: ItemIndex, state: DialogueState) -> frozenset[str]:
    """The facets that the visitor asked about, but for the year, which stands beside every title."""
    year = index.schema.of_role("year")
    return frozenset(one.facet for one in state.constraints if year is None or one.facet != year.name)


def _personal(evidence: Sequence[Evidence]) -> bool:
    """Whether something among the evidence answers the visitor."""
    return any(one.kind != "unmet" for one in evidence)


def _forget(state: DialogueState, intent: Intent, id: str) -> tuple[DialogueState, Intent]:
    """The request as it would be without one liked item."""
    likes = tuple(one for one in state.likes if one != id)
    mentions = tuple(one for one in intent.mentions if one.item_id != id)
    return replace(state, likes=likes), replace(intent, mentions=mentions)


def _counterfactual(
    index: ItemIndex, id: str, likes: Sequence[Evidence], without: Mapping[str, Standing]
) -> Iterator[Evidence]:
    """Where the item would stand without the liked item that it resembles most."""
    for like, standing in without.items():
        place = standing.place(id)
        if place is not None and any(one.value == index.items[like].title for one in likes):
            yield Evidence("without", value=index.items[like].title, strength=float(place))

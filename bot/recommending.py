"""The act of recommending: search, rank, explain, and the frame that the reply is set in.

One generator, read top to bottom; each stage is a function of another module. Knows no concrete engine.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from bot import explaining, suggesting, types
from bot.echoes import telling
from bot.errors import EngineError
from bot.ranking import Weights, rank, shortlist, stand
from bot.retrieval import known, retrieve
from bot.state import after_shown
from bot.turn import Turn
from bot.wording import condition, order_words
from bot.writing import write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vectorstore.base import Item

    Vector: TypeAlias = NDArray[np.float32]

_log = logging.getLogger(__name__)

CARDS = 3


def recommend(turn: Turn) -> Iterator[types.Event]:
    """Cards with reasons, the reply around them, and one question where the request is broad."""
    shelf, index, intent = turn.shelf, turn.shelf.items, turn.intent
    shown_before = bool(turn.state.shown)
    turn.state = replace(turn.state, query=turn.state.query or _beside_title(turn))
    vector = _query_vector(turn)
    found = retrieve(index, turn.state, intent, query_vector=vector, rules=shelf.rules)
    yield _progress(turn, found)
    scores = yield from _rerank(turn, found, vector)
    chance = Weights(seed=zlib.crc32(turn.id.encode()))
    ranked = rank(index, found, turn.state, intent, query_vector=vector, reranked=scores, n=CARDS, weights=chance)
    yield from _present(turn, ranked, found, vector, scores)
    facts = _facts(turn, found)
    yield from write(turn, "explain", situation(turn, found, shown_before), cards=turn.cards, facts=facts)
    asked = suggesting.question(turn, found)
    if asked is not None:
        turn.state = replace(turn.state, asked=(*turn.state.asked, asked.event.facet))
        yield asked.event
    turn.suggestions = suggesting.after_cards(turn, found, asked)


def show(turn: Turn, ids: Sequence[str]) -> Iterator[types.Event]:
    """Cards of named items, as they are: nothing is searched or ranked."""
    ranked = tuple(types.Ranked(id_, 1.0) for id_ in ids)
    named = types.Retrieved(candidates=tuple(types.Candidate(id_) for id_ in ids), total=len(ids))
    yield from _present(turn, ranked, named, _query_vector(turn), {})


def place_of(turn: Turn, item_id: str) -> tuple[int, int]:
    """The rank of an item from 1 among the candidates of the present state (0: it is none), and their number."""
    vector = _query_vector(turn)
    silent = replace(turn.intent, mentions=(), more=False)
    found = retrieve(turn.shelf.items, turn.state, silent, query_vector=vector, rules=turn.shelf.rules)
    standing = stand(turn.shelf.items, found, turn.state, silent, query_vector=vector)
    return standing.place(item_id) or 0, len(found.candidates)


def _present(
    turn: Turn,
    ranked: Sequence[types.Ranked],
    found: types.Retrieved,
    vector: Vector | None,
    scores: Mapping[str, float],
) -> Iterator[types.Event]:
    """Evidence, then cards; they are on the turn and in the state from here."""
    index = turn.shelf.items
    evidence = explaining.gather(
        index,
        ranked,
        found,
        turn.state,
        turn.intent,
        query_vector=vector,
        embedder=turn.shelf.embedder,
        reranked=scores,
        said=_said(turn),
    )
    cards = explaining.draw(index, ranked, evidence, turn.voice, state=turn.state, before=turn.before)
    first = len(turn.cards)
    turn.cards += tuple(replace(card, rank=first + number) for number, card in enumerate(cards))
    if cards:
        turn.state = after_shown(turn.state, tuple(card.item.id for card in cards))
    yield types.Recommended(cards, found.total)


def situation(turn: Turn, found: types.Retrieved, shown_before: bool) -> str:
    """The frame that fits: what went wrong first, then what the visitor did, then how much there is."""
    intent, roles = turn.intent, {mention.role for mention in turn.intent.mentions if mention.item_id}
    absent = _absent(intent)
    near = any(mention.near for mention in absent)
    anchored = "liked" in roles or (bool(turn.state.likes) and not turn.state.query)
    cases = (
        ("near_title_none", bool(absent) and not turn.cards),
        ("exhausted", intent.more and not turn.cards and found.total > 0),
        ("none", not turn.cards),
        ("near_title", near),
        ("absent_title", bool(absent)),
        ("relaxed", bool(found.relaxed)),
        ("surprise", intent.surprise),
        ("seen_neighbours", "seen" in roles),
        ("rejected_left_out", "rejected" in roles),
        ("more", intent.more),
        ("ordered", intent.order is not None),
        ("few", found.total < CARDS),
        ("similar", anchored),
        ("back_to_topic", shown_before and not _says_something(intent)),
        ("refined", shown_before and "refine" in intent.acts),
        ("start", not turn.state.constraints and not turn.state.query),
    )
    return next((name for name, holds in cases if holds), "exact")


def _absent(intent: types.Intent) -> tuple[types.Mention, ...]:
    """The titles that the visitor named and that are not here."""
    return tuple(one for one in intent.mentions if one.item_id is None and one.how == "title")


def _beside_title(turn: Turn) -> str:
    """The rest of a message about a title that is not here and that nothing here is called like: "tent"."""
    absent = _absent(turn.intent)
    if not absent or any(mention.near for mention in absent):
        return ""
    rest = turn.message
    for mention in absent:
        rest = rest.replace(mention.text, " ")
    return " ".join(telling(rest))


def _said(turn: Turn) -> str | None:
    """The visitor's words so far; None where they are no words of the records' language."""
    if not turn.state.language.startswith("en"):
        return None
    return " ".join([*(one.text for one in turn.history if one.role == "visitor"), turn.message])


def _says_something(intent: types.Intent) -> bool:
    """Whether the message adds anything to what is wanted."""
    said = (intent.constraints, intent.wishes, intent.relatives, intent.mentions, intent.order, intent.dropped)
    return any(said) or bool(intent.retracted or intent.reset or intent.query)


def _facts(turn: Turn, found: types.Retrieved) -> dict[str, Any]:
    """Every number and name that a frame may use."""
    state, intent, items, schema = turn.state, turn.intent, turn.shelf.items.items, turn.shelf.items.schema
    kind = schema.kind.name if schema.kind else ""
    told = sorted((one for one in state.constraints if one not in found.relaxed), key=lambda one: one.facet != kind)
    named = list(dict.fromkeys(one.item_id for one in intent.mentions if one.item_id and one.role != "rejected"))
    titles = [items[id_].title for id_ in (named or state.likes[-2:]) if id_ in items]
    rejected = dict.fromkeys(one.item_id for one in intent.mentions if one.item_id and one.role == "rejected")
    absent = next((mention.text for mention in _absent(intent)), "")
    return {
        "n": len(turn.cards),
        "total": found.total,
        "conditions": [condition(one, turn.voice, schema) for one in told],
        "relaxed": [condition(one, turn.voice, schema) for one in found.relaxed],
        "title": absent or (titles[0] if titles else ""),
        "titles": titles,
        "left_out": [items[id_].title for id_ in rejected if id_ in items],
        "order": order_words(state.order, turn.voice, schema) if state.order else "",
        "loose": bool(state.wishes),
        "alone": not state.query and not state.likes,
        "leading": _leading(turn.cards),
        "known": bool(found.relaxed) and _known(turn),
    }


def _known(turn: Turn) -> bool:
    """Whether something that meets every condition was shown or ruled out before."""
    state, items = turn.state, turn.shelf.items
    rows = items.columns.mask(known(items, state.constraints)).nonzero()[0]
    return not {items.ids[row] for row in rows}.isdisjoint((*state.shown, *state.seen, *state.rejected, *state.likes))


def _leading(cards: Sequence[types.Card]) -> bool:
    """Whether the cards are the first in the visitor's order of all that fit, none left out between them."""
    places = [one.strength for card in cards for one in card.evidence if one.kind == "order"]
    return len(places) == len(cards) and all(place <= number for number, place in enumerate(places, start=1))


def _query_vector(turn: Turn) -> Vector | None:
    """The search text as a unit vector; None when there is nothing to search for."""
    text = turn.state.query
    return turn.shelf.embedder.embed([text], kind="query")[0] if text else None


def _rerank(
    turn: Turn, found: types.Retrieved, vector: Vector | None
) -> Generator[types.Event, None, dict[str, float]]:
    """Scores of the short list by the reranker; none, with a notice, when it fails."""
    shelf, text = turn.shelf, turn.state.query
    ids = shortlist(shelf.items, found, query_vector=vector)
    if shelf.reranker is None or not text or not ids:
        return {}
    try:
        scores = _scores(turn, shelf.reranker, [shelf.items.items[id_] for id_ in ids])
    except EngineError as error:
        _log.warning("the reranker %s failed: %s", shelf.reranker.name, error)
        yield types.Notice("no_reranker", turn.voice.phrase("notice/degraded", "no_reranker"))
        return {}
    return dict(zip(ids, (float(score) for score in scores), strict=True))


def _scores(turn: Turn, reranker: types.Reranker, items: Sequence[Item]) -> Vector:
    """By what is searched for; where the reranker reads it, by what the visitor liked as well."""
    if not isinstance(reranker, types.NeedReranker):
        return reranker.score(turn.state.query, items)
    known = turn.shelf.items.items
    likes = tuple(known[id_].title for id_ in turn.state.likes if id_ in known)
    return reranker.score_need(types.Need(turn.state.query, likes), items)


def _progress(turn: Turn, found: types.Retrieved) -> types.Progress:
    """What is being done, with its real numbers."""
    numbers = {"total": len(turn.shelf.items.ids), "matching": found.total, "n": len(found.candidates)}
    return types.Progress(turn.voice.phrase("progress/search", "searching", **numbers))

"""A query searched once by the product's own stages, and the orders that different systems make of what was found.

Each order is a tuple of ids, best first. Knows no right answers and no figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bot.features import Column, features, places
from bot.ranking import Mix, Weights, rank, shortlist, weighted
from bot.retrieval import chance, retrieve
from bot.types import DialogueState, Intent, Retrieved

if TYPE_CHECKING:
    from bot.types import Reranker
    from vectorstore.base import Vectors
    from vectorstore.index import ItemIndex

DEPTH = 100
"""Orders are cut here."""
FUSION = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""

Order: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """One query: what each leg found, the candidates with their signals, and the product's list of ten."""

    dense: Order
    lexical: Order
    candidates: Order
    columns: Mapping[str, Column]
    chosen: Order


System: TypeAlias = Callable[[Searched], Order]


def search(index: ItemIndex, reranker: Reranker, texts: Sequence[str]) -> list[Searched]:
    """Every text as if it were the first message of a conversation."""
    vectors: Vectors = index.embedder.embed(texts, kind="query")
    return [_search(index, reranker, text, vector) for text, vector in zip(texts, vectors, strict=True)]


def _search(index: ItemIndex, reranker: Reranker, text: str, vector: Column) -> Searched:
    state, intent = DialogueState(query=text), Intent(("recommend",), query=text)
    found = retrieve(index, state, intent, query_vector=vector)
    short = shortlist(index, found, query_vector=vector)
    scores = reranker.score(text, [index.items[id_] for id_ in short])
    reranked = dict(zip(short, map(float, scores), strict=True))
    chosen = rank(index, found, state, intent, query_vector=vector, reranked=reranked, n=10)
    return Searched(
        dense=tuple(hit.id for hit in index.dense(vector, DEPTH)),
        lexical=tuple(hit.id for hit in index.lexical(text, DEPTH)),
        candidates=_ids(found),
        columns=features(index, found, state, intent, query_vector=vector, reranked=reranked),
        chosen=tuple(one.id for one in chosen),
    )


def mixed(mix: Mix) -> System:
    """The candidates by a weighted sum of their signals, without diversity."""

    def system(one: Searched) -> Order:
        places = np.argsort(-weighted(one.columns, mix), kind="stable")[:DEPTH]
        return tuple(one.candidates[place] for place in places)

    return system


def fused(one: Searched) -> Order:
    """Dense and lexical by reciprocal rank fusion."""
    scores: dict[str, float] = {}
    for order in (one.dense, one.lexical):
        for place, id_ in enumerate(order):
            scores[id_] = scores.get(id_, 0.0) + 1 / (FUSION + place + 1)
    return tuple(sorted(scores, key=lambda id_: -scores[id_])[:DEPTH])


def systems(index: ItemIndex, lexical: float) -> dict[str, System]:
    """Every system by its name; ``lexical`` is the weight beside a dense weight of 1, as tuned."""
    fame = np.argsort(-places(index, "popularity"), kind="stable")
    famous = tuple(index.ids[row] for row in fame[:DEPTH])
    drawn = tuple(sorted(index.ids, key=chance)[:DEPTH])
    return {
        "random": lambda _: drawn,
        "popularity": lambda _: famous,
        "BM25": lambda one: one.lexical,
        "dense": lambda one: one.dense,
        "reciprocal rank fusion": fused,
        "dense + lexical": mixed(Mix(dense=1.0, lexical=lexical)),
        "late interaction over 50": mixed(Mix(rerank=1.0)),
        "shipped weights": mixed(Weights().query),
        "shipped list of ten": lambda one: one.chosen,
    }


def ablations() -> dict[str, System]:
    """The shipped weights with one signal silenced; sources and short list stay as they are."""
    shipped = Weights().query
    named = [name for name in ("dense", "lexical", "rerank", "popularity", "recency") if getattr(shipped, name)]
    return {f"without {name}": mixed(_silenced(shipped, name)) for name in named}


def _silenced(mix: Mix, name: str) -> Mix:
    """The same mix without one signal."""
    nothing: dict[str, Any] = {name: 0.0}
    return replace(mix, **nothing)


def _ids(found: Retrieved) -> Order:
    return tuple(candidate.id for candidate in found.candidates)

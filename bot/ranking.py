"""Candidates to a short, ordered, varied list, with the numbers that decided.

A weighted sum of the signals of `features`, one mix of weights per kind of request; then diversity (maximal marginal
relevance). Near misses that miss less come first; an order that the visitor asked for sorts what is relevant. Pure
once the reranker's scores are given. Knows no words and no engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.anchors import anchors
from bot.features import Column, features, first_stage, scaled
from bot.retrieval import ordered
from bot.types import Ranked

if TYPE_CHECKING:
    from bot.types import DialogueState, Intent, Retrieved
    from vectorstore.index import ItemIndex

Scenario: TypeAlias = Literal["query", "likes", "both", "cold", "surprise"]

CALM = 0.25
"""What is left of diversity when near misses are shown: there the nearest counts."""
RELEVANT = 0.6
"""With free-text wishes, an order sorts the rows that reach this share of the best score."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The weight of each signal, and how a list is spread out.

    ``diversity`` (0 to 1) is how much a row loses for resembling one chosen already; ``spread`` (0 to 1) the part of
    that resemblance that is being equally famous; the ``pool`` best rows compete for the places of a list.
    """

    dense: float = 0.0
    lexical: float = 0.0
    rerank: float = 0.0
    similar: float = 0.0
    shared: float = 0.0
    together: float = 0.0
    near: float = 1.0
    popularity: float = 0.0
    recency: float = 0.0
    rejected: float = -0.5
    unwanted: float = -1.0
    closeness: float = 2.0
    central: float = 0.3
    rule: float = 0.3
    chance: float = 0.0
    diversity: float = 0.2
    spread: float = 0.0
    pool: int = 40


@dataclass(frozen=True, slots=True)
class Weights:
    """One mix per kind of request; ``seed`` varies what chance draws."""

    seed: int = 0
    query: Mix = field(default_factory=lambda: Mix(dense=0.1, lexical=0.05, rerank=1.0, popularity=0.03))
    likes: Mix = field(
        default_factory=lambda: Mix(similar=1.0, shared=0.8, together=1.5, popularity=0.15, diversity=0.3)
    )
    both: Mix = field(
        default_factory=lambda: Mix(
            dense=0.1, lexical=0.05, rerank=0.8, similar=0.6, shared=0.3, together=0.8, popularity=0.03
        )
    )
    cold: Mix = field(default_factory=lambda: Mix(popularity=0.3, chance=0.5, diversity=0.7, spread=0.6, pool=200))
    surprise: Mix = field(
        default_factory=lambda: Mix(
            dense=0.2, similar=0.3, popularity=0.1, chance=0.8, diversity=0.8, spread=0.6, pool=200
        )
    )

    def mix(self, scenario: Scenario) -> Mix:
        """The mix of that kind of request."""
        found: Mix = getattr(self, scenario)
        return found


def without_reranker(mix: Mix) -> Mix:
    """The mix where no reranker scored: the first stage takes its weight, two thirds of it dense."""
    return replace(mix, dense=mix.dense + mix.rerank * 2 / 3, lexical=mix.lexical + mix.rerank / 3, rerank=0.0)


def scenario(state: DialogueState, intent: Intent, *, asked: bool, resembling: bool) -> Scenario:
    """Which kind of request this is: ``asked`` with words to search for, ``resembling`` something known."""
    if intent.surprise:
        return "surprise"
    if asked:
        return "both" if resembling else "query"
    return "likes" if resembling else "cold"


def shortlist(
    index: ItemIndex,
    found: Retrieved,
    *,
    query_vector: NDArray[np.float32] | None,
    m: int = 50,
    weights: Weights | None = None,
) -> tuple[str, ...]:
    """The ``m`` ids that are worth a reranker's time, best first."""
    columns = first_stage(index, found, query_vector=query_vector)
    mix = without_reranker((weights or Weights()).mix("both" if columns["similar"].any() else "query"))
    order = np.argsort(-weighted(columns, mix), kind="stable")[:m]
    return tuple(found.candidates[place].id for place in order)


@dataclass(frozen=True, slots=True)
class Standing:
    """All candidates scored: ``order`` are their places in ``found.candidates``, best first, before diversity."""

    found: Retrieved
    mix: Mix
    columns: Mapping[str, Column]
    scores: Column
    order: tuple[int, ...]

    def place(self, id: str) -> int | None:
        """The 1-based place of an id in the order, None when it is no candidate."""
        return next((at + 1 for at, place in enumerate(self.order) if self.found.candidates[place].id == id), None)

    def ranked(self, place: int) -> Ranked:
        """One candidate with its score and every signal."""
        row = {name: round(float(column[place]), 6) for name, column in self.columns.items()}
        return Ranked(self.found.candidates[place].id, float(self.scores[place]), row)


def rank(  # noqa: PLR0913 - the stage's whole input, by name
    index: ItemIndex,
    found: Retrieved,
    state: DialogueState,
    intent: Intent,
    *,
    query_vector: NDArray[np.float32] | None,
    reranked: Mapping[str, float] | None = None,
    n: int = 3,
    weights: Weights | None = None,
) -> tuple[Ranked, ...]:
    """The ``n`` chosen rows, best first, each with its score and every signal.

    ``reranked`` maps ids to a reranker's scores (any scale, higher is better).
    """
    standing = stand(index, found, state, intent, query_vector=query_vector, reranked=reranked, weights=weights)
    chosen = standing.order[:n] if state.order is not None else diverse(index, standing, n=n)
    return tuple(standing.ranked(place) for place in chosen)


def stand(
    index: ItemIndex,
    found: Retrieved,
    state: DialogueState,
    intent: Intent,
    *,
    query_vector: NDArray[np.float32] | None,
    reranked: Mapping[str, float] | None = None,
    weights: Weights | None = None,
) -> Standing:
    """Score every candidate and order them: fewest constraints missed, then the visitor's order, then the score."""
    weights = weights or Weights()
    columns = features(
        index, found, state, intent, query_vector=query_vector, reranked=reranked, seed=weights.seed + len(state.shown)
    )
    resembling = bool(anchors(index, state, intent))
    kind = scenario(state, intent, asked=query_vector is not None, resembling=resembling)
    mix = weights.mix(kind) if reranked else without_reranker(weights.mix(kind))
    scores = weighted(columns, mix)
    keys = [-scores, columns["unmet"]]
    if state.order is not None and index.schema.get(state.order.facet) is not None:
        keys = [-scores, -_sorting(index, found, state), columns["unmet"], _aside(state, scores)]
    return Standing(found, mix, columns, scores, tuple(int(place) for place in np.lexsort(keys)))


def weighted(columns: Mapping[str, Column], mix: Mix) -> Column:
    """``(candidates,)``: the sum of the signals by their weights; higher is better."""
    total = np.zeros(len(next(iter(columns.values()))), np.float32)
    for name, column in columns.items():
        total += np.float32(getattr(mix, name, 0.0)) * column
    return total


def diverse(index: ItemIndex, standing: Standing, *, n: int) -> tuple[int, ...]:
    """``n`` places of the best, each the best that does not resemble those before it too much.

    Maximal marginal relevance (Carbonell and Goldstein, 1998); a row that misses more constraints never overtakes one
    that misses fewer.
    """
    pool = np.array(standing.order[: standing.mix.pool], np.intp)
    if not len(pool):
        return ()
    alike = _alike(index, standing, pool)
    diversity = standing.mix.diversity * (CALM if standing.found.relaxed else 1.0)
    worth = (1 - diversity) * scaled(standing.scores[pool]) - 10 * standing.columns["unmet"][pool]
    nearest, chosen = np.zeros(len(pool), np.float32), list[int]()
    for _ in range(min(n, len(pool))):
        value = worth - diversity * nearest
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
        nearest = np.maximum(nearest, alike[chosen[-1]])
    return tuple(int(pool[place]) for place in chosen)


def _alike(index: ItemIndex, standing: Standing, pool: NDArray[np.intp]) -> Column:
    """``(pool, pool)``: how much two rows resemble each other, in meaning and (by ``spread``) in fame."""
    vectors = index.vectors[[index.row(standing.found.candidates[place].id) for place in pool]]
    fame = standing.columns["popularity"][pool]
    spread = standing.mix.spread
    return np.asarray((1 - spread) * (vectors @ vectors.T) + spread * (1 - np.abs(fame[:, None] - fame)), np.float32)


def _sorting(index: ItemIndex, found: Retrieved, state: DialogueState) -> Column:
    """``(candidates,)``: the visitor's order, the higher the earlier."""
    assert state.order is not None
    return ordered(index, state.order)[[index.row(candidate.id) for candidate in found.candidates]]


def _aside(state: DialogueState, scores: Column) -> Column:
    """1 for rows that an order leaves at the end: with free-text wishes those that do not answer them, else none."""
    if not state.wishes or not len(scores):
        return np.zeros(len(scores), np.float32)
    return np.asarray(scores < RELEVANT * scores.max(), np.float32)

"""One need, its fifty candidates, and what every system makes of them: scores, orders, milliseconds.

The candidates are the product's own short list; right answers that it lacks stand in for its last ones, so that what is
measured is order and not search. Knows no figure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bot.answering.finding import find
from bot.answering.reading import reader_of
from bot.engines.rerank_pairs import Scores, mixed
from bot.evaluation.reranking.wanted import HelpSet, ItemSet, Wanted
from bot.ranking import shortlist, stand
from bot.retrieval import retrieve
from bot.types import Candidate, DialogueState, Intent

if TYPE_CHECKING:
    from bot.engines.rerank_local import LateInteractionReranker
    from bot.engines.rerank_pairs import PairReranker
    from vectorstore.base import Item, Passage

POOL, FUSION = 50, 60
"""Candidates; the constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""

LATE, PAIRS = "late interaction", "cross-encoder"

Order: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engines:
    """What scores: ``pairs`` is None where no weights are there."""

    late: LateInteractionReranker
    pairs: PairReranker | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A need with its candidates ``ids``, each system's ``(n,)`` scores of them, and what scoring took.

    ``product`` gives the product's own order: with the trained re-ranker of so much weight on so many, or (None) as it
    is without it. ``found``: whether a right answer was among the candidates by itself.
    """

    wanted: Wanted
    ids: Order
    scores: Mapping[str, Scores]
    milliseconds: Mapping[str, float]
    product: Callable[[float | None, int], Order]
    found: bool

    def cascade(self, weight: float, count: int) -> Scores:
        """Late interaction on all, the best ``count`` mixed with the trained re-ranker by ``weight``."""
        return cascaded(self.scores[LATE], self.scores[PAIRS], weight, count)

    def order(self, scores: Scores) -> Order:
        """The candidates, best first."""
        return tuple(self.ids[place] for place in np.argsort(-scores, kind="stable"))


def trials(asked: ItemSet | HelpSet, engines: Engines) -> Iterator[Trial]:
    """Every need of a set, tried."""
    if isinstance(asked, ItemSet):
        yield from (_item_trial(asked, one, engines) for one in asked.wanted)
    else:
        yield from (_help_trial(asked, one, engines) for one in asked.wanted)


def cascaded(late: Scores, pairs: Scores, weight: float, count: int) -> Scores:
    """What the cascade makes of both scorings."""
    best = np.argsort(-late, kind="stable")[:count]
    return mixed(late, best, pairs[best], weight) if weight else late


def fused(orders: Sequence[Scores]) -> Scores:
    """Reciprocal rank fusion of several scorings of the same candidates."""
    total = np.zeros(len(orders[0]), np.float32)
    for scores in orders:
        places = np.empty(len(scores), np.intp)
        places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
        total += np.asarray(1 / (FUSION + 1 + places), np.float32)
    return total


def _item_trial(asked: ItemSet, one: Wanted, engines: Engines) -> Trial:
    index, text = asked.index, one.need.query
    vector = index.embedder.embed([text], kind="query")[0]
    state, intent = DialogueState(query=text, likes=one.likes), Intent(("recommend",), query=text)
    found = retrieve(index, state, intent, query_vector=vector)
    short = shortlist(index, found, query_vector=vector, m=POOL)
    ids = _completed(short, one.right)
    words = {hit.id: hit.score for hit in index.lexical(text, len(index))}
    known = {candidate.id: candidate for candidate in found.candidates}
    fresh = {id_: Candidate(id_, scores={"lexical": words.get(id_, 0.0)}) for id_ in ids}
    pool = replace(found, candidates=tuple(known.get(id_, fresh[id_]) for id_ in ids))

    dense = np.asarray(index.vectors[[index.row(id_) for id_ in ids]] @ vector, np.float32)
    scores, spent = _scored(one, [index.items[id_] for id_ in ids], engines)

    def product(weight: float | None, count: int) -> Order:
        said = scores[LATE] if weight is None else cascaded(scores[LATE], scores[PAIRS], weight, count)
        reranked = dict(zip(ids, map(float, said), strict=True))
        standing = stand(index, pool, state, intent, query_vector=vector, reranked=reranked)
        return tuple(ids[place] for place in standing.order)

    return Trial(one, ids, _searched(words, ids, dense) | scores, spent, product, bool(one.right & set(short)))


def _help_trial(asked: HelpSet, one: Wanted, engines: Engines) -> Trial:
    index, text = asked.index, one.need.query
    vector = index.embedder.embed([text], kind="query")[0]
    words = {hit.id: hit.score for hit in index.lexical(text, len(index))}
    near = [hit.id for hit in index.dense(vector, POOL)]
    short = tuple(dict.fromkeys(id_ for pair in zip(near, [*words, *near], strict=False) for id_ in pair))[:POOL]
    ids = _completed(short, one.right)
    dense = np.asarray(index.vectors @ vector, np.float32)[[index.ids.index(id_) for id_ in ids]]
    scores, spent = _scored(one, [index.passages[id_] for id_ in ids], engines)
    known = {system: dict(zip(ids, scores[system], strict=True)) for system in (LATE, PAIRS) if system in scores}

    def product(weight: float | None, count: int) -> Order:
        reranker = None if weight is None else Mixing(one, engines, known, weight)
        found = find(reader_of(index, index.embedder), text, embedder=index.embedder, reranker=reranker)
        return tuple(passage.id for passage in found.looked)

    return Trial(one, ids, _searched(words, ids, dense) | scores, spent, product, bool(one.right & set(short)))


class Mixing:
    """The cascade as a re-ranker of few passages, all of which it reads; scores that are known are not made again."""

    name = "cascade"

    def __init__(self, one: Wanted, engines: Engines, known: Mapping[str, dict[str, Any]], weight: float) -> None:
        """``known``: by system, then by id; what is scored on the way is added."""
        self._one, self._engines, self._known, self._weight = one, engines, known, weight

    def score(self, query: str, items: Sequence[Item | Passage]) -> Scores:
        """``(len(items),)`` float32."""
        fresh = [item for item in items if item.id not in self._known[LATE]]
        if fresh:
            for system, scores in _scored(self._one, fresh, self._engines)[0].items():
                self._known[system].update(zip((item.id for item in fresh), scores, strict=True))
        late, pairs = (
            np.array([self._known[system][item.id] for item in items], np.float32) for system in (LATE, PAIRS)
        )
        return cascaded(late, pairs, self._weight, len(items))


def _completed(short: Order, right: frozenset[str]) -> Order:
    """The short list with every right answer among it."""
    lacking = tuple(sorted(right.difference(short)))
    kept = [id_ for id_ in short if id_ in right]
    others = [id_ for id_ in short if id_ not in right][: max(0, POOL - len(kept) - len(lacking))]
    chosen = set(kept) | set(others)
    return (*(id_ for id_ in short if id_ in chosen), *lacking)


def _searched(words: Mapping[str, float], ids: Order, dense: Scores) -> dict[str, Scores]:
    lexical = np.array([words.get(id_, 0.0) for id_ in ids], np.float32)
    return {"BM25": lexical, "dense": dense, "BM25 + dense": fused([lexical, dense])}


def _scored(
    one: Wanted, entries: Sequence[Item | Passage], engines: Engines
) -> tuple[dict[str, Scores], dict[str, float]]:
    """What the re-rankers say, and milliseconds of each."""
    scores, spent = {}, {}
    engines.late.score(one.need.query, entries)  # what is not known of an entry yet is no part of the time
    began = time.perf_counter()
    scores[LATE] = engines.late.score(one.need.query, entries)
    spent[LATE] = 1000 * (time.perf_counter() - began)
    if engines.pairs is not None:
        began = time.perf_counter()
        scores[PAIRS] = engines.pairs.score_need(one.need, entries)
        spent[PAIRS] = 1000 * (time.perf_counter() - began)
    return scores, spent

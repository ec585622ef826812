"""Search and answers without a conversation: nothing is remembered, nothing is relaxed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import explaining, support, types
from bot.errors import EngineError
from bot.ranking import shortlist, stand
from bot.retrieval import retrieve
from vectorstore.base import Constraint

if TYPE_CHECKING:
    from prompts import Voice

_log = logging.getLogger(__name__)


def search(
    shelf: types.Shelf,
    voice: Voice,
    query: str,
    *,
    filters: Sequence[Constraint] = (),
    k: int = 10,
    rerank: bool = True,
) -> tuple[types.Card, ...]:
    """The ``k`` best items that meet every filter, best first, with their evidence.

    When the reranker fails, the combined order stands. Raises `UnknownFacet` and `BadConstraint`.
    """
    shelf.items.columns.mask(filters)
    state = types.DialogueState(constraints=tuple(filters), query=query)
    intent = types.Intent(acts=("recommend",), query=query)
    vector = shelf.embedder.embed([query], kind="query")[0] if query.strip() else None
    found = retrieve(shelf.items, state, intent, query_vector=vector, rules=shelf.rules, k=max(200, k))
    if found.relaxed:
        return ()
    ids = shortlist(shelf.items, found, query_vector=vector) if rerank and query.strip() else ()
    scores = _scores(shelf, query, ids)
    standing = stand(shelf.items, found, state, intent, query_vector=vector, reranked=scores)
    ranked = tuple(standing.ranked(place) for place in standing.order[:k])
    evidence = explaining.gather(
        shelf.items, ranked, found, state, intent, query_vector=vector, embedder=shelf.embedder
    )
    return explaining.draw(shelf.items, ranked, evidence, voice, state=state)


def answer(shelf: types.Shelf, voice: Voice, question: str) -> tuple[types.Answer, str]:
    """The cited answer to a service question, or the abstention, and its words."""
    reranker = support.trusted(shelf.reranker)
    found = support.answer(shelf.help, question, embedder=shelf.embedder, reranker=reranker, language=voice.locale)
    situation = "abstain" if found.abstained else "quoted"
    brief = types.Brief(task="answer", situation=situation, voice=voice, message=question, answer=found)
    return found, "".join(shelf.composed.write(brief))


def _scores(shelf: types.Shelf, query: str, ids: Sequence[str]) -> dict[str, float]:
    """The reranker's scores by id; empty without a reranker, or when it fails."""
    if shelf.reranker is None or not ids:
        return {}
    try:
        scores = shelf.reranker.score(query, [shelf.items.items[id_] for id_ in ids])
    except EngineError as error:
        _log.warning("the reranker %s failed: %s", shelf.reranker.name, error)
        return {}
    return dict(zip(ids, (float(score) for score in scores), strict=True))

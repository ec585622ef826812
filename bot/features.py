"""The numbers that decide a ranking, one column per signal, all comparable between the candidates of one request.

Pure once the scores are given. Weights and order are the business of `ranking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.anchors import anchors, cosines, overlap
from bot.retrieval import chance, distance
from bot.state import declined
from vectorstore.words import all_tokens, tokens

if TYPE_CHECKING:
    from bot.types import DialogueState, Intent, Retrieved
    from vectorstore.base import Constraint, FacetRole, FacetValue
    from vectorstore.index import ItemIndex

Column = NDArray[np.float32]

DENIALS = frozenset({"not", "no", "never", "without", "hardly", "free"})
REACH = 2
"""A denial reaches over so many words: in "never too scary" nothing is called scary."""
NEAR = 0.05
"""A miss by this part of a facet's range is half as good as none."""


def features(
    index: ItemIndex,
    found: Retrieved,
    state: DialogueState,
    intent: Intent,
    *,
    query_vector: NDArray[np.float32] | None = None,
    reranked: Mapping[str, float] | None = None,
    seed: int = 0,
) -> dict[str, Column]:
    """Signal -> ``(candidates,)`` float32, higher is better but for ``unmet``, ``unwanted`` and ``rejected``.

    ``dense``, ``lexical``, ``rerank``, ``similar`` and ``shared`` are scaled to 0..1 within the request, ``popularity``
    and ``recency`` are places in the catalogue, 0 to 1; ``unmet`` counts constraints that a near miss does not meet.
    """
    ids = [candidate.id for candidate in found.candidates]
    rows = np.array([index.row(id_) for id_ in ids], np.intp)
    near = anchors(index, state, intent)
    nothing = np.zeros(len(ids), np.float32)
    return {
        "dense": nothing if query_vector is None else scaled(index.vectors[rows] @ query_vector),
        "lexical": topped(np.array([one.scores.get("lexical", 0.0) for one in found.candidates], np.float32)),
        "rerank": _reranked(ids, reranked or {}),
        "similar": scaled(cosines(index, near)[rows]) if near else nothing,
        "shared": topped(overlap(index, near)[rows]) if near else nothing,
        "together": topped(np.array([one.scores.get("together", 0.0) for one in found.candidates], np.float32)),
        "near": np.array([one.scores.get("near", 0.0) for one in found.candidates], np.float32),
        "popularity": places(index, "popularity")[rows],
        "recency": places(index, "year")[rows],
        "rejected": _disliked(index, state, rows),
        "unwanted": _unwanted(index, state, ids),
        "closeness": _closeness(index, found.relaxed, rows),
        "central": _central(index, state, ids),
        "unmet": _unmet(index, found.relaxed, rows),
        "rule": np.array([one.scores.get("rule", 0.0) for one in found.candidates], np.float32),
        "chance": np.array([chance(id_, seed) for id_ in ids], np.float32),
    }


def first_stage(index: ItemIndex, found: Retrieved, *, query_vector: NDArray[np.float32] | None) -> dict[str, Column]:
    """The signals that need neither state nor reranker: what a short list is made from."""
    rows = np.array([index.row(candidate.id) for candidate in found.candidates], np.intp)
    scores = [candidate.scores for candidate in found.candidates]
    nothing = np.zeros(len(rows), np.float32)
    return {
        "dense": nothing if query_vector is None else scaled(index.vectors[rows] @ query_vector),
        "lexical": topped(np.array([one.get("lexical", 0.0) for one in scores], np.float32)),
        "similar": topped(np.array([one.get("similar", 0.0) for one in scores], np.float32)),
        "shared": topped(np.array([one.get("shared", 0.0) for one in scores], np.float32)),
        "near": np.array([one.get("near", 0.0) for one in scores], np.float32),
        "popularity": places(index, "popularity")[rows],
    }


def scaled(column: Column) -> Column:
    """The lowest becomes 0 and the highest 1; a constant column becomes 0."""
    if not len(column) or float(np.ptp(column)) < 1e-6:
        return np.zeros(len(column), np.float32)
    return np.asarray((column - column.min()) / np.ptp(column), np.float32)


def topped(column: Column) -> Column:
    """Divided by the highest, so that 0 stays 0; a column without a positive number becomes 0."""
    if not len(column) or column.max() <= 0:
        return np.zeros(len(column), np.float32)
    return np.asarray(np.maximum(column, 0.0) / column.max(), np.float32)


def places(index: ItemIndex, role: FacetRole) -> Column:
    """``(n,)``: each row's place in the catalogue by the facet of that role, 0 lowest to 1 highest; 0 if unknown."""
    facet = index.schema.of_role(role)
    if facet is None:
        return np.zeros(len(index.ids), np.float32)
    cells = np.asarray(index.columns.values(facet.name), np.float64)
    held = np.isfinite(cells)
    found = np.zeros(len(cells), np.float32)
    _, inverse, counts = np.unique(cells[held], return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    found[held] = (below[inverse] + (counts[inverse] - 1) / 2) / max(1, int(held.sum()) - 1)
    return found


def _reranked(ids: Sequence[str], scores: Mapping[str, float]) -> Column:
    """The reranker's scores, 0 to 1; a candidate that it did not see stands with the lowest."""
    known = np.array([scores.get(id_, np.nan) for id_ in ids], np.float32)
    return np.nan_to_num(_scaled_known(known))


def _scaled_known(column: Column) -> Column:
    """`scaled` over the numbers that are there; NaN stays."""
    held = np.isfinite(column)
    found = column.copy()
    found[held] = scaled(column[held])
    return found


def _disliked(index: ItemIndex, state: DialogueState, rows: NDArray[np.intp]) -> Column:
    """How much closer than usual a row is to a rejected item, 0 to 1."""
    turned = [index.row(id_) for id_ in state.rejected if id_ in index.items]
    if not turned or not len(rows):
        return np.zeros(len(rows), np.float32)
    near = index.vectors[rows] @ index.vectors[turned].T
    usual = near.mean(0)
    return np.asarray(np.maximum(0.0, (near - usual) / np.maximum(1e-6, 1.0 - usual)).max(1), np.float32)


def _unwanted(index: ItemIndex, state: DialogueState, ids: Sequence[str]) -> Column:
    """How many declined things each text speaks of: "not cotton" meets "soft cotton" and passes over "no cotton"."""
    unwanted = [words for wish in state.wishes if (words := set(tokens(declined(wish))) - DENIALS)]
    found = np.zeros(len(ids), np.float32)
    for place, id_ in enumerate(ids if unwanted else ()):
        item = index.items[id_]
        said = _affirmed(all_tokens(f"{item.title} . {item.description}"))
        found[place] = sum(words <= said for words in unwanted)
    return found


def _affirmed(words: Sequence[str]) -> set[str]:
    """The words of a text that no denial stands close before."""
    return {word for place, word in enumerate(words) if not DENIALS & set(words[max(0, place - REACH) : place])}


def _closeness(index: ItemIndex, relaxed: Sequence[Constraint], rows: NDArray[np.intp]) -> Column:
    """1 at the bound of a number that was given up, a half where `NEAR` of the facet's range is missing, 0 far off."""
    found = np.zeros(len(rows), np.float32)
    for constraint in relaxed:
        facet, gaps = index.schema.get(constraint.facet), distance(index, constraint)
        if facet is not None and gaps is not None:
            half = max(NEAR * ((facet.high or 0.0) - (facet.low or 0.0)), 1e-9)
            found += 1.0 / (1.0 + np.nan_to_num(gaps[rows], nan=np.inf) / half)
    return found


def _central(index: ItemIndex, state: DialogueState, ids: Sequence[str]) -> Column:
    """How early an item names the words that were asked for: 1 for the first of its genres, a half for the second."""
    found = np.zeros(len(ids), np.float32)
    for constraint in state.constraints:
        wanted = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
        words = {str(one).casefold() for one in wanted}
        if constraint.op in ("is", "any"):
            found += [_first(index.items[id_].facets.get(constraint.facet), words) for id_ in ids]
    return found


def _first(cell: FacetValue | None, words: set[str]) -> float:
    """1 over the place of the first of ``words`` among several values; 0 where there is none."""
    values = cell if isinstance(cell, tuple) else ()
    return next((1.0 / (place + 1) for place, value in enumerate(values) if value.casefold() in words), 0.0)


def _unmet(index: ItemIndex, relaxed: Sequence[Constraint], rows: NDArray[np.intp]) -> Column:
    """How many of the constraints that were given up each row does not meet."""
    found = np.zeros(len(rows), np.float32)
    for constraint in relaxed:
        found += ~index.columns.mask([constraint])[rows]
    return found

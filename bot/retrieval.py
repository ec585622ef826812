"""From what is wanted to candidates that remember where they came from.

Constraints are exact masks; sources propose rows under the mask; when the mask is empty, the least is given up. Pure
given its inputs. Knows no ranking, no reranker and no words.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.anchors import anchors, cosines, overlap
from bot.relaxing import relax
from bot.rules import pushes, visible
from bot.types import Candidate, Retrieved
from vectorstore.base import Constraint, Hit, Mask
from vectorstore.exact import top_rows

if TYPE_CHECKING:
    from bot.types import DialogueState, Intent, Order, Repair, Rule
    from vectorstore.index import ItemIndex

FLOOR = 50
"""So many popular rows are always candidates."""

Source: TypeAlias = tuple[str, list[Hit]]


def retrieve(
    index: ItemIndex,
    state: DialogueState,
    intent: Intent,
    *,
    query_vector: NDArray[np.float32] | None,
    rules: Sequence[Rule] = (),
    k: int = 200,
) -> Retrieved:
    """At most ``k`` candidates of every source that meet the constraints in force.

    ``state`` is folded already; ``query_vector`` is the embedded ``state.query``. Rejected, seen, liked and named items
    are never candidates; "something else" and "surprise me" leave out what was shown. ``total`` counts the rows that
    meet every constraint in force; ``relaxed`` are those given up because no row met all, ``repairs`` the smallest
    changes of them with their counts.
    """
    allowed, applied = visible(index, rules)
    allowed &= ~_excluded(index, state, intent)
    wanted = known(index, state.constraints)
    relaxed: tuple[Constraint, ...] = ()
    repairs: tuple[Repair, ...] = ()
    mask = allowed & index.columns.mask(wanted)
    if not mask.any():
        relaxed, repairs = relax(index.columns, wanted, allowed=allowed)
        mask = allowed & index.columns.mask([one for one in wanted if one not in relaxed])
    search = _Search(index, state, intent, mask=mask, k=k)
    candidates = merge([*search.asked(query_vector), *search.resembling(), *search.floor(), *search.closest(relaxed)])
    pushed, moved = pushes(index, rules, [candidate.id for candidate in candidates])
    return Retrieved(
        candidates=tuple(_pushed(candidate, pushed.get(candidate.id)) for candidate in candidates),
        total=int(mask.sum()),
        relaxed=relaxed,
        repairs=repairs,
        applied_rules=(*applied, *moved),
    )


def count(
    index: ItemIndex,
    state: DialogueState,
    extra: Sequence[Constraint] = (),
    *,
    without: Sequence[Constraint] = (),
    exclude: Sequence[str] = (),
    rules: Sequence[Rule] = (),
) -> int:
    """How many rows a chip leads to, in microseconds: the state's constraints with ``extra`` and without ``without``.

    ``exclude`` are ids that must not count, such as those that were shown, beside the rejected, seen and liked ones.
    """
    kept = [one for one in state.constraints if one not in without]
    mask = index.columns.mask(known(index, [*kept, *extra]))
    mask[_rows(index, (*state.rejected, *state.seen, *state.likes, *exclude))] = False
    return int((mask & visible(index, rules)[0]).sum() if rules else mask.sum())


def known(index: ItemIndex, constraints: Sequence[Constraint]) -> list[Constraint]:
    """The constraints on facets that this catalogue has: a state may be older than the catalogue."""
    return [one for one in constraints if index.schema.get(one.facet) is not None]


def chance(id: str, seed: int = 0) -> float:
    """A number in [0, 1) that depends on ``id`` and ``seed`` alone."""
    return zlib.crc32(f"{seed}:{id}".encode()) / 2**32


def merge(sources: Sequence[Source]) -> list[Candidate]:
    """One candidate per id, with its rank and score in every source that found it; first found, first."""
    ranks: dict[str, dict[str, int]] = {}
    scores: dict[str, dict[str, float]] = {}
    for name, hits in sources:
        for rank, hit in enumerate(hits):
            ranks.setdefault(hit.id, {}).setdefault(name, rank)
            scores.setdefault(hit.id, {}).setdefault(name, hit.score)
    return [Candidate(id_, ranks[id_], scores[id_]) for id_ in ranks]


class _Search:
    """The sources of one request, under one mask."""

    def __init__(self, index: ItemIndex, state: DialogueState, intent: Intent, *, mask: Mask, k: int) -> None:
        self.index, self.state, self.intent, self.mask, self.k = index, state, intent, mask, k

    def asked(self, query_vector: NDArray[np.float32] | None) -> Iterator[Source]:
        """What the words of the request find, and the ids nearest to a title that is not here."""
        if query_vector is not None:
            yield "dense", self.index.dense(query_vector, self.k, self.mask)
        if self.state.query:
            yield "lexical", self.index.lexical(self.state.query, self.k, self.mask)
        near = [id_ for mention in self.intent.mentions if mention.item_id is None for id_ in mention.near]
        held = [id_ for id_ in dict.fromkeys(near) if id_ in self.index.items and self.mask[self.index.row(id_)]]
        yield "near", [Hit(id_, 1.0 / (rank + 1)) for rank, id_ in enumerate(held)]

    def resembling(self) -> Iterator[Source]:
        """What lies near the anchors: in words, in the facet graph, and in what visitors took together."""
        ids = anchors(self.index, self.state, self.intent)
        if ids:
            yield "similar", self._best(cosines(self.index, ids), self.k)
            shared = overlap(self.index, ids)
            yield "shared", self._best(shared, self.k, self.mask & (shared > 0))
            yield "together", self._together(ids)

    def _together(self, ids: Mapping[str, float]) -> list[Hit]:
        """What other visitors took beside the anchors (id -> weight), the most often first."""
        found: dict[str, float] = {}
        for id_, weight in ids.items():
            for hit in self.index.together(id_, self.k):
                if self.mask[self.index.row(hit.id)]:
                    found[hit.id] = found.get(hit.id, 0.0) + weight * hit.score
        return sorted((Hit(id_, score) for id_, score in found.items()), key=lambda hit: -hit.score)[: self.k]

    def floor(self) -> Iterator[Source]:
        """What stands whatever was asked: the order's first rows, popular ones; any of all where nothing was asked."""
        if self.state.order is not None and self.index.schema.get(self.state.order.facet):
            yield "order", self._best(ordered(self.index, self.state.order), self.k)
        facet = self.index.schema.of_role("popularity")
        open_to_all = self.intent.surprise or not (self.state.query or anchors(self.index, self.state, self.intent))
        if facet is not None:
            known = np.nan_to_num(np.asarray(self.index.columns.values(facet.name), np.float32))
            yield "popular", self._best(known, FLOOR)
        if open_to_all or facet is None:
            chances = np.array([chance(id_) for id_ in self.index.ids], np.float32)
            yield "chance", self._best(chances, self.k)

    def closest(self, relaxed: Sequence[Constraint]) -> Iterator[Source]:
        """The rows that miss a number that was given up by the least."""
        for constraint in relaxed:
            gaps = distance(self.index, constraint)
            if gaps is not None:
                yield "closest", self._best(-gaps, FLOOR, self.mask & np.isfinite(gaps))

    def _best(self, scores: NDArray[np.float32], k: int, mask: Mask | None = None) -> list[Hit]:
        """The ``k`` rows of the highest scores under the mask."""
        rows = top_rows(scores, k, self.mask if mask is None else mask)
        return [Hit(self.index.ids[row], float(scores[row])) for row in rows]


def ordered(index: ItemIndex, order: Order) -> NDArray[np.float32]:
    """``(n,)``: whole numbers, the higher the earlier in ``order``; -inf for rows without the value."""
    cells = index.columns.values(order.facet)
    blank = np.array([cell is None or cell != cell for cell in cells], np.bool_)
    _, places = np.unique(cells if cells.dtype != object else cells.astype(str), return_inverse=True)
    signed = -places if order.direction == "asc" else places
    return np.where(blank, -np.inf, signed).astype(np.float32)


def distance(index: ItemIndex, constraint: Constraint) -> NDArray[np.float32] | None:
    """``(n,)``: how far each row's number lies outside the constraint, in the facet's units (NaN: no number).

    None for a constraint that is not on a number.
    """
    facet = index.schema.get(constraint.facet)
    if facet is None or facet.type != "number" or constraint.op in ("not", "contains"):
        return None
    cells = index.columns.values(constraint.facet)
    named = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    low, high = min(float(one) for one in named), max(float(one) for one in named)
    low = -np.inf if constraint.op in ("<", "<=") else low
    high = np.inf if constraint.op in (">", ">=") else high
    return np.asarray(np.maximum(np.maximum(low - cells, cells - high), 0.0), np.float32)


def _excluded(index: ItemIndex, state: DialogueState, intent: Intent) -> Mask:
    """The rows that must not come: rejected, seen, liked, named, and for "something else" all that was shown."""
    named = [mention.item_id for mention in intent.mentions if mention.item_id]
    named += [relative.anchor for relative in intent.relatives if relative.anchor]
    shown = state.shown if intent.more or intent.surprise else ()
    mask = np.zeros(len(index.ids), np.bool_)
    mask[_rows(index, (*state.rejected, *state.seen, *state.likes, *named, *shown))] = True
    return mask


def _rows(index: ItemIndex, ids: Sequence[str]) -> list[int]:
    """The rows of those ids that exist."""
    return [index.row(id_) for id_ in ids if id_ in index.items]


def _pushed(candidate: Candidate, push: float | None) -> Candidate:
    """The candidate with what an operator's rule does to it."""
    if push is None:
        return candidate
    return Candidate(candidate.id, candidate.sources, {**candidate.scores, "rule": push})

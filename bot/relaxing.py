"""When nothing meets every constraint: what to give up, and the smallest changes that lead somewhere.

Pure functions over exact masks. A range of numbers is softer than a value, a value softer than the kind of thing that
is wanted (a pink jacket is no near miss for a tent), that softer than an exclusion; of two alike the older one is
softer. Knows no ranking and no words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.types import Repair
from vectorstore.base import KINDS, Constraint, Mask, Operator
from vectorstore.columns import Columns

OFFERED = 3
"""Repairs that give up several constraints at once are offered up to this number."""
_CLOSED: dict[Operator, Operator] = {"<": "<=", ">": ">=", "any": "is"}
_HARDNESS = {"<=": 0, "<": 0, ">=": 0, ">": 0, "between": 0, "is": 1, "any": 1, "contains": 1, "not": 3}
_KIND = 2
KIND_COUNTS = 3
"""A cheap pink shirt is no near miss for a cheap pink tent; a dear green tent is."""


def relax(
    columns: Columns, constraints: Sequence[Constraint], *, allowed: Mask
) -> tuple[tuple[Constraint, ...], tuple[Repair, ...]]:
    """The fewest and softest constraints to give up so that some allowed row is left, and every smallest repair.

    ``allowed`` are the rows that were not excluded for another reason; when it is empty, nothing helps and both are
    empty.
    """
    sets = smallest(columns, constraints, allowed=allowed)
    if not sets or not sets[0]:
        return (), ()
    repairs = [_repair(columns, constraints, given_up, allowed=allowed) for given_up in sets]
    return tuple(constraints[place] for place in sets[0]), tuple(repairs if len(sets[0]) == 1 else repairs[:OFFERED])


def smallest(columns: Columns, constraints: Sequence[Constraint], *, allowed: Mask) -> list[tuple[int, ...]]:
    """The smallest sets of constraints whose loss leaves a row, as places, the softest set first.

    The constraints that one row misses are such a set, so the smallest are found without trying combinations. The kind
    of thing that is wanted counts as much as `KIND_COUNTS` others.
    """
    rows = np.flatnonzero(allowed)
    if not len(rows) or not constraints:
        return []
    misses = np.unique(np.stack([~columns.mask([one])[rows] for one in constraints], axis=1), axis=0)
    sizes = misses @ np.array([KIND_COUNTS if one.facet in KINDS and one.op != "not" else 1 for one in constraints])
    fewest = misses[sizes == sizes.min()]
    rank = {place: order for order, place in enumerate(sorted(range(len(constraints)), key=_softness(constraints)))}
    sets = [tuple(int(place) for place in np.flatnonzero(row)) for row in fewest]
    return sorted(sets, key=lambda places: sorted((rank[place] for place in places), reverse=True))


def widened(columns: Columns, constraint: Constraint, *, rows: Mask) -> Constraint | None:
    """``constraint`` stretched to the nearest number that one of ``rows`` holds; None where no stretching helps."""
    facet = columns.schema.get(constraint.facet)
    if facet is None or facet.type != "number" or constraint.op in ("not", "contains"):
        return None
    held = np.unique(columns.values(constraint.facet)[rows])
    changed = list(_stretched(constraint, held[np.isfinite(held)]))
    return min(changed, key=lambda pair: pair[0])[1] if changed else None


def _stretched(constraint: Constraint, held: NDArray[np.float64]) -> Iterator[tuple[float, Constraint]]:
    """Every way to reach a held number, with the distance that it takes."""
    op, low, high = constraint.op, *_bounds(constraint)
    above, below = held[held >= high], held[held <= low]
    if op in ("<", "<=", "between", "is", "any") and len(above):
        new = float(above[0])
        yield new - high, _changed(constraint, new, low=low, high=new)
    if op in (">", ">=", "between", "is", "any") and len(below):
        new = float(below[-1])
        yield low - new, _changed(constraint, new, low=new, high=high)


def _changed(constraint: Constraint, new: float, *, low: float, high: float) -> Constraint:
    """``constraint`` with its bound moved to ``new``; an exact number moves there itself."""
    if constraint.op == "between":
        return Constraint(constraint.facet, "between", (low, high))
    return Constraint(constraint.facet, _CLOSED.get(constraint.op, constraint.op), new)


def _bounds(constraint: Constraint) -> tuple[float, float]:
    """The lowest and highest number that the constraint names."""
    value = constraint.value
    numbers = [float(one) for one in (value if isinstance(value, tuple) else (value,))]
    return min(numbers), max(numbers)


def _repair(columns: Columns, constraints: Sequence[Constraint], given_up: tuple[int, ...], *, allowed: Mask) -> Repair:
    """The change that gives up the constraints at those places, as small as it can be."""
    kept = [one for place, one in enumerate(constraints) if place not in given_up]
    rows = allowed & columns.mask(kept)
    old, *also = (constraints[place] for place in given_up)
    new = None if also else widened(columns, old, rows=rows)
    left = rows if new is None else rows & columns.mask([new])
    return Repair(old, new, int(left.sum()), also=tuple(also))


def _softness(constraints: Sequence[Constraint]) -> Callable[[int], tuple[int, int]]:
    """A sort key over places: the softest constraint first."""
    return lambda place: (_hardness(constraints[place]), place)


def _hardness(constraint: Constraint) -> int:
    """How reluctantly a constraint is given up."""
    own = _HARDNESS[constraint.op]
    return max(own, _KIND) if constraint.facet in KINDS else own

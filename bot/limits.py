"""How a number of a record stands to the limit that was set for it. Pure; knows no wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.base import Constraint, FacetValue

BELOW, ABOVE = frozenset({"<", "<="}), frozenset({">", ">="})
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that is kept. ``side``: "below", "above" or "inside" it; ``gap``: how far off, 0 inside."""

    side: str
    gap: float
    constraint: Constraint


def limit_of(cell: FacetValue, constraints: Sequence[Constraint | None]) -> Limit | None:
    """The last limit that leaves room beside the number; None where there is none, or it is met exactly."""
    if isinstance(cell, (bool, str, tuple)):
        return None
    for one in reversed([one for one in constraints if one is not None]):
        if one.op == "between":
            return Limit("inside", 0.0, one)
        if isinstance(one.value, (int, float)) and one.op in BELOW | ABOVE:
            gap = round(abs(float(one.value) - cell), DIGITS)
            if gap:
                return Limit("below" if one.op in BELOW else "above", gap, one)
    return None

"""Words of degree as bounds: "light" is the lighter share of what is asked for, tents among tents.

Pure functions over records; knows no words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.meeting import meets, numbers
from bot.types import Vague
from vectorstore.base import Constraint, Item


def limit(held: Sequence[float], share: float, *, op: str, step: float = 0.0) -> float:
    """The number of ``held`` below which ``share`` (0 to 1) of them lie, so rounded that some of them meet ``op``.

    ``step`` rounds to its multiples, otherwise two digits stay. 0 where nothing is held.
    """
    values = sorted(held) or [0.0]
    value = values[min(len(values) - 1, int(share * len(values)))]
    grain = step or (10 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0)
    turn = round if step else math.floor if op.startswith(">") else math.ceil
    return float(round(turn(round(value / grain, 6)) * grain, 6))


def measured(vague: Vague, others: Sequence[Constraint], items: Iterable[Item]) -> Constraint:
    """The bound of a word of degree among the ``items`` that meet the ``others``; as it is where none does."""
    held = numbers((item for item in items if meets(item, others)), vague.constraint.facet)
    if not held:
        return vague.constraint
    bound = limit(held, vague.share, op=vague.constraint.op)
    if vague.constraint.op == "<" and bound <= min(held):
        return Constraint(vague.constraint.facet, "<=", min(held))
    if vague.constraint.op == ">" and bound >= max(held):
        return Constraint(vague.constraint.facet, ">=", max(held))
    return replace(vague.constraint, value=bound)


def settled(
    constraints: Sequence[Constraint], vague: Sequence[Vague], items: Mapping[str, Item]
) -> tuple[tuple[Constraint, ...], tuple[Vague, ...]]:
    """Every word of degree among ``constraints`` measured against the rest of them, and what each became."""
    found, became = list(constraints), list[Vague]()
    for one in vague:
        if one.constraint in found:
            place = found.index(one.constraint)
            others = [other for other in found if other.facet != one.constraint.facet]
            found[place] = measured(one, others, items.values())
            became.append(replace(one, constraint=found[place]))
    return tuple(found), tuple(became)

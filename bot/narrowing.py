"""How a new condition meets those in force: it joins them, replaces what it contradicts, or takes an exclusion back.

Pure functions over constraints and records; knows no messages and no state.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vectorstore.base import KINDS, Constraint, Item

_UPPER, _LOWER = ("<", "<="), (">", ">=")
_NUMERIC = (*_UPPER, *_LOWER, "between")
LONE = 0.8
"""Share of the items with one value of a facet from which that is the rule."""


def joined(
    old: Sequence[Constraint], new: Sequence[Constraint], *, items: Mapping[str, Item], anew: bool
) -> tuple[Constraint, ...]:
    """``old`` without what ``new`` contradicts, then ``new``.

    ``anew``: the message asks afresh, so that a wanted value replaces an older one of its facet; otherwise both are
    wanted where some item holds both (a horror comedy). Conditions of one message stand side by side; where no item
    holds two values of a facet of one each, either will do (by Miyazaki and Spielberg).
    """
    kept, new = list(old), _sayable(new, items)
    for one in new:
        kept = [before for before in kept if _stands(before, one, items, anew=anew)]
    return tuple(dict.fromkeys((*kept, *new)))


def _sayable(new: Sequence[Constraint], items: Mapping[str, Item]) -> tuple[Constraint, ...]:
    """``new`` with one alternative in place of wanted values that no item holds together, of a facet with one each."""
    found: dict[Constraint, None] = {}
    for one in new:
        beside = [other for other in new if other.facet == one.facet and other.op == one.op == "is"]
        names = tuple(dict.fromkeys(other.value for other in beside if isinstance(other.value, str)))
        apart = len(names) > 1 and _lone(one.facet, items) and not _held_together(one.facet, names, items)
        found[Constraint(one.facet, "any", names) if apart and one in beside else one] = None
    return tuple(found)


def _lone(facet: str, items: Mapping[str, Item]) -> bool:
    """Whether items hold one value of a facet as a rule, as films have one director."""
    held = [item.facets[facet] for item in items.values() if facet in item.facets]
    single = sum(not isinstance(value, tuple) or len(value) < 2 for value in held)
    return single >= LONE * len(held) > 0


def _held_together(facet: str, names: Iterable[Any], items: Mapping[str, Item]) -> bool:
    """Whether some item holds all of several values of a facet."""
    wanted = {name.casefold() for name in names if isinstance(name, str)}
    held = (item.facets.get(facet) for item in items.values())
    return any(isinstance(value, tuple) and wanted <= {str(one).casefold() for one in value} for value in held)


def other_kind(old: Sequence[Constraint], new: Sequence[Constraint], items: Mapping[str, Item]) -> bool:
    """Whether ``new`` asks for another kind of thing than ``old``: tents after boots, and not tents after tents.

    A value of another facet tells the kind where all its items are of one: earrings are jewelry, and no fishing rods.
    """
    before, now = (_kinds(side, items) for side in (old, new))
    return bool(before and now) and not before & now


def facets_of(wanted: Sequence[Constraint], items: Mapping[str, Item]) -> frozenset[str]:
    """The facets that items with one of the wanted values fill."""
    values = [(one.facet, _values(one)) for one in wanted if one.op in ("is", "any")]
    return frozenset(
        name
        for item in items.values()
        if any(facet in item.facets and _holds(item.facets[facet], those) for facet, those in values)
        for name in item.facets
    )


def kind_of(liked: Sequence[Item], wanted: Sequence[Constraint], items: Mapping[str, Item]) -> Constraint | None:
    """What is to be like ``liked`` is a thing of their kind, where they have one and ``wanted`` tells of none."""
    held = {(name, value) for item in liked for name, value in item.facets.items() if name in KINDS}
    if len(held) != 1 or _kinds(wanted, items):
        return None
    ((name, value),) = held
    return Constraint(name, "is", value) if isinstance(value, str) else None


def without(
    constraints: Iterable[Constraint], *, facets: Iterable[str], values: Sequence[Constraint]
) -> list[Constraint]:
    """``constraints`` without those on ``facets``, and without those that name one of ``values``, wanted or not."""
    gone = frozenset(facets)
    return [one for one in constraints if one.facet not in gone and not any(_names_same(one, back) for back in values)]


def bound(facet: str, shown: Sequence[Item], *, lower: bool) -> Constraint | None:
    """A critique as a bound beyond the middle of ``shown``: "older" moves the years without leaping to the oldest."""
    numbers = _numbers(facet, shown)
    if not numbers:
        return None
    middle = statistics.median(numbers)
    whole = all(number.is_integer() for number in numbers)
    return Constraint(facet, "<" if lower else ">", float(round(middle)) if whole else middle)


def _kinds(side: Sequence[Constraint], items: Mapping[str, Item]) -> frozenset[Any]:
    """The kinds of things that the wanted values of ``side`` tell, empty where they tell none."""
    told: frozenset[Any] = frozenset()
    for one in side:
        if one.op not in ("is", "any"):
            continue
        kinds = _values(one) if one.facet in KINDS else _kinds_of(one, items)
        told |= kinds if one.facet in KINDS or len(kinds) == 1 else frozenset()
    return told


def _kinds_of(wanted: Constraint, items: Mapping[str, Item]) -> frozenset[Any]:
    """The kinds of the items that hold one of the values of ``wanted``; two at most are looked for."""
    values = _values(wanted)
    if not any(isinstance(value, str) for value in values):
        return frozenset()
    found: set[Any] = set()
    for item in items.values():
        held = item.facets.get(wanted.facet)
        if held is None or not _holds(held, values):
            continue
        kind = next((value for name, value in item.facets.items() if name in KINDS), None)
        if isinstance(kind, str):
            found.add(kind.casefold())
        if len(found) > 1:
            break
    return frozenset(found)


def _holds(held: Any, wanted: frozenset[Any]) -> bool:
    values = held if isinstance(held, tuple) else (held,)
    return any(value.casefold() in wanted for value in values if isinstance(value, str))


def _stands(old: Constraint, new: Constraint, items: Mapping[str, Item], *, anew: bool) -> bool:
    """Whether ``old`` stays in force beside ``new``."""
    if old.facet != new.facet:
        return True
    if "not" in (old.op, new.op):
        return old.op == new.op or not _denied(old, new)
    if old.op in _NUMERIC or new.op in _NUMERIC:
        return _room(old, new, items)
    return not anew and old.op == new.op == "is" and _held_together(old.facet, _values(old) | _values(new), items)


def _denied(old: Constraint, new: Constraint) -> bool:
    """Whether one excludes all that the other asks for."""
    no, yes = (old, new) if old.op == "not" else (new, old)
    if yes.op == "between" and isinstance(yes.value, tuple):
        low, high = _ends(yes)
        return set(range(int(low), int(high) + 1)) <= {int(value) for value in _values(no) if value == int(value)}
    return yes.op in ("is", "any") and bool(_values(no) & _values(yes))


def _room(old: Constraint, new: Constraint, items: Mapping[str, Item]) -> bool:
    """Whether an older range and a new bound on its other side leave room that some item fills."""
    if new.op in ("between", "is", "any") or old.op in ("is", "any"):
        return False
    if old.op != "between" and (old.op in _UPPER) == (new.op in _UPPER):
        return False
    ends = [_ends(old), _ends(new)]
    low, high = max(first for first, _ in ends), min(last for _, last in ends)
    held = _numbers(old.facet, items.values())
    return low < high and (not held or any(_meets(value, old) and _meets(value, new) for value in held))


def _meets(value: float, constraint: Constraint) -> bool:
    low, high = _ends(constraint)
    open_ended = constraint.op in ("<", ">")
    return low < value < high if open_ended else low <= value <= high


def _ends(constraint: Constraint) -> tuple[float, float]:
    """The range that a number condition leaves."""
    value: Any = constraint.value
    if constraint.op == "between":
        return float(value[0]), float(value[1])
    if constraint.op in _UPPER:
        return float("-inf"), float(value)
    return float(value), float("inf")


def _names_same(one: Constraint, other: Constraint) -> bool:
    return one.facet == other.facet and bool(_values(one) & _values(other))


def _values(constraint: Constraint) -> frozenset[Any]:
    """The values that a constraint names, compared without case."""
    named = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    return frozenset(one.casefold() if isinstance(one, str) else one for one in named)


def _numbers(facet: str, items: Iterable[Item]) -> list[float]:
    held = (item.facets.get(facet) for item in items)
    return [float(value) for value in held if isinstance(value, (int, float)) and not isinstance(value, bool)]

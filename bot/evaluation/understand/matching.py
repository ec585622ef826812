"""When something found is the same as something wanted: conditions, wishes, titles. Pure; knows no slot.

Conditions are compared in one form: several values of `is` or `not` one by one, a single value of `any` as `is`, a flag
that is not so as `is False`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from bot.evaluation.understand.labels import STAR
from vectorstore.base import Constraint, Facet, Schema
from vectorstore.words import tokens

T = TypeVar("T")

CLOSE, ABOUT = 0.02, 0.2
"""How far a number may be off, as a share of it: any, and the ends of a range that says "about". A year: not at all."""
NARROW = 0.25
"""A range that is at most so wide, as a share of its middle, says "about"."""
OVERLAP = 0.5
"""Content words in common, as a share of all of both (Jaccard), from which two wishes are one."""
_LIKE = {"<": "<", "<=": "<", ">": ">", ">=": ">"}


def unmatched(found: Sequence[T], wanted: Sequence[T], likeness: Callable[[T, T], float]) -> tuple[list[T], list[T]]:
    """What is left of both when each found thing is paired with at most one wanted thing, the likest pairs first.

    ``likeness`` is 0 for two that are not the same.
    """
    pairs = [(likeness(one, other), i, j) for i, one in enumerate(found) for j, other in enumerate(wanted)]
    taken, met = set[int](), set[int]()
    for how, i, j in sorted(pairs, key=lambda pair: -pair[0]):
        if how > 0 and i not in taken and j not in met:
            taken.add(i)
            met.add(j)
    extra = [one for i, one in enumerate(found) if i not in taken]
    return extra, [one for j, one in enumerate(wanted) if j not in met]


def uniform(constraints: Iterable[Constraint]) -> list[Constraint]:
    """Constraints in the one form in which they are compared, each once."""
    return list(dict.fromkeys(one for constraint in constraints for one in _uniform(constraint)))


def _uniform(constraint: Constraint) -> Iterator[Constraint]:
    facet, op, value = constraint.facet, constraint.op, constraint.value
    if isinstance(value, bool) and op in ("is", "not"):
        yield Constraint(facet, "is", value if op == "is" else not value)
    elif isinstance(value, tuple) and op != "between" and (op != "any" or len(value) == 1):
        yield from (Constraint(facet, "is" if op == "any" else op, one) for one in value)
    else:
        yield constraint


def same_constraint(found: Constraint, wanted: Constraint, schema: Schema) -> float:
    """1 when facet, operator and value are right, a little less for a number that may be any, else 0."""
    facet = schema.get(wanted.facet)
    if facet is None or found.facet != wanted.facet:
        return 0.0
    if wanted.value == STAR:
        return 0.9 * (wanted.op in _LIKE and _LIKE.get(found.op) == _LIKE[wanted.op])
    if found.op != wanted.op:
        return 0.0
    if facet.type in ("number", "date"):
        return float(_same_numbers(_values(found), _values(wanted), facet, wanted.op == "between"))
    return float({str(one).casefold() for one in _values(found)} == {str(one).casefold() for one in _values(wanted)})


def same_wish(found: str, wanted: str) -> float:
    """The share of content words in common, 0 below `OVERLAP` or when only one is unwanted."""
    (refused, words), (refused_too, words_too) = _wish(found), _wish(wanted)
    share = _shared(words, words_too)
    return share if refused == refused_too and share >= OVERLAP else 0.0


def same_title(found: str, wanted: str) -> float:
    """The share of content words in common, 0 below `OVERLAP` unless one title holds the other."""
    words, words_too = set(tokens(found)), set(tokens(wanted))
    share = _shared(words, words_too)
    return share if share >= OVERLAP or (share > 0 and (words <= words_too or words_too <= words)) else 0.0


def _wish(text: str) -> tuple[bool, set[str]]:
    bare = text.strip()
    refused = bare.casefold().startswith("not ")
    return refused, set(tokens(bare[4:] if refused else bare))


def _shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _values(constraint: Constraint) -> tuple[Any, ...]:
    return constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)


def _same_numbers(found: Sequence[Any], wanted: Sequence[Any], facet: Facet, ends: bool) -> bool:
    if len(found) != len(wanted) or not all(isinstance(one, (int, float)) for one in found):
        return False
    pairs = list(zip(sorted(found), sorted(wanted), strict=True))
    far = _tolerance([two for _, two in pairs], facet, ends)
    return all(abs(one - two) <= far * abs(two) + 1e-9 for one, two in pairs)


def _tolerance(wanted: Sequence[float], facet: Facet, ends: bool) -> float:
    if facet.role == "year" or facet.type == "date":
        return 0.0
    about = ends and wanted[1] - wanted[0] <= NARROW * abs(sum(wanted) / 2) + 1e-9
    return ABOUT if about else CLOSE

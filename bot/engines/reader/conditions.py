"""The constraints of a message: the rules' own, with values and numbers judged anew where the reader is sure. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.engines.reader.deciding import Link, Told
from bot.engines.reader.proposing import Proposed
from bot.engines.reader.trust import Trust
from bot.types import Intent
from vectorstore.base import Constraint, Facet, Operator

_OPERATORS: Mapping[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "is": "is"}


def conditions(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> tuple[Constraint, ...]:
    """Every constraint once, those of the rules first.

    Words of degree are the rules' alone: a limit that the reader heard in other words was never right oftener than
    wrong ("keeps tea hot" is no temperature of a night).
    """
    return tuple(dict.fromkeys(_numbered([*_judged(intent, proposed, told, trust)], proposed, told, trust)))


def _judged(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> Iterator[Constraint]:
    """Values: kept, turned or taken away, then those that the rules did not see."""
    verdicts = {
        (facet.name, value): judged for (facet, value), judged in zip(proposed.values, told.verdicts, strict=True)
    }
    held = set[tuple[str, object]]()
    for one in intent.constraints:
        several = one.value if isinstance(one.value, tuple) else (one.value,)
        held |= {(one.facet, value) for value in several}
        judged = verdicts.get((one.facet, one.value)) if one.op in ("is", "not") else None  # type: ignore[arg-type]
        if judged is None:
            yield one
        elif judged["none"] < trust.drop:
            yield _turned(one, judged, trust)
    for (facet, value), judged in zip(proposed.values, told.verdicts, strict=True):
        new = None if (facet.name, value) in held else _new(facet, value, judged, trust)
        if new:
            yield new


def _turned(one: Constraint, judged: Mapping[str, float], trust: Trust) -> Constraint:
    """Excluded after all, where the reader is sure of it; what the rules read as excluded stays so, and flags do."""
    if judged["not"] + judged["retracted"] < trust.turn or one.op == "not" or isinstance(one.value, bool):
        return one
    return replace(one, op="not")


def _new(facet: Facet, value: str | bool, judged: Mapping[str, float], trust: Trust) -> Constraint | None:
    if judged["is"] >= trust.add:
        return Constraint(facet.name, "is", value)
    if judged["not"] + judged["retracted"] >= trust.add:
        return Constraint(facet.name, "is", False) if isinstance(value, bool) else Constraint(facet.name, "not", value)
    return None


def _numbered(found: list[Constraint], proposed: Proposed, told: Told, trust: Trust) -> Iterator[Constraint]:
    """Numbers: another operator for those that the rules read, and bare ones that they did not."""
    links = dict[tuple[str, float], Link]()
    for amount, link in zip(proposed.numbers, told.links, strict=True):
        if link.facet < 0 or link.sure < trust.number or link.operator not in _OPERATORS:
            continue
        name = proposed.facets[link.facet].name
        ruled = amount.span.constraints if amount.span else ()
        read = next((one for one in ruled if one.facet == name), None)
        if read is not None and isinstance(read.value, (int, float)):
            links[name, float(read.value)] = link
        elif amount.span is None and name in amount.worth:
            links[name, amount.worth[name]] = link
    for one in found:
        better = links.pop((one.facet, one.value), None) if isinstance(one.value, float) else None
        yield replace(one, op=_OPERATORS[better.operator]) if better else one
    for (name, number), new in links.items():
        if all(one.facet != name for one in found):
            yield Constraint(name, _OPERATORS[new.operator], number)

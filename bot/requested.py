"""Points about what the visitor asked of facets: values that the item holds, limits that it keeps, what it lacks.

Knows no other card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.evidence import held
from bot.limits import ABOVE, BELOW, Limit, limit_of
from bot.phrasing import ASKED, LACKS, WITHIN, Speaker
from bot.points import FEW, Point, plainly, point, share
from bot.senses import sense_of
from bot.types import Evidence
from bot.wording import constraint_key
from vectorstore.base import Constraint, Facet

_SIDES = frozenset({"lower", "higher"})
MEASURED, TWISTED, DENIED, HELD, DATED, KIND = 2.2, 2.0, 1.7, 1.5, 1.0, 0.4
"""A number beside its limit tells most, that a tent is a tent least; a year stands beside the title anyway."""
LATEST, RAREST = 0.4, 0.5
"""What is added for what was said last, and for a value that few items hold."""


def requested(speaker: Speaker) -> Iterator[Point]:
    """Constraints that the item meets: one point per facet, one for what it was to be free of."""
    groups: dict[tuple[str, bool], list[Evidence]] = {}
    for one in speaker.of("constraint"):
        groups.setdefault((one.facet, one.constraint is not None and one.constraint.op == "not"), []).append(one)
    for number, ((name, denied), members) in enumerate(groups.items(), start=1):
        facet, late = speaker.schema.get(name), LATEST * number / len(groups)
        if facet is None:
            continue
        if facet.type in ("number", "date"):
            yield from _measured(speaker, facet, members, late)
        elif denied:
            yield _lacking(speaker, facet, members, late)
        else:
            yield from _holding(speaker, facet, members, late)


def _measured(speaker: Speaker, facet: Facet, members: Sequence[Evidence], late: float) -> Iterator[Point]:
    """A number beside the limit that the visitor set, where there is room between them; else the number.

    A bound that a word of degree or a critique was turned into is no limit of theirs: only its side is told.
    """
    sense, value = sense_of(facet), speaker.value(facet)
    limits = [one.constraint for one in members if one.constraint is not None]
    named = [one for one in limits if constraint_key(one) not in speaker.state.implied]
    limit = limit_of(speaker.item.facets[facet.name], named)
    keys = [f"{sense}_{limit.side}", f"number_{limit.side}"] if limit and sense != "stock" else []
    key = next((key for key in keys if speaker.voice.has(WITHIN, key)), "")
    worth = (DATED if sense == "year" else MEASURED) + late
    if limits and not named and limits[-1].op in BELOW | ABOVE:
        yield _sided(speaker, facet, limits[-1], worth)
    elif sense == "year" and not key:
        condition = speaker.condition(members[-1].constraint)
        yield point(WITHIN, "year_inside", [facet.name], worth, {"condition": condition})
    elif limit is None or not key:
        given = {"value": value, "label": speaker.label(facet.name)}
        phrase = (ASKED, sense) if sense == "stock" else plainly(speaker, facet)
        yield point(*phrase, [facet.name], HELD + late, given)
    else:
        yield point(WITHIN, key, [facet.name], worth, _bounds(speaker, facet, limit))


def _sided(speaker: Speaker, facet: Facet, bound: Constraint, worth: float) -> Point:
    """On which side a number lies, where "light" or "cheaper" was asked for."""
    side = "lower" if bound.op in BELOW else "higher"
    if any(one.facet == facet.name and one.value in _SIDES - {side} for one in speaker.of("tradeoff")):
        phrase = plainly(speaker, facet)  # "on the cheaper side" of the dearest one
        return point(*phrase, [facet.name], worth, {"value": speaker.value(facet), "label": speaker.label(facet.name)})
    key = speaker.voice.pick(WITHIN, f"{sense_of(facet)}_{side}", f"number_{side}")
    return point(WITHIN, key, [facet.name], worth, {"value": speaker.value(facet), "label": speaker.label(facet.name)})


def _bounds(speaker: Speaker, facet: Facet, limit: Limit) -> dict[str, Any]:
    """What a clause about a limit takes."""
    if facet.role == "year":  # which stands beside the title
        return {"condition": speaker.condition(limit.constraint)}
    gap = speaker.voice.value(facet.name, limit.gap, facet.unit)
    given = {"value": speaker.value(facet), "label": speaker.label(facet.name), "gap": gap}
    return given | {"condition": speaker.condition(limit.constraint)}


def _holding(speaker: Speaker, facet: Facet, members: Sequence[Evidence], late: float) -> Iterator[Point]:
    """The words that were asked for, with the item's others where they make a twist."""
    cell, label, sense = speaker.item.facets[facet.name], speaker.label(facet.name), sense_of(facet)
    if facet.type == "flag":
        yield point(ASKED, "flag" if cell is True else "flag_no", [facet.name], HELD + late, {"label": label})
        return
    values = _named_values(facet, cell, members)
    rare = late + RAREST * (1 - max((share(facet, value) for value in values), default=1.0))
    value = speaker.words(facet, values)
    others = [one for one in cell if one not in values] if isinstance(cell, tuple) else []
    twist = f"{sense}_and" if others and values else ""
    if twist and speaker.voice.has(ASKED, twist):
        more = speaker.words(facet, others[:FEW])
        yield point(ASKED, twist, [facet.name], TWISTED + rare, {"value": value, "others": more, "label": label})
    key = speaker.voice.pick(ASKED, sense, "other")
    worth = KIND + late if sense == "kind" else HELD + rare
    yield point(ASKED, key, [facet.name], worth, {"value": value, "label": label})


def _named_values(facet: Facet, cell: Any, members: Sequence[Evidence]) -> tuple[str, ...]:
    """What of a cell the constraints name."""
    if not isinstance(cell, tuple):
        return (str(cell),)
    asked = [held(facet, cell, one.constraint) for one in members if one.constraint is not None]
    found = [value for part in asked for value in (part if isinstance(part, tuple) else (str(part),))]
    return tuple(dict.fromkeys(found)) or cell[:FEW]


def _lacking(speaker: Speaker, facet: Facet, members: Sequence[Evidence], late: float) -> Point:
    """What the item was to be free of, and is."""
    label = speaker.label(facet.name)
    if facet.type == "flag":
        key = "flag" if speaker.item.facets[facet.name] is True else "flag_no"
        return point(ASKED, key, [facet.name], HELD + late, {"label": label})
    named = [one.constraint.value for one in members if one.constraint is not None]
    values = [value for part in named for value in (part if isinstance(part, tuple) else (part,))]
    key = speaker.voice.pick(LACKS, sense_of(facet), "other")
    return point(LACKS, key, [f"no {facet.name}"], DENIED + late, {"value": speaker.words(facet, values, "or")})

"""Rule: an item is in stock, sold out or down to a few as the facet with the role "stock" says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.claiming.denying import denied
from bot.claiming.lists import phrases, table, word_set
from bot.claiming.spans import Claim, Ids, Part
from bot.meeting import number as number_of

if TYPE_CHECKING:
    from bot.grounds import Grounds

_LOOK = 6
"""Words before "left" in which the count stands."""


def stock(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims of being there, of being gone, and of how many are left."""
    facet = grounds.role("stock")
    held = phrases(grounds.locale, "stock")
    for at, word in enumerate(part.row):
        found = held.at(part.row, at)
        if found is None or not any(part.options):
            continue
        kinds, end = set(found.meant), part.row[found.last - 1].end
        if facet is None:
            if kinds & {"here", "gone", "few"}:
                yield Claim(word.start, end, False)
            continue
        counted = _count(part, grounds, at) if "count" in kinds else None
        if counted is not None:
            start, count = counted
            true = any(_is(grounds, ids, facet.name, count, count) for ids in part.options)
            yield Claim(start, end, true)
        elif kinds & {"here", "gone", "few", "shop"}:
            no = denied(part, at, grounds)
            yes = bool(kinds & {"here", "shop"}) != (no is not None)
            most = float(table(grounds.locale)["stock"].get("fewest", 0)) if "few" in kinds else float("inf")
            low, high = (1.0, most) if yes or "few" in kinds else (0.0, 0.0)
            true = any(_is(grounds, ids, facet.name, low, high) for ids in part.options)
            yield Claim(word.start if no is None else no, end, true)


def _count(part: Part, grounds: Grounds, at: int) -> tuple[int, float] | None:
    """Where the count before "left" begins, and the count."""
    first = part.clause(at) if at else 0
    before = part.row[max(first, at - _LOOK) : at]
    begin = part.row[max(first, at - _LOOK)].start
    inside = " " * begin + part.text[begin : part.row[at].start]
    found = [one for one in grounds.speech.units.amounts(inside) if not one.group]
    whole = {word.plain for word in before} & (grounds.words.all_of - {"none"})
    if found and not whole:
        return found[-1].start, found[-1].value
    none = [word for word in before if word.plain in word_set(grounds.locale, "stock", "none")]
    return (none[-1].start, 0.0) if none and part.row[at].plain != "in" else None


def _is(grounds: Grounds, ids: Ids, facet: str, low: float, high: float) -> bool:
    """Whether every item has from ``low`` to ``high`` pieces."""
    held = [number_of(grounds.cell(id_, facet)) for id_ in ids]
    return all(count is not None and low <= count <= high for count in held)

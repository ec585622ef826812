"""Rule: an amount of a unit is one of the record's, in whatever unit, or stands to it as the words before it say.

"18 grams" of 0.018 kg, "just under two kilos" of 1.9, "leaves €51 of your budget", "all four seasons", "mid nineties".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.claiming.denying import denied
from bot.claiming.lists import phrases, table, word_set
from bot.claiming.numerals import EXACT, Number, differs, same
from bot.claiming.spans import Claim, Ids, Part
from bot.meeting import number as number_of
from vectorstore.words import fold, stem

if TYPE_CHECKING:
    from bot.grounds import Grounds
    from vectorstore.base import Facet

_ABOUT, _JUST = 0.1, 0.15
"""How far "about" and "just over" reach, as parts of the amount."""
_AROUND = 6
"""Words on either side of an amount in which it is said to be a distance."""


def amounts(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims of amounts, of counted values and of decades."""
    ids = any(part.options)
    for found in grounds.speech.units.amounts(part.inside) if ids else ():
        at = next((place for place, word in enumerate(part.row) if word.end > found.start), len(part.row))
        claim = _amount(part, grounds, found, at) if found.group else _counted(part, grounds, found, at)
        if claim is not None:
            yield claim
    yield from _decades(part, grounds) if ids else ()


def _amount(part: Part, grounds: Grounds, found: Number, at: int) -> Claim | None:
    facets = _facets(grounds, found.group)
    related = phrases(grounds.locale, "relations").ending(part.row, at)
    later = phrases(grounds.locale, "relations_after").at(part.row, _after(part, found))
    article = fold(part.text[found.start : found.end]).split()[0] in word_set(grounds.locale, "parts", "article")
    if not facets or (article and related is None):
        return None
    relation = later.meant[0] if later else related.meant[0] if related else ""
    first = related.first if related else at
    begin = part.row[first].start if related else found.start
    no = denied(part, first, grounds)
    true = any(_borne(part, grounds, ids, found, relation, no=no is not None) for ids in part.options)
    true = true or any(_distance(part, grounds, facets, ids, found, at) for ids in part.options)
    true = true or _said(part, grounds, facets, found, at)
    end = part.row[later.last - 1].end if later else found.end
    return Claim(begin if no is None else no, end, true)


def _after(part: Part, found: Number) -> int:
    """The place of the first word after an amount."""
    return next((place for place, word in enumerate(part.row) if word.start >= found.end), len(part.row))


def together(part: Part, grounds: Grounds) -> bool:
    """Whether what is said is said of each item: "both", "all three"."""
    return not grounds.words.all_of.isdisjoint(word.plain for word in part.row)


def _facets(grounds: Grounds, group: str) -> list[Facet]:
    """The number facets that count in a group of units."""
    numbers = (facet for facet in grounds.facets.values() if facet.type == "number" and facet.role != "year")
    return [facet for facet in numbers if grounds.speech.units.of_facet(facet)[0] == group]


def _borne(part: Part, grounds: Grounds, ids: Ids, found: Number, relation: str, *, no: bool) -> bool:
    """Whether a facet of the items, or what is written of them, bears the amount out."""
    facets, every = _facets(grounds, found.group), together(part, grounds)
    for facet in facets:
        held = [grounds.base(id_, facet) for id_ in ids]
        known = [value for value in held if value is not None]
        if no and len(known) == len(ids) and not any(_stands(value, found, relation) for value in known):
            return True
        several = all if every or relation not in ("", "about") else any
        if not no and known and several(value is not None and _stands(value, found, relation) for value in held):
            return True
    told = [one for id_ in ids for one in grounds.amounts_told(id_) if one.group == found.group]
    return not no and any(_stands(one.base, found, relation) for one in told)


def _stands(held: float, found: Number, relation: str) -> bool:
    """Whether a held number stands to an amount as a relation says."""
    amount, slack = found.base, abs(found.base)
    checks = {
        "": same(held, found),
        "about": abs(held - amount) <= _ABOUT * slack,
        "under": held < amount,
        "most": held <= amount + EXACT,
        "just_under": amount - _JUST * slack <= held < amount,
        "over": held > amount,
        "least": held >= amount - EXACT,
        "just_over": amount < held <= amount + _JUST * slack,
    }
    return checks[relation]


def _distance(part: Part, grounds: Grounds, facets: Iterable[Facet], ids: Ids, found: Number, at: int) -> bool:
    """Whether the amount is said to be, and is, how far an item lies from a number that the visitor gave."""
    if not _near(part, at) & word_set(grounds.locale, "distance", "around"):
        return False
    held = [value for id_ in ids for facet in facets if (value := grounds.base(id_, facet)) is not None]
    given = [one.base for one in grounds.said_amounts if one.group in (found.group, "")]
    given += [one.base for one in grounds.visitor.amounts if one.group in (found.group, "")]
    return any(differs(value, bound, found) for value in held for bound in given)


def _said(part: Part, grounds: Grounds, facets: Iterable[Facet], found: Number, at: int) -> bool:
    """Whether the visitor gave the amount, and it is not said of an item whose record holds another."""
    given = [one.base for one in grounds.said_amounts if one.group in (found.group, "")]
    given += [one.base for one in grounds.visitor.amounts if one.group in (found.group, "")]
    if not any(same(one, found) for one in given):
        return False
    silent = all(grounds.base(id_, facet) is None for ids in part.options for id_ in ids for facet in facets)
    limits = word_set(grounds.locale, "limits", "around") | word_set(grounds.locale, "visitor", "said")
    return not part.named or silent or bool(_near(part, at) & limits)


def _near(part: Part, at: int) -> set[str]:
    """The words around a place."""
    return {word.plain for word in part.row[max(0, at - _AROUND) : at + _AROUND]}


def _counted(part: Part, grounds: Grounds, found: Number, at: int) -> Claim | None:
    """How many values a facet holds ("all four seasons"), or a number after a facet's own name ("R-value of 8.1")."""
    after = next((word for word in part.row[at:] if word.start >= found.end), None)
    if after is not None and found.value >= 2 and part.text[found.end : after.start].strip() == "":
        for facet in grounds.facets.values():
            if facet.type == "multi" and after.key in {stem(facet.name.casefold()), stem(facet.label.casefold())}:
                held = [grounds.cell(id_, facet.name) for ids in part.options for id_ in ids]
                return Claim(found.start, after.end, any(len(cell) == found.value for cell in _lists(held)))
    before = at - 1 if at and part.row[at - 1].plain in ("of", "is", "at") else at
    label = grounds.speech.labels.ending(part.row, before)
    if label is None:
        return None
    cells = [grounds.cell(id_, name) for name in label.meant for ids in part.options for id_ in ids]
    numbers = [value for cell in cells if (value := number_of(cell)) is not None]
    return Claim(part.row[label.first].start, found.end, any(same(value, found) for value in numbers))


def _lists(cells: Sequence[object]) -> list[tuple[object, ...]]:
    return [cell for cell in cells if isinstance(cell, tuple)]


def _decades(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Decades in words: of the year, or of what is written."""
    decades, year = table(grounds.locale).get("decades", {}), grounds.role("year")
    for at, word in enumerate(part.row if year else ()):
        if word.plain not in decades or year is None:
            continue
        parts = table(grounds.locale).get("decade_parts", {})
        begin = part.row[at - 1] if at and part.row[at - 1].plain in parts else word
        low, high = parts.get(begin.plain, (0, 9))
        first = decades[word.plain]
        everyone = [id_ for ids in part.options for id_ in ids]
        held = [value for id_ in everyone if (value := number_of(grounds.cell(id_, year.name))) is not None]
        true = any(first + low <= value <= first + high for value in held)
        written = grounds.said_text + " ".join(grounds.text(id_) for id_ in everyone)
        true = true or str(first) in written or word.plain in fold(written)
        yield Claim(begin.start, word.end, true)

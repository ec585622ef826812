"""What words of comparison measure in a schema, and whether items stand to each other so. Pure.

Knows no sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from bot.claiming.lists import Phrases, table
from bot.claiming.numerals import Number, differs
from bot.claiming.spans import Ids
from bot.naming import words
from bot.senses import sense_of
from vectorstore.base import Facet, FacetRole, FacetType

if TYPE_CHECKING:
    from bot.grounds import Grounds

Told: TypeAlias = tuple[str, FacetType, FacetRole, str, str]

KEPT = 64
"""Schemas whose words are remembered: making them took a quarter of the check of a reply."""


@dataclass(frozen=True, slots=True)
class Degree:
    """What a word of comparison measures: the facet, whether it means less of it, and whether the least or the most.

    A ``bare`` one ("less") measures whatever an amount before it does.
    """

    facet: str
    less: bool
    top: bool = False
    bare: bool = False


def degrees(facets: Mapping[str, Facet], locale: str) -> Phrases[Degree]:
    """The words of comparison for the number facets of a schema."""
    measured = (facet for facet in facets.values() if facet.type in ("number", "date") and facet.role != "stock")
    return _degrees(tuple(map(_told, measured)), locale)


def labels(facets: Mapping[str, Facet]) -> Phrases[str]:
    """The names of number facets, each standing for the facet."""
    named = (facet for facet in facets.values() if facet.type == "number" and facet.role == "attribute")
    return _labels(tuple(map(_told, named)))


def beats(grounds: Grounds, ids: Ids, others: Ids, meant: Sequence[Degree], amount: Number | None = None) -> bool:
    """Whether the items lie on the right side of all the others in one of the facets, by that much."""
    for one in meant:
        facet = grounds.facets[one.facet]
        own, theirs = _held(grounds, ids, facet), _held(grounds, others, facet)
        if not own or not theirs:
            continue
        less = max(own) < min(theirs) if one.less else min(own) > max(theirs)
        apart = amount is None or (
            amount.group == grounds.speech.units.of_facet(facet)[0]
            and any(differs(first, second, amount) for first in own for second in theirs)
        )
        if less and apart:
            return True
    return False


def ranks(grounds: Grounds, ids: Ids, others: Ids, meant: Sequence[Degree], rank: int) -> bool:
    """Whether the items are the first of all in one of the facets, or the second; as good as another is enough."""
    for one in meant:
        facet = grounds.facets[one.facet]
        own, theirs = _held(grounds, ids, facet), _held(grounds, others, facet)
        if own and theirs:
            better = [value for value in theirs if (value < min(own) if one.less else value > max(own))]
            if len(better) == rank - 1:
                return True
    return False


def _told(facet: Facet) -> Told:
    """What its words depend on."""
    return facet.name, facet.type, facet.role, facet.label, facet.unit


@lru_cache(KEPT)
def _labels(facets: tuple[Told, ...]) -> Phrases[str]:
    return Phrases((name, told[0]) for told in facets for name in _names(Facet(*told)))


@lru_cache(KEPT)
def _degrees(facets: tuple[Told, ...], locale: str) -> Phrases[Degree]:
    return Phrases(_compared([Facet(*told) for told in facets], locale))


def _compared(facets: Iterable[Facet], locale: str) -> Iterator[tuple[str, Degree]]:
    lists = table(locale)
    for facet in facets:
        for kind, bare in lists.get("comparing", {}).get("amount", {}).items():
            yield from ((word, Degree(facet.name, kind == "less", bare=True)) for word in bare)
        for kind in ("less", "more", "least", "most"):
            meant = Degree(facet.name, kind in ("less", "least"), kind in ("least", "most"))
            for phrase in lists.get("compare", {}).get(sense_of(facet), {}).get(kind, ()):
                yield phrase, meant
            for word in lists.get("named", {}).get(kind, ()) if facet.role == "attribute" else ():
                yield from ((f"{word} {name}", meant) for name in _names(facet))


def _names(facet: Facet) -> Iterator[str]:
    """What a facet is called: its name, its label, the label with and without what stands in brackets, its unit."""
    label = facet.label.casefold()
    outer, _, inner = label.partition("(")
    named = (facet.name.replace("_", " ").casefold(), label, outer, inner, facet.unit.casefold())
    yield from dict.fromkeys(" ".join(word.plain for word in words(one)) for one in named if len(one.strip(" )")) > 2)


def _held(grounds: Grounds, ids: Ids, facet: Facet) -> list[float]:
    """The numbers of all the items in base units; none where one record is silent."""
    held = [grounds.base(id_, facet) for id_ in ids]
    known = [value for value in held if value is not None]
    return known if len(known) == len(held) else []

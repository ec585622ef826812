"""What the words of a language mean for one schema: units, comparisons, flags, roles, and what its facets are called.

Knows no item and no sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from bot.claiming.degrees import Degree, degrees, labels
from bot.claiming.flagged import flag_words
from bot.claiming.lists import Phrases
from bot.claiming.numerals import Units
from bot.claiming.roles import role_facets
from vectorstore.base import Facet
from vectorstore.words import tokens


class Speech:
    """The words of a locale for the facets of a schema; each list is made when it is first asked for."""

    def __init__(self, facets: Mapping[str, Facet], locale: str, voice: Any = None) -> None:
        """``voice`` adds what it calls the facets."""
        self.units = Units(locale, tuple(facets.values()))
        self._facets = facets
        self._locale = locale
        self._voice = voice

    @cached_property
    def degrees(self) -> Phrases[Degree]:
        """The words of comparison."""
        return degrees(self._facets, self._locale)

    @cached_property
    def labels(self) -> Phrases[str]:
        """The names of number facets."""
        return labels(self._facets)

    @cached_property
    def flags(self) -> Phrases[tuple[str, bool]]:
        """The words of flags."""
        return flag_words(self._facets, self._locale)

    @cached_property
    def roles(self) -> Mapping[str, Sequence[str]]:
        """The facets of each role that names play."""
        return role_facets(self._facets, self._locale)

    @cached_property
    def called(self) -> Mapping[str, Sequence[frozenset[str]]]:
        """The stems of each name of a facet: its own, its label, and what the voice calls it."""
        return {
            name: [frozenset(tokens(one)) for one in self._names(facet) if one] for name, facet in self._facets.items()
        }

    def _names(self, facet: Facet) -> Iterator[str]:
        yield from (facet.name.replace("_", " "), facet.label)
        if self._voice is not None:
            yield self._voice.label(facet.name, facet.label)

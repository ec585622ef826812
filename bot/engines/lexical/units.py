"""Words for units: those of the language, and those by which the facets of a schema are counted ("lumens", "pages").

Knows no numbers and no message.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache
from typing import TYPE_CHECKING

from bot.engines.lexical.inflection import singulars
from bot.engines.lexical.lexicon import table, word_set

if TYPE_CHECKING:
    from bot.engines.lexical.facets import Speech


class Units:
    """The unit words of a language and a schema, each with its group and its factor to the group's base unit."""

    def __init__(self, speeches: Iterable[Speech] = ()) -> None:
        """Add what the schema counts in to what the language knows; a word of both keeps the language's meaning."""
        speeches = tuple(speeches)
        own = {word: (speech.group, 1.0) for speech in speeches for word in speech.counted}
        self._words = {**own, **_known(), **_either({speech.group for speech in speeches})}

    def of(self, word: str) -> tuple[str, float]:
        """The group of a word and its factor; ``("", 1)`` for a word that is no unit."""
        return self._words.get(word.casefold().strip(), ("", 1.0))


def unit_group(word: str) -> tuple[str, float]:
    """The unit group of a word of the language and its factor to the base unit; ``("", 1)`` where it is no unit."""
    return _known().get(word.casefold().strip(), ("", 1.0))


def counting(name: str, unit: str) -> tuple[str, ...]:
    """The words that count a facet which no unit of the language measures: its unit's, else a counted noun in its name.

    ``brightness`` in ``lumens`` is counted in lumens and lm., ``num_pages`` and ``page_count`` in pages.
    """
    if unit:
        return _forms(unit.casefold())
    parts = name.casefold().replace("_", " ").split()
    rest = [part for part in parts if part not in word_set("units_counting")]
    counted = len(rest) == 1 and (len(parts) > 1 or parts[0].endswith("s"))
    return _forms(rest[0]) if counted and rest[0].isalpha() else ()


def _either(groups: Set[str]) -> dict[str, tuple[str, float]]:
    """The words that are one unit or another, by the one that the schema counts in: "m" is a metre or a minute."""
    found = dict[str, tuple[str, float]]()
    for word, meanings in table("en.numbers")["either"].items():
        held = [(group, float(factor)) for group, factor in meanings.items() if group in groups]
        if len(held) == 1:
            found[word] = held[0]
    return found


def _forms(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, *singulars(word), f"{word}s")))


@cache
def _known() -> dict[str, tuple[str, float]]:
    """Every unit word of the language."""
    groups = table("en.numbers")["units"]
    found = {group: (group, 1.0) for group in groups}
    return found | {word: (group, float(factor)) for group, held in groups.items() for word, factor in held.items()}

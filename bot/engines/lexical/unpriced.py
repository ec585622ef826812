"""What is said of prices where a catalogue records none: it can neither narrow nor sort, so that it is told apart.

Knows no other amounts: "short" and "light" mean too much else where no facet measures them.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import table
from bot.engines.lexical.numbers import Quantities
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.text import Reading

_MONEY = "currency"
_WORDS = ("lower", "higher", "less", "more", "least", "most")


class Unpriced:
    """Finds words and amounts of money."""

    def __init__(self, speeches: Iterable[Speech]) -> None:
        """Find nothing where one of the facets is a price, or is counted in money."""
        self._priced = any(one.facet.role == "price" or one.group == _MONEY for one in speeches)
        entry, compared = table("en.facets")["price"], table("en.numbers")["before"]
        said = (*entry["vague"], *(phrase for name in _WORDS for phrase in entry[name]))
        self._said = Phrases((phrase, True) for phrase in said)
        self._compared = Phrases((phrase, True) for phrases in compared.values() for phrase in phrases)
        self._quantities = Quantities()

    def places(self, reading: Reading) -> list[tuple[int, int]]:
        """The tokens that speak of a price, with the comparison before an amount: "under 10 euros", "cheap"."""
        if self._priced:
            return []
        found = [(match.start, match.end) for match in self._said.scan(reading.tokens)]
        for one in self._quantities.scan(reading, newest=None):
            if one.group == _MONEY:
                before = self._compared.before(reading.tokens, one.start)
                found.append((before.start if before else one.start, one.end))
        return found

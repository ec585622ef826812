"""Titles named with who made them: "Kubrick's 2001", "spielbergs jaws". Knows no roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.text import words
from bot.engines.lexical.title_words import TitleWords
from bot.engines.lexical.titles import Link, Titles

if TYPE_CHECKING:
    from bot.understanding import Vocabulary

_SHORTEST = 4
"""Letters of the shortest last name whose "s" may lack its apostrophe."""


class Makers:
    """Who made which items, by last name."""

    def __init__(self, vocabulary: Vocabulary, speeches: Mapping[str, Speech], titles: Titles) -> None:
        """Index the people whom the items' facets name."""
        self._titles = titles
        self._made: dict[str, set[str]] = defaultdict(set)
        people = [speech.name for speech in speeches.values() if speech.person]
        for item in vocabulary.items:
            for name in people:
                held = item.facets.get(name)
                for person in held if isinstance(held, tuple) else (held,) if isinstance(held, str) else ():
                    self._made[(words(person) or ("",))[-1]].add(item.id)

    def named(self, said: TitleWords) -> Iterator[tuple[int, int, Link]]:
        """Where an item is named behind its maker's possessive: the first and past the last word, and the link."""
        for first in range(1, len(said.norms)):
            made = self._before(said, first)
            for length in self._titles.lengths(said.norms[first]) if made else ():
                last = said.reach(first, length)
                link = self._titles.exact(said.key(first, last)) if last else None
                theirs = [id_ for id_ in (link.item_id, *link.others) if id_ in made] if link else []
                if last and theirs and not said.broken(first, last):
                    yield first, last, Link(theirs[0], 100.0, True)
                    break

    def _before(self, said: TitleWords, first: int) -> set[str]:
        """The items of whose maker the words before ``first`` are the possessive."""
        before = said.norms[first - 1]
        if before == "'s":
            return self._made.get(said.norms[first - 2], set()) if first > 1 else set()
        bare = before.removesuffix("s")
        return self._made.get(bare, set()) if before not in self._made and len(bare) >= _SHORTEST else set()

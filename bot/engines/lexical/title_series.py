"""Parts of a series by their number: "the third Harry Potter", "Godfather 2". Knows no sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.text import words
from bot.engines.lexical.titles import plain

_LONGEST = 5
"""Words of the name of a series."""
_FIRST = "1"


class Series:
    """Looks parts up by the series' name and their number; a name that several share is told by nothing."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        """``titles``: by id. A number counts the words before it: "(Harry Potter, #3)", "The Godfather Part II".

        Several at once are no part: "(Mistborn, #1-3)".
        """
        self._parts: dict[tuple[tuple[str, ...], str], set[str]] = {}
        for id_, title in titles.items():
            said = plain(words(title))
            for place, word in enumerate(said):
                if word.isdigit() and len(word) < 3 and not any(map(str.isdigit, said[place + 1 : place + 2])):
                    for name in _names(said[max(0, place - _LONGEST - 1) : place]):
                        self._parts.setdefault((name, word), set()).add(id_)
        for id_, title in titles.items():
            alone = _bare(plain(words(title)))
            if (alone, _FIRST) not in self._parts and (alone, "2") in self._parts:
                self._parts[alone, _FIRST] = {id_}

    def part(self, name: Sequence[str], number: str) -> str | None:
        """The id of a part."""
        found = self._parts.get((_bare(plain(name)), number), ())
        return next(iter(found)) if len(found) == 1 else None


def _names(said: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """What a series may be called whose number follows."""
    held = said[:-1] if said[-1:] and said[-1] in word_set("title_spans_parts") else said
    return {_bare(tuple(held[start:])) for start in range(len(held))} - {()}


def _bare(name: tuple[str, ...]) -> tuple[str, ...]:
    return name[1:] if name[:1] and name[0] in word_set("titles_articles") else name

"""Sentences with a place that only a title can fill: "how come Clueless didn't make the cut", "did Her come out first".

There common words and small letters are a title too, and in a `missing` frame a name that no item has is one that the
catalogue lacks. Knows the frames of the language; which item is meant is looked up in `Titles`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import Token
from bot.engines.lexical.title_evidence import CUED
from bot.engines.lexical.title_names import Names
from bot.engines.lexical.title_runs import Runs
from bot.engines.lexical.title_series import Series
from bot.engines.lexical.title_words import TitleWords
from bot.engines.lexical.titles import Link, Titles
from bot.types import Mention

Linker: TypeAlias = Callable[[TitleWords, int, int, Link, int], Span]

RANK = CUED + 2
"""Above values, years and people: the sentence says that it is a title."""
LONGEST = 7
"""Words of a title that a frame may hold."""
_WRITTEN = frozenset({"exact", "every"})
"""Frames that take a title only as the catalogue has it."""
_SLOT = rf"((?:(?!\| )\S+ ){{1,{LONGEST}}}?)"


class TitleFrames:
    """Finds titles by the sentence around them."""

    def __init__(self, titles: Titles, runs: Runs, linked: Linker, names: Names, series: Series) -> None:
        """``linked`` makes the span of a title that was found; ``names`` tells names that no item has."""
        frames = table("en.mentions")["titles"]["frames"]
        self._titles, self._series = titles, series
        self._linked = linked
        self._runs, self._names = runs, names
        self._taken = names.taken
        self._frames = [
            (kind, re.compile(frame.replace("{}", _SLOT)), frame.count("{}"))
            for kind in frames
            for frame in frames[kind]
        ]
        self._ordinals: dict[str, int] = table("en.numbers")["ordinals"]

    def spans(self, words: TitleWords) -> Iterator[Span]:
        """Every title that stands in a frame, those that the catalogue lacks included."""
        text, places = _joined(words)
        for kind, frame, slots in self._frames:
            for match in frame.finditer(text):
                groups = range(frame.groups - slots + 1, frame.groups + 1)
                held = [(places[match.start(group)], places[match.end(group)]) for group in groups]
                if kind == "every" and len(held) > 2:
                    held[0] = self._written(words, *held[0])
                number = str(self._ordinals[match[1]]) if kind == "numbered" else ""
                found = [self._at(words, *ends, kind, number) for ends in held]
                if kind != "every" or all(found):
                    yield from filter(None, found)

    def _written(self, words: TitleWords, first: int, last: int) -> tuple[int, int]:
        """The longest end of a clause that is a title: "Jaws" of "my favourites are Jaws"; the clause where none is."""
        starts = (start for start in range(first, last) if self._titles.exact(words.key(start, last)))
        return next(starts, first), last

    def _at(self, words: TitleWords, first: int, last: int, kind: str, number: str) -> Span | None:
        while first < last - 1 and words.norms[first] in word_set("title_frames_led"):
            first += 1
        key = words.key(first, last)
        if first >= last or key[0] in word_set("title_frames_pointing"):
            return None
        if number:
            link = self._titles.exact((*key, number)) or self._titles.exact((*key, "part", number))
            part = None if link else self._series.part(key, number)
            link = Link(part, 90.0, strong=True) if part else link
            return self._linked(words, first - 1, last, link, RANK) if link else None
        link = self._titles.exact(key)
        if kind in _WRITTEN:
            meant = link and not self._taken(" ".join(key)) and not self._titles.model(key)
            return self._linked(words, first, last, link, RANK) if link and meant else None
        link = link or self._titles.fuzzy(key)
        if link is None and not any(map(self._taken, (" ".join(key), *key))):
            link = self._titles.partial(key)
        run = None if link else self._runs.at(words.norms[:last], first, words.shown)
        own = set(words.norms[run.first : run.last]) - common_words() if run else ()
        telling = run and (run.whole or (own and not set(run.matched) <= common_words()))
        if run and telling and run.last == last and not any(map(self._taken, (" ".join(key), *key))):
            link = Link(run.item_id, 85.0, strong=False)
        if link:
            return self._linked(words, first, last, link, RANK)
        return self._unknown(words, first, last, kind)

    def _begins(self, words: TitleWords, first: int, last: int) -> bool:
        """Whether the words begin with a title, which is looked for elsewhere: "Dune from 1984"."""
        return any(self._titles.exact(words.key(first, end)) for end in range(first + 1, last))

    def _unknown(self, words: TitleWords, first: int, last: int, kind: str) -> Span | None:
        """A name that no item has."""
        key = words.key(first, last)
        if kind not in ("missing", "named") or not self._titles.content(key) or self._taken(" ".join(key)):
            return None
        if kind == "named" and (self._begins(words, first, last) or not self._names.like(words, first, last)):
            return None
        mention = Mention(words.name(first, last), None, near=self._titles.near(key), confidence=0.7)
        return Span(*words.tokens(first, last), "title", mentions=(mention,), rank=RANK)


def _joined(words: TitleWords) -> tuple[str, dict[int, int]]:
    """The words as one text, "| " for each mark that parts them, and which word begins at, or ends before, a place."""
    text, places = "| ", {}
    for index, norm in enumerate(words.norms):
        if index and any(token.stop for token in _between(words, index)):
            text += "| "
        places[len(text)] = index
        text += f"{norm} "
        places[len(text)] = index + 1
    return f"{text}| ", places


def _between(words: TitleWords, index: int) -> Sequence[Token]:
    return words.reading.tokens[words.places[index - 1] + 1 : words.places[index]]

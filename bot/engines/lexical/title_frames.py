"""Sentences with a place that only a title can fill: "how come Clueless didn't make the cut", "did Her come out first".

There common words and small letters are a title too, and in a `missing` frame a name that no item has is one that the
catalogue lacks. Knows the frames of the language; which item is meant is looked up in `Titles`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import Token
from bot.engines.lexical.title_evidence import CUED
from bot.engines.lexical.title_words import TitleWords
from bot.engines.lexical.titles import Link, Titles
from bot.types import Mention

Linker: TypeAlias = Callable[[TitleWords, int, int, Link, int], Span]

RANK = CUED + 2
"""Above values, years and people: the sentence says that it is a title."""
LONGEST = 7
"""Words of a title that a frame may hold."""
_SLOT = rf"((?:(?!\| )\S+ ){{1,{LONGEST}}}?)"


class TitleFrames:
    """Finds titles by the sentence around them."""

    def __init__(self, titles: Titles, linked: Linker, taken: Callable[[str], bool]) -> None:
        """``linked`` makes the span of a title that was found; ``taken``: whether a phrase already means something."""
        frames = table("en.mentions")["titles"]["frames"]
        self._titles = titles
        self._linked = linked
        self._taken = taken
        self._frames = [
            (re.compile(frame.replace("{}", _SLOT)), kind == "missing") for kind in frames for frame in frames[kind]
        ]

    def spans(self, words: TitleWords) -> Iterator[Span]:
        """Every title that stands in a frame, those that the catalogue lacks included."""
        text, places = _joined(words)
        for frame, missing in self._frames:
            for match in frame.finditer(text):
                for group in range(1, frame.groups + 1):
                    first, last = places[match.start(group)], places[match.end(group)]
                    span = self._at(words, first, last, missing=missing)
                    if span:
                        yield span

    def _at(self, words: TitleWords, first: int, last: int, *, missing: bool) -> Span | None:
        while first < last - 1 and words.norms[first] in word_set("title_frames_led"):
            first += 1
        key = words.key(first, last)
        if first >= last or key[0] in word_set("title_frames_pointing"):
            return None
        link = self._titles.exact(key) or self._titles.fuzzy(key)
        if link is None and not any(map(self._taken, (" ".join(key), *key))):
            link = self._titles.partial(key)
        if link:
            return self._linked(words, first, last, link, RANK)
        if not missing or not self._titles.content(key) or self._taken(" ".join(key)):
            return None
        mention = Mention(words.text(first, last), None, near=self._titles.near(key), confidence=0.7)
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

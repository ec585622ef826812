"""Titles that are not written as the catalogue has them: with typos, in part, with a year, or unknown to it.

An unknown title is reported without an id, with the closest ids; nobody is meant to take them for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.engines.lexical.lexicon import common_words, word_set
from bot.engines.lexical.spans import Span
from bot.engines.lexical.title_evidence import CAPITAL, CUED, Evidence
from bot.engines.lexical.title_words import TitleWords, bracketed_year
from bot.engines.lexical.titles import Link, Titles
from bot.types import Mention

MOST = 8
"""Places of one message at which a title is looked for by its spelling."""
LONGEST = 8
"""Words of the longest title that is looked for by its spelling."""
_TELLING = 4
"""Words that may be a title with a typo though each is an ordinary one."""
Linker = Callable[[TitleWords, int, int, Link, int], Span]


class TitleSearch:
    """Looks for titles by their spelling."""

    def __init__(self, titles: Titles, evidence: Evidence, linked: Linker) -> None:
        """``linked`` makes the span of a title that was found."""
        self._titles = titles
        self._evidence = evidence
        self._linked = linked

    def dated(self, words: TitleWords) -> Iterator[Span]:
        """Whatever stands before a year in brackets, up to the last mark or lower-case word: "Real Steel (2011)"."""
        for last in range(1, len(words.norms) + 1):
            if bracketed_year(words.reading, words.places[last - 1] + 1):
                span = self._dated(words, last)
                if span:
                    yield span

    def spelled(self, words: TitleWords, taken: set[int]) -> Iterator[Span]:
        """Titles after a cue, in capitals, or as the whole message, on tokens that are not ``taken``."""
        first, looked = 0, 0
        while first < len(words.norms) and looked < MOST:
            worth = words.places[first] not in taken and self._worth(words, first)
            span = self._spelled_at(words, first, taken) if worth else None
            looked += worth
            if span:
                yield span
            first = max(first + 1, words.after(span.end) if span else 0)

    def _dated(self, words: TitleWords, last: int) -> Span | None:
        run = self._capital_run(words, last)
        starts = [
            first for first in range(max(0, last - LONGEST), min(run, last - 1) + 1) if not words.broken(first, last)
        ]
        for look in (self._titles.exact, self._sure):
            for first in starts:
                link = look(words.key(first, last))
                if link:
                    return replace(self._linked(words, first, last, link, CUED), rank=CUED + 2)
        first = run
        if first == last:
            return None
        end = words.places[last - 1] + 4
        text = words.reading.slice(words.places[first], end)
        mention = Mention(text, None, near=self._titles.near(words.key(first, last)), confidence=0.8)
        return Span(words.places[first], end, "title", mentions=(mention,), rank=CUED + 2)

    def _sure(self, key: tuple[str, ...]) -> Link | None:
        link = self._titles.fuzzy(key) if not self._hopeless(key) and key[0] not in self._evidence.stops else None
        return link if link and link.score >= 92 else None

    def _capital_run(self, words: TitleWords, last: int) -> int:
        """Where the capitals before ``last`` begin, small words between them included."""
        first = last
        for index in range(last - 1, -1, -1):
            if words.broken(index, last):
                break
            if words.reading.tokens[words.places[index]].capital or words.norms[index].isdigit():
                first = index
            elif words.norms[index] not in self._evidence.stops:
                break
        while (
            first < last - 1 and words.opens(first) and words.norms[first] in self._evidence.filler | {"like", "loved"}
        ):
            first += 1
        return first

    def _spelled_at(self, words: TitleWords, first: int, taken: set[int]) -> Span | None:
        cue, quoted, capital = self._signs(words, first)
        window = self._window(words, first, taken)
        named = quoted or (capital and cue)
        found = self._alike(
            words,
            first,
            window,
            sure=cue or quoted or capital,
            part=quoted or (cue and (capital or not self._titles.composed)),
        )
        return found or self._missing(words, first, window, named=named)

    def _signs(self, words: TitleWords, first: int) -> tuple[bool, bool, bool]:
        """Whether a cue, a quote or a telling capital marks the beginning of a title."""
        place = words.places[first]
        quoted = place > 0 and words.reading.tokens[place - 1].text == '"'
        capital = words.capital(first) and not words.opens(first)
        return bool(self._evidence.cue(words, first, first + 1)), quoted, capital

    def _worth(self, words: TitleWords, first: int) -> bool:
        """Whether a title may begin here."""
        cue, quoted, capital = self._signs(words, first)
        opener = self._evidence.opener(words.norms[first])
        if opener and not (quoted or capital or (cue and self._rare_ahead(words, first))):
            return False
        return cue or quoted or capital or first == self._content_start(words)

    def _rare_ahead(self, words: TitleWords, first: int) -> bool:
        """Whether a word that only titles have follows soon: "my neighbour Totoro"."""
        ahead = words.norms[first : first + 4]
        return any(word in self._titles.words and word not in common_words() for word in ahead)

    def _content_start(self, words: TitleWords) -> int:
        """The first word that is no filler; the article belongs to what follows."""
        for index, norm in enumerate(words.norms):
            if norm not in self._evidence.filler:
                return index - (index > 0 and words.norms[index - 1] in ("the", "a", "an"))
        return -1

    def _window(self, words: TitleWords, first: int, taken: set[int]) -> int:
        """Where the words that may belong to a title end."""
        last = first
        while last < len(words.norms) and last - first < LONGEST and words.places[last] not in taken:
            if last > first and self._parted(words, last):
                break
            last += 1
        return last

    def _parted(self, words: TitleWords, index: int) -> bool:
        """Whether a mark before a word ends a title; "Crazy, Stupid", "Dr. No" and "Mad Max: Fury" go on."""
        gap = words.reading.tokens[words.places[index - 1] + 1 : words.places[index]]
        marks = {token.text for token in gap if token.stop}
        if not marks:
            return False
        inner = marks <= {",", ":"} or (marks == {"."} and words.norms[index - 1] in word_set("clauses_abbreviations"))
        return not (inner and words.capital(index) and words.capital(index - 1))

    def wider(self, words: TitleWords, first: int) -> Span | None:
        """The title that begins at a word, or at the article before it, and reads alike; longer than the word."""
        article = first > 0 and words.norms[first - 1] in word_set("titles_articles")
        for start in (first - 1, first) if article else (first,):
            for last in range(self._window(words, start, set()), first + 1, -1):
                key = words.key(start, last)
                link = None if self._hopeless(key) else self._titles.fuzzy(key)
                if link:
                    return replace(self._linked(words, start, last, link, CUED), rank=CUED + 1)
        return None

    def _alike(self, words: TitleWords, first: int, window: int, *, sure: bool, part: bool) -> Span | None:
        """The longest run of words that reads like a title, or like ``part`` of one; unless ``sure`` it must be all."""
        for last in range(window, first, -1):
            key = words.key(first, last)
            said = sure or all(word in self._evidence.filler for word in words.norms[last:])
            written = sure and last - first > 1 and words.capital(first) and words.capital(last - 1)
            if not said or (self._hopeless(key) and not written):
                continue
            link = self._titles.fuzzy(key) or (self._titles.partial(key) if part else None)
            if link and (sure or link.strong):
                return replace(self._linked(words, first, last, link, CUED), rank=CAPITAL + sure)
        return None

    def _hopeless(self, key: tuple[str, ...]) -> bool:
        """Words that need no look-up: known for something else and few, or ending in a small word."""
        content = self._titles.content(key)
        if not content or self._evidence.taken(" ".join(key)) or not self._titles.ends(key[-1]):
            return True
        known = (
            self._evidence.taken(word) or word in common_words() or word in self._evidence.filler for word in content
        )
        return all(known) and (len(key) < _TELLING or len(content) == 1)

    def _missing(self, words: TitleWords, first: int, window: int, *, named: bool) -> Span | None:
        """A title that the catalogue lacks: quoted, capitals after a cue, or unknown words after a cue for titles."""
        evidence = self._evidence
        last = self._name_end(words, first, window, lower=not named)
        few = evidence.few(words, first)
        if (
            last == first
            or not (named or (few and last - first >= few))
            or evidence.taken(" ".join(words.key(first, last)))
        ):
            return None
        content = [word for word in self._titles.content(words.key(first, last)) if not evidence.taken(word)]
        capital = any(words.capital(index) for index in range(first, last))
        certain = evidence.certain(words, first)
        sure = words.quoted(first, last) or (named and capital and (certain or len(content) > 1))
        plural = (
            last < len(words.norms)
            and words.norms[last] in word_set("title_search_plurals")
            and not words.quoted(first, last)
        )
        if not content or plural or not (sure or any(map(evidence.unknown, content))):
            return None
        mention = Mention(words.text(first, last), None, near=self._titles.near(words.key(first, last)), confidence=0.6)
        return Span(*words.tokens(first, last), "title", mentions=(mention,), rank=1)

    def _name_end(self, words: TitleWords, first: int, window: int, *, lower: bool) -> int:
        """How far an unknown name reaches: over capitals, or up to a word that follows titles."""
        last = first
        for index in range(first, window):
            norm = words.norms[index]
            if lower and (self._evidence.follower(norm) or self._evidence.taken(norm)):
                break
            if lower or words.reading.tokens[words.places[index]].capital or norm.isdigit():
                last = index + 1
            elif norm not in self._evidence.stops:
                break
        return last

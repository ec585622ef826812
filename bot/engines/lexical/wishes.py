"""What is left of a message when everything known is taken out: free wishes, scaffolding removed.

Also finds themes ("about a family", "set in Japan"), whose words are a wish even where they look like facet values.
Knows no facets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.engines.lexical.gazetteer import closest
from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.polarity import Polarity
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.text import Reading, Token

LONGEST = 12
"""Words of one wish; a longer run is cut."""
MOST = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish as the visitor put it; ``wanted`` is False for "nothing sad"."""

    text: str
    start: int
    wanted: bool


class Wishes:
    """Reads wishes off the free tokens of a board."""

    def __init__(self, themes: Themes) -> None:
        """Compile scaffolding and antonyms of the language."""
        lists = table("en.words")
        self._filler = Phrases((phrase, True) for phrase in lists["filler"])
        self._filler_words = tuple(word for word in lists["filler"] if " " not in word and len(word) > 4)
        self._fixed = Phrases((phrase, True) for phrase in lists["fixed"])
        self._stops = frozenset(lists["stop"])
        self._openers = frozenset(lists["openers"])
        self._keep = frozenset(lists["keep"])
        self._themes = themes
        self._antonyms: dict[str, str] = table("en.polarity")["antonyms"]

    def read(
        self,
        reading: Reading,
        board: Board,
        polarity: Polarity,
        themes: Sequence[tuple[int, int]],
        reach: tuple[int, int],
    ) -> list[Wish]:
        """The wishes within the token range ``reach`` of a clause; a theme is one wish, whole."""
        fixed = {index for match in self._fixed.scan(reading.tokens) for index in range(match.start, match.end)}
        found: list[Wish] = []
        for first, last in self._chunks(reading, board, fixed, themes, reach):
            whole = any(first == start for start, _ in themes)
            wish = self._wish(reading, polarity, fixed, (first, last), whole=whole)
            if wish and wish.text.casefold() not in {other.text.casefold() for other in found}:
                found.append(wish)
        return found[:MOST]

    def _chunks(
        self, reading: Reading, board: Board, fixed: set[int], themes: Sequence[tuple[int, int]], reach: tuple[int, int]
    ) -> list[tuple[int, int]]:
        """Runs of free tokens, cut where a new phrase opens, but not inside a theme."""
        start, end = reach
        inside = {index for first, last in themes for index in range(first + 1, last)}
        inside |= {index for match in self._filler.scan(reading.tokens) for index in range(match.start + 1, match.end)}
        cuts, run = [], start
        for index in range(start, end + 1):
            over = index == end or not board.free(index, index + 1) or reading.tokens[index].stop
            whole = index in inside or index in fixed
            over = over or (not whole and _conjunction(reading.tokens[index]))
            opens = not over and index > run and not whole and reading.tokens[index].norm in self._openers
            if over or opens:
                cuts.append((run, index))
                run = index if opens else index + 1
        return [(first, min(last, first + LONGEST)) for first, last in cuts if first < last]

    def _wish(
        self, reading: Reading, polarity: Polarity, fixed: set[int], chunk: tuple[int, int], *, whole: bool
    ) -> Wish | None:
        first, last = self._trimmed(reading.tokens, fixed, *chunk, whole=whole)
        content = [i for i in range(first, last) if i in fixed or self._content(reading.tokens[i])]
        if not content:
            return None
        text = reading.slice(first, last).strip(" '-–—/*#").strip()
        return self._turned(text, first, not polarity.negative(content[0])) if text else None

    def _turned(self, text: str, start: int, wanted: bool) -> Wish:
        """An unwanted quality as its contrary where there is one."""
        contrary = None if wanted else self._antonyms.get(text.casefold().removeprefix("too ").removeprefix("very "))
        return Wish(contrary, start, True) if contrary else Wish(text, start, wanted)

    def _trimmed(
        self, tokens: Sequence[Token], fixed: set[int], first: int, last: int, *, whole: bool
    ) -> tuple[int, int]:
        """Without scaffolding at the edges; a preposition stays when its noun does, a theme's own words stay."""
        theme = self._themes.at(tokens, first) if whole else None
        lead, barrier = (theme.end if theme and theme.end < last else first), first
        while lead < last and lead not in fixed and not theme and (match := self._scaffold(tokens, lead, last)):
            barrier = match if match - lead > 1 else barrier
            lead = match
        while last > lead and last - 1 not in fixed and self._trailing(tokens, lead, last, bool(theme)):
            last -= 1
        if theme and lead < last:
            return first, last
        if lead > first and lead < last:
            lead = self._with_preposition(tokens, barrier, lead)
        return lead, last

    def _scaffold(self, tokens: Sequence[Token], index: int, last: int) -> int | None:
        match = self._filler.at(tokens, index)
        if match and match.end <= last:
            return match.end
        token = tokens[index]
        loose = not token.word or token.norm in self._stops or self._misspelt(token)
        return index + 1 if loose else None

    def _misspelt(self, token: Token) -> bool:
        if len(token.norm) < 6 or token.norm in common_words() or not token.norm.isalpha():
            return False
        return closest(token.norm, self._filler_words) is not None

    def _trailing(self, tokens: Sequence[Token], lead: int, last: int, theme: bool) -> bool:
        token = tokens[last - 1]
        match = self._filler.before(tokens, last)
        filler = match is not None and match.start >= lead
        return (
            not token.word
            or token.norm in self._stops
            or (filler and (not theme or token.norm in word_set("wishes_courtesy")))
        )

    def _with_preposition(self, tokens: Sequence[Token], first: int, lead: int) -> int:
        """Take back "for a" before "rainy night"."""
        place = lead
        while place > first and tokens[place - 1].norm in (
            "a",
            "an",
            "the",
            "my",
            "our",
            "some",
            "in",
            "which",
            "more",
            "less",
            "two",
            "her",
            "his",
            "their",
            "on",
            "of",
            "very",
            "is",
            "are",
            "me",
            "not",
        ):
            place -= 1
        bare = place == lead and tokens[place - 1].norm == "like"
        if place > first and tokens[place - 1].norm in self._keep and not bare:
            return place - 1
        if place < lead and tokens[place].norm in ("more", "less"):
            return place
        return lead

    def _content(self, token: Token) -> bool:
        return token.word and token.norm not in self._stops and len(token.norm) > 1 and not token.norm.isdigit()


def _conjunction(token: Token) -> bool:
    return token.norm in ("but", "and", "or", "yet", "though", "although", "while", "nor")

"""What is left of a message when everything known is taken out: free wishes, scaffolding removed. Knows no facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.engines.lexical.gazetteer import closest
from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.polarity import Polarity
from bot.engines.lexical.spans import Board
from bot.engines.lexical.text import Reading, Token
from bot.engines.lexical.themes import Themes

LONGEST = 12
"""Words of one wish; a longer run is cut."""
MOST = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish as the visitor put it; ``wanted`` is False for "nothing sad"."""

    text: str
    start: int
    wanted: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What wishes are read from: the message, who claimed its words, what is unwanted, and its themes."""

    reading: Reading
    board: Board
    polarity: Polarity
    themes: tuple[tuple[int, int], ...]


class Wishes:
    """Reads wishes off the free tokens of a board."""

    def __init__(self, themes: Themes) -> None:
        """Compile scaffolding and antonyms of the language."""
        lists = table("en.words")
        self._themes = themes
        self._filler = Phrases((phrase, True) for phrase in lists["filler"])
        self._filler_words = tuple(word for word in lists["filler"] if " " not in word and len(word) > 4)
        self._fixed = Phrases((phrase, True) for phrase in lists["fixed"])
        self._stops = frozenset(lists["stop"])
        self._openers = frozenset(lists["openers"])
        self._keep = frozenset(lists["keep"])
        self._antonyms: dict[str, str] = table("en.polarity")["antonyms"]

    def read(self, ground: Ground, start: int, end: int) -> tuple[Wish, ...]:
        """The wishes among the tokens of a clause; a theme is one wish, whole."""
        fixed = {i for match in self._fixed.scan(ground.reading.tokens) for i in range(match.start, match.end)}
        found: dict[str, Wish] = {}
        for first, last in self._chunks(ground, fixed, start, end):
            wish = self._wish(ground, fixed, first, last)
            if wish:
                found.setdefault(wish.text.casefold(), wish)
        return tuple(found.values())[:MOST]

    def _chunks(self, ground: Ground, fixed: set[int], start: int, end: int) -> list[tuple[int, int]]:
        """Runs of free tokens, cut where a new phrase opens, but not inside a theme or a fixed phrase."""
        tokens = ground.reading.tokens
        whole = fixed | {index for first, last in ground.themes for index in range(first + 1, last)}
        whole |= {index for match in self._filler.scan(tokens) for index in range(match.start + 1, match.end)}
        cuts, run = [], start
        for index in range(start, end + 1):
            over = index == end or not ground.board.free(index, index + 1) or tokens[index].stop
            over = over or (index not in whole and tokens[index].norm in word_set("wishes_joints"))
            opens = not over and index > run and index not in whole and tokens[index].norm in self._openers
            if over or opens:
                cuts.append((run, index))
                run = index if opens else index + 1
        return [(first, min(last, first + LONGEST)) for first, last in cuts if first < last]

    def _wish(self, ground: Ground, fixed: set[int], first: int, last: int) -> Wish | None:
        tokens = ground.reading.tokens
        opening = self._themes.opening(tokens, first) if any(first == start for start, _ in ground.themes) else None
        if not opening:
            first = _after_relative(tokens, first, last)
        if opening and opening < last:
            last = self._end(tokens, fixed, opening, last, theme=True)
        else:
            first, last = self._trimmed(tokens, fixed, first, last)
        content = [index for index in range(first, last) if index in fixed or self._content(tokens[index])]
        text = ground.reading.slice(first, last).strip(" '-–—/*#") if content else ""
        return self._turned(text, first, wanted=not ground.polarity.negative(content[0])) if text else None

    def _turned(self, text: str, start: int, *, wanted: bool) -> Wish:
        """An unwanted quality as its contrary where there is one."""
        contrary = None if wanted else self._antonyms.get(text.casefold().removeprefix("too ").removeprefix("very "))
        return Wish(contrary, start, True) if contrary else Wish(text, start, wanted)

    def _trimmed(self, tokens: Sequence[Token], fixed: set[int], first: int, last: int) -> tuple[int, int]:
        """Without scaffolding at the edges; a preposition stays when its noun does."""
        lead, barrier = first, first
        while lead < last and lead not in fixed and (end := self._scaffold(tokens, lead, last)):
            barrier = end if end - lead > 1 else barrier
            lead = end
        last = self._end(tokens, fixed, lead, last, theme=False)
        if first < lead < last:
            lead = self._with_preposition(tokens, barrier, lead)
        return lead, last

    def _end(self, tokens: Sequence[Token], fixed: set[int], lead: int, last: int, *, theme: bool) -> int:
        """Where the wish ends: scaffolding behind it goes; of a theme, only courtesy does."""
        while last > lead and last - 1 not in fixed:
            token, match = tokens[last - 1], self._filler.before(tokens, last)
            filler = match is not None and match.start >= lead
            polite = token.norm in word_set("wishes_courtesy")
            if token.word and token.norm not in self._stops and not (filler and (polite or not theme)):
                break
            last -= 1
        return last

    def _scaffold(self, tokens: Sequence[Token], index: int, last: int) -> int | None:
        """Where the scaffolding that begins at ``index`` ends; None when none does."""
        match = self._filler.at(tokens, index)
        if match and match.end <= last:
            return match.end
        token = tokens[index]
        return index + 1 if not token.word or token.norm in self._stops or self._misspelt(token) else None

    def _misspelt(self, token: Token) -> bool:
        if len(token.norm) < 6 or token.norm in common_words() or not token.norm.isalpha():
            return False
        return closest(token.norm, self._filler_words) is not None

    def _with_preposition(self, tokens: Sequence[Token], first: int, lead: int) -> int:
        """Take back "for a" before "rainy night", and "more" before "violent"."""
        place = lead
        while place > first and tokens[place - 1].norm in word_set("wishes_between"):
            place -= 1
        bare = place == lead and tokens[place - 1].norm == "like"
        if place > first and tokens[place - 1].norm in self._keep and not bare:
            return place - 1
        return place if tokens[place].norm in ("more", "less") else lead

    def _content(self, token: Token) -> bool:
        return token.word and token.norm not in self._stops and len(token.norm) > 1 and not token.norm.isdigit()


def _after_relative(tokens: Sequence[Token], first: int, last: int) -> int:
    """Where the quality begins in "that are waterproof"."""
    copula = first + 1 < last and tokens[first].norm in word_set("wishes_relative")
    return first + 2 if copula and tokens[first + 1].norm in word_set("wishes_copula") else first

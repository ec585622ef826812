"""A message as clauses: sentences, and parts of them that start a request or question of their own.

Knows no acts; a title's own marks end no clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spans import Board
from bot.engines.lexical.text import Reading, Token

_ENDS = frozenset({".", "!", "?", ";", "…", "。", "！", "？", "；"})


_SIGNS = frozenset("#$£€¥₹<>≤≥~")
_DASHES = frozenset("-−–")


@dataclass(frozen=True, slots=True)
class Clause:
    """The tokens ``start`` up to ``end``, and their text as written and folded."""

    start: int
    end: int
    text: str
    lower: str


class Clauses:
    """Splits readings."""

    def __init__(self) -> None:
        """Take joiners and openers from the lexicon."""
        lists = table("en.words")
        self._joiners = frozenset(lists["joiners"])
        self._openers = Phrases((phrase, True) for phrase in lists["clause_openers"])

    def split(self, reading: Reading, board: Board) -> list[Clause]:
        """The clauses in their order; empty ones are left out."""
        cuts = [0, *self._cuts(reading.tokens, board), len(reading.tokens)]
        found = [_clause(reading, start, end) for start, end in pairwise(cuts)]
        return [clause for clause in found if any(token.word for token in reading.tokens[clause.start : clause.end])]

    def _cuts(self, tokens: Sequence[Token], board: Board) -> list[int]:
        cuts = []
        for index, token in enumerate(tokens):
            span = board.at(index)
            inside = span is not None and span.kind == "title" and span.start < index < span.end - 1
            if inside or index + 1 >= len(tokens) or _denied(tokens, index, board):
                continue
            if token.text in _ENDS and not (index and tokens[index - 1].norm in word_set("clauses_abbreviations")):
                cuts.append(index + 1)
            elif (
                token.norm in self._joiners
                and not (span and index > span.start)
                and self._opens(tokens, index + 1, board)
            ):
                cuts.append(index + (not token.word))
        return cuts

    def _opens(self, tokens: Sequence[Token], index: int, board: Board) -> bool:
        """Whether a clause of its own starts here."""
        while index < len(tokens) and tokens[index].norm in ("and", "also", "but", "then", "so"):
            index += 1
        opener = self._openers.at(tokens, index)
        span = board.at(index) if index < len(tokens) else None
        return opener is not None and (span is None or span.kind != "title")


def _denied(tokens: Sequence[Token], index: int, board: Board) -> bool:
    """Whether a question about a value is no question: "horror? no thanks"."""
    span = board.at(index - 1) if index else None
    valued = span is not None and span.kind in ("value", "person")
    return valued and tokens[index].text == "?" and tokens[index + 1].norm in word_set("polarity_denying")


def _begins(tokens: Sequence[Token], index: int) -> bool:
    """Whether a mark is part of what follows: "£150 tops", "#2", "-10 or colder"."""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    glued = after is not None and after.start == tokens[index].end and after.norm[:1].isdigit()
    return tokens[index].text in _SIGNS or (glued and tokens[index].text in _DASHES)


def _clause(reading: Reading, start: int, end: int) -> Clause:
    while start < end and not (reading.tokens[start].word or _begins(reading.tokens, start)):
        start += 1
    while end > start and reading.tokens[end - 1].text in ",:-–—":
        end -= 1
    text = reading.slice(start, end)
    offset = reading.tokens[start].start if start < end else 0
    return Clause(start, end, text, reading.lower[offset : offset + len(text)])

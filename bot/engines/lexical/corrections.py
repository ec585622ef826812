"""Taking back and changing: facets whose conditions go, values taken back, values that replace others.

Knows no negation scopes: it looks at what stands directly around a facet's name or a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.text import Reading, Token


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a message takes back: facets by name, spans by position; and whether its values replace older ones."""

    dropped: tuple[str, ...] = ()
    released: frozenset[int] = frozenset()
    actually: bool = False
    replacing: bool = False
    adding: bool = False
    cues: tuple[tuple[int, int], ...] = ()


class Corrector:
    """Finds corrections."""

    def __init__(self, speeches: Mapping[str, Speech]) -> None:
        """Compile the cues of the language and the names of the facets."""
        lists = table("en.corrections")
        self._names = Phrases((name, speech.name) for speech in speeches.values() for name in speech.names)
        self._drop = Phrases((cue, cue) for cue in lists["drop"])
        self._after = Phrases((cue, True) for cue in lists["drop_after"])
        self._release = Phrases((cue, True) for cue in lists["release"])
        self._actually = Phrases((cue, True) for cue in lists["actually"])
        self._replace = Phrases((cue, True) for cue in lists["replace"])
        self._allow = Phrases((cue, True) for cue in lists["allow"])
        self._again = Phrases((cue, True) for cue in lists["allow_again"])
        self._add = Phrases((cue, True) for cue in lists["add"])

    def drops(self, reading: Reading) -> list[Span]:
        """Spans of kind "drop", each with its facet: "any length is fine", "forget the year"."""
        found: list[Span] = []
        for match in self._names.everywhere(reading.tokens):
            start = self._cue_before(reading.tokens, match.start, match.end)
            if start is None and found and _joined(reading.tokens[found[-1].end : match.start]):
                start = match.start
            after = self._after.at(reading.tokens, match.end)
            if start is not None or after:
                reach = (match.start if start is None else start), after.end if after else match.end
                found.append(Span(*reach, "drop", facet=match.value, rank=2))
        return found

    def read(self, reading: Reading, board: Board) -> Corrections:
        """The corrections of a message, given its spans."""
        tokens = reading.tokens
        values = [span for span in board.spans if span.constraints]
        actually = any(board.free(match.start, match.end) for match in self._actually.scan(tokens))
        cues = {span.start: cue for span in values if (cue := self._released(tokens, span, actually=actually))}
        return Corrections(
            dropped=tuple(dict.fromkeys(span.facet for span in board.spans if span.kind == "drop")),
            released=frozenset(cues),
            cues=tuple(cues.values()),
            actually=actually,
            replacing=any(self._replaces(tokens, span) for span in values)
            or (tokens[-1:] != () and tokens[-1].norm == "instead"),
            adding=any(board.free(match.start, match.end) for match in self._add.scan(tokens)),
        )

    def _cue_before(self, tokens: Sequence[Token], start: int, end: int) -> int | None:
        """Where a dropping cue before a facet's name starts, small words between them allowed."""
        place = start
        while True:
            match = self._drop.before(tokens, place)
            if match:
                loose = match.value in ("any", "whatever", "whichever", "skip", "lose", "cancel")
                described = end < len(tokens) and tokens[end].norm in ("of", "with", "like", "by", "who")
                return None if loose and described else match.start
            if place == 0 or tokens[place - 1].norm not in word_set("corrections_skipped"):
                return None
            place -= 1

    def _released(self, tokens: Sequence[Token], span: Span, *, actually: bool) -> tuple[int, int] | None:
        """The cue that takes a value back, as tokens."""
        place = span.start
        while (
            place > 0
            and not self._release.before(tokens, place)
            and tokens[place - 1].norm in word_set("corrections_skipped")
        ):
            place -= 1
        match = self._release.before(tokens, place) or self._allow.at(tokens, span.end)
        match = match or (self._again.at(tokens, span.end) if actually else None)
        return (match.start, match.end) if match else None

    def _replaces(self, tokens: Sequence[Token], span: Span) -> bool:
        place = span.start
        while (
            place > 0
            and not self._replace.before(tokens, place)
            and tokens[place - 1].norm in word_set("corrections_skipped") | {",", "from", "in", "by", "with", "more"}
        ):
            place -= 1
        return self._replace.before(tokens, place) is not None


def _joined(gap: Sequence[Token]) -> bool:
    """Whether a list goes on between two names: "any genre, year and length"."""
    return bool(gap) and all(token.norm in ("and", "or", ",", "the", "any") for token in gap)

"""Taking back and changing: facets whose conditions go, values taken back, values that replace others.

Knows no negation scopes: it looks at what stands directly around a facet's name or a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spans import Board, Span, opposites
from bot.engines.lexical.text import Reading, Token

_SWAPPED = ("value", "person", "range", "vague")


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
        self._drop_asked = Phrases((cue, True) for cue in (*lists["drop"], *lists["drop_asked"]))
        self._questions = Phrases(_questions(speeches.values()))
        self._after = Phrases((cue, True) for cue in lists["drop_after"])
        self._release = Phrases(
            (cue, cue not in lists["no_release"]) for cue in (*lists["release"], *lists["no_release"])
        )
        self._actually = Phrases((cue, True) for cue in lists["actually"])
        self._replace = Phrases((cue, True) for cue in lists["replace"])
        self._allow = Phrases((cue, True) for cue in lists["allow"])
        self._again = Phrases((cue, True) for cue in lists["allow_again"])
        self._add = Phrases((cue, True) for cue in lists["add"])
        self._swap = Phrases([*((cue, False) for cue in lists["swap"]), *((cue, True) for cue in lists["swap_close"])])
        self._between = frozenset(lists["swap_between"])

    def drops(self, reading: Reading) -> list[Span]:
        """Spans of kind "drop", each with its facet: "any length is fine", "forget the year"."""
        found, listed = list[Span](), False
        for match in self._names.everywhere(reading.tokens):
            start = self._cue_before(reading.tokens, match.start, match.end)
            if start is None and listed and _joined(reading.tokens[found[-1].end : match.start]):
                start = match.start
            after = self._after.at(reading.tokens, match.end)
            if start is not None or after:
                reach = (match.start if start is None else start), after.end if after else match.end
                found.append(Span(*reach, "drop", facet=match.value, rank=2))
                listed = start is not None
        return [*found, *self._unasked(reading.tokens)]

    def _unasked(self, tokens: Sequence[Token]) -> Iterator[Span]:
        """Questions that need no answer: "don't mind who makes it", "never mind what it costs", "whoever wrote it"."""
        for match in self._questions.everywhere(tokens):
            cue = self._drop_asked.before(tokens, match.start)
            if cue or tokens[match.start].norm.endswith("ever"):
                yield Span(cue.start if cue else match.start, match.end, "drop", facet=match.value, rank=2)

    def swap(self, reading: Reading, board: Board) -> None:
        """Take off the board what is not meant after all, and the words that say so: "a tent, no wait, a tarp"."""
        held = [span for span in board.spans if span.facet and span.kind in _SWAPPED]
        for first, second in pairwise(held):
            cue = self._swap_cue(reading.tokens, first.end, second.start) if first.facet == second.facet else None
            if cue:
                board.remove(first)
                board.block(*cue)
                board.swap(second, _compared(first, second))
        pointed = [span for span in board.spans if span.kind == "reference"]
        for first, second in pairwise(pointed):
            no = _no(tokens := reading.tokens, first.end, second.start)
            cue = no or self._swap_cue(tokens, first.end, second.start)
            if cue:
                board.remove(first)
                board.block(first.start, second.start)

    def _swap_cue(self, tokens: Sequence[Token], start: int, end: int) -> tuple[int, int] | None:
        """The words between two values by which the second takes the first one's place."""
        for match in self._swap.scan(tokens[start:end]):
            first, last = start + match.start, start + match.end
            rest = [*tokens[start:first], *tokens[last:end]]
            pause = first == start or tokens[first - 1].norm in self._between
            if pause and (not match.value or (start < first and all(one.norm in self._between for one in rest))):
                return first, last
        return None

    def read(self, reading: Reading, board: Board, *, shown: bool) -> Corrections:
        """The corrections of a message, given its spans; "any colour but red" opens nothing before a list is shown."""
        tokens = reading.tokens
        values = [span for span in board.spans if span.constraints]
        actually = any(board.free(match.start, match.end) for match in self._actually.scan(tokens))
        cues = {span.start: cue for span in values if (cue := self._released(tokens, span, actually=actually))}
        over = [span for span in values if span.start in cues and self._over(tokens, span)]
        drops = [span for span in board.spans if span.kind == "drop" and (shown or not _excepted(tokens, span))]
        return Corrections(
            dropped=tuple(dict.fromkeys(span.facet for span in (*drops, *over))),
            released=frozenset(cues),
            cues=tuple(cues.values()),
            actually=actually,
            replacing=any(self._replaces(tokens, span) for span in values)
            or (tokens[-1:] != () and tokens[-1].norm == "instead"),
            adding=any(board.free(match.start, match.end) for match in self._add.scan(tokens)),
        )

    def _over(self, tokens: Sequence[Token], span: Span) -> bool:
        """Whether a facet is left open from now on: "it needn't star Hanks any more"."""
        rest = {token.norm for token in tokens[span.end : span.end + 5]}
        return span.kind in ("value", "person") and ("anymore" in rest or {"any", "more"} <= rest)

    def _cue_before(self, tokens: Sequence[Token], start: int, end: int) -> int | None:
        """Where a dropping cue before a facet's name starts, small words between them allowed."""
        place = start
        while True:
            match = self._drop.before(tokens, place)
            if match:
                loose = match.value in ("any", "whatever", "whichever", "skip", "lose", "cancel")
                if match.start > 0 and tokens[match.start - 1].norm in (
                    "hardly",
                    "barely",
                    "scarcely",
                    "without",
                    "not",
                ):
                    return None
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
        match = self._release.before(tokens, place)
        if match and not match.value:
            return None
        match = match or self._allow.at(tokens, span.end)
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


def _excepted(tokens: Sequence[Token], span: Span) -> bool:
    """Whether a facet is open but for what follows: "any colour bar yellow"."""
    return span.end < len(tokens) and tokens[span.end].norm in word_set("polarity_but")


def _no(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int] | None:
    """A lone "no" between two references, after a pause: "the second... no, the first"."""
    words = [token.norm for token in tokens[start:end] if token.word]
    paused = start < end and not tokens[start].word
    return (start, end) if words == ["no"] and paused and tokens[end - 1].text not in (".", "!", "?") else None


def _joined(gap: Sequence[Token]) -> bool:
    """Whether a list goes on between two names: "any genre, year and length"."""
    return bool(gap) and all(token.norm in ("and", "or", ",", "the", "any") for token in gap)


def _questions(speeches: Iterable[Speech]) -> Iterator[tuple[str, str]]:
    """What is asked about each facet, also as "whoever wrote ..."."""
    for speech in speeches:
        for phrase in speech.ask:
            first, _, rest = phrase.partition(" ")
            if rest and first in ("who", "what", "which", "how", "where", "when"):
                yield phrase, speech.name
                yield f"{first}ever {rest}".replace("whereever", "wherever"), speech.name


def _compared(first: Span, second: Span) -> Span:
    """``second``, compared as the amount was whose place it takes: "under two hours, sorry, ninety minutes"."""
    if second.kind != "range" or second.rank or not first.rank or len(first.constraints) != 1:
        return second
    held = second.constraints[0].value
    number = fmean(map(float, held)) if isinstance(held, tuple) else held
    constraint = replace(first.constraints[0], value=number)
    return replace(second, constraints=(constraint,), opposite=opposites((constraint,)), rank=first.rank)

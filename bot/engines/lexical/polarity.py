"""Which words of a message are unwanted: negation cues, their scopes over lists, and phrases that only look like a no.

Two noes make a yes. Knows no facets: it looks at tokens and at where spans are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.refusals import echoed, shaped, turned
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.text import Reading, Token


@dataclass(frozen=True, slots=True)
class Polarity:
    """The scopes of the noes of a message and their cues, as token ranges; ``too``: where "too" alone says no;
    ``lifted``: where something is neither wanted nor unwanted ("not only famous ones"); ``spared``: the things that a
    refused quality is of ("no black tents").
    """

    scopes: tuple[tuple[int, int], ...] = ()
    cues: tuple[tuple[int, int], ...] = ()
    too: frozenset[int] = frozenset()
    lifted: frozenset[int] = frozenset()
    spared: frozenset[int] = frozenset()

    def negative(self, index: int) -> bool:
        """Whether a token is under an odd number of noes."""
        return index not in self.spared and sum(start <= index < end for start, end in self.scopes) % 2 == 1


class Negation:
    """Finds noes and their scopes."""

    def __init__(self) -> None:
        """Compile the cues of the language."""
        lists = table("en.polarity")
        entries = [(phrase, kind) for kind in ("lift", "neutral", "backward", "forward") for phrase in lists[kind]]
        self._table: Phrases[str] = Phrases(entries)
        self._restart, self._lead = frozenset(lists["restart"]), frozenset(lists["lead"])
        self._stops = frozenset(table("en.words")["stop"])

    def read(
        self, reading: Reading, board: Board, themes: Sequence[tuple[int, int]] = (), kinds: Collection[str] = ()
    ) -> Polarity:
        """The scopes over ``reading``, given the spans found in it; a no inside a theme belongs to the theme.

        ``kinds``: the facets that say what a thing is.
        """
        matches = self._cues(reading, board)
        for match in matches:
            _swallow(match, board)
        matches = [match for match in matches if _heard(match, board)]
        matches = [match for match in matches if not any(start < match.start < end for start, end in themes)]
        starts = {match.start for match in matches if match.value == "forward"}
        scopes = []
        for match in matches:
            if match.value == "forward":
                scopes.append((_begin(match, board), self._reach(reading.tokens, match, starts, board)))
            elif match.value == "backward":
                scopes += self._behind(reading.tokens, match, board)
        lifted = frozenset(match.end for match in matches if match.value == "lift")
        too = [index + 1 for index in self._too(reading.tokens, board, scopes)]
        scopes += _him(reading.tokens, board, scopes)
        ranges = (*scopes, *((index, index + 1) for index in too))
        cues = tuple((_whose(reading.tokens, match, board), match.end) for match in matches)
        return Polarity(ranges, cues, frozenset(too), lifted, frozenset(_heads(board, kinds)))

    def _cues(self, reading: Reading, board: Board) -> list[Found[str]]:
        """The cues of the lists, and those that their surroundings tell; none inside another."""
        told = shaped(reading, board)
        behind = {place for match in told if match.value == "backward" for place in range(match.start, match.end)}
        found = [match for match in self._table.scan(reading.tokens) if not behind & set(range(match.start, match.end))]
        taken = {place for match in found for place in range(match.start, match.end)}
        told = [match for match in told if not taken & set(range(match.start, match.end))]
        found = [*turned(found, reading.tokens, board), *told]
        return [*found, *(echoed(reading.tokens, board) if any(match.value == "backward" for match in found) else ())]

    def _reach(self, tokens: Sequence[Token], cue: Found[str], starts: set[int], board: Board) -> int:
        """Where the scope of a forward cue ends."""
        index, lead = _begin(cue, board), True
        intense = tokens[cue.start].norm in word_set("polarity_single")
        while index < len(tokens):
            span = board.at(index)
            norm = tokens[index].norm
            if span:
                index, lead = span.end, False
                if intense and not self._listed(tokens, index):
                    return index
                continue
            listed = self._list_goes_on(tokens, index, board) and not _described(tokens, cue, index, board)
            if index in starts or (tokens[index].stop and not listed):
                return index
            if lead and norm in self._lead:
                intense = intense or norm in word_set("polarity_intense")
            elif norm in self._restart or (norm == "and" and not self._conjoined(tokens, index, board)):
                return index
            elif norm == "for" and not lead and tokens[cue.end - 1].norm in word_set("polarity_but"):
                return index  # "anything but merino for a base layer"
            elif tokens[index].word and norm not in ("or", "nor", "and"):
                lead = False
                if intense and not self._listed(tokens, index + 1):
                    return index + 1
            index += 1
        return index

    def _listed(self, tokens: Sequence[Token], index: int) -> bool:
        return index < len(tokens) and tokens[index].norm in ("or", "nor", "and", ",")

    def _conjoined(self, tokens: Sequence[Token], index: int, board: Board) -> bool:
        """Whether "and" goes on with the list: a bare value or word follows, not a fresh phrase."""
        place = index + 1
        if place < len(tokens) and tokens[place].norm in ("any", "no"):
            place += 1
        span = board.at(place) if place < len(tokens) else None
        if span:
            return span.kind in ("value", "person", "title") and tokens[span.start].norm not in (
                "in",
                "from",
                "with",
                "by",
            )
        return place < len(tokens) and tokens[place].word and tokens[place].norm not in self._stops | self._restart

    def _list_goes_on(self, tokens: Sequence[Token], index: int, board: Board) -> bool:
        """Whether a comma stands inside "horror, romance or war": values follow, and an "or" before the last."""
        if tokens[index].norm not in (",", "，", "、"):
            return False
        place = index + 1
        while place < len(tokens):
            if tokens[place].norm in ("or", "nor", "and"):
                return (
                    place > index + 1
                    and tokens[place].norm != "and"
                    and bool(board.at(place + 1) if place + 1 < len(tokens) else None)
                )
            span = board.at(place)
            if span and span.kind in ("value", "person", "title"):
                place = span.end
            elif tokens[place].norm in (",", "any", "no"):
                place += 1
            else:
                return False
        return False

    def _behind(self, tokens: Sequence[Token], cue: Found[str], board: Board) -> list[tuple[int, int]]:
        """The value right before a backward cue, and those listed with it."""
        found: list[tuple[int, int]] = []
        end = cue.start
        if not self._span_before(tokens, end, board):
            start = end
            while start > 0 and tokens[start - 1].word and board.free(start - 1, start):
                start -= 1
            return [(start, end)]
        while span := self._span_before(tokens, end, board):
            found.append((span.start, span.end))
            end = span.start
            if end < 1 or tokens[end - 1].norm not in ("and", "or", ",", "nor"):
                break
            if tokens[end - 1].norm == "," and (other := board.at(end - 2)) and other.facet != span.facet:
                break
            end -= 1
        return found

    def _span_before(self, tokens: Sequence[Token], end: int, board: Board) -> Span | None:
        denied = (
            0 < end < len(tokens) and tokens[end - 1].norm == "?" and tokens[end].norm in word_set("polarity_denying")
        )
        end -= denied
        while end > 0 and tokens[end - 1].norm in word_set("polarity_between") and board.at(end - 1) is None:
            if tokens[end - 1].norm == "," and tokens[end - 1].stop and end < len(tokens) and tokens[end].norm != "no":
                break
            end -= 1
        return board.at(end - 1) if end > 0 else None

    def _too(self, tokens: Sequence[Token], board: Board, scopes: Sequence[tuple[int, int]]) -> list[int]:
        """Where "too" alone says no: "that was too scary"; "a bit pricey" of something shown says no less."""
        found = []
        for index, token in enumerate(tokens[:-1]):
            span = board.at(index + 1)
            covered = any(start <= index < end for start, end in scopes)
            if covered or span is None or span.start != index + 1:
                continue
            if (token.norm == "too" and span.kind in ("value", "vague")) or (
                span.kind == "vague" and _complains(tokens, index)
            ):
                found.append(index)
        return found


def _him(tokens: Sequence[Token], board: Board, scopes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The person that a refused "him" or "her" is: "three hours of Tarkovsky, so no more of him"."""
    found = list[tuple[int, int]]()
    refused = [n for n, token in enumerate(tokens) if token.norm in ("him", "her") and _in(n, scopes)]
    for place in refused:
        before = [span for span in board.spans if span.kind == "person" and span.end <= place]
        owned = place + 1 < len(tokens) and tokens[place].norm == "her" and tokens[place + 1].word
        if before and not owned and not _in(before[-1].start, [*scopes, *found]):
            found.append((before[-1].start, before[-1].end))
    return found


def _in(index: int, scopes: Sequence[tuple[int, int]]) -> bool:
    return any(start <= index < end for start, end in scopes)


def _complains(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word of degree finds fault: at the start of a sentence, or said of something ("they're a bit dear")."""
    start = index - (index > 0 and tokens[index - 1].norm == "a")
    before = tokens[start - 1] if start else None
    opens = before is None or before.stop or before.norm in word_set("polarity_being")
    weary = tokens[index].norm == "so" and tokens[index + 1].norm in word_set("polarity_weary")
    return (weary or tokens[index].norm in word_set("polarity_rather")) and opens


def _heard(cue: Found[str], board: Board) -> bool:
    """Whether nobody claimed the words of a cue; its last may be a value's own: "done with Adam Sandler"."""
    return board.free(cue.start, max(_begin(cue, board), cue.start + 1))


def _swallow(cue: Found[str], board: Board) -> None:
    """Take what lies inside a cue of several words off the board: no see-through thing is meant by "steer clear of"."""
    inner = {board.at(index) for index in range(cue.start + 1, cue.end - 1)}
    for span in inner:
        if span is not None and cue.start < span.start and span.end < cue.end:
            board.swap(span, None)


def _whose(tokens: Sequence[Token], cue: Found[str], board: Board) -> int:
    """Where the words begin that say whose no it is: "my wife hates"."""
    place = cue.start
    while place > 0 and board.free(place - 1, place) and tokens[place - 1].norm in word_set("polarity_whose"):
        place -= 1
    return place


def _begin(cue: Found[str], board: Board) -> int:
    """Where what a cue is about begins: behind it, or with its last word."""
    span = board.at(cue.end - 1)
    shared = span is not None and span.kind in ("person", "value") and span.start == cue.end - 1
    return cue.end - 1 if shared else cue.end


def _described(tokens: Sequence[Token], cue: Found[str], index: int, board: Board) -> bool:
    """Whether the words from a cue up to a comma say what a thing does, rather than name it: "nothing that creaks"."""
    said = tokens[cue.end : index]
    return bool(said) and said[0].norm in word_set("polarity_relative") and board.at(index - 1) is None


def _heads(board: Board, kinds: Collection[str]) -> Iterator[int]:
    """Where a thing is named right behind a value of another facet: "black tents"."""
    for span in board.spans:
        before = board.at(span.start - 1) if span.start else None
        if before and before.kind == span.kind == "value" and span.facet in kinds and before.facet not in kinds:
            yield from range(span.start, span.end)

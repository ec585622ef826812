"""Refusals that no list of phrases holds: what stands around their words tells them ("leather-free", "war I hate").

Knows no scopes; see `polarity`, which gives them theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.phrases import Found
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.text import Reading, Token

_THINGS = ("value", "person", "title")
Shape = Callable[[Reading, Board], Iterator[Found[str]]]


def shaped(reading: Reading, board: Board) -> list[Found[str]]:
    """The cues that their surroundings tell, "forward" or "backward" like those of the lists."""
    found = {match.start: match for shape in _SHAPES for match in shape(reading, board)}
    return list(found.values())


def turned(matches: Sequence[Found[str]], tokens: Sequence[Token], board: Board) -> list[Found[str]]:
    """``matches`` with those turned backward that end a clause behind what they are about: "musicals my wife hates"."""
    return [_turned(match, tokens, board) if match.value == "forward" else match for match in matches]


def echoed(tokens: Sequence[Token], board: Board) -> list[Found[str]]:
    """What is refused like the thing before it: "red gives me hives and so does orange"."""
    places = range(len(tokens) - 2)
    told = [n for n in places if tokens[n].norm == "so" and tokens[n + 1].norm in ("does", "do", "did", "is", "are")]
    return [Found(n, n + 2, "forward") for n in told if _thing(board, n + 2) is not None]


def _turned(match: Found[str], tokens: Sequence[Token], board: Board) -> Found[str]:
    place = match.start
    while place > 0 and board.free(place - 1, place) and tokens[place - 1].norm in word_set("polarity_whose"):
        place -= 1
    whose = place < match.start or tokens[match.start].norm in word_set("polarity_whose")
    behind = whose and place > 0 and _thing(board, place - 1) is not None
    return replace(match, start=place, value="backward") if behind and _over(tokens, match.end) else match


def _freed(reading: Reading, board: Board) -> Iterator[Found[str]]:
    """The "free" of "leather-free"."""
    for index, token in enumerate(reading.tokens):
        if token.norm in ("free", "less") and index > 0 and reading.text[token.start - 1] in "-‐‑":
            yield Found(index, index + 1, "backward")


def _but(reading: Reading, board: Board) -> Iterator[Found[str]]:
    """The "but" of "any colour but black", and the "bar" of "anyone bar King"."""
    tokens = reading.tokens
    for span in board.spans:
        if span.kind == "drop" and span.end < len(tokens) and tokens[span.end].norm in word_set("polarity_but"):
            yield Found(span.end, span.end + 1, "forward")
    for index, token in enumerate(tokens[:-1]):
        excepts = token.norm == "bar" and board.free(index, index + 1) and _thing(board, index + 1) is not None
        if excepts and not (index and tokens[index - 1].norm in word_set("polarity_counters")):
            yield Found(index, index + 1, "forward")


def _lessened(reading: Reading, board: Board) -> Iterator[Found[str]]:
    """Less of something that is no amount: "the less leather the better", "fewer musicals"."""
    norms = [token.norm for token in reading.tokens]
    for index, pair in enumerate(pairwise(norms)):
        better = norms[index + 2 :]
        if pair == ("the", "less") and any(two == ("the", "better") for two in pairwise(better)):
            yield Found(index, index + 2, "forward")
            continue
        span = board.at(index + 1)
        thing = span is not None and span.kind == "value" and span.start == index + 1
        told = index > 0 and norms[index - 1] == "the"
        if pair[0] in ("less", "fewer") and thing and not told and board.free(index, index + 1):
            yield Found(index, index + 1, "forward")


def _preferred(reading: Reading, board: Board) -> Iterator[Found[str]]:
    """What comes second to something: "rather ... than", "sooner ... than", "Varda over Herzog"."""
    tokens = reading.tokens
    first = next((n for n, token in enumerate(tokens) if token.norm in ("rather", "sooner")), len(tokens))
    than = next((n for n in range(first + 1, len(tokens)) if tokens[n].norm == "than"), None)
    if than is not None:
        yield Found(than, than + 1, "forward")
    for index in range(1, len(tokens) - 1):
        before, after = _thing(board, index - 1), _thing(board, index + 1)
        if tokens[index].norm == "over" and before and after and before.facet == after.facet and before.facet:
            yield Found(index, index + 1, "forward")


def _answered(reading: Reading, board: Board) -> Iterator[Found[str]]:
    """A no all by itself right behind what it is about: "leather no", "orange, ugh", "war? god no"."""
    tokens = reading.tokens
    for index, token in enumerate(tokens):
        if token.norm not in word_set("polarity_alone") or not _over(tokens, index + 1):
            continue
        yes = {token.norm for token in tokens[index + 1 :]} & word_set("polarity_agreeing")
        start = index - (index > 0 and tokens[index - 1].norm in ("god", "hell", "oh", "just", "absolutely"))
        comma = start > 1 and tokens[start - 1].norm in (",", ":", "?", "-", "–")
        if (_follows(tokens, index + 1, board) and not yes) or not start or _thing(board, start - 1 - comma) is None:
            continue
        yield Found(start, index + 1, "backward")


def _swapped(reading: Reading, board: Board) -> Iterator[Found[str]]:
    """What is to go: "swap Freeman for Swinton"."""
    tokens = reading.tokens
    for index, token in enumerate(tokens[:-1]):
        start = index + 1 + (tokens[index + 1].norm in ("the", "out"))
        span = board.at(start) if start < len(tokens) else None
        if token.norm in ("swap", "replace", "trade") and span is not None and span.end < len(tokens):
            goes = span.kind in _THINGS and tokens[span.end].norm in ("for", "with")
            yield from [Found(index, index + 1, "forward")] if goes else []


_SHAPES: tuple[Shape, ...] = (_freed, _but, _lessened, _preferred, _answered, _swapped)


def _thing(board: Board, index: int) -> Span | None:
    """What is named at a token, if anything."""
    span = board.at(index)
    return span if span is not None and span.kind in _THINGS else None


def _over(tokens: Sequence[Token], index: int) -> bool:
    """Whether a clause is over before ``index``."""
    return index >= len(tokens) or not tokens[index].word or tokens[index].norm in ("but", "and", "so", "though", "tbh")


def _follows(tokens: Sequence[Token], index: int, board: Board) -> bool:
    """Whether another thing is named at once: "red, no, blue" is a correction."""
    place = index + (index < len(tokens) and tokens[index].norm == ",")
    return place > index and place < len(tokens) and _thing(board, place) is not None

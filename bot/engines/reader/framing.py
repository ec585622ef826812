"""A sheet as token ids: `[CLS] before [SEP] message [SEP] facet: value, value; facet ...`, in chunks of the schema.

Every chunk holds the whole message and as many facets as fit; a facet with more values than fit is begun again in the
next one. Positions are those of tokens in their chunk. Knows no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from tokenizers import Encoding, Tokenizer

from bot.engines.reader.sheet import CharSpan, Sheet

CLS, SEP = 101, 102
BEFORE, MESSAGE, SCHEMA = 24, 96, 150
"""Tokens kept of what was said before (its end), of the message, and of the schema in one chunk."""
COLON, COMMA, SEMICOLON = ":", ",", ";"

TokenSpan: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class Chunk:
    """One row for the encoder. Places are ``(index in the sheet, first token, one past the last)``.

    ``message``: the tokens of the message. ``matched``: where a value stands in the message, by its index.
    """

    ids: list[int]
    segments: list[int]
    message: TokenSpan
    facets: list[tuple[int, int, int]] = field(default_factory=list)
    values: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Framed:
    """All chunks of one sheet, and the spans of its message in tokens (the same in every chunk)."""

    sheet: Sheet
    chunks: list[Chunk]
    offsets: list[CharSpan]
    numbers: list[TokenSpan]
    mentions: list[TokenSpan]
    matched: list[TokenSpan | None]


class Framer:
    """Frames sheets with one tokenizer. Safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """``tokenizer`` must neither pad nor truncate below 256 tokens."""
        self._tokenizer = tokenizer
        self._entry = lru_cache(maxsize=65536)(self._ids)
        self._marks = {mark: self._ids(mark) for mark in (COLON, COMMA, SEMICOLON)}

    def frame(self, sheet: Sheet) -> Framed:
        """The chunks of ``sheet``; a message that is too long is cut, and spans behind the cut fall on its end."""
        before = self._ids(sheet.before)[-BEFORE:] if sheet.before else []
        encoding = self._tokenizer.encode(sheet.message, add_special_tokens=False)
        ids, offsets = encoding.ids[:MESSAGE], encoding.offsets[:MESSAGE]
        head = [CLS, *before, *([SEMICOLON_ID] if sheet.shown else []), SEP]
        start = len(head)
        text = (start, start + len(ids))
        spans = [[_tokens(span, offsets, start) for span in group] for group in (sheet.numbers, sheet.mentions)]
        matched = [_tokens(value.span, offsets, start) if value.span else None for value in sheet.values]
        chunks = list(self._chunks(sheet, [*head, *ids, SEP], text))
        return Framed(sheet, chunks, offsets, spans[0], spans[1], matched)

    def _chunks(self, sheet: Sheet, head: list[int], text: TokenSpan) -> Iterator[Chunk]:
        chunk = _open(head, text)
        of_facet: dict[int, list[int]] = {}
        for index, value in enumerate(sheet.values):
            of_facet.setdefault(value.facet, []).append(index)
        for number, facet in enumerate(sheet.facets):
            words = [*self._entry(facet.words)]
            waiting = of_facet.get(number, [])
            first = self._entry(sheet.values[waiting[0]].words) if waiting else ()
            if chunk.facets and len(chunk.ids) - len(head) + len(words) + len(first) + 3 > SCHEMA:
                yield _closed(chunk)
                chunk = _open(head, text)
            self._facet(chunk, number, words)
            for index in waiting:
                value_ids = [*self._entry(sheet.values[index].words)]
                if len(chunk.ids) - len(head) + len(value_ids) + 2 > SCHEMA and chunk.values:
                    yield _closed(chunk)
                    chunk = _open(head, text)
                    self._facet(chunk, number, words)
                place = len(chunk.ids)
                _add(chunk, value_ids or [SEP])
                chunk.values.append((index, place, len(chunk.ids)))
                _add(chunk, self._marks[COMMA])
            _add(chunk, self._marks[SEMICOLON])
        yield _closed(chunk)

    def _facet(self, chunk: Chunk, number: int, words: Sequence[int]) -> None:
        place = len(chunk.ids)
        _add(chunk, words or [SEP])
        chunk.facets.append((number, place, len(chunk.ids)))
        _add(chunk, self._marks[COLON])

    def _ids(self, text: str) -> list[int]:
        encoding: Encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return list(encoding.ids)


SEMICOLON_ID = 1025
"""Stands after what was said before when a list was shown since."""


def _open(head: list[int], text: TokenSpan) -> Chunk:
    return Chunk([*head], [0] * len(head), text)


def _add(chunk: Chunk, ids: Sequence[int]) -> None:
    chunk.ids.extend(ids)
    chunk.segments.extend([1] * len(ids))


def _closed(chunk: Chunk) -> Chunk:
    _add(chunk, [SEP])
    return chunk


def _tokens(span: CharSpan, offsets: Sequence[CharSpan], start: int) -> TokenSpan:
    """The tokens that touch the characters of ``span``; the last token when they were cut off."""
    inside = [place for place, (first, last) in enumerate(offsets) if first < span[1] and last > span[0]]
    if not inside:
        end = start + max(1, len(offsets))
        return end - 1, end
    return start + inside[0], start + inside[-1] + 1

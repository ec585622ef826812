"""A sheet as token ids: `[CLS] before [SEP] message [SEP] facet: value, value; facet ...`, in chunks of the schema.

Every chunk holds the whole message and as many facets as fit; a facet with more values than fit is begun again in the
next one. Positions are those of tokens in their chunk. Knows no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from tokenizers import Tokenizer

from bot.engines.reader.sheet import CharSpan, Sheet

CLS, SEP = 101, 102
SHOWN = 1025
"""The token ";", which ends what was said before when a list was shown since."""
BEFORE, MESSAGE, SCHEMA = 24, 96, 150
"""Tokens kept of what was said before (its end), of the message, and of the schema in one chunk."""
COLON, COMMA, SEMICOLON = ":", ",", ";"
PLAIN, OF_SCHEMA, OF_VALUE, OF_NUMBER, OF_ITEM = range(5)
"""Token types: of the message, of the schema, and of the message's words that name a value, an amount or an item."""

TokenSpan: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class Chunk:
    """One row for the encoder. Places are ``(index in the sheet, first token, one past the last)``.

    ``message``: the tokens of the message.
    """

    ids: list[int]
    segments: list[int]
    message: TokenSpan
    facets: list[tuple[int, int, int]] = field(default_factory=list)
    values: list[tuple[int, int, int]] = field(default_factory=list)

    def write(self, ids: Sequence[int]) -> TokenSpan:
        """Append tokens of the schema; where they stand."""
        first = len(self.ids)
        self.ids.extend(ids)
        self.segments.extend([OF_SCHEMA] * len(ids))
        return first, len(self.ids)


@dataclass(frozen=True, slots=True)
class _Head:
    """What every chunk begins with: what was said before and the message, its tokens' types, and where it stands."""

    ids: Sequence[int]
    kinds: Sequence[int]
    message: TokenSpan

    def opened(self) -> Chunk:
        """A chunk that holds nothing of the schema yet."""
        return Chunk([*self.ids], [*self.kinds], self.message)

    def used(self, chunk: Chunk) -> int:
        """How many tokens of the schema ``chunk`` holds."""
        return len(chunk.ids) - len(self.ids)


@dataclass(slots=True)
class Framed:
    """All chunks of one sheet, and the spans of its message in tokens (the same in every chunk).

    ``offsets``: the characters of each token of the message. ``matched``: where each value stands in the message.
    """

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
        self._entry = lru_cache(maxsize=65536)(self._short)
        self._colon, self._comma, self._semicolon = map(self._ids, (COLON, COMMA, SEMICOLON))

    def frame(self, sheet: Sheet) -> Framed:
        """The chunks of ``sheet``; a message that is too long is cut, and spans behind the cut fall on its end."""
        before = self._ids(sheet.before)[-BEFORE:] if sheet.before else []
        encoding = self._tokenizer.encode(sheet.message, add_special_tokens=False)
        ids, offsets = encoding.ids[:MESSAGE], encoding.offsets[:MESSAGE]
        head = [CLS, *before, *([SHOWN] if sheet.shown else []), SEP]
        start = len(head)
        numbers, mentions = (
            [_tokens(span, offsets, start) for span in spans] for spans in (sheet.numbers, sheet.mentions)
        )
        matched = [_tokens(value.span, offsets, start) if value.span else None for value in sheet.values]
        kinds = [PLAIN] * (start + len(ids) + 1)
        for kind, spans in ((OF_VALUE, filter(None, matched)), (OF_NUMBER, numbers), (OF_ITEM, mentions)):
            for first, last in spans:
                kinds[first:last] = [kind] * (last - first)
        chunks = list(self._chunks(sheet, _Head([*head, *ids, SEP], kinds, (start, start + len(ids)))))
        return Framed(sheet, chunks, offsets, numbers, mentions, matched)

    def _chunks(self, sheet: Sheet, head: _Head) -> Iterator[Chunk]:
        of_facet: list[list[int]] = [[] for _ in sheet.facets]
        for index, value in enumerate(sheet.values):
            of_facet[value.facet].append(index)
        chunk = head.opened()
        for number, facet in enumerate(sheet.facets):
            words = self._entry(facet.words)
            first = self._entry(sheet.values[of_facet[number][0]].words) if of_facet[number] else ()
            if chunk.facets and head.used(chunk) + len(words) + len(first) + 3 > SCHEMA:
                yield _closed(chunk)
                chunk = head.opened()
            self._facet(chunk, number, words)
            for index in of_facet[number]:
                value_words = self._entry(sheet.values[index].words)
                if chunk.values and head.used(chunk) + len(value_words) + 2 > SCHEMA:
                    yield _closed(chunk)
                    chunk = head.opened()
                    self._facet(chunk, number, words)
                chunk.values.append((index, *chunk.write(value_words or [SEP])))
                chunk.write(self._comma)
            chunk.write(self._semicolon)
        yield _closed(chunk)

    def _facet(self, chunk: Chunk, number: int, words: Sequence[int]) -> None:
        chunk.facets.append((number, *chunk.write(words or [SEP])))
        chunk.write(self._colon)

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _short(self, text: str) -> list[int]:
        """The tokens of a facet or a value, never more than a chunk has room for."""
        return self._ids(text)[:SCHEMA]


def _closed(chunk: Chunk) -> Chunk:
    chunk.write([SEP])
    return chunk


def _tokens(span: CharSpan, offsets: Sequence[CharSpan], start: int) -> TokenSpan:
    """The tokens that touch the characters of ``span``; the last token when they were cut off."""
    inside = [place for place, (first, last) in enumerate(offsets) if first < span[1] and last > span[0]]
    if not inside:
        end = start + max(1, len(offsets))
        return end - 1, end
    return start + inside[0], start + inside[-1] + 1

"""Sections of a page -> passages of bearable length, with ids. Pure; knows no file and no format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from vectorstore.base import Passage
from vectorstore.reading.markdown import Section, slug

MAX_WORDS = 220
"""Words of a passage: more would be cut by the embedder and bury the sentence that answers."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n")
_HARD_CUT = 2_000
"""Characters after which even a text without sentences is cut."""


def passages_of(parts: Sequence[Section], *, page: str, title: str, url: str | None, topic: str) -> Iterator[Passage]:
    """The passages of a page; those of one section share their id until `numbered` tells them apart.

    A lone heading of the first level is the page's title; several are sections like any other.
    """
    several = sum(part.level == 1 and bool(part.heading) for part in parts) > 1
    trail: list[Section] = []
    for part in parts:
        trail = [*[above for above in trail if above.level < part.level], part]
        heading = " › ".join(above.heading for above in trail if above.level > (not several) and above.heading) or title
        anchor = part.anchor or slug(title)
        for text in pieces(part.blocks):
            yield Passage(f"{page}#{anchor}", page, title, heading, anchor, text, url, topic)


def numbered(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Ids that occur again get ".2", ".3"...: further pieces of a section, and pages of the same name."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    for passage in passages:
        id = passage.id
        while id in taken or seen[passage.id] == 0:
            seen[passage.id] += 1
            again = seen[passage.id]
            id = f"{passage.id}.{again}" if again > 1 else passage.id
        taken.add(id)
        yield replace(passage, id=id) if id != passage.id else passage


def pieces(blocks: Sequence[str]) -> Iterator[str]:
    """Blocks joined up to `MAX_WORDS` words; a longer block is cut between its lines and sentences."""
    held: list[str] = []
    for piece in (piece for block in blocks for piece in _cut(block)):
        if held and _length("\n\n".join([*held, piece])) > MAX_WORDS:
            yield "\n\n".join(held)
            held = []
        held.append(piece)
    if held:
        yield "\n\n".join(held)


def _cut(block: str) -> Iterator[str]:
    if _length(block) <= MAX_WORDS:
        yield block
        return
    start, end = 0, 0
    for stop in _stops(block):
        if end > start and _length(block[start:stop]) > MAX_WORDS:
            yield block[start:end].strip()
            start = end
        end = stop
    if rest := block[start:].strip():
        yield rest


def _stops(block: str) -> Iterator[int]:
    """Where a block may be cut: after sentences and lines, and inside one that never ends."""
    last = 0
    for stop in [*(match.start() for match in _SENTENCE.finditer(block)), len(block)]:
        while _length(block[last:stop]) > MAX_WORDS:
            space = block.rfind(" ", last + _HARD_CUT // 8, last + _HARD_CUT // 2)
            last = space if space > last else min(stop, last + _HARD_CUT // 8)
            yield last
        last = stop
        yield stop


def _length(text: str) -> float:
    """Words; two characters of a script without spaces count as one."""
    if text.isascii():
        return len(text.split())
    wide = sum(ord(character) > 0x2E7F for character in text)
    return len(text.split()) + wide / 2

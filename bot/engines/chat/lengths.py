"""Keeps a written reply to its measure while it streams: whole sentences in, no more than allowed out.

Knows nothing of models, prompts or evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_END = re.compile(
    r"""(?:(?<=[.!?…])|(?<=[.!?…]["”’»)\]]))[ \t]+(?=["“‘«\[*]*[A-Z0-9À-ÞЀ-Я])"""
    r"|(?<=[。！？])(?![”’」』）])|(?<=[。！？][”’」』）])"
)
_SHORT = re.compile(r"(?:^|[\s(\"“])(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|Vol|No|Pt|approx|ca|etc|e\.g|i\.e)\.$")
_NUMBER = re.compile(r"\d+[.)]")
_BULLET = re.compile(r"^(?:[-*•]|\d+[.)])[ \t]+(?=\S)")
FRAME_WORDS = 25
MOST_WORDS = 120


@dataclass(frozen=True, slots=True)
class Measure:
    """How long a reply may be: words of its opening line, lines after it, sentences in each, words in all."""

    frame_words: int = MOST_WORDS
    lines: int = 100
    sentences: int = 100
    words: int = MOST_WORDS


def sentences(text: str) -> list[str]:
    """The sentences of one line, with the spaces that follow each; their join is ``text``.

    Bold text is never cut, nor is an abbreviation or an initial from what follows it.
    """
    found: list[str] = []
    start = 0
    for end in (match.end() for match in _END.finditer(text)):
        before = text[start:end]
        if (
            before.count("**") % 2
            or _SHORT.search(before.rstrip())
            or (not found and _NUMBER.fullmatch(before.strip()))
        ):
            continue
        found.append(before)
        start = end
    return [*found, text[start:]] if text[start:] else found


def measured(
    pieces: Iterable[str], measure: Measure, *, instead: Callable[[], str], cut: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """The sentences of a stream, as soon as each is complete, within ``measure``.

    Lines after the first become items of a list when they begin in bold. ``instead`` gives the opening line when the
    stream's own is too long in its first sentence; ``cut`` tells at the end whether the last sentence is incomplete.
    """
    keeper = _Keeper(measure, instead)
    held = ""
    for piece in pieces:
        held += piece
        while "\n" in held:
            line, held = held.split("\n", 1)
            yield from keeper.take(sentences(line))
            keeper.end_line()
        *complete, held = sentences(held) or [""]
        yield from keeper.take(complete)
        if keeper.full:
            return
    if not cut():
        yield from keeper.take(sentences(held))


def word_count(text: str) -> int:
    """Words, or half the characters where words are not parted by spaces."""
    wide = sum(char >= "\u2e80" for char in text)
    return len(re.sub(r"[\u2e80-\uffef]+", " ", text).split()) + (wide + 1) // 2


class _Keeper:
    """Counts what was let through."""

    def __init__(self, measure: Measure, instead: Callable[[], str]) -> None:
        self._measure = measure
        self._instead = instead
        self._line = 0
        self._in_line = 0
        self._words = 0
        self._gap = ""
        self.full = False

    def take(self, found: Iterable[str]) -> Iterator[str]:
        """Those of the sentences that still fit."""
        for sentence in found:
            text = sentence.strip() if self._in_line == 0 else sentence.rstrip()
            if text and not self.full and (fitting := self._fitting(text)):
                yield self._lead(fitting)
                self._in_line += 1
                self._words += word_count(fitting)
                if sentence[len(sentence.rstrip()) :]:
                    self._gap = " "

    def end_line(self) -> None:
        """The next sentence begins a new line."""
        if self._in_line:
            self._line += 1
            self._in_line = 0
            self._gap = "\n\n" if self._line == 1 else "\n"
            self.full = self.full or self._line > self._measure.lines

    def _fitting(self, text: str) -> str:
        """``text``, or nothing when there is no more room for it."""
        measure, size = self._measure, word_count(text)
        if self._line == 0:
            if self._words + size > measure.frame_words:
                return "" if self._in_line else self._instead()
            return text
        if self._words + size > measure.words:
            self.full = True
            return ""
        return text if self._in_line < measure.sentences else ""

    def _lead(self, text: str) -> str:
        """``text`` with what parts it from the sentence before."""
        if self._line and not self._in_line:
            text = _BULLET.sub("", text)
            text = f"- {text}" if text.startswith("**") else text
        gap, self._gap = self._gap, ""
        return gap + text

"""Tokens -> text while they arrive: whole characters only, and nothing past a stop string.

Knows nothing of models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


class Detokenizer:
    """Gives out text as soon as its characters are complete; the join equals decoding all tokens at once."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._start = 0
        self._read = 0

    def push(self, ids: Sequence[int]) -> str:
        """The text that ``ids`` complete."""
        self._ids += ids
        text = self._decode(len(self._ids))
        return "" if text.endswith("\ufffd") else self._take(text)

    def rest(self) -> str:
        """What is left at the end, broken characters and all."""
        return self._take(self._decode(len(self._ids)))

    def _take(self, text: str) -> str:
        """The part of ``text`` that was not given out yet."""
        known = len(self._decode(self._read))
        self._start, self._read = self._read, len(self._ids)
        return text[known:]

    def _decode(self, end: int) -> str:
        """The text from a little before what was given out to ``end``."""
        ids = self._ids[self._start : end]
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text


class Stops:
    """Cuts a stream of text at the first stop string, which is left out. ``met`` once that happened."""

    def __init__(self, stops: Iterable[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.met = False

    def push(self, text: str) -> str:
        """What may be shown by now; a beginning of a stop string is held back."""
        self._held += text
        places = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if places:
            self.met = True
            shown, self._held = self._held[: min(places)], ""
            return shown
        keep = max((_overlap(self._held, stop) for stop in self._stops), default=0)
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return shown

    def rest(self) -> str:
        """What was held back, at the end."""
        shown, self._held = self._held, ""
        return shown


def pieces(tokens: Iterable[Sequence[int]], tokenizer: Any, *, stops: Iterable[str] = ()) -> Iterator[str]:
    """The text of ``tokens``, piece by piece, up to the first stop string."""
    words, cut = Detokenizer(tokenizer), Stops(stops)
    for ids in tokens:
        if text := cut.push(words.push(ids)):
            yield text
        if cut.met:
            return
    if text := cut.push(words.rest()):
        yield text
    if not cut.met and (text := cut.rest()):
        yield text


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of ``text`` may begin ``stop``."""
    sizes = range(min(len(stop) - 1, len(text)), 0, -1)
    return next((size for size in sizes if text.endswith(stop[:size])), 0)

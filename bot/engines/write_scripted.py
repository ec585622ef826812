"""Writers with fixed words: deterministic stand-ins for tests, benchmarks and offline demos.

Knows nothing of prompts, models or evidence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bot.types import Brief


class EchoWriter:
    """Says ``reply``, or the visitor's message, word by word; an empty brief is answered by its task."""

    name = "echo"

    def __init__(self, reply: str = "") -> None:
        self._reply = reply

    def write(self, brief: Brief) -> Iterator[str]:
        """The words of the text, each with the space before it; their join is the text."""
        text = self._reply or brief.message or brief.task
        for number, word in enumerate(text.split(" ")):
            yield f" {word}" if number else word


class PacedWriter:
    """Says so many words, and takes so long for each: as a language model that decodes."""

    name = "paced"

    def __init__(self, words: int, seconds: float) -> None:
        """The first word comes after ``seconds``, the last after ``words * seconds`` at the soonest."""
        self._words = words
        self._seconds = seconds

    def write(self, brief: Brief) -> Iterator[str]:
        """The words."""
        return self.words()

    def words(self) -> Iterator[str]:
        """One after the other."""
        for number in range(self._words):
            time.sleep(self._seconds)
            yield f"word{number} "

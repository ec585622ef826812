"""The echo writer: a deterministic stand-in for tests and offline demos.

Knows nothing of prompts, models or evidence.
"""

from __future__ import annotations

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

"""The same turns told twice: as composed and as the trained writer says them, for people who compare them blindly.

The conversation goes on from the composed reply, so that both writers are always given the same brief.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bot.assistant import Assistant
from bot.engines.write_model import ModelWriter, Words
from bot.evaluation.writing.playing import Conversation, Reply, play
from bot.types import Brief, Shelf


@dataclass(frozen=True, slots=True)
class Pair:
    """One turn's reply by either writer. ``said`` are the visitor's messages up to this one."""

    conversation: str
    turn: int
    catalog: str
    said: tuple[str, ...]
    composed: str
    model: str

    @property
    def same(self) -> bool:
        """Whether they are the same word for word."""
        return self.composed == self.model

    @property
    def lines(self) -> tuple[int, int]:
        """How many items' lines differ, and how many there are."""
        one, other = (
            [line for line in text.split("\n") if line.startswith("- ")] for text in (self.composed, self.model)
        )
        return sum(line not in one for line in other), len(one)


def pairs(
    assistant: Assistant, phraser: Words, script: Sequence[Conversation], *, style: str = "plain"
) -> Iterator[tuple[Pair, Reply]]:
    """Every turn of the conversations that recommends something, and the reply that was given."""
    writers = {name: _Both(assistant.shelf(name), phraser) for name in assistant.catalogs}
    shelves = {name: partial(_with, assistant.shelf(name), writer) for name, writer in writers.items()}
    for reply in play(Assistant(shelves, assistant.memory, assistant.prompts, style=style), script):
        heard = writers[reply.catalog].heard
        if heard:
            composed, model = ("\n\n".join(texts) for texts in zip(*heard, strict=True))
            yield Pair(reply.conversation, reply.turn, reply.catalog, reply.said, composed, model), reply
        heard.clear()


@dataclass(slots=True)
class _Both:
    """A writer that says what is composed and keeps what the trained one says."""

    shelf: Shelf
    phraser: Words
    name: str = "both"
    heard: list[tuple[str, str]] = field(default_factory=list)

    def write(self, brief: Brief) -> Iterator[str]:
        """The composed reply."""
        text = "".join(self.shelf.composed.write(brief))
        if brief.task == "explain" and brief.cards:
            index = self.shelf.items
            told = "".join(ModelWriter(self.phraser, index).write(brief))
            self.heard.append((text, told))
        yield text


def _with(shelf: Shelf, writer: _Both) -> Shelf:
    return replace(shelf, writer=writer)

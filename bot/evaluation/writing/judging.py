"""Replies beside their labels: each statement and each card's explanation with what a person said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.assistant import Assistant
from bot.evaluation.writing.labelling import records_of
from bot.evaluation.writing.labels import Label, Labels, Personal
from bot.evaluation.writing.playing import Reply
from bot.evaluation.writing.statements import Cutter
from bot.repeating import opening


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement, or the whole explanation of a card; ``label`` None: nobody has labelled it."""

    reply: Reply
    kind: Literal["statement", "explanation"]
    text: str
    label: Label | Personal | None
    why: str = ""


def judged(assistant: Assistant, replies: Sequence[Reply], labels: Labels) -> Iterator[Judged]:
    """Every statement and every explanation of the replies."""
    cutters = {name: Cutter(assistant.shelf(name).items) for name in assistant.catalogs}
    records: Mapping[str, Mapping[str, str]] = records_of(assistant)
    for reply in replies:
        for statement in cutters[reply.catalog].cut(reply):
            label, why = labels.of(reply, statement, records[reply.catalog])
            yield Judged(reply, "statement", statement.text, label, why)
        for card in reply.cards:
            personal, why = labels.personal(reply, card, records[reply.catalog])
            yield Judged(reply, "explanation", " ".join(card.reasons), personal, why)


def alike(reply: Reply) -> bool:
    """Whether two cards of a reply have reasons that begin with the same two words; amounts count as one word."""
    begun = [opening(card.reasons[0], words=2) for card in reply.cards if card.reasons]
    return len(set(begun)) < len(begun)

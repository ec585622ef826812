"""What is trained on and what only measures: whole families, shops and dialogues, told apart by their names alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

from bot.training.examples import Example
from bot.training.labelling import LabelledTurn
from bot.training.markup import Pattern
from bot.training.messages import Message

Line = TypeVar("Line", Pattern, LabelledTurn, Message)


def held_out(name: str, share: int = 20) -> bool:
    """Whether a family, shop or dialogue belongs to the held-out fifth: decided by its name alone."""
    return zlib.crc32(name.encode()) % 100 < share


def split(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """What is trained on and what is held out, by family; too few families to hold one out are all trained on."""
    train = [line for line in lines if not held_out(line.family)]
    return (train, [line for line in lines if held_out(line.family)]) if train else (list(lines), [])


def split_dialogues(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The same by dialogue, which stands before the colon of a source."""
    held = [held_out(one.source.split(":")[0]) for one in examples]
    train, kept = ([one for one, out in zip(examples, held, strict=True) if out == side] for side in (False, True))
    return train, kept

"""Sentences as the composed writer says them, clause after clause, with slots where one item's words stood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from bot.engines.phraser.sheet import Cue
from bot.phrasing import REASON, Speaker
from bot.points import Point

_FEWEST = 3
"""Letters of a slot's words that are told apart wherever they stand; shorter ones only as whole words."""


def listed(speaker: Speaker, made: Sequence[tuple[Point, Cue]], variants: Sequence[int]) -> str:
    """The points' clauses, each in the wording of its variant, joined as the style joins them; "" where one cannot."""
    clauses = [
        bared(speaker.say(point.prompt, point.key, variant=variant, **dict(point.given)), cue)
        for (point, cue), variant in zip(made, variants, strict=True)
    ]
    if not all(clauses):
        return ""
    heavy = any(re.search(r"[,;:(]", clause) for clause in clauses)
    text = speaker.say(REASON, "long" if heavy else "sentence", clauses=clauses)
    return text[:1].lower() + text[1:].rstrip(".")


def bared(clause: str, cue: Cue) -> str:
    """A clause with its slots in brackets; "" where words of the item are left that no slot stands for."""
    for slots in _orders(cue):
        text = clause
        for name, words in slots:
            text = re.sub(rf"(?<![\w\[]){re.escape(words)}(?![\w\]])", f"[{name}]", text, count=1)
        if re.fullmatch(r"(?:\[[a-z_]+(?:#2)?\]|[a-z ',.;:()-])+", text):
            return text
    return ""


def _orders(cue: Cue) -> Iterator[Sequence[tuple[str, str]]]:
    """The slots with their words, the longest words first; equal ones in every order."""
    named = [(slot.name, slot.words) for slot in cue.slots if slot.words]
    yield sorted(named, key=lambda one: -len(one[1]))
    yield from permutations(named)

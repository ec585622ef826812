"""The free wishes of a message: the rules', in the reader's words where it is sure, and those it alone saw. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engines.reader.deciding import WISHED, Tagged, Told
from bot.engines.reader.proposing import Proposed
from bot.engines.reader.sheet import CharSpan
from bot.engines.reader.trust import Trust
from bot.types import Intent

NOT = "not "
"""How an unwanted quality begins."""
LONG = 8
"""Words of a message in which some are there for the story."""


def wishes(
    intent: Intent, proposed: Proposed, told: Told, trust: Trust, *, named: Sequence[CharSpan] = ()
) -> tuple[str, ...]:
    """The rules' wishes in the reader's words where it is sure, without those it finds unlikely, and with its own.

    What is not wanted stays unwanted. The rules' wishes stay where nothing else would be left to look for; what they
    refuse, and those of a message so short that most of its words count, go only at half of that doubt. What turned out
    to be an item (``named``) is no wish.
    """
    message = proposed.sheet.message
    spans = (*filter(None, _candidates(proposed)), *named)
    items = proposed.sheet.mentions[: len(proposed.mentions)]
    tagged = [
        one
        for one in told.tags
        if one.name in WISHED and one.sure >= trust.wish
        if not _held(one.span, spans) and not any(_held(item, (one.span,)) for item in items)
    ]
    found, used = list[str](), set[Tagged]()
    short = len(message.split()) < LONG
    for wish in intent.wishes:
        where = _place(wish, message)
        if where and _held(where, named):
            continue
        touched = [one for one in tagged if where and _touch(one.span, where)]
        refused = wish.startswith(NOT)
        found += [_wish(one, message, refused=refused) for one in touched if one not in used]
        used.update(touched)
        if not touched and _likely(where, told) >= (trust.idle / 2 if refused or short else trust.idle):
            found.append(wish)
    own = [one for one in tagged if one not in used and not any(_touch(one.span, span) for span in spans)]
    found = list(dict.fromkeys([*found, *(_wish(one, message) for one in own)]))
    left = (*(one for one in found if not one.startswith(NOT)), *intent.constraints, *intent.mentions, *named)
    return tuple(found) if left or intent.relatives else intent.wishes


def _candidates(proposed: Proposed) -> tuple[CharSpan | None, ...]:
    """Where the message names values, amounts and items that the rules are sure of."""
    sheet = proposed.sheet
    return (*(value.span for value in sheet.values), *sheet.numbers, *sheet.mentions[: len(proposed.mentions)])


def _held(words: CharSpan, spans: Sequence[CharSpan]) -> bool:
    """Whether words are no more than a part of one of ``spans``."""
    return any(span[0] <= words[0] and words[1] <= span[1] for span in spans)


def _touch(one: CharSpan, other: CharSpan) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _place(wish: str, message: str) -> CharSpan | None:
    """Where the message says a wish; None where it says it otherwise."""
    said = wish.removeprefix(NOT).casefold()
    start = message.casefold().find(said)
    return (start, start + len(said)) if start >= 0 else None


def _likely(where: CharSpan | None, told: Told) -> float:
    """How likely the likeliest word of a wish is part of one, 0 to 1; 1 where the message does not say it so."""
    return max((sure for span, sure in told.wished if where and _touch(span, where)), default=1.0)


def _wish(tagged: Tagged, message: str, *, refused: bool = False) -> str:
    text = message[slice(*tagged.span)].strip(" .,;:!?")
    return f"{NOT}{text}" if refused or tagged.name == "unwanted" else text

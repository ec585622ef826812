"""Whom a comparison speaks of: who is compared, with whom, and the other cards. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.claiming.lists import phrases, word_set
from bot.claiming.spans import BREAK, Group, Ids, Sentence

if TYPE_CHECKING:
    from bot.grounds import Grounds


def subjects(sentence: Sentence, grounds: Grounds, place: int, rival: Group | None = None) -> Sequence[Ids]:
    """Who is compared by the word at ``place``: those named last before it, else those named first after it.

    Where nobody is named, those whom the sentence speaks of. After an item that is no card the card before it may be
    meant: "close to Alien, and newer than the others".
    """
    start = sentence.whole.row[place].start
    groups = [group for group in sentence.groups if group is not rival]
    before = [group for group in groups if group.end <= start]
    if not before:
        return groups[0].options if groups else sentence.whole.options
    cards = [group for group in before if any(id_ in grounds.cards for ids in group.options for id_ in ids)]
    return [ids for group in dict.fromkeys((before[-1], *cards[-1:])) for ids in group.options]


def after(sentence: Sentence, end: int) -> Group | None:
    """The items that are named right after ``end``."""
    return next((group for group in sentence.groups if _close(sentence, end, group.start)), None)


def led_to(sentence: Sentence, grounds: Grounds, place: int) -> Group | None:
    """The items that a superlative, which ends before ``place``, leads to: "the oldest of these is X"."""
    row = sentence.whole.row
    here = phrases(grounds.locale, "comparing", "here").at(row, place)
    at = here.last if here else place
    start = row[at].end if is_one(sentence, grounds, at, "is") else row[at - 1].end
    found = after(sentence, start)
    return None if found is None or BREAK.search(sentence.whole.text, start, found.start) else found


def others(sentence: Sentence, grounds: Grounds, place: int) -> bool:
    """Whether the other cards are named at a place: "the others", "the rest"."""
    return phrases(grounds.locale, "comparing", "others").at(sentence.whole.row, place) is not None


def rest(grounds: Grounds, ids: Ids) -> Ids:
    """The other cards."""
    return tuple(id_ for id_ in grounds.cards if id_ not in ids)


def is_one(sentence: Sentence, grounds: Grounds, place: int, name: str) -> bool:
    """Whether the word at a place, if there is one, stands in a list of ``[comparing]``."""
    row = sentence.whole.row
    return 0 <= place < len(row) and row[place].plain in word_set(grounds.locale, "comparing", name)


def _close(sentence: Sentence, end: int, start: int) -> bool:
    """Whether nothing but an article stands between a word and a name."""
    between = [word for word in sentence.whole.row if end <= word.start < start]
    return end <= start and len(between) <= 1 and all(word.plain in ("the", "both", "either") for word in between)

"""Rule: a value that a sentence names is one of the record's, or is denied where the record holds others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.claiming.denying import denied, denies
from bot.claiming.flagged import only
from bot.claiming.lists import phrases
from bot.claiming.spans import Claim, Ids, Part
from vectorstore.words import tokens

if TYPE_CHECKING:
    from bot.grounds import Grounds


def values(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims of words that are values of a facet; of one that several facets hold, one has to bear it out."""
    options = part.options
    idioms = {
        place
        for one in phrases(grounds.locale, "idioms", "words").find(part.row)
        for place in range(one.first, one.last)
    }
    for at, last, meant in grounds.values.spans(part.row):
        if at in idioms:
            continue
        start, end = part.row[at].start, part.row[last - 1].end
        no = denied(part, at, grounds)
        true = any(_true(grounds, ids, meant, no=no is not None, named=part.named) for ids in options)
        if true and any(options) and only(part, grounds, at):
            true = any(_alone(grounds, ids, meant, no=no is not None) for ids in options)
        yield Claim(start if no is None else no, end, true)


def _true(grounds: Grounds, ids: Ids, meant: Sequence[tuple[str, str]], *, no: bool, named: bool) -> bool:
    """Whether a value is held, truly denied, told of in words, or said without being claimed of an item."""
    if no:
        held = any(grounds.holds((id_,), facet, value) for id_ in ids for facet, value in meant)
        held = held or any(_written(grounds, id_, value) for id_ in ids for _, value in meant)
        return not held and (not ids or any(grounds.lacks(ids, facet, value) for facet, value in meant))
    if any(grounds.holds(ids, facet, value) for facet, value in meant):
        return True
    for _, value in meant:
        keys = tokens(value)
        if ids and all(grounds.described(id_, key) for id_ in ids for key in keys):
            return True
        if not named and all(grounds.covers((), key) for key in keys):
            return True
    return False


def _written(grounds: Grounds, id: str, value: str) -> bool:
    """Whether what is written of an item says the value and does not deny it."""
    return all(grounds.described(id, key) and not denies(grounds, id, key) for key in tokens(value))


def _alone(grounds: Grounds, ids: Ids, meant: Sequence[tuple[str, str]], *, no: bool) -> bool:
    """Whether no other card is so."""
    others = [(id_,) for id_ in grounds.cards if id_ not in ids]
    return any(
        not any(grounds.lacks(one, facet, value) if no else grounds.holds(one, facet, value) for one in others)
        for facet, value in meant
    )

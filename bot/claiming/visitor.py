"""Rule: what the visitor is said to have said, asked or wanted is covered by the visitor's own words alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.claiming.lists import table, word_set
from bot.claiming.numerals import Number, Units
from bot.claiming.roots import root
from bot.claiming.spans import BREAK, Claim, Part
from bot.naming import Word, words
from vectorstore.words import STOP_WORDS

if TYPE_CHECKING:
    from bot.grounds import Grounds

_OBJECT = 6
"""Words before "you asked for" in which the thing that was asked for stands."""
_REACH = 3
"""A negation denies what follows within so many words."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The visitor's own words without endings, as something wanted and as something unwanted, and the amounts said."""

    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    amounts: tuple[Number, ...] = ()

    def said(self, word: Word, *, unwanted: bool) -> bool:
        """Whether the visitor said the word, and as something wanted or not."""
        return root(word.plain) in (self.unwanted if unwanted else self.wanted)


def own_words(texts: Sequence[str], units: Units, negators: frozenset[str]) -> Visitor:
    """The words of what the visitor said."""
    rows = [words(clause) for text in texts for clause in BREAK.split(text)]
    said = [(root(word.plain), _denied(row, at, negators)) for row in rows for at, word in enumerate(row)]
    amounts = (amount for text in texts for amount in units.amounts(text))
    wanted, unwanted = (frozenset(key for key, no in said if no is one) for one in (False, True))
    return Visitor(wanted, unwanted, tuple(amounts))


def visitor(whole: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims of what the visitor said."""
    row = whole.row
    for at, word in enumerate(row):
        verb = _verb(row, at, grounds) if word.plain in word_set(grounds.locale, "visitor", "you") else None
        if verb is None:
            continue
        first, end = at, _end(whole, grounds, verb + 1)
        if not _content(row[verb + 1 : end], grounds):
            first = _object(whole, grounds, at)
        start, stop = row[first].start, row[end - 1].end
        clause = row[first:at] if first < at else row[verb + 1 : end]
        negators = grounds.words.negators | word_set(grounds.locale, "visitor", "against")
        true = all(
            grounds.visitor.said(one, unwanted=_denied(clause, clause.index(one), negators))
            for one in _content(clause, grounds)
        )
        said = {amount.value for amount in grounds.visitor.amounts}
        inside = grounds.speech.units.amounts(whole.text[start:stop])
        yield Claim(start, stop, true and all(one.value in said for one in inside))


def _denied(row: Sequence[Word], at: int, negators: frozenset[str]) -> bool:
    return any(word.text.casefold() in negators for word in row[max(0, at - _REACH) : at])


def _verb(row: Sequence[Word], at: int, grounds: Grounds) -> int | None:
    """The place of what the visitor is said to have done, if that is said at a place of "you"."""
    lists = table(grounds.locale)["visitor"]
    before, verb = row[at - 1].plain if at else "", at + 1
    while verb < len(row) and row[verb].plain in lists["between"]:
        verb += 1
    said = verb < len(row) and (
        row[verb].plain in lists["said"] or (row[verb].plain in lists["held"] and before not in lists["unless"])
    )
    return verb if said else None


def _end(whole: Part, grounds: Grounds, at: int) -> int:
    """The word after the last that still tells what was said."""
    until, last = word_set(grounds.locale, "visitor", "until"), whole.clause_end(at - 1)
    return next((place for place in range(at, last) if whole.row[place].plain in until), last)


def _object(whole: Part, grounds: Grounds, at: int) -> int:
    """Where the thing that was asked for begins: "the clever dialogue [that] you asked for"; ``at`` if nowhere."""
    row, articles = whole.row, word_set(grounds.locale, "visitor", "article")
    opened = word_set(grounds.locale, "visitor", "open")
    before = at - 1
    if before >= 0 and row[before].plain in ("that", "which", "whom"):
        before -= 1
    for place in range(before, max(whole.clause(at), before - _OBJECT) - 1, -1):
        if row[place].plain in opened:
            return at
        if row[place].plain in articles:
            return place
    return at


def _content(row: Sequence[Word], grounds: Grounds) -> list[Word]:
    """The words that say something: no frame, no number."""
    numbers, frame = table(grounds.locale).get("numbers", {}), word_set(grounds.locale, "visitor", "frame")
    return [
        word
        for word in row
        if word.plain not in STOP_WORDS
        and word.plain not in frame
        and word.plain not in numbers
        and not word.text[:1].isdigit()
        and len(word.plain) > 1
        and grounds.speech.units.of(word.plain)[0] == ""
    ]

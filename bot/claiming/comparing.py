"""Rule: a comparison holds in the records: "lighter than the others", "the oldest of these", "four years after X".

A comparison speaks of the number facets that its words measure; it is true where one of them bears it out. With what
no record can be compared (anything beyond the items that a sentence names and the cards) is not borne out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.claiming.degrees import Degree, beats, ranks
from bot.claiming.denying import denied
from bot.claiming.lists import Found, phrases, table, word_set
from bot.claiming.numerals import Number
from bot.claiming.spans import Claim, Sentence
from bot.claiming.whom import after, is_one, led_to, others, rest, subjects
from bot.naming import words

if TYPE_CHECKING:
    from bot.grounds import Grounds

_GAP = 3
"""Words that may stand between a comparison and its "than" or its "by"."""
_NEAR = 12
"""Characters between "than" and an amount that it is followed by."""


@dataclass(frozen=True, slots=True)
class _Apart:
    """By how much, if that is said, and from where to where comparison and amount stand."""

    amount: Number | None
    start: int
    end: int


def comparisons(sentence: Sentence, grounds: Grounds) -> Iterator[Claim]:
    """Claims of comparatives, superlatives, and of what came before what."""
    for found in grounds.speech.degrees.find(sentence.whole.row):
        claim = _most(sentence, grounds, found) if found.meant[0].top else _more(sentence, grounds, found)
        if claim is not None:
            yield claim
    yield from _in_time(sentence, grounds)


def _more(sentence: Sentence, grounds: Grounds, found: Found[Degree]) -> Claim | None:
    """A comparative: against those after "than", or against the other cards."""
    whole, than = sentence.whole, _than(sentence, grounds, found)
    meant = _measuring(sentence, grounds, found)
    if not meant or (than is None and not _plainly(sentence, grounds, found)):
        return None
    first = whole.row[found.first]
    rival = None if than is None else after(sentence, whole.row[than].end)
    if than is not None and rival is None and not others(sentence, grounds, than + 1):
        known = grounds.says(first.key)
        left = meant[0].bare or _measured(sentence, grounds, than)
        return None if left else Claim(first.start, whole.row[than].end, known)
    apart = _apart(sentence, grounds, first.start, whole.row[found.last - 1 if than is None else than].end)
    against = rival.options if rival else None
    pairs = [
        (ids, one) for ids in subjects(sentence, grounds, found.first, rival) for one in against or [rest(grounds, ids)]
    ]
    no = denied(whole, found.first, grounds)
    if no is None:
        true = any(beats(grounds, ids, one, meant, apart.amount) for ids, one in pairs)
    else:
        true = any(not any(beats(grounds, (id_,), one, meant) for id_ in ids if id_ not in one) for ids, one in pairs)
    return Claim(apart.start if no is None else min(no, apart.start), apart.end, true)


def _most(sentence: Sentence, grounds: Grounds, found: Found[Degree]) -> Claim:
    """A superlative: against the other cards, and against nothing wider, unless the description says the word."""
    row, first, last = sentence.whole.row, found.first, found.last
    ranked = table(grounds.locale).get("comparing", {}).get("rank", {})
    rank = ranked.get(row[first - 1].plain, 1) if first else 1
    wide = phrases(grounds.locale, "comparing", "wide")
    beyond = any(wide.at(row, at) for at in range(last, sentence.whole.clause_end(last - 1)))
    led = led_to(sentence, grounds, last)
    true = any(
        (not beyond and ranks(grounds, ids, rest(grounds, ids), found.meant, rank))
        or (bool(ids) and all(grounds.described(id_, row[first].key) for id_ in ids))
        for ids in (led.options if led else subjects(sentence, grounds, first))
    )
    here = phrases(grounds.locale, "comparing", "here").at(row, last)
    return Claim(row[first].start, row[(here.last if here else last) - 1].end, true)


def _in_time(sentence: Sentence, grounds: Grounds) -> Iterator[Claim]:
    """What came before or after what: "X came out four years after Y"; the word stands right before a name."""
    year, row = grounds.role("year"), sentence.whole.row
    for at, word in enumerate(row if year else ()):
        less = is_one(sentence, grounds, at, "before")
        rival = after(sentence, word.end) if less or is_one(sentence, grounds, at, "after") else None
        if rival is None or year is None:
            continue
        apart = _apart(sentence, grounds, word.start, word.end)
        came = word_set(grounds.locale, "comparing", "came")
        if apart.amount is None and not came & {one.plain for one in row[max(0, at - _GAP) : at]}:
            continue
        pairs = [(ids, one) for ids in subjects(sentence, grounds, at, rival) for one in rival.options]
        degree = Degree(year.name, less=less)
        true = any(beats(grounds, ids, one, [degree], apart.amount) for ids, one in pairs)
        yield Claim(apart.start, word.end, true)


def _than(sentence: Sentence, grounds: Grounds, found: Found[Degree]) -> int | None:
    """The place of the "than" of a comparative, or of the second "as" of "not as long as"."""
    if is_one(sentence, grounds, found.first + 1, "as") and is_one(sentence, grounds, found.last, "as"):
        return found.last
    places = range(found.last, found.last + _GAP + 1)
    return next((at for at in places if is_one(sentence, grounds, at, "than")), None)


def _measuring(sentence: Sentence, grounds: Grounds, found: Found[Degree]) -> Sequence[Degree]:
    """What is compared: with a bare "less" the facets of the unit that was said before it in the clause."""
    if not found.meant[0].bare:
        return found.meant
    whole, units = sentence.whole, grounds.speech.units
    start = whole.row[whole.clause(found.first)].start
    before = units.amounts(whole.text[: whole.row[found.first].start])
    groups = {one.group for one in before if one.group and one.end > start}
    return [one for one in found.meant if units.of_facet(grounds.facets[one.facet])[0] in groups]


def _plainly(sentence: Sentence, grounds: Grounds, found: Found[Degree]) -> bool:
    """Whether a comparative without "than" is said of the item as a whole: "is longer", "the longer one"."""
    row, before = sentence.whole.row, found.first - 1
    ends = found.last == sentence.whole.clause_end(found.last - 1)
    here = phrases(grounds.locale, "comparing", "here").at(row, found.last) is not None
    if is_one(sentence, grounds, before, "the"):
        return here or ends
    return ends and is_one(sentence, grounds, before, "is")


def _measured(sentence: Sentence, grounds: Grounds, than: int) -> bool:
    """Whether an amount follows "than", of which another rule judges."""
    start = sentence.whole.row[than].end
    return any(start <= one.start <= start + _NEAR for one in grounds.speech.units.amounts(sentence.whole.text))


def _apart(sentence: Sentence, grounds: Grounds, start: int, end: int) -> _Apart:
    """By how much: an amount right before the words ("18 grams lighter"), or after "by"."""
    text, by = sentence.whole.text, word_set(grounds.locale, "comparing", "by")
    for amount in grounds.speech.units.amounts(text):
        if amount.group and amount.end <= start and not text[amount.end : start].strip():
            return _Apart(amount, amount.start, end)
        if amount.group and amount.start >= end:
            between = words(text[end : amount.start])[-_GAP:]
            if any(word.plain in by for word in between):
                return _Apart(amount, start, amount.end)
    return _Apart(None, start, end)

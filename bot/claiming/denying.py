"""Rule: what is denied of an item is denied by what is known of it; of what the record is silent nothing is denied.

Values and flags are denied by the rules that know them; here are the other words. "Never leaves the flat" may be said
where the record says so itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.claiming.lists import table, word_set
from bot.claiming.spans import Claim, Ids, Part
from bot.naming import Word
from vectorstore.words import STOP_WORDS, stem

if TYPE_CHECKING:
    from bot.grounds import Grounds

_REACH = 3
"""A negation denies a value that follows within so many words."""


def denied(part: Part, at: int, grounds: Grounds) -> int | None:
    """Where the word stands that denies what begins at the word ``at``; None where nothing does.

    A clause that begins with "none" or "nobody" is denied to its end.
    """
    start = part.row[at].start if at < len(part.row) else part.end
    before = part.text[part.start : start].rstrip("“《「 ")
    if before and "㐀" <= before[-1] <= "鿿":
        ended = (word for word in grounds.words.negators if before.endswith(word))
        return next((part.start + len(before) - len(word) for word in ended), None)
    first = part.clause(at) if at < len(part.row) else part.clause(at - 1) if at else 0
    row = part.row[first:at]
    if row and row[0].plain in word_set(grounds.locale, "denials", "subjects"):
        until = word_set(grounds.locale, "denials", "until")
        return None if any(word.plain in until for word in row) else row[0].start
    return _near(row, grounds)


def _near(row: Sequence[Word], grounds: Grounds) -> int | None:
    """Where the last negation stands that reaches the end of a row: over articles and the like, and `_REACH` words."""
    left, until = _REACH, word_set(grounds.locale, "denials", "until")
    for word in reversed(row):
        plain = word.text.casefold()
        if plain in grounds.words.negators:
            return word.start
        left -= word.plain not in STOP_WORDS
        if plain in grounds.words.undo or plain in until or left < 0:
            return None
    return None


def denials(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims that deny what no facet tells."""
    lists, frame = word_set(grounds.locale, "denials", "words"), grounds.frame
    reach = table(grounds.locale).get("denials", {}).get("reach", 0)
    for at, word in enumerate(part.row if any(part.options) else ()):
        if word.text.casefold() not in lists:
            continue
        after = part.row[at + 1 : min(part.clause_end(at), at + 1 + reach)]
        if any(one.plain in grounds.words.undo for one in after):
            continue
        silent = _silent(part, grounds, at)
        if silent is not None:
            yield silent
            continue
        content = [one for one in after if one.plain not in STOP_WORDS and one.key not in frame]
        if content:
            keys = [one.key for one in content]
            true = any(_absent(grounds, ids, keys) for ids in part.options)
            yield Claim(word.start, content[-1].end, true)


def _silent(part: Part, grounds: Grounds, at: int) -> Claim | None:
    """The claim that a facet is not filled: "our record does not give its age rating"."""
    end = part.clause_end(at)
    before = part.row[part.clause(at) : at]
    if not {word.plain for word in before} & word_set(grounds.locale, "denials", "records"):
        return None
    said = {word.key for word in part.row[at:end]}
    facets = [name for name, keys in grounds.speech.called.items() if any(one <= said for one in keys)]
    everyone = [id_ for ids in part.options for id_ in ids]
    true = any(grounds.cell(id_, name) is None for name in facets for id_ in everyone) or not facets
    return Claim(part.row[at].start, part.row[end - 1].end, true)


def _absent(grounds: Grounds, ids: Ids, keys: Sequence[str]) -> bool:
    """Whether what is known of each item denies one of the words too, in these words or in others."""
    return all(any(denies(grounds, id_, key) for key in keys) for id_ in ids)


def denies(grounds: Grounds, id: str, key: str) -> bool:
    """Whether what is written of an item denies a word."""
    held = grounds.row(id)
    lists = word_set(grounds.locale, "denials", "words") | grounds.words.negators
    places = [at for at, word in enumerate(held) if stem(word.plain) == key]
    return any(word.text.casefold() in lists for at in places for word in held[max(0, at - _REACH - 1) : at])

"""Rule: who is said to have directed, written, made or played stands in that facet of the record, and in no other.

A name is a run of words written large; a part of the name will do ("Weaver stars").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bot.claiming.lists import Phrases, table, word_set
from bot.claiming.spans import Claim, Part
from bot.naming import Word, words
from bot.senses import sense_of

if TYPE_CHECKING:
    from bot.grounds import Grounds
    from vectorstore.base import Facet

_JOINS = re.compile(r"[\s,*_]*")


def roles(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims of who did what."""
    if not any(part.options):
        return
    for role, names, start, end in _named(part, grounds):
        facets = grounds.speech.roles.get(role, ())
        loose = table(grounds.locale)["roles"][role].get("loose", False)
        sure = not loose and start < names[0][0].start
        if facets and (sure or all(_borne(grounds, name) for name in names)):
            true = any(all(_holds(grounds, ids, facets, name) for name in names) for ids in part.options)
            yield Claim(start, end, true)


def role_facets(facets: Mapping[str, Facet], locale: str) -> Mapping[str, Sequence[str]]:
    """The facets in which the names of each role stand."""
    lists = table(locale).get("roles", {})
    senses = {name: sense_of(facet) for name, facet in facets.items() if facet.type in ("category", "multi")}
    return {
        role: [name for name, sense in senses.items() if sense in held.get("senses", [role])]
        for role, held in lists.items()
    }


def _named(part: Part, grounds: Grounds) -> Iterator[tuple[str, list[list[Word]], int, int]]:
    """Each role with the names beside its words, and from where to where both stand."""
    row, also = part.row, word_set(grounds.locale, "roles", "words", "also")
    before, after = _cues(grounds.locale, "before"), _cues(grounds.locale, "after")
    for at, word in enumerate(row):
        if found := before.at(row, at):
            names = _runs(part, grounds, found.last, 1)
            yield from ((role, names, word.start, names[-1][-1].end) for role in (found.meant if names else ()))
        if found := after.at(row, at):
            last = at - 1
            while last >= 0 and row[last].plain in also:
                last -= 1
            names, end = _runs(part, grounds, last, -1), row[found.last - 1].end
            yield from ((role, names, names[-1][0].start, end) for role in (found.meant if names else ()))


@cache
def _cues(locale: str, side: str) -> Phrases[str]:
    """The words before or after a name, each standing for its role."""
    lists = table(locale).get("roles", {})
    return Phrases((phrase, role) for role, held in lists.items() for phrase in held.get(side, ()))


def _runs(part: Part, grounds: Grounds, at: int, step: int) -> list[list[Word]]:
    """The names that begin (``step`` 1) or end (-1) at a place, one after the other, joined by "and" or a comma."""
    row, found = part.row, list[list[Word]]()
    joins = word_set(grounds.locale, "roles", "words", "join" if step > 0 else "and")
    while 0 <= at < len(row):
        run = list[Word]()
        while 0 <= at < len(row) and _large(part.text, row, at) and (not run or _beside(part, run, row[at], step)):
            run.insert(0 if step < 0 else len(run), row[at])
            at += step
        if not run:
            break
        found.append(run)
        if 0 <= at < len(row) and row[at].plain in joins:
            at += step
        elif not (0 <= at < len(row) and _comma(part, run, row[at], step)):
            break
    return found


def _large(text: str, row: Sequence[Word], at: int) -> bool:
    """Whether a word is written large, or belongs to one before it by a hyphen ("Min-sik")."""
    return row[at].text[:1].isupper() or (
        at > 0 and text[row[at - 1].end : row[at].start] == "-" and row[at - 1].text[:1].isupper()
    )


def _beside(part: Part, run: Sequence[Word], word: Word, step: int) -> bool:
    start, end = (run[-1].end, word.start) if step > 0 else (word.end, run[0].start)
    return part.text[start:end].strip(" .") in ("", "-")


def _comma(part: Part, run: Sequence[Word], word: Word, step: int) -> bool:
    start, end = (run[-1].end, word.start) if step > 0 else (word.end, run[0].start)
    return "," in part.text[start:end] and _JOINS.fullmatch(part.text, start, end) is not None


def _borne(grounds: Grounds, name: Sequence[Word]) -> bool:
    """Whether some maker in the catalogue, or a part of one's name on record, is called so."""
    facets = {facet for held in grounds.speech.roles.values() for facet in held}
    if any(facet in facets for facet, _, _ in grounds.values.find(" ".join(word.text for word in name))):
        return True
    return any(_within(name, value) for id_ in grounds.ours for facet in facets for value in grounds.texts(id_, facet))


def _holds(grounds: Grounds, ids: Sequence[str], facets: Sequence[str], name: Sequence[Word]) -> bool:
    """Whether every item holds the name in one of the facets."""
    return all(
        any(_within(name, value) for facet in facets for value in grounds.texts(id_, facet)) for id_ in ids
    ) and bool(ids)


def _within(name: Sequence[Word], value: str) -> bool:
    return {word.plain for word in name} <= _parts(value)


@lru_cache(maxsize=4096)
def _parts(value: str) -> frozenset[str]:
    return frozenset(word.plain for word in words(value))

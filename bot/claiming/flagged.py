"""Rule: what a flag says ("is vegan", "not waterproof") is what the record's flag says.

Where the record's flag is not filled, what is written of the item may say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.claiming.denying import denied, denies
from bot.claiming.lists import Phrases, phrases, table
from bot.claiming.spans import Claim, Ids, Part
from vectorstore.words import tokens

if TYPE_CHECKING:
    from bot.grounds import Grounds
    from vectorstore.base import Facet


def flag_words(facets: Mapping[str, Facet], locale: str) -> Phrases[tuple[str, bool]]:
    """Words that say yes or no to a flag: its name, its label, and what the language knows under either."""
    return Phrases(_flag_words(facets, locale))


def flags(part: Part, grounds: Grounds) -> Iterator[Claim]:
    """Claims of the catalogue's flags."""
    for found in grounds.speech.flags.find(part.row if any(part.options) else ()):
        start, end = part.row[found.first].start, part.row[found.last - 1].end
        facet, yes = found.meant[0]
        no = denied(part, found.first, grounds)
        said = yes != (no is not None)
        phrase = part.text[start:end]
        true = any(_is(grounds, ids, facet, said, phrase) for ids in part.options)
        if true and only(part, grounds, found.first):
            true = any(_alone(grounds, ids, facet, said) for ids in part.options)
        yield Claim(start if no is None else no, end, true)


def only(part: Part, grounds: Grounds, at: int) -> bool:
    """Whether the words before a place say that no other card is so: "the only one that is", "only the Kvist is"."""
    alone = phrases(grounds.locale, "only", "before")
    starts = {part.row[place].start: found for place in range(at) if (found := alone.at(part.row, place))}
    ends = (part.row[found.last - 1].end for found in starts.values())
    if any(end <= name and not part.text[end:name].strip() for end in ends for name in part.names):
        return True
    first = part.clause(at) if at < len(part.row) else 0
    held = phrases(grounds.locale, "only", "words")
    return any(held.at(part.row, place) is not None for place in range(first, at))


def _flag_words(facets: Mapping[str, Facet], locale: str) -> Iterator[tuple[str, tuple[str, bool]]]:
    known = table(locale).get("flags", {})
    for facet in facets.values():
        if facet.type != "flag":
            continue
        names = dict.fromkeys((facet.name.replace("_", " ").casefold(), facet.label.casefold()))
        lists: Mapping[str, list[str]] = next((known[name] for name in names if name in known), {})
        for yes in dict.fromkeys((*filter(None, names), *lists.get("yes", ()))):
            yield yes, (facet.name, True)
        for no in lists.get("no", ()):
            yield no, (facet.name, False)


def _is(grounds: Grounds, ids: Ids, facet: str, said: bool, phrase: str) -> bool:
    """Whether the flag of every item, or what is written of it where the flag is not filled, says so."""
    keys = tokens(phrase)
    return all(
        cell is said if (cell := grounds.cell(id_, facet)) is not None else said and _told(grounds, id_, keys)
        for id_ in ids
    )


def _told(grounds: Grounds, id: str, keys: list[str]) -> bool:
    return all(grounds.described(id, key) and not denies(grounds, id, key) for key in keys)


def _alone(grounds: Grounds, ids: Ids, facet: str, said: bool) -> bool:
    """Whether no other card's flag says the same."""
    return not any(grounds.cell(id_, facet) is said for id_ in grounds.cards if id_ not in ids)

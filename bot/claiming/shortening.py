"""Short titles: "the Nattero" for "Nattero Deep 40 Sleeping Bag", where the cards have that word in a title. Pure.

A word that is a value too ("Fjellvik", a brand) names an item only after an article: "the Fjellvik bag".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.claiming.lists import phrases, word_set
from bot.claiming.spans import BREAK, Mention
from bot.naming import Word, words
from vectorstore.words import STOP_WORDS

if TYPE_CHECKING:
    from bot.grounds import Grounds


def shortened(text: str, row: Sequence[Word], grounds: Grounds) -> Iterator[Mention]:
    """What a text, whose whole titles are blank, calls cards by: the longest run of large words from their titles."""
    place = 0
    while place < len(row):
        count, ids = _at(text, row, place, grounds.title_words)
        if count and _names(row[place : place + count], row, place, grounds, text):
            every = place > 0 and row[place - 1].plain in grounds.words.all_of
            whom = [(id_,) for id_ in ids] if every else [ids]
            yield from (Mention(row[place].start, row[place + count - 1].end, one) for one in whom)
        place += max(1, count)


def others(
    text: str, row: Sequence[Word], named: Sequence[Mention], grounds: Grounds, spoken_of: Sequence[str] = ()
) -> Iterator[Mention]:
    """The cards that "the other two" at the head of a clause means, after some were named or ``spoken_of`` before."""
    heads = word_set(grounds.locale, "shortening", "heads")
    held = phrases(grounds.locale, "comparing", "others")
    for place, word in enumerate(row):
        found = held.at(row, place)
        head = place == 0 or (
            row[place - 1].plain in heads or BREAK.search(text, row[place - 1].end, word.start) is not None
        )
        before = {id_ for one in named if one.end <= word.start for id_ in one.ids} or set(spoken_of)
        if found and head and before:
            rest = (id_ for id_ in grounds.cards if id_ not in before)
            yield from (Mention(word.start, row[found.last - 1].end, (id_,)) for id_ in rest)


def title_words(titles: Mapping[str, str]) -> dict[str, list[tuple[str, tuple[Word, ...], int]]]:
    """Where each word stands in the titles of items, by the word: id, the title's words, place."""
    found: dict[str, list[tuple[str, tuple[Word, ...], int]]] = {}
    for id_, title in titles.items():
        held = tuple(words(title))
        for place, word in enumerate(held):
            found.setdefault(word.plain, []).append((id_, held, place))
    return found


def value_words(values: Iterable[str]) -> frozenset[str]:
    """The stems of the words of values."""
    return frozenset(word.key for value in values for word in words(value))


def _at(
    text: str,
    row: Sequence[Word],
    place: int,
    titles: Mapping[str, Sequence[tuple[str, tuple[Word, ...], int]]],
) -> tuple[int, tuple[str, ...]]:
    """How many words from a place stand so in titles, and in whose."""
    best, whose = 0, list[str]()
    for id_, held, start in titles.get(row[place].plain, ()):
        count = 0
        while start + count < len(held) and place + count < len(row) and _same(text, row, place, count, held[start:]):
            count += 1
        if count > best:
            best, whose = count, []
        if count == best and count:
            whose.append(id_)
    return best, tuple(dict.fromkeys(whose))


def _same(text: str, row: Sequence[Word], place: int, count: int, held: Sequence[Word]) -> bool:
    """Whether the word so far on is the title's, written large or a number, right after the word before."""
    word = row[place + count]
    if word.plain != held[count].plain or not (word.text[:1].isupper() or word.text.isdigit() or word.text == "'s"):
        return False
    return count == 0 or text[row[place + count - 1].end : word.start] in (" ", "-", "'", "’")


def _names(run: Sequence[Word], row: Sequence[Word], place: int, grounds: Grounds, text: str) -> bool:
    """Whether the words are written as a name: several of them, or one after "the" or at the head of a clause."""
    frame = grounds.frame if len(run) == 1 else frozenset[str]()
    telling = [word for word in run if word.plain not in STOP_WORDS | frame and word.text.isalpha()]
    before = row[place - 1].plain if place else ""
    articled = before in word_set(grounds.locale, "shortening", "article") or before in word_set(
        grounds.locale, "numbers"
    )
    if not any(word.key not in grounds.value_words for word in telling):
        return bool(telling) and articled
    head = place == 0 or BREAK.search(text, row[place - 1].end, run[0].start) is not None
    return articled or head or len(run) > 1

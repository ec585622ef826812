"""The claim check: a sentence that says more than the records and the evidence do is left out.

It compares titles, numbers, facet values, names, praise and the share of words that nothing covers. It errs towards
dropping: a paraphrase far from the evidence goes, a true one that keeps its words stays. In languages written without
spaces titles, numbers, values and praise are checked, but not the share of words. Knows no writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.cutting import sentences
from bot.grounds import Grounds, grounds_of, numbers
from bot.naming import Named, words
from vectorstore.words import STOP_WORDS, fold, tokens

if TYPE_CHECKING:
    from bot.types import Brief, Card
    from vectorstore.index import ItemIndex

_Region: TypeAlias = tuple[str, list[tuple[str, ...]]]
"""A part of a sentence, and those whom it may speak of: each a group of items."""
COVERAGE = 0.6
"""The part of a sentence's content words that has to be covered."""
_HYPHENED = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_JOINED = re.compile(r"^[\s,，、&*_\"”“()（）\d]*(?:and|or|和|与|或)?[\s*_\"“《「]*$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])?\s*")
_WIDE = re.compile(r"[㐀-鿿]")
_CLAUSE = re.compile(r"[,;:()]")
_REACH = 3
"""A negation denies a value that follows within so many words."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text, and the sentences that were left out of it."""

    text: str
    dropped: tuple[str, ...] = ()


def check(
    text: str,
    cards: Sequence[Card],
    *,
    index: ItemIndex,
    said: Sequence[str] = (),
    allowed_titles: Sequence[str] = (),
    coverage: float = COVERAGE,
) -> Checked:
    """``text`` without the sentences that ``cards`` and the catalogue's records do not support.

    ``said`` are texts that may be repeated (the visitor's message, a frame); ``allowed_titles`` may be named beside the
    cards'. ``coverage`` 0 leaves the share of covered words unchecked.
    """
    judge = _Judge(Grounds(index, cards, said=[*said, *(f"“{one}”" for one in allowed_titles)]), coverage)
    cut = sentences(text, judge.grounds)
    kept = [judge.kept(sentence) for sentence in cut]
    dropped = [
        sentence.strip() for sentence, left in zip(cut, kept, strict=True) if sentence.strip() and not left.strip()
    ]
    return Checked("".join(kept) if not dropped else "".join(kept).rstrip(), tuple(dropped))


def checked(pieces: Iterable[str], brief: Brief, index: ItemIndex, *, also: Sequence[str] = ()) -> Iterator[str]:
    """The sentences of a streamed reply that pass, each as soon as it is whole; ``also`` may be repeated too."""
    judge = _Judge(grounds_of(brief, index, also), COVERAGE)
    held = ""
    for piece in pieces:
        *whole, held = sentences(held + piece, judge.grounds, open_end=True)
        yield from filter(None, map(judge.kept, whole))
    yield from filter(None, map(judge.kept, sentences(held, judge.grounds)))


class _Judge:
    """Judges sentences in order; it remembers which item the text speaks of."""

    def __init__(self, grounds: Grounds, coverage: float) -> None:
        self.grounds = grounds
        self._coverage = coverage
        self._subject: tuple[str, ...] = ()
        self._last = "\n"

    def kept(self, sentence: str) -> str:
        """The sentence if it passes; else nothing but the line's end, where the line holds something already."""
        if not self.passes(sentence):
            ends = "\n" in sentence[len(sentence.rstrip()) :] and not self._last.endswith("\n")
            sentence = sentence[len(sentence.rstrip()) :].lstrip(" ") if ends else ""
        self._last = sentence or self._last
        return sentence

    def passes(self, sentence: str) -> bool:
        """Whether nothing in the sentence goes beyond the evidence."""
        named = self.grounds.titles.find(sentence, ours=self.grounds.ours)
        foreign = [one for one in named if one.item_id not in self.grounds.ours]
        if any(not self.grounds.words_known(sentence[one.start : one.end]) for one in foreign):
            return False
        named = [one for one in named if one not in foreign]
        bare = _blanked(sentence, named)
        if not named:
            return any(self._holds([(bare, [ids])], bare, named=False) for ids in self._silent(sentence))
        regions = list(self._regions(sentence, bare, named))
        ids = tuple(dict.fromkeys(one.item_id for one in named))
        self._subject = tuple(id_ for id_ in ids if id_ in self.grounds.cards) or (*self._subject, *ids)
        return self._holds(regions, bare, named=True)

    def _holds(self, regions: Sequence[_Region], bare: str, *, named: bool) -> bool:
        """Whether a sentence is true of the items that its parts speak of."""
        everyone = tuple(dict.fromkeys(id_ for _, options in regions for ids in options for id_ in ids))
        return (
            all(self._true_of(part, options, named=named) for part, options in regions)
            and self._plain(bare, everyone)
            and self._names(bare)
            and self._covered(bare, everyone)
        )

    def _regions(self, sentence: str, bare: str, named: Sequence[Named]) -> Iterator[_Region]:
        """The sentence cut before each title that it names, each part with those whom it may speak of.

        What follows a title that is no card ("close to Alien, from 1999") may still speak of the card before it.
        """
        groups: list[list[Named]] = [[named[0]]]
        for one in named[1:]:
            joined = _JOINED.match(sentence[groups[-1][-1].end : one.start]) and not self._set_apart(
                sentence, groups[-1]
            )
            groups[-1].append(one) if joined else groups.append([one])
        starts = [0, *(group[0].start for group in groups[1:]), len(sentence)]
        card: tuple[str, ...] = ()
        for place, group in enumerate(groups):
            ids = tuple(one.item_id for one in group)
            shown = any(id_ in self.grounds.cards for id_ in ids)
            card = ids if shown else card
            yield bare[starts[place] : starts[place + 1]], [ids] if shown or not card else [card, ids]

    def _set_apart(self, sentence: str, group: Sequence[Named]) -> bool:
        """Whether the first title of a group is named for contrast: "unlike Alien, ..."."""
        before = [word.text.casefold() for word in words(sentence[: group[0].start])[-1:]]
        return bool(self.grounds.words.negators & set(before))

    def _silent(self, sentence: str) -> list[tuple[str, ...]]:
        """Whom a sentence may speak of that names nobody: one of those named last, or every card."""
        everyone = self.grounds.words.all_of & {word.text.casefold() for word in words(sentence)}
        return [self.grounds.cards] if everyone or not self._subject else [(id_,) for id_ in self._subject]

    def _true_of(self, part: str, options: Sequence[tuple[str, ...]], *, named: bool) -> bool:
        """Whether each number and value in the part is true of one of those whom it may speak of."""
        counted = _BULLET.sub("", part)
        return all(
            any(self.grounds.number(ids, number, plural) for ids in options) for number, plural in numbers(counted)
        ) and all(
            any(self._value(part, ids, *found, named=named) for ids in options)
            for found in self.grounds.values.find(part)
        )

    def _value(self, part: str, ids: tuple[str, ...], facet: str, value: str, at: int, *, named: bool) -> bool:
        """Whether a value is held, truly denied, or said without being claimed of an item."""
        if self._denied(part[:at]):
            return not ids or self.grounds.lacks(ids, facet, value)
        if self.grounds.holds(ids, facet, value):
            return True
        keys = tokens(value)
        if ids and all(self.grounds.told((id_,), key) for id_ in ids for key in keys):
            return True
        return not named and all(self.grounds.covers((), key) for key in keys)

    def _denied(self, before: str) -> bool:
        """Whether what stands right before a value denies it."""
        lists = self.grounds.words
        if _WIDE.search(before):
            return any(before.rstrip("“《「 ").endswith(word) for word in lists.negators)
        near = [word.text.casefold() for word in words(_CLAUSE.split(before)[-1])[-_REACH:]]
        places = [place for place, word in enumerate(near) if word in lists.negators]
        return bool(places) and not lists.undo & set(near[places[-1] :])

    def _plain(self, bare: str, ids: tuple[str, ...]) -> bool:
        """Whether all praise stands in the evidence."""
        praise = self.grounds.words.praise
        if _WIDE.search(bare):
            return not any(word in bare and not self.grounds.written(ids, word) for word in praise)
        spoken = {fold(word) for word in _HYPHENED.findall(bare)}
        return all(
            any(self.grounds.told((id_,), key) for id_ in ids for key in tokens(word)) for word in spoken & praise
        )

    def _names(self, bare: str) -> bool:
        """Whether every word that is written as a name, past the first, is known."""
        held = words(_BULLET.sub("", bare))
        return all(
            self.grounds.knows(word.key) or word.text == "I" or word.plain in STOP_WORDS
            for word in held[1:]
            if word.text[:1].isupper()
        )

    def _covered(self, bare: str, ids: tuple[str, ...]) -> bool:
        """Whether enough of the content words stand in the evidence."""
        if _WIDE.search(bare):
            return True
        content = [key for key in tokens(bare) if key not in STOP_WORDS and not key.isdigit()]
        true = {key for _, value, _ in self.grounds.values.find(bare) for key in tokens(value)}
        known = sum(key in true or self.grounds.covers(ids or self.grounds.cards, key) for key in content)
        return known >= self._coverage * len(content)


def _blanked(sentence: str, named: Sequence[Named]) -> str:
    """The sentence with its titles replaced by spaces."""
    for one in named:
        sentence = sentence[: one.start] + " " * (one.end - one.start) + sentence[one.end :]
    return sentence

"""The claim check: a sentence that says more than the records and the evidence do is left out.

Rules (`claiming`) find what they understand: comparisons, amounts, stock, flags, roles, values, denials, what the
visitor is said to have said. What they leave is held against the evidence by its numbers, names, praise and the share
of words that nothing covers. It errs towards dropping: a paraphrase far from the evidence goes, a true one that keeps
its words stays. In languages written without spaces the share of words is not counted. Knows no writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from bot.claiming.amounts import amounts, together
from bot.claiming.comparing import comparisons
from bot.claiming.denying import denials
from bot.claiming.flagged import flags
from bot.claiming.roles import roles
from bot.claiming.shortening import others, shortened
from bot.claiming.spans import Claim, Group, Ids, Mention, Part, Sentence, blanked
from bot.claiming.stocked import stock
from bot.claiming.valued import values
from bot.claiming.visitor import visitor
from bot.cutting import sentences
from bot.grounds import Grounds, grounds_of, numbers
from bot.naming import Word, words
from vectorstore.words import STOP_WORDS, fold, tokens

if TYPE_CHECKING:
    from bot.types import Brief, Card
    from vectorstore.index import ItemIndex

_Rule: TypeAlias = Callable[[Part, Grounds], Iterator[Claim]]
_RULES: tuple[_Rule, ...] = (stock, flags, roles, amounts, values, denials)
"""In their order: what one has judged is no longer there for the next."""
COVERAGE = 0.6
"""The part of a sentence's content words that has to be covered."""
_HYPHENED = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_JOINED = re.compile(r"^[\s,，、&*_\"”“()（）\d]*(?:and|or|和|与|或)?[\s*_\"“《「]*$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])?\s*")
_WIDE = re.compile(r"[㐀-鿿]")
_LENIENT = 3
"""Numbers in words up to this one count what is spoken of, and are no claims without a unit."""


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
        self._subject: Ids = ()
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
        titled = self.grounds.titles.find(sentence, ours=self.grounds.ours)
        foreign = [one for one in titled if one.item_id not in self.grounds.ours]
        if any(not self.grounds.words_known(sentence[one.start : one.end]) for one in foreign):
            return False
        mentions = [Mention(one.start, one.end, (one.item_id,)) for one in titled if one not in foreign]
        row = words(sentence)
        silent = self._silent(row)
        bare, row = _without(sentence, row, mentions)
        mentions += shortened(bare, row, self.grounds)
        mentions = sorted(
            [*mentions, *others(bare, row, mentions, self.grounds, self._subject)], key=lambda one: one.start
        )
        bare, row = _without(bare, row, mentions)
        whole = Part.of(bare, (0, len(bare)), row, silent, [one.start for one in mentions])
        if not mentions:
            return any(self._holds(one, [one], ()) for one in (replace(whole, options=(ids,)) for ids in whole.options))
        groups = tuple(self._groups(sentence, mentions))
        ids = tuple(dict.fromkeys(id_ for one in mentions for id_ in one.ids))
        true = self._holds(whole, list(self._parts(whole, groups)), groups)
        self._subject = tuple(id_ for id_ in ids if id_ in self.grounds.cards) or (*self._subject, *ids)
        return true

    def _holds(self, whole: Part, parts: Sequence[Part], groups: tuple[Group, ...]) -> bool:
        """Whether a sentence is true of the items that its parts speak of."""
        everyone = tuple(dict.fromkeys(id_ for part in parts for ids in part.options for id_ in ids))
        judged = list(visitor(whole, self.grounds))
        judged += comparisons(Sentence(whole.without(judged), groups), self.grounds)
        left = [part.without(judged) for part in parts]
        for rule in _RULES:
            for place, part in enumerate(left):
                found = list(rule(part, self.grounds))
                left[place] = part.without(found)
                judged += found
            if not all(one.true for one in judged):
                return False
        rest = whole.without(judged).text
        return (
            all(map(self._counts, left))
            and self._plain(rest, everyone)
            and self._names(whole.text)
            and self._covered(whole.text, rest, everyone)
        )

    def _groups(self, sentence: str, mentions: Sequence[Mention]) -> Iterator[Group]:
        """The items named together ("A and B"), in order."""
        held = [mentions[0]]
        for one in mentions[1:]:
            if _JOINED.match(sentence[held[-1].end : one.start]) and not self._set_apart(sentence, held[0]):
                held.append(one)
            else:
                yield Group(tuple(held))
                held = [one]
        yield Group(tuple(held))

    def _parts(self, whole: Part, groups: Sequence[Group]) -> Iterator[Part]:
        """The sentence cut before each group that it names, each part with those whom it may speak of.

        What follows a title that is no card ("close to Alien, from 1999") may still speak of the card before it.
        """
        starts = [0, *(group.start for group in groups[1:]), whole.end]
        card: list[Ids] = []
        for place, group in enumerate(groups):
            shown = any(id_ in self.grounds.cards for ids in group.options for id_ in ids)
            card = group.options if shown else card
            options = group.options if shown or not card else [*card, *group.options]
            yield Part.of(whole.text, (starts[place], starts[place + 1]), whole.row, options, whole.names)

    def _set_apart(self, sentence: str, first: Mention) -> bool:
        """Whether the first title of a group is named for contrast: "unlike Alien, ..."."""
        before = [word.text.casefold() for word in words(sentence[: first.start])[-1:]]
        return bool(self.grounds.words.negators & set(before))

    def _silent(self, row: Sequence[Word]) -> list[Ids]:
        """Whom a sentence may speak of that names nobody: one of those named last, or every card."""
        everyone = self.grounds.words.all_of & {word.text.casefold() for word in row}
        return [self.grounds.cards] if everyone or not self._subject else [(id_,) for id_ in self._subject]

    def _counts(self, part: Part) -> bool:
        """Whether each number without a unit is true of one of those whom the part may speak of."""
        counted = _BULLET.sub("", part.text[part.start : part.end])
        said = self.grounds.speech.units.amounts(counted)
        worded = [(one.value, "") for one in said if one.worded and one.value > _LENIENT]
        held = [*numbers(counted), *worded]
        every = len(held) == 1 and together(part, self.grounds)
        return all(any(self._counted(ids, *one, every=every) for ids in part.options) for one in held)

    def _counted(self, ids: Ids, number: float, plural: str, *, every: bool) -> bool:
        """Whether a number is true of one of the items, or of each."""
        groups = [(id_,) for id_ in ids] if every and ids else [ids]
        return all(self.grounds.number(one, number, plural) for one in groups)

    def _plain(self, left: str, ids: Ids) -> bool:
        """Whether all praise, and all that is said of terms, stands in the evidence."""
        praise, service = self.grounds.words.praise, self.grounds.words.service
        if _WIDE.search(left):
            terms = {word for word in service if word not in self.grounds.said_text}
            return not any(word in left and not self.grounds.written(ids, word) for word in praise | terms)
        spoken = {fold(word) for word in _HYPHENED.findall(left)}
        return all(
            any(self.grounds.told((id_,), key) for id_ in ids for key in tokens(word)) for word in spoken & praise
        ) and all(self.grounds.covers(ids, key) for word in spoken & service for key in tokens(word))

    def _names(self, bare: str) -> bool:
        """Whether every word that is written as a name, past the first, is known."""
        held = words(_BULLET.sub("", bare))
        return all(
            self.grounds.knows(word.key) or word.text == "I" or word.plain in STOP_WORDS
            for word in held[1:]
            if word.text[:1].isupper()
        )

    def _covered(self, bare: str, left: str, ids: Ids) -> bool:
        """Whether enough of the content words stand in the evidence; what a rule found true does."""
        if _WIDE.search(bare):
            return True
        content, rest = _content(bare), _content(left)
        unknown = sum(not self.grounds.covers(ids or self.grounds.cards, key) for key in rest)
        return len(content) - unknown >= self._coverage * len(content)


def _without(text: str, row: Sequence[Word], mentions: Sequence[Mention]) -> tuple[str, list[Word]]:
    """A text and its words, without those that name somebody."""
    left = [word for word in row if not any(one.start <= word.start < one.end for one in mentions)]
    return blanked(text, ((one.start, one.end) for one in mentions)), left


def _content(text: str) -> list[str]:
    """The stems that say something."""
    return [key for key in tokens(text) if key not in STOP_WORDS and not key.isdigit()]

"""Where a message names an item: in a telling frame, by exact titles with enough evidence, then by `title_search`.

A title with a number or an unknown word after it is another title, one that the catalogue lacks. Knows no roles; what
the visitor thinks of an item is read in `roles`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from bot.engines.lexical.lexicon import common_words, word_set
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import Reading
from bot.engines.lexical.title_evidence import CUED, Evidence
from bot.engines.lexical.title_frames import TitleFrames
from bot.engines.lexical.title_makers import Makers
from bot.engines.lexical.title_names import Names
from bot.engines.lexical.title_parts import TitleParts, without
from bot.engines.lexical.title_runs import Runs
from bot.engines.lexical.title_search import TitleSearch
from bot.engines.lexical.title_series import Series
from bot.engines.lexical.title_words import TitleWords, title_words, year_after
from bot.engines.lexical.titles import Link, Titles
from bot.engines.lexical.units import unit_group
from bot.types import Mention

Taken: TypeAlias = Callable[[str], bool]

_SIMILAR = 75.0


class TitleSpans:
    """Finds the items that a message names."""

    def __init__(self, titles: Titles, runs: Runs, series: Series, makers: Makers, taken: Taken, valued: Taken) -> None:
        """``taken``: whether a phrase already means a facet value or a person; ``valued``: nouns of titles left out."""
        self._titles, self._makers = titles, makers
        self._evidence = Evidence(titles, taken)
        self._search = TitleSearch(titles, self._evidence, self._linked)
        self._parts = TitleParts(runs, self._evidence, valued)
        self._names = Names(titles, self._evidence, runs.ordinary)
        self._frames = TitleFrames(titles, runs, self._linked, self._names, series)

    def spans(self, reading: Reading, people: Collection[int] = (), shown: Sequence[str] = ()) -> list[Span]:
        """Every item named, those that are not in the catalogue included.

        ``people``: tokens that name a person. ``shown``: of the items that share a model's name, these are meant first.
        """
        words = title_words(reading, shown)
        dated = [*self._search.dated(words), *self._made(words)]
        taken = {index for span in dated for index in range(span.start, span.end)}
        held = [span for span in self._exact(words) if span.mentions[0].item_id]
        framed = [span for span in self._frames.spans(words) if not taken & set(range(span.start, span.end))]
        framed = [span for span in framed if not any(self._within(words, one, span) for one in held)]
        taken |= {index for span in framed for index in range(span.start, span.end)}
        exact = [span for span in self._exact(words) if not taken & set(range(span.start, span.end))]
        taken |= {index for span in exact if span.rank >= CUED for index in range(span.start, span.end)} | set(people)
        found = list(self._search.spelled(words, taken))
        wider = [span for span in found if any(_covers(span, other) for other in exact)]
        exact = [span for span in exact if not any(_covers(other, span) for other in wider)]
        taken |= {index for span in exact for index in range(span.start, span.end)}
        spelled = [span for span in found if not taken & set(range(span.start, span.end))]
        return self._completed(words, [*dated, *framed, *exact, *spelled], people)

    def _made(self, words: TitleWords) -> Iterator[Span]:
        """Titles behind their makers' names, which belong to them."""
        for first, last, link in self._makers.named(words):
            span = self._linked(words, first, last, link, CUED)
            start = words.places[first - 1 - (words.norms[first - 1] == "'s")]
            yield replace(span, start=start, rank=CUED + 2)

    def _within(self, words: TitleWords, title: Span, unknown: Span) -> bool:
        """Whether a name that no item has is a title with everyday words around it: "still got The Gasman Cometh"."""
        if unknown.mentions[0].item_id or not (unknown.start <= title.start and title.end <= unknown.end):
            return False
        tokens = words.reading.tokens
        rest = [*tokens[unknown.start : title.start], *tokens[title.end : unknown.end]]
        everyday = all(
            token.norm in common_words() and not token.norm.isdigit() and not self._titles.sequel(token.norm)
            for token in rest
            if token.word
        )
        return title.end - title.start > 1 and everyday

    def doubtful(self, reading: Reading, taken: Collection[int], shown: Sequence[str] = ()) -> list[Span]:
        """What may be a part of a title and may be none, on tokens that are not ``taken``."""
        return self._parts.doubtful(title_words(reading, shown), taken)

    def _completed(self, words: TitleWords, spans: list[Span], people: Collection[int]) -> list[Span]:
        """With the titles that were said in part, in the place of shorter ones and of names that no item has."""
        linked = {i for span in spans if span.mentions[0].item_id for i in range(span.start, span.end)}
        parts = [part for part in self._parts.spans(words, people, linked) if self._wins(part, spans)]
        found = [*without(spans, parts), *parts]
        linked = {i for span in found if span.mentions[0].item_id for i in range(span.start, span.end)}
        taken = linked | {i for span in found for i in range(span.start, span.end)} | set(people)
        return [*found, *self._names.beside(words, linked, taken)]

    def _wins(self, part: Span, spans: Sequence[Span]) -> bool:
        """Whether a part says more than whatever it overlaps: a shorter title, or a name that no item has."""
        over = [span for span in spans if part.start < span.end and span.start < part.end]
        return all(span.rank < CUED + 2 and self._outdone(span, part) for span in over)

    def _outdone(self, span: Span, part: Span) -> bool:
        length, size = part.end - part.start, span.end - span.start
        if span.mentions[0].item_id:
            return part.start <= span.start and span.end <= part.end and size < length
        return length > 1 and 2 * length > size

    def _exact(self, words: TitleWords) -> Iterator[Span]:
        first = 0
        while first < len(words.norms):
            span = self._exact_at(words, first)
            if span:
                yield span
            first = max(first + 1, words.after(span.end) if span else 0)

    def _exact_at(self, words: TitleWords, first: int) -> Span | None:
        for length in self._titles.lengths(words.norms[first]):
            last = words.reach(first, length)
            link = self._titles.exact(words.key(first, last)) if last else None
            if (
                last is None
                or link is None
                or (words.broken(first, last) and not self._written(words, first, last, link))
            ):
                continue
            rank = self._evidence.weigh(words, first, last)
            if rank:
                span = self._linked(words, first, last, link, rank)
                unknown = any(mention.item_id is None for mention in span.mentions)
                return (self._search.wider(words, first) if unknown else None) or span
        return None

    def _written(self, words: TitleWords, first: int, last: int, link: Link) -> bool:
        """Whether the title itself is written with these marks ("Dr. Strangelove")."""
        return words.marks(first, last) <= set(self._titles.spelled(link.item_id))

    def _linked(self, words: TitleWords, first: int, last: int, link: Link, rank: int) -> Span:
        """A title, with the year after it; with a number or an unknown word after it, another title."""
        if self._titles.model(words.key(first, last)):
            meant = next((id_ for id_ in link.others if id_ in words.shown and link.item_id not in words.shown), "")
            link = replace(link, item_id=meant or link.item_id)
            last = self._absorbed(words, last, link)
        start, end = words.tokens(first, last)
        year, after = year_after(words.reading, end)
        if year is not None:
            fitting = [id_ for id_ in (link.item_id, *link.others) if self._titles.of_year(id_, year)]
            found, near = (fitting[0], ()) if fitting else (None, (link.item_id, *link.others))
            mention = Mention(words.reading.slice(start, after), found, near=near, confidence=0.95)
            return Span(start, after, "title", mentions=(mention,), rank=rank)
        longer = max(self._longer(words, last, rank), self._another(words, last, link))
        if longer > last:
            near = tuple(dict.fromkeys((link.item_id, *self._titles.near(words.key(first, longer), floor=_SIMILAR))))
            mention = Mention(words.text(first, longer), None, near=near[:3], confidence=0.8)
            return Span(*words.tokens(first, longer), "title", mentions=(mention,), rank=rank + 1)
        mention = Mention(words.text(first, last), link.item_id, confidence=link.score / 100)
        return Span(start, end, "title", mentions=(mention,), rank=rank)

    def _absorbed(self, words: TitleWords, last: int, link: Link) -> int:
        """Where a model's name ends when more of the item's title follows it: "the Old Road leather boots"."""
        titled = frozenset(self._titles.spelled_words(link.item_id))
        while (
            last < len(words.norms) and words.places[last] == words.places[last - 1] + 1 and words.norms[last] in titled
        ):
            last += 1
        return last

    def _another(self, words: TitleWords, last: int, link: Link) -> int:
        """Where the name ends of an item that differs in its number: "Drill Master 4000" is not the 3000."""
        norm = words.norms[last] if last < len(words.norms) else ""
        titled = self._titles.spelled_words(link.item_id)
        other = norm.isdigit() and norm not in titled and any(word.isdigit() for word in titled)
        return last + 1 if other and words.places[last] == words.places[last - 1] + 1 else last

    def _longer(self, words: TitleWords, last: int, rank: int) -> int:
        """Where the title really ends when a sequel number or an unknown word follows it."""
        if last >= len(words.norms) or words.places[last] != words.places[last - 1] + 1:
            return last
        norm, after = words.norms[last], words.norms[last + 1] if last + 1 < len(words.norms) else ""
        parted = words.places[last + 1 : last + 2] != (words.places[last] + 1,)
        counting = not parted and (unit_group(after)[0] or after in word_set("title_spans_counted"))
        if self._titles.sequel(norm) and not counting:
            return last + 1 + (after.isdigit() or (norm in word_set("title_spans_parts") and bool(after)))
        strange = words.capital(last) and not self._evidence.follower(norm)
        unknown = norm not in self._evidence.stops | word_set("descriptions_against") and self._evidence.unknown(norm)
        return last + 1 if unknown and (strange or rank >= CUED) else last


def _covers(wide: Span, narrow: Span) -> bool:
    """Whether a title that was found holds a shorter one: "Ameican Psycho" is not "Psycho"."""
    inside = wide.start <= narrow.start and narrow.end <= wide.end and wide.end - wide.start > narrow.end - narrow.start
    return inside and all(mention.item_id for mention in wide.mentions)

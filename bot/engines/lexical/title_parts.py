"""Titles that are said in part, misspelt or without marks: runs of a title's words, weighed by what speaks for them.

What a run says (rare words, all of a title, its beginning or end) and what stands around it (a cue, an article, the end
of a clause, another title) add up to one score; from `ENOUGH` on a title is meant. Knows no roles.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from bot.engines.lexical.lexicon import common_words, word_set
from bot.engines.lexical.spans import Span
from bot.engines.lexical.title_evidence import CUED, Evidence
from bot.engines.lexical.title_runs import Run, Runs, base
from bot.engines.lexical.title_words import TitleWords
from bot.engines.lexical.titles import counts
from bot.types import Mention

ENOUGH = 6.0
"""The score from which a run of words is an item."""
BARE = 3.0
"""What the words alone must say, whatever stands around them."""
DOUBTED = (2.0, 1.5)
"""What the words alone and all together must say for a run to be worth asking about."""
_ONLY, _RARE, _PLAIN, _FACET = 3.0, 2.0, 1.0, 0.5
_FULL, _WHOLE, _EDGE, _LONGER, _TYPO, _GAP, _ALONE = 3.0, 2.0, 1.0, 0.5, 0.5, 0.5, 1.0
_CUE, _WEAK, _DEFINITE, _LISTED, _APPOSED, _CAPITAL, _OPENS, _ENDS = 2.5, 1.5, 1.0, 2.5, 2.0, 1.5, 1.0, 0.5
_CLAUSE = 0.5
_INDEFINITE, _GOES_ON = -2.0, -1.0
_LARGE = 2000
"""Titles from which on a rare word proves little: some title holds nearly every word."""


class TitleParts:
    """Finds items by runs of their titles' words."""

    def __init__(self, runs: Runs, evidence: Evidence, valued: Callable[[str], bool]) -> None:
        """Weigh what ``runs`` finds by ``evidence``; ``valued``: whether a phrase means a value or a person."""
        self._runs, self._evidence, self._valued = runs, evidence, valued
        self._composed, self._large = runs.composed, len(runs) >= _LARGE

    def spans(self, words: TitleWords, taken: Collection[int], linked: Collection[int]) -> list[Span]:
        """The items named in part, on tokens that are not ``taken``; ``linked``: tokens of titles found before."""
        found: list[Span] = []
        titled, first = set(linked), 0
        while first < len(words.norms):
            run = self._at(words, first, taken, titled)
            if run:
                mention = Mention(words.text(run.first, run.last), run.item_id, confidence=0.8)
                span = Span(*words.tokens(run.first, run.last), "title", mentions=(mention,), rank=CUED + 1)
                found.append(span)
                titled.update(range(span.start, span.end))
            first = max(first + 1, run.last if run else 0)
        return found

    def doubtful(self, words: TitleWords, taken: Collection[int]) -> list[Span]:
        """Runs that may be items though too little speaks for them, on tokens that are not ``taken``."""
        found: list[Span] = []
        first = 0
        while first < len(words.norms):
            run = self._free(words, first, taken)
            if run and self._doubted(words, run):
                mention = Mention(words.text(run.first, run.last), run.item_id, confidence=0.5)
                found.append(Span(*words.tokens(run.first, run.last), "title", mentions=(mention,)))
                first = run.last
            else:
                first += 1
        return found

    def _at(self, words: TitleWords, first: int, taken: Collection[int], titled: Collection[int]) -> Run | None:
        run = self._free(words, first, taken)
        if run is None or self._kind(words, run):
            return None
        said = self._said(words, run)
        return run if said >= BARE and said + self._around(words, run, titled) >= ENOUGH else None

    def _doubted(self, words: TitleWords, run: Run) -> bool:
        said = self._said(words, run)
        return said >= DOUBTED[0] and said + self._around(words, run, ()) >= DOUBTED[1]

    def _free(self, words: TitleWords, first: int, taken: Collection[int]) -> Run | None:
        """The run that begins at a word and crosses nothing."""
        if words.norms[first] in self._evidence.stops and not self._small(words, first):
            return None
        run = self._runs.at(words.norms, first, words.shown)
        if run and not run.whole and self._elsewhere(words, run):
            return None
        if run is None or words.broken(run.first, run.last) or self._crossed(words, run, taken):
            return None
        return None if self._numbered(words, run) or self._valued(" ".join(words.key(run.first, run.last))) else run

    def _elsewhere(self, words: TitleWords, run: Run) -> bool:
        """Whether the word before makes something else of a part of a title: "set in Paris", "my parents"."""
        before = words.norms[run.first - 1] if run.first else ""
        own = before in word_set("title_parts_owners") and set(words.norms[run.first : run.last]) <= common_words()
        return own or before in word_set("title_parts_scenes")

    def _kind(self, words: TitleWords, run: Run) -> bool:
        """Whether a part of a title that is put together only says what kind of thing it is."""
        held = " ".join(words.key(run.first, run.last))
        part = self._composed and not run.whole
        return part and (self._evidence.taken(held) or not any(map(self._own, run.matched)))

    def _numbered(self, words: TitleWords, run: Run) -> bool:
        """Whether a number after a run belongs to it, so that it is another title: "godfather part 3"."""
        after = words.norms[run.last] if run.last < len(words.norms) else ""
        beside = after and words.places[run.last] == words.places[run.last - 1] + 1
        return bool(beside) and (base(after).isdigit() or words.norms[run.last - 1] in word_set("title_spans_parts"))

    def _small(self, words: TitleWords, first: int) -> bool:
        """Whether a small word may begin a title: "where the crawdads sing", at the beginning of a clause."""
        return self._opens(words, first)

    def _crossed(self, words: TitleWords, run: Run, taken: Collection[int]) -> bool:
        return any(words.places[index] in taken for index in range(run.first, run.last))

    def _said(self, words: TitleWords, run: Run) -> float:
        """What the words themselves say."""
        if not run.matched or (not run.whole and all(map(counts, run.matched))):
            return 0.0
        full = run.whole and len(run.matched) > 1
        score = sum(max(self._telling(word), _PLAIN * full) for word in run.matched)
        score += _LONGER * max(0, run.last - run.first - 2) - _TYPO * run.typos - _GAP * run.missed
        if run.typos and (len(run.matched) == 1 or all(len(word) < 7 for word in run.matched)):
            score -= _TYPO if run.whole or len(run.matched) > 1 else _ALONE
        alone = len(run.matched) == 1 and not self._composed
        if alone and not run.whole:
            score -= _ALONE * (1 + self._large)
        full = full and (not self._large or any(self._telling(word) > _PLAIN for word in run.matched))
        return score + (_FULL if full else _WHOLE if run.whole else _EDGE if run.edge else 0.0)

    def _own(self, word: str) -> bool:
        """Whether a word is a title's own, rather than a value, a kind of thing or a number."""
        return not (word.isdigit() or self._evidence.taken(word))

    def _telling(self, word: str) -> float:
        """How much a word of a title tells."""
        common = word in common_words() or f"{word}e" in common_words()
        if self._valued(word) or (common and self._evidence.taken(word)):
            return _FACET
        if common or word.isdigit() or len(word) < 3:
            return _PLAIN
        if self._runs.frequency(word) > 1:
            return _RARE
        return _ONLY + (self._composed and not self._runs.ordinary(word))

    def _around(self, words: TitleWords, run: Run, titled: Collection[int]) -> float:
        """What the words around say."""
        evidence, first, last = self._evidence, run.first, run.last
        ordinary = len(run.matched) == 1 and self._telling(run.matched[0]) <= _PLAIN
        score = -_ALONE if ordinary and self._large else 0.0
        cue = evidence.cue(words, first, last)
        if cue:
            score += _WEAK if evidence.weak(cue) else _CUE
        elif self._opens(words, first):
            score += _OPENS + _CLAUSE * self._closes(words, last)
        elif first and words.norms[first - 1] in word_set("title_parts_links"):
            score += _CLAUSE
        if self._beside(words, first, last, titled):
            score += _LISTED
        score += self._pointed(words, first)
        content = [index for index in range(first, last) if words.norms[index] not in evidence.stops]
        written = [words.capital(index) or words.norms[index].isdigit() for index in content]
        if any(map(words.capital, content)) and all(written) and (len(content) > 1 or not words.opens(first)):
            score += _CAPITAL
        if evidence.apposed(words, last):
            score += _APPOSED
        elif evidence.judged(words, last) or words.norms[last : last + 1] in (("yes",), ("no",), ("maybe",)):
            score += _WEAK
        ended = evidence.ends(words, last) or words.norms[last] in _after()
        return score + (_ENDS if ended else self._going_on(words, last))

    def _closes(self, words: TitleWords, last: int) -> bool:
        """Whether a mark or the end of the message follows."""
        after = words.places[last - 1] + 1
        return after >= len(words.reading.tokens) or not words.reading.tokens[after].word

    def _going_on(self, words: TitleWords, last: int) -> float:
        """A noun right after a part of a title makes it something else: "eternal sunshine states"."""
        after = words.norms[last] if last < len(words.norms) else ""
        return _GOES_ON if self._evidence.taken(after) else 0.0

    def _pointed(self, words: TitleWords, first: int) -> float:
        """What an article or a pronoun before says: "the gecko shoes" are known, "a gecko toy" is any."""
        if not first:
            return 0.0
        before = words.norms[first - 1]
        if before in word_set("title_parts_any"):
            return _INDEFINITE
        inside = words.norms[first] in word_set("title_parts_known")
        known = inside or before in word_set("title_parts_known")
        return _DEFINITE * (1 + self._composed) if known else 0.0

    def _opens(self, words: TitleWords, first: int) -> bool:
        """Whether a clause begins here."""
        place = words.places[first]
        return place == 0 or not words.reading.tokens[place - 1].word

    def _beside(self, words: TitleWords, first: int, last: int, titled: Collection[int]) -> bool:
        """Whether a title stands before or after, with nothing but "and" between them."""
        return joined(words, first, -1, titled) or joined(words, last - 1, 1, titled)


def _after() -> frozenset[str]:
    """The words after which a name is over though they begin nothing: verbs, and what a question asks for."""
    return word_set("title_parts_verbs") | word_set("title_evidence_asked") | word_set("title_parts_asked")


def joined(words: TitleWords, index: int, step: int, titled: Collection[int]) -> bool:
    """Whether a link ("and", "vs", a comma) and then a title follow a word, forwards or backwards (``step``)."""
    tokens, place = words.reading.tokens, words.places[index] + step
    linked = False
    while 0 <= place < len(tokens) and place not in titled:
        norm = tokens[place].norm
        linked = linked or norm in word_set("title_parts_links")
        if norm not in word_set("title_parts_links") | word_set("title_parts_between"):
            return False
        place += step
    return linked and 0 <= place < len(tokens)


def without(spans: Sequence[Span], parts: Sequence[Span]) -> list[Span]:
    """The spans that no part covers: "Dune" goes where "children of dune" was found."""
    return [span for span in spans if not any(part.start < span.end and span.start < part.end for part in parts)]

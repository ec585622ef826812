"""Where a message names an item: exact titles with enough evidence, titles with typos, titles that the catalogue lacks.

A title made of common words ("Heat", "It") needs a cue: quotes, capitals in mid-sentence, "like", "seen", "the film", or
being the whole message. Knows no roles; what the visitor thinks of an item is read in `roles`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.engines.lexical.gazetteer import closest
from bot.engines.lexical.lexicon import common_words, table
from bot.engines.lexical.numbers import Quantities
from bot.engines.lexical.facets import unit_group
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import Reading
from bot.engines.lexical.titles import Link, Titles, plain
from bot.types import Mention

LONGEST = 8
"""Words of the longest title that is looked for by its spelling."""
_NOT_LIKING = frozenset({"i'd", "would", "i", "you", "we", "feel", "feels", "feeling", "looks", "look", "sound", "sounds", "don't", "really", "they", "id", "we'd", "what's", "was", "it's"})
_NAMING = frozenset({"film", "movie", "called", "titled", "named", "entitled", "the film", "the movie"})
_TELLING = frozenset({"me", "more", "what", "how", "info", "information", "know", "something"})
_WEAK_CUES = frozenset({"is", "not", "no", "on", "into", "have", "got", "made", "find", "know", "love", "watch", "add", "no more", "another", "again", "near", "stock", "carry", "include", "remove", "rent", "stream", "between", "than", "liked", "find me", "suggest", "recommend"})


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a reading without its marks: token index and folded word of each."""

    reading: Reading
    places: tuple[int, ...]
    norms: tuple[str, ...]

    def key(self, first: int, last: int) -> tuple[str, ...]:
        return self.norms[first:last]

    def tokens(self, first: int, last: int) -> tuple[int, int]:
        """Token indices of the words from ``first`` up to ``last``."""
        return self.places[first], self.places[last - 1] + 1

    def broken(self, first: int, last: int) -> bool:
        """Whether a sentence ends between these words."""
        start, end = self.tokens(first, last)
        return any(token.text in ".!?;\"()" for token in self.reading.tokens[start:end])


class TitleSpans:
    """Finds the items that a message names."""

    def __init__(self, titles: Titles, taken: Callable[[str], bool]) -> None:
        """``taken``: whether a phrase already means a facet value or a person."""
        lists = table("en.mentions")["titles"]
        self._titles = titles
        self._taken = taken
        self._cues = Phrases((cue, cue) for cue in lists["cues"])
        self._certain = Phrases((cue, cue) for cue in lists["certain"])
        self._naming = Phrases((cue, 1) for cue in lists["naming"])
        self._naming_several = Phrases((cue, 2) for cue in lists["naming_several"])
        self._openers = frozenset(word for phrase in lists["openers"] for word in phrase.split()[:1])
        self._followers = frozenset(lists["followers"])
        self._filler = frozenset(word for phrase in table("en.words")["filler"] for word in phrase.split())
        self._stops = frozenset(table("en.words")["stop"])
        self._common = tuple(word for word in common_words() if len(word) > 3)

    def spans(self, reading: Reading) -> list[Span]:
        """Every item named, the ones that are not in the catalogue included."""
        words = _words(reading)
        exact = list(self._exact(words))
        taken = {index for span in exact for index in range(span.start, span.end)}
        return exact + [span for span in self._spelled(words, taken) if not taken & set(range(span.start, span.end))]

    def _exact(self, words: _Words) -> Iterator[Span]:
        first = 0
        while first < len(words.norms):
            span, last = self._exact_at(words, first)
            if span:
                yield span
            first = last

    def _exact_at(self, words: _Words, first: int) -> tuple[Span | None, int]:
        for length in self._titles.lengths(words.norms[first]):
            last = _reach(words, first, length)
            if last is None or words.broken(first, last) and not self._punctuated(words, first, last):
                continue
            link = self._titles.exact(words.key(first, last))
            rank = self._evidence(words, first, last) if link else 0
            if link and rank:
                span = self._linked(words, first, last, link, rank)
                return span, max(last, first + 1, _word_after(words, span.end))
        return None, first + 1

    def _punctuated(self, words: _Words, first: int, last: int) -> bool:
        """Whether the title itself is written with these marks ("Dr. Strangelove")."""
        link = self._titles.exact(words.key(first, last))
        start, end = words.tokens(first, last)
        marks = {token.text for token in words.reading.tokens[start:end] if not token.word}
        return bool(link) and marks <= set(self._titles.spelled(link.item_id))

    def _evidence(self, words: _Words, first: int, last: int) -> int:
        """How sure it is that these words are meant as a title: 0 not at all, 4 quoted."""
        reading, (start, end) = words.reading, words.tokens(first, last)
        key = plain(words.key(first, last))
        if _quoted(reading, start, end):
            return 4
        content = [word for word in key if word not in self._stops]
        cue = self._cue(words, first, last)
        capital = self._capitals(reading, start, end)
        single = len(key) == 1
        if _dated(reading, end) or (not content or (single and len(key[0]) < 4)):
            alone = reading.tokens[start].capital and self._alone(words, first, last)
            return 3 if _dated(reading, end) or cue in _NAMING or (capital and cue) or alone else 0
        if all(word.isdigit() for word in key):
            return 3 if cue and cue not in _WEAK_CUES else 0
        if self._taken(" ".join(key)) or self._titles.content(key) == [] :
            return 3 if cue and cue not in _WEAK_CUES else 0
        if self._alone(words, first, last):
            return 3
        if cue and (capital or cue not in _WEAK_CUES or not self._plain_words(key)):
            return 3
        if capital and (not single or not self._theme(words, first)):
            return 2
        return 2 if self._titles.distinctive(words.key(first, last)) else 0

    def _plain_words(self, key: tuple[str, ...]) -> bool:
        return all(word in common_words() or word in self._stops for word in key)

    def _theme(self, words: _Words, first: int) -> bool:
        """Whether the words are what a film is about, or where it is from."""
        return first > 0 and words.norms[first - 1] in ("about", "in", "from", "of", "to", "at", "for", "with", "on")

    def _cue(self, words: _Words, first: int, last: int) -> str:
        """The cue before a title, "" for none; common words also need a fitting word after them."""
        tokens, start = words.reading.tokens, words.places[first]
        start -= start > 0 and tokens[start - 1].norm in ("the", "a", "an")
        cue = self._certain.before(tokens, start) or self._cues.before(tokens, start)
        if not cue:
            return self._listed(words, first)
        before = tokens[cue.start - 1].norm if cue.start else ""
        lower = not tokens[words.places[first]].capital or words.reading.shouting
        if cue.value == "like" and before in _NOT_LIKING and lower:
            return ""
        if cue.value == "about" and before not in _TELLING:
            return ""
        fitting = not lower or self._ends(words, last) or not self._plain_words(words.key(first, last))
        return cue.value if fitting or self._unknown(words.norms[last]) else ""

    def _listed(self, words: _Words, first: int) -> str:
        """A title after another title: "Alien and Heat"."""
        if first < 2 or words.norms[first - 1] not in ("and", "or", "vs", "versus", "nor"):
            return ""
        for back in range(1, min(6, first)):
            key = words.key(first - 1 - back, first - 1)
            if self._titles.exact(key) and self._cue(words, first - 1 - back, first - 1):
                return "and"
        return ""

    def _ends(self, words: _Words, last: int) -> bool:
        """Whether the words after a title show that it is over."""
        if last >= len(words.norms):
            return True
        after = words.reading.tokens[words.places[last - 1] + 1]
        return after.stop or after.norm in self._followers or after.norm[:1].isdigit() or after.norm == "'s"

    def _capitals(self, reading: Reading, start: int, end: int) -> bool:
        """Whether its content words are written as a title is, in mid-sentence or several together."""
        if reading.shouting:
            return False
        inner = [token for token in reading.tokens[start:end] if token.word and token.norm not in self._stops]
        inner = inner or list(reading.tokens[start:end])
        if not all(token.capital or token.norm[:1].isdigit() for token in inner):
            return False
        return any(token.capital for token in inner) and (len(inner) > 1 or not reading.starts_sentence(start))

    def _alone(self, words: _Words, first: int, last: int) -> bool:
        """Whether the message holds nothing else but filler."""
        rest = words.norms[:first] + words.norms[last:]
        return all(word in self._filler for word in rest) and len(rest) <= 3 and (bool(rest) < 1 or len(words.norms) <= 6)

    def _linked(self, words: _Words, first: int, last: int, link: Link, rank: int) -> Span:
        """A title, with the year after it; with a number or an unknown word after it, another title."""
        start, end = words.tokens(first, last)
        year, after = _year_after(words.reading, end)
        if year is not None:
            dated = self._titles.exact(words.key(first, last), year)
            near = () if dated else (link.item_id, *link.others)
            found = dated.item_id if dated else None
            text = words.reading.slice(start, after)
            return Span(start, after, "title", mentions=(Mention(text, found, near=near, confidence=0.95),), rank=rank)
        longer = self._longer(words, last, rank)
        if longer > last:
            start, end = words.tokens(first, longer)
            near = tuple(dict.fromkeys((link.item_id, *self._titles.near(words.key(first, longer), floor=75.0))))[:3]
            mention = Mention(words.reading.slice(start, end), None, near=near, confidence=0.8)
            return Span(start, end, "title", mentions=(mention,), rank=rank + 1)
        mention = Mention(words.reading.slice(start, end), link.item_id, confidence=link.score / 100)
        return Span(start, end, "title", mentions=(mention,), rank=rank)

    def _longer(self, words: _Words, last: int, rank: int) -> int:
        """Where the title really ends when a sequel number or an unknown word follows it."""
        if last >= len(words.norms) or words.places[last] != words.places[last - 1] + 1 or rank < 2:
            return last
        norm, token = words.norms[last], words.reading.tokens[words.places[last]]
        after = words.norms[last + 1] if last + 1 < len(words.norms) else ""
        if self._titles.sequel(norm) and not unit_group(after)[0] and after not in ("years", "days", "times", "more", "weeks", "of", "stars"):
            return last + 1 + (after.isdigit() or (norm in ("part", "chapter", "episode", "volume", "vol") and bool(after)))
        unknown = norm not in self._stops and self._unknown(norm)
        strange = token.capital and not words.reading.shouting and norm not in self._followers
        if (unknown and (strange or rank >= 3)) and not self._taken(norm):
            return last + 1
        return last

    def _unknown(self, norm: str) -> bool:
        """Whether a word is neither common, nor a typo of a common one."""
        if norm in common_words() or norm in self._filler or len(norm) < 3 or norm[0].isdigit() or self._taken(norm):
            return False
        return len(norm) < 5 or closest(norm, self._common) is None

    def _spelled(self, words: _Words, taken: set[int]) -> Iterator[Span]:
        """Titles by their spelling: after a cue, in capitals, or as the whole message."""
        first = 0
        while first < len(words.norms):
            if words.places[first] in taken:
                first += 1
                continue
            span = self._spelled_at(words, first, taken)
            if span:
                yield span
            first = max(first + 1, _word_after(words, span.end) if span else 0)

    def _spelled_at(self, words: _Words, first: int, taken: set[int]) -> Span | None:
        tokens = words.reading.tokens
        place = words.places[first]
        cue = self._cue(words, first, first + 1)
        opening = place - (place > 0 and tokens[place - 1].norm in ("the", "a", "an"))
        certain = self._certain.before(tokens, opening)
        naming = self._naming.before(tokens, opening) or self._naming_several.before(tokens, opening)
        quoted = place > 0 and tokens[place - 1].text == '"'
        capital = tokens[place].capital and not words.reading.shouting and not words.reading.starts_sentence(place)
        whole = first == self._content_start(words)
        if not (cue or quoted or capital or whole) or (words.norms[first] in self._openers and not (quoted or capital)):
            return None
        window = self._window(words, first, taken, quoted)
        return self._by_spelling(words, first, window, sure=bool(cue or quoted or capital)) or self._missing(
            words, first, window, named=quoted or (capital and bool(cue)), certain=bool(certain and cue), few=naming
        )

    def _content_start(self, words: _Words) -> int:
        """The first word that is no filler; the articles belong to what follows."""
        for index, norm in enumerate(words.norms):
            if norm not in self._filler:
                return index - (index > 0 and words.norms[index - 1] in ("the", "a", "an"))
        return -1

    def _window(self, words: _Words, first: int, taken: set[int], quoted: bool) -> int:
        """Where the words that may belong to a title end."""
        last = first
        while last < len(words.norms) and last - first < LONGEST and words.places[last] not in taken:
            gap = words.reading.tokens[words.places[last - 1] + 1 : words.places[last]] if last > first else ()
            if any(token.stop for token in gap):
                break
            last += 1
        return last

    def _by_spelling(self, words: _Words, first: int, window: int, *, sure: bool) -> Span | None:
        for last in range(window, first, -1):
            key = words.key(first, last)
            if self._hopeless(key) or (not sure and last != window and not self._ends(words, last)):
                continue
            link = self._titles.fuzzy(key) or self._titles.partial(key) if sure or self._all_said(words, first, last) else None
            if link and (sure or link.strong):
                return replace(self._linked(words, first, last, link, 3), rank=2 + sure)
        return None

    def _all_said(self, words: _Words, first: int, last: int) -> bool:
        return all(word in self._filler for word in words.norms[last:])

    def _hopeless(self, key: tuple[str, ...]) -> bool:
        """Words that need no look-up: known for something else, or ending in filler."""
        content = self._titles.content(key)
        phrase = " ".join(key)
        if not content or self._taken(phrase) or key[-1] in self._stops:
            return True
        return all(self._taken(word) or word in common_words() or word in self._filler for word in content)

    def _missing(
        self, words: _Words, first: int, window: int, *, named: bool, certain: bool, few: Found[int] | None
    ) -> Span | None:
        """A title that the catalogue lacks: in quotes or capitals, or an unknown word after a cue for titles."""
        last = self._name_end(words, first, window, lower=not named)
        key = words.key(first, last)
        if last == first or not (named or (few and last - first >= few.value)) or self._taken(" ".join(key)):
            return None
        content = [word for word in self._titles.content(key) if not self._taken(word)]
        start, end = words.tokens(first, last)
        capital = any(token.capital for token in words.reading.tokens[start:end]) and not words.reading.shouting
        sure = _quoted(words.reading, start, end) or (named and capital and (certain or len(content) > 1))
        if not content or not (sure or any(map(self._unknown, content))):
            return None
        mention = Mention(words.reading.slice(start, end), None, near=self._titles.near(key), confidence=0.6)
        return Span(start, end, "title", mentions=(mention,), rank=1)

    def _name_end(self, words: _Words, first: int, window: int, *, lower: bool) -> int:
        """How far an unknown name reaches: over capitals and small words between them, else up to a word that follows titles."""
        last = first
        for index in range(first, window):
            token = words.reading.tokens[words.places[index]]
            if not lower and (token.capital or token.norm.isdigit()):
                last = index + 1
            elif lower and (token.norm in self._followers or self._taken(token.norm)):
                break
            elif lower:
                last = index + 1
            elif token.norm not in self._stops:
                break
        return last


def _words(reading: Reading) -> _Words:
    places = tuple(index for index, token in enumerate(reading.tokens) if token.word)
    return _Words(reading, places, tuple(reading.tokens[index].norm for index in places))


def _reach(words: _Words, first: int, length: int) -> int | None:
    """Where a key of ``length`` words ends, possessives not counted; None past the end."""
    last, counted = first, 0
    while last < len(words.norms) and counted < length:
        counted += words.norms[last] != "'s"
        last += 1
    return last if counted == length else None


def _word_after(words: _Words, end: int) -> int:
    return next((index for index, place in enumerate(words.places) if place >= end), len(words.places))


def _quoted(reading: Reading, start: int, end: int) -> bool:
    tokens = reading.tokens
    return start > 0 and end < len(tokens) and tokens[start - 1].text in "\"'《「" and tokens[end].text in "\"'》」"


def _year_after(reading: Reading, end: int) -> tuple[float | None, int]:
    """A year right after a title, in brackets or bare, and where it ends."""
    rest = [token.norm for token in reading.tokens[end : end + 3]]
    if len(rest) == 3 and rest[0] == "(" and rest[2] == ")" and _is_year(rest[1]):
        return float(rest[1]), end + 3
    return (float(rest[0]), end + 1) if rest and _is_year(rest[0]) else (None, end)


def _dated(reading: Reading, end: int) -> bool:
    """Whether a year in brackets follows."""
    return _year_after(reading, end)[1] == end + 3


def _is_year(norm: str) -> bool:
    return len(norm) == 4 and norm.isdigit() and norm[:2] in ("18", "19", "20")

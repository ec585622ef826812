"""How sure it is that words are meant as a title: quotes, cues, capitals, being the whole message.

A title made of common words needs such evidence ("Heat", "It"). Knows how titles are keyed, not which item is meant.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.engines.lexical.gazetteer import closest
from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.title_words import TitleWords, bracketed_year
from bot.engines.lexical.titles import Titles, plain

QUOTED, CUED, CAPITAL, NONE = 4, 3, 2, 0
_SHORT = 4
_APPOSITION = 8


class Evidence:
    """Weighs the words around a possible title."""

    def __init__(self, titles: Titles, taken: Callable[[str], bool]) -> None:
        """``taken``: whether a phrase already means a facet value or a person."""
        lists = table("en.mentions")["titles"]
        self._titles = titles
        self.taken = taken
        self._cues = Phrases((cue, cue) for cue in (*lists["cues"], *lists["certain"]))
        self._certain = Phrases((cue, True) for cue in lists["certain"])
        self._few = Phrases([*((cue, 1) for cue in lists["naming"]), *((cue, 2) for cue in lists["naming_several"])])
        self._direct, self._weak = frozenset(lists["direct"]), frozenset(lists["weak"])
        self._not_liking, self._telling = frozenset(lists["not_liking"]), frozenset(lists["telling"])
        opinions = table("en.mentions")["roles"]["after"]
        self._opinions = Phrases((cue, True) for role in ("liked", "rejected") for cue in opinions[role] if " " in cue)
        self._followers = frozenset(lists["followers"])
        self._openers = frozenset(word for phrase in lists["openers"] for word in phrase.split()[:1])
        self.filler = frozenset(word for phrase in table("en.words")["filler"] for word in phrase.split())
        self.stops = frozenset(table("en.words")["stop"])
        self._common = tuple(word for word in common_words() if len(word) > 3)

    def weigh(self, words: TitleWords, first: int, last: int) -> int:
        """`QUOTED`, `CUED`, `CAPITAL` or `NONE` for the words from ``first`` up to ``last``."""
        if words.quoted(first, last):
            return QUOTED
        key = plain(words.key(first, last))
        cue = self.cue(words, first, last)
        if bracketed_year(words.reading, words.tokens(first, last)[1]):
            return CUED
        if self._titles.model(key):
            return self._model(words, first, last)
        if self._slight(key):
            if words.norms[last : last + 1] == ("'s",):
                return NONE
            return CUED if self._slight_meant(words, first, last, cue) else NONE
        strong = bool(cue) and cue not in self._weak
        if self.taken(" ".join(key)) or all(word.isdigit() for word in key):
            return CUED if strong else NONE
        capital = self._capitals(words, first, last)
        if self.alone(words, first, last) or (cue and (capital or strong or not self._plain(key))):
            return CUED
        written = words.reading.tokens[words.places[first]].capital or self.unknown(words.norms[first])
        if written and (self.judged(words, last) or words.norms[last : last + 1] in (("vs",), ("versus",))):
            return CAPITAL
        if capital and (len(key) > 1 or not self._theme(words, first)):
            return CAPITAL
        return CAPITAL if self._titles.distinctive(key) else NONE

    def _model(self, words: TitleWords, first: int, last: int) -> int:
        """A model's name is made of words that mean something else as well: it needs capitals, or "the" and an end."""
        if self._capitals(words, first, last) or self.alone(words, first, last):
            return CUED
        before = words.norms[first - 1] if first else ""
        if last - first == 1 and self._in_sentence(words, first):
            return NONE
        pointed = before in word_set("title_evidence_pointing") or (
            self.cue(words, first, last) and before not in ("a", "an")
        )
        ended = self.ends(words, last) or words.norms[last] in word_set("title_evidence_asked")
        if pointed and ended:
            return CUED
        written = words.reading.tokens[words.places[first]].capital
        rare = written and self.unknown(words.norms[first]) and len(words.norms[first]) > _SHORT
        return CAPITAL if rare else NONE

    def _in_sentence(self, words: TitleWords, first: int) -> bool:
        """Whether a single small word is no name here: a common one, or one after "in the"."""
        small = not words.reading.tokens[words.places[first]].capital
        placed = first > 1 and words.norms[first - 2] in word_set("title_evidence_placing")
        return small and (words.norms[first] in common_words() or placed)

    def cue(self, words: TitleWords, first: int, last: int) -> str:
        """The cue before a title, "" for none; common words also need a fitting word after them."""
        tokens, start = words.reading.tokens, self._start(words, first)
        cue = self._cues.before(tokens, start)
        if not cue:
            return self._listed(words, first)
        before, lower = tokens[cue.start - 1].norm if cue.start else "", not words.capital(first)
        if cue.value == "like" and before in self._not_liking and lower:
            return ""
        if cue.value == "about" and before not in self._telling:
            return ""
        fitting = not lower or self.ends(words, last) or not self._plain(words.key(first, last))
        return cue.value if fitting or self.unknown(words.norms[last]) else ""

    def weak(self, cue: str) -> bool:
        """Whether a cue says little by itself."""
        return cue in self._weak

    def judged(self, words: TitleWords, last: int) -> bool:
        """Whether an opinion follows at once: "Frozen was great"."""
        return self._opinions.at(words.reading.tokens, words.places[last - 1] + 1) is not None

    def apposed(self, words: TitleWords, last: int) -> bool:
        """Whether words that say what it is follow a mark: "Room, the Emma Donoghue one", "Big (the film)"."""
        after = words.reading.tokens[words.places[last - 1] + 1 :][:_APPOSITION]
        norms = [token.norm for token in after]
        if len(norms) < 3 or norms[0] not in word_set("title_evidence_marks") or norms[1] not in ("the", "that"):
            return False
        ending = word_set("title_evidence_apposed")
        for norm, token in zip(norms[2:], after[2:], strict=True):
            if norm in ending or (norms[0] == "(" and token.text == ")"):
                return True
            if not token.word:
                return False
        return False

    def certain(self, words: TitleWords, first: int) -> bool:
        """Whether nothing but a title or a reference can follow the words before ``first``."""
        return self._certain.before(words.reading.tokens, self._start(words, first)) is not None

    def few(self, words: TitleWords, first: int) -> int:
        """How many unknown words in lower case make a title here; 0: none do."""
        match = self._few.before(words.reading.tokens, self._start(words, first))
        return match.value if match else 0

    def opener(self, word: str) -> bool:
        """Whether a word cannot begin a title after a cue."""
        return word in self._openers

    def follower(self, word: str) -> bool:
        """Whether a word shows that a title before it is over."""
        return word in self._followers

    def ends(self, words: TitleWords, last: int) -> bool:
        """Whether what follows the word before ``last`` shows that a title is over."""
        if last >= len(words.norms):
            return True
        after = words.reading.tokens[words.places[last - 1] + 1]
        return not after.word or after.norm in self._followers or after.norm[:1].isdigit() or after.norm == "'s"

    def alone(self, words: TitleWords, first: int, last: int) -> bool:
        """Whether the message holds nothing else but a little filler."""
        rest = words.norms[:first] + words.norms[last:]
        return len(rest) <= 3 and len(words.norms) <= 8 and all(word in self.filler for word in rest)

    def unknown(self, norm: str) -> bool:
        """Whether a word is neither common, nor known for anything, nor a typo of a common one."""
        if norm in common_words() or norm in self.filler or len(norm) < 3 or norm[0].isdigit() or self.taken(norm):
            return False
        return len(norm) < 5 or closest(norm, self._common) is None

    def _start(self, words: TitleWords, first: int) -> int:
        """The token where a cue has to end: before the article, if there is one."""
        start = words.places[first]
        return start - (start > 0 and words.reading.tokens[start - 1].norm in ("the", "a", "an"))

    def _slight(self, key: tuple[str, ...]) -> bool:
        """Titles so short or so plain that capitals alone do not make them: "It", "Up", "Her"."""
        return all(word in self.stops for word in key) or (len(key) == 1 and len(key[0]) < _SHORT)

    def _slight_meant(self, words: TitleWords, first: int, last: int, cue: str) -> bool:
        written = words.reading.tokens[words.places[first]].capital
        return cue in self._direct or bool(cue and words.capital(first)) or (written and self.alone(words, first, last))

    def _plain(self, key: tuple[str, ...]) -> bool:
        return all(word in common_words() or word in self.stops for word in key)

    def _theme(self, words: TitleWords, first: int) -> bool:
        """Whether the word before says that this is what a film is about, or where it is from."""
        return first > 0 and words.norms[first - 1] in word_set("title_evidence_themes")

    def _listed(self, words: TitleWords, first: int) -> str:
        """A title after another title: "Alien and Heat"."""
        if first < 2 or words.norms[first - 1] not in ("and", "or", "vs", "versus", "nor"):
            return ""
        for back in range(1, min(6, first)):
            begin = first - 1 - back
            if self._titles.exact(words.key(begin, first - 1)) and self.cue(words, begin, first - 1):
                return "and"
        return ""

    def _capitals(self, words: TitleWords, first: int, last: int) -> bool:
        """Whether the content words are written as a title's, in mid-sentence or several together."""
        content = [index for index in range(first, last) if words.norms[index] not in self.stops] or [first]
        written = [words.capital(index) for index in content]
        if not all(done or words.norms[index][0].isdigit() for index, done in zip(content, written, strict=True)):
            return False
        return any(written) and (len(content) > 1 or not words.opens(content[0]))

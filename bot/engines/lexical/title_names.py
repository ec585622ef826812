"""Names that no item has: brands, models and titles of elsewhere ("osprey atmos 65"), told by their words.

A name has a word that is neither English nor the catalogue's own, or capitals in mid-sentence. Beside an item, "X or
the Tindra", such words are a name as well. Knows no frames of sentences (see `title_frames`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from bot.engines.lexical.inflection import singulars
from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.spans import Span
from bot.engines.lexical.title_evidence import CUED, Evidence
from bot.engines.lexical.title_words import TitleWords
from bot.engines.lexical.titles import Titles
from bot.types import Mention

LONGEST = 4
"""Words of a name beside an item."""


class Names:
    """Tells unknown names from ordinary words."""

    def __init__(self, titles: Titles, evidence: Evidence, ordinary: Callable[[str], bool]) -> None:
        """``ordinary``: whether the catalogue's own texts use a word with a small letter."""
        self._titles, self._evidence, self._ordinary = titles, evidence, ordinary
        self.taken = evidence.taken

    def like(self, words: TitleWords, first: int, last: int) -> bool:
        """Whether words hold a name: one of them is unknown, or all that matter have capitals."""
        content = [index for index in range(first, last) if words.norms[index] not in self._evidence.stops]
        if not content or any(words.norms[index] in word_set("title_names_never") for index in range(first, last)):
            return False
        if len(content) == 1 and self._many(words, content[0]):
            return False
        written = all(words.capital(index) and not words.opens(index) for index in content)
        return written or any(self.unknown(words, index) for index in content)

    def _many(self, words: TitleWords, index: int) -> bool:
        """Whether a word in small letters is a plural: "gaiters" are a kind of thing."""
        return bool(singulars(words.norms[index])) and not words.capital(index)

    def unknown(self, words: TitleWords, index: int) -> bool:
        """Whether a word is no English word that we or the catalogue know, or has a capital in mid-sentence."""
        norm = words.norms[index]
        if self._evidence.taken(norm) or norm in self._evidence.stops or norm.isdigit():
            return False
        capital = words.capital(index) and not words.opens(index) and norm not in self._evidence.filler
        return capital or (self._evidence.unknown(norm) and not self._ordinary(norm))

    def beside(self, words: TitleWords, linked: Collection[int], taken: Collection[int]) -> Iterator[Span]:
        """Names joined to an item by "and", "or" or "vs", on tokens that are not ``taken``."""
        for index, norm in enumerate(words.norms):
            if norm not in word_set("title_names_links"):
                continue
            before = self._reach(words, index, -1, taken)
            after = self._reach(words, self._past(words, index), 1, taken)
            left, right = self._stands(words, index, -1, linked), self._stands(words, index, 1, linked)
            if right and before < index:
                yield self._span(words, before, index)
            if left and after > self._past(words, index) + 1:
                yield self._span(words, self._past(words, index) + 1, after)

    def _past(self, words: TitleWords, index: int) -> int:
        """The last of the small words after a link: "or only your"."""
        while words.norms[index + 1 : index + 2] and words.norms[index + 1] in word_set("title_parts_between"):
            index += 1
        return index

    def _stands(self, words: TitleWords, index: int, step: int, linked: Collection[int]) -> bool:
        """Whether an item stands on one side of a link."""
        place = self._past(words, index) + 1 if step > 0 else index - 1
        return 0 <= place < len(words.places) and words.places[place] in linked

    def _reach(self, words: TitleWords, index: int, step: int, taken: Collection[int]) -> int:
        """Where the name ends that begins beside a word, forwards, or begins, backwards (``step``)."""
        place, most = index + step, index + step * LONGEST
        while 0 <= place < len(words.norms) and place != most + step and words.places[place] not in taken:
            beside = words.places[place] + (step < 0), words.places[place - step] + (step > 0)
            parted = any(token.stop for token in words.reading.tokens[min(beside) : max(beside)])
            if parted or not (words.norms[place].isdigit() or self.unknown(words, place)):
                break
            place += step
        return place if step > 0 else place + 1

    def _span(self, words: TitleWords, first: int, last: int) -> Span:
        key = words.key(first, last)
        mention = Mention(words.name(first, last), None, near=self._titles.near(key), confidence=0.6)
        return Span(*words.tokens(first, last), "title", mentions=(mention,), rank=CUED)

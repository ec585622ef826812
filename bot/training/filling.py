"""The words of one mark, as one shop has them: a value and its synonyms, a number with its unit, a title, a degree.

Everything random comes from the given `Random`. Knows no message and no sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from bot.training.markup import LIMITS, NOUNS, ROLES, VALUES, Mark
from bot.training.shops import Shop, ShopFacet, Speech

REFERENCES = (
    "the first one", "the second one", "the third one", "the last one", "number 2", "number one", "it", "that one",
    "this one", "the middle one", "the top one", "the one in the middle", "the 2nd", "that", "the other one",
)  # fmt: skip
SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Numbers that people write as words."""
_DEGREES = {
    "vague<": ("less", "more"), "vague>": ("more", "less"), "lower": ("lower", "more"), "higher": ("higher", "less"),
    "asc": ("least", ""), "desc": ("most", ""),
}  # fmt: skip
"""For each degree its words in `Speech`, and those of its opposite; "" is the facet's own name."""


class Unsayable(Exception):
    """This shop lacks what the pattern speaks of; another one may have it."""


@dataclass(slots=True)
class Scene:
    """Where a pattern is said: the shop, its facet for each letter, and what was said for what so far."""

    shop: Shop
    facets: dict[str, ShopFacet]
    words: dict[str, str] = field(default_factory=dict)


class Filler:
    """Finds words for marks; ``titles`` are names of items."""

    def __init__(self, titles: Sequence[str], random: Random) -> None:
        """Draw everything from ``random``."""
        self._titles = titles
        self._random = random

    def words(self, mark: Mark, scene: Scene) -> str:
        """The words of ``mark``; what stands for the same thing stays the same. Raises Unsayable."""
        meaning = mark.meanings[0]
        if mark.words is not None:
            return mark.words
        if meaning in NOUNS:
            return scene.shop.noun if meaning == "noun" else scene.shop.nouns
        if meaning in ROLES:
            return self._item(mark, scene.words)
        return self._of_facet(mark, scene.facets[mark.letter], scene.words)

    def _of_facet(self, mark: Mark, facet: ShopFacet, words: dict[str, str]) -> str:
        meaning = mark.meanings[0]
        if meaning in VALUES:
            return self._value(mark.what, facet, words)
        if meaning in LIMITS:
            return self._number(mark, _speech(facet), words)
        if meaning == "drop":
            return self._random.choice(facet.words)
        return self._asked(mark, facet, words) if meaning == "ask" else self._degree(mark, facet)

    def _item(self, mark: Mark, words: dict[str, str]) -> str:
        if mark.letter == "R":
            return self._random.choice(REFERENCES)
        if mark.what not in words:
            title = self._random.choice(self._titles)
            words[mark.what] = title.lower() if self._random.random() < 0.3 else title
        return words[mark.what]

    def _value(self, what: str, facet: ShopFacet, words: dict[str, str]) -> str:
        """A value that stands for nothing else yet, or the one that ``what`` is, spelt as somebody spells it."""
        if what not in words:
            used = {words[other] for other in words if other[:1] == what[:1]}
            words[what] = self._one([value.name for value in facet.values if value.name not in used], facet)
        value = next((one for one in facet.values if one.name == words[what]), None)
        if value is None:
            raise Unsayable(f"{what} stands for two facets")
        spelt = value.name if not value.aliases or self._random.random() < 0.55 else self._random.choice(value.aliases)
        return spelt.lower() if self._random.random() < 0.7 else spelt

    def _one(self, pool: Sequence[str], facet: ShopFacet) -> str:
        if not pool:
            raise Unsayable(f"too few words for {facet.words[0]}")
        return self._random.choice(pool)

    def _number(self, mark: Mark, speech: Speech, words: dict[str, str]) -> str:
        """A number between the facet's ends; the far end of a range lies beyond the near one."""
        meaning, key = mark.meanings[0], f"#{mark.letter}"
        low, high = speech.low, speech.high
        if meaning == "to" and key in words:
            low = min(float(words[key]) + speech.step, high)
        elif meaning == "from":
            high = max(low, high - speech.step)
        number = min(low + self._random.randint(0, max(0, int((high - low) / speech.step))) * speech.step, high)
        words[key] = str(number)
        return self._form(number, speech, bare=meaning == "from")

    def _form(self, number: float, speech: Speech, *, bare: bool) -> str:
        """The number as somebody writes it: with a unit or bare, small ones often as words."""
        whole = float(number).is_integer()
        text = f"{int(number)}" if whole else f"{number:.1f}"
        form = speech.forms[-1] if bare and self._chance(0.7) else self._random.choice(speech.forms)
        if whole and 1 <= number <= len(SMALL) and form.startswith(("{n} ", "{n}-")) and self._chance(0.4):
            text = SMALL[int(number) - 1]
        elif whole and number >= 1000 and speech.high > 3000 and self._chance(0.3):
            text = f"{int(number):,}"
        return form.replace("{n}", text)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _asked(self, mark: Mark, facet: ShopFacet, words: dict[str, str]) -> str:
        if mark.opposite and facet.speech:
            return self._random.choice(facet.speech.more or facet.words)
        if mark.opposite and facet.values:
            return self._value(mark.what + "?", facet, words)
        return self._random.choice(facet.words)

    def _degree(self, mark: Mark, facet: ShopFacet) -> str:
        end = _DEGREES[mark.meanings[0]][mark.opposite]
        return self._one(getattr(_speech(facet), end) if end else facet.words, facet)


def _speech(facet: ShopFacet) -> Speech:
    if facet.speech is None:
        raise Unsayable(f"{facet.words[0]} is no number")
    return facet.speech

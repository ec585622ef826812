"""A pattern said in a shop, as a training example: the sheet around the message, with true candidates and false ones.

Everything random comes from the given `Random`, so that the same seed says the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from bot.engines.reader.sheet import CharSpan
from bot.training.drafting import Draft, entry_of, touch
from bot.training.examples import Example, Targets
from bot.training.filling import SMALL, Scene
from bot.training.markup import Pattern
from bot.training.saying import Said, Sayer
from bot.training.shops import Shop, ShopFacet

_NUMBERS = re.compile(r"\d+(?:[.,]\d+)?|\b(?:" + "|".join(SMALL) + r")\b", re.IGNORECASE)
BESIDE = (1, 2, 3, 5)
"""How many values of a facet stand beside those that are spoken of."""
LOST = 0.2
"""How often string matching does not find a title."""
LIKE = 0.4
"""How often other words are taken for a title that they are not."""
_TITLE_LIKE = re.compile(r"\w{4,}(?: \w{3,})?")


class Teller:
    """Says patterns in shops; ``titles`` are names of items."""

    def __init__(self, titles: Sequence[str], random: Random) -> None:
        """Draw everything from ``random``."""
        self._sayer = Sayer(titles, random)
        self._random = random

    def say(self, pattern: Pattern, shop: Shop) -> Example:
        """One example. Raises Unsayable when the shop has no such facets."""
        return self.tell(pattern, self._sayer.scene(pattern, shop))

    def tell(self, pattern: Pattern, scene: Scene, beside: Sequence[int] = BESIDE) -> Example:
        """``pattern`` where its facets are chosen, ``beside`` other values of each facet. Raises Unsayable."""
        said = self._sayer.said(pattern.text, scene)
        before = self._sayer.said(pattern.before, scene).text if pattern.before is not None else ""
        facets = self._shown(scene)
        draft = Draft(_styled(said.text, self._random), Targets(set(pattern.acts), tags=said.tags))
        draft.facets = [entry_of(facet) for facet in facets]
        for number, facet in enumerate(facets):
            spoken = [one for one in said.values if scene.facets[one[0]] is facet]
            self._values(number, facet, spoken, draft, self._random.choice(beside))
        for letter, meaning in said.about:
            draft.about(facets.index(scene.facets[letter]), meaning)
        for where, letter, meaning in said.numbers:
            draft.number(facets.index(scene.facets[letter]), meaning, where)
        self._mentions(said, draft)
        shown = pattern.before is not None
        return draft.example(before=before, shown=shown, family=pattern.family, source=pattern.source)

    def _shown(self, scene: Scene) -> list[ShopFacet]:
        """The facets that are spoken of among others of the shop, in any order."""
        spoken = list(scene.facets.values())
        others = [facet for facet in scene.shop.facets if facet not in spoken]
        self._random.shuffle(others)
        facets = [*spoken, *others[: max(0, self._random.randint(3, 8) - len(spoken))]]
        self._random.shuffle(facets)
        return facets

    def _values(
        self, number: int, facet: ShopFacet, spoken: Sequence[tuple[str, str, str, CharSpan]], draft: Draft, most: int
    ) -> None:
        """Values of one facet: those that are ``spoken`` of and at most so many that are not."""
        verdicts = {name: (verdict, where) for _, name, verdict, where in reversed(spoken)}
        names = [name for _, name, _, _ in spoken]
        others = [value.name for value in facet.values if value.name not in names]
        self._random.shuffle(others)
        shown = list(dict.fromkeys([*names, *others[:most]]))
        self._random.shuffle(shown)
        for name in shown:
            if told := verdicts.get(name):
                match = self._match(draft.message[slice(*told[1])], name)
                where = told[1] if match != "none" else None
                draft.value(number, name, verdict=told[0], match=match, where=where)
            else:
                place = re.search(rf"\b{re.escape(name)}\b", draft.message, re.IGNORECASE)
                draft.value(number, name, match="exact" if place else "none", where=place.span() if place else None)

    def _match(self, spelt: str, name: str) -> str:
        """What string matching would have found: a synonym is known to it half of the time."""
        if spelt.casefold() in (name.casefold(), f"{name.casefold()}s"):
            return "exact"
        return "alias" if self._random.random() < 0.5 else "none"

    def _mentions(self, said: Said, draft: Draft) -> None:
        """The items that are spoken of, the numbers beside them, and at times words that only look like a title.

        A title is at times not found: then its words are those of one that is missing.
        """
        lost = {where for where in sorted(said.titles) if self._random.random() < LOST}
        draft.mentions = {where: roles for where, roles in said.mentions.items() if where not in lost}
        draft.targets.tags = [*said.tags, *((where, "missing") for where in sorted(lost))]
        draft.loose_numbers(_NUMBERS)
        if self._random.random() >= LIKE:
            return
        taken = [*draft.mentions, *(where for where, tag in draft.targets.tags if tag == "missing")]
        words = [found.span() for found in _TITLE_LIKE.finditer(draft.message)]
        free = [span for span in words if not any(touch(span, other) for other in taken)]
        if free:
            draft.mentions[self._random.choice(free)] = set()


def _styled(text: str, random: Random) -> str:
    """The same characters, as people type them: often without capitals. Lengths stay, so that spans hold."""
    draw = random.random()
    if draw < 0.35:
        return text.lower() if len(text.lower()) == len(text) else text
    return text[:1].upper() + text[1:] if draw < 0.5 else text

"""A pattern said in a shop: its words, and where in them everything is that its marks mean.

Everything random comes from the given `Random`. Knows no sheet: the meanings still go by the pattern's letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from bot.engines.reader.sheet import CharSpan
from bot.training.drafting import VERDICTS
from bot.training.filling import Filler, Scene, Unsayable
from bot.training.markup import LIMITS, LITERAL, NOUNS, ROLES, VALUES, Mark, Pattern, Piece
from bot.training.shops import Shop, ShopFacet

KINDS = {"V": "worded", "W": "worded", "X": "worded", "N": "number", "M": "number", "F": "flag", "G": "flag"}
"""What kind of facet each letter stands for."""
_ARTICLE = re.compile(r"(?<![^\W_])([aA])n? $")
_MONEY = re.compile(r"[$€£]|\b(?:quid|bucks?|euros?|eur|dollars?|pounds?|grand|budget|fiver|tenner)\b", re.IGNORECASE)
_PRICES = ("price", "cost", "fee", "rate", "fare", "rent", "budget")


@dataclass(slots=True)
class Said:
    """A message and its meanings: each with where it stands, and with the letter of its facet where it is of one."""

    text: str = ""
    values: list[tuple[str, str, str, CharSpan]] = field(default_factory=list)  # letter, value, verdict, where
    numbers: list[tuple[CharSpan, str, str]] = field(default_factory=list)  # where, letter, meaning
    mentions: dict[CharSpan, set[str]] = field(default_factory=dict)
    titles: set[CharSpan] = field(default_factory=set)  # of the mentions, those by a title
    about: list[tuple[str, str]] = field(default_factory=list)
    tags: list[tuple[CharSpan, str]] = field(default_factory=list)


class Sayer:
    """Says patterns; ``titles`` are names of items."""

    def __init__(self, titles: Sequence[str], random: Random) -> None:
        """Draw everything from ``random``."""
        self._filler = Filler(titles, random)
        self._random = random

    def scene(self, pattern: Pattern, shop: Shop) -> Scene:
        """A facet of ``shop`` for every letter of the pattern. Raises Unsayable when the shop has no such facets."""
        found: dict[str, ShopFacet] = {}
        for letter in sorted(_letters(pattern)):
            given = [mark.words for mark in pattern.marks if _given_number(mark) and mark.letter == letter]
            free = [facet for facet in shop.of(KINDS[letter]) if facet not in found.values()]
            pool = [facet for facet in free if all(_suits(words, facet) for words in given if words)]
            if not pool:
                raise Unsayable(f"{shop.name} has no facet for {letter} of {pattern.source}")
            found[letter] = self._random.choice(pool)
        return Scene(shop, found)

    def said(self, pieces: Sequence[Piece], scene: Scene) -> Said:
        """The words of ``pieces`` with what they mean. Raises Unsayable."""
        said = Said()
        for piece in pieces:
            if isinstance(piece, str):
                said.text += piece
                continue
            filled = self._filler.words(piece, scene)
            said.text = _ARTICLE.sub(_article(filled), said.text)
            start = len(said.text)
            said.text += filled
            for meaning in piece.meanings:
                _note(meaning, piece, (start, len(said.text)), said, scene)
        return said


def speakable(pattern: Pattern, shop: Shop) -> bool:
    """Whether the shop has facets of every kind that the pattern speaks of."""
    kinds = [KINDS[letter] for letter in _letters(pattern)]
    return all(len(shop.of(kind)) >= kinds.count(kind) for kind in set(kinds))


def _letters(pattern: Pattern) -> set[str]:
    return {mark.letter for mark in pattern.marks if mark.letter in KINDS}


def _note(meaning: str, mark: Mark, where: CharSpan, said: Said, scene: Scene) -> None:
    """What ``meaning`` of the mark at ``where`` says."""
    if meaning in VALUES:
        said.values.append((mark.letter, scene.words[mark.what], VERDICTS[meaning], where))
    elif meaning in LIMITS:
        said.numbers.append((where, mark.letter, meaning))
    elif meaning == "missing" or meaning in LITERAL:
        said.tags.append((where, meaning))
    elif meaning in ROLES:
        said.mentions.setdefault(where, set()).add(meaning)
        said.titles |= {where} if mark.letter == "T" else set()
    elif meaning not in NOUNS:
        said.about.append((mark.letter, meaning))


def _article(word: str) -> str:
    """What stands before ``word``: "a " or "an ", in the case it had."""
    return r"\1n " if word[:1].casefold() in "aeiou" else r"\1 "


def _given_number(mark: Mark) -> bool:
    return bool(mark.words) and mark.meanings[0] in LIMITS


def _suits(words: str, facet: ShopFacet) -> bool:
    """Whether a number that is written out may be one of ``facet``: money of a price, litres of litres."""
    if _MONEY.search(words):
        return any(name in facet.words[0].casefold() for name in _PRICES)
    units = re.findall(r"[^\W\d_]+", words)
    forms = " ".join(facet.speech.forms if facet.speech else ()).casefold().split()
    return not units or any(unit.casefold() in forms for unit in units)

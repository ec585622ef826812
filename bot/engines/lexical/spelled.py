"""Numbers that are written as words: "a hundred and twenty", "one fifty", "nineteen eighty four". Knows no units."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engines.lexical.lexicon import table
from bot.engines.lexical.text import Token

_TENS = range(20, 100, 10)
_CENTURIES = (18, 19, 20)


class Spelled:
    """Reads number words."""

    def __init__(self) -> None:
        """Take them from the lexicon."""
        numbers = table("en.numbers")
        self._words: dict[str, int] = numbers["words"]
        self._scales: dict[str, int] = numbers["scales"]
        articles = numbers["articles"]
        self._counting = frozenset([*articles["one"], *articles["the"]])
        self._decimal = frozenset(articles["decimal"])

    def number(self, tokens: Sequence[Token], index: int) -> tuple[float, int] | None:
        """The number at ``index`` and where it ends; ``one point five`` as well."""
        whole = self._whole(tokens, index)
        if not whole or whole[1] + 1 >= len(tokens) or tokens[whole[1]].norm not in self._decimal:
            return whole
        value, end = whole
        tenths = self._words.get(tokens[end + 1].norm, 10)
        return (value + tenths / 10, end + 2) if tenths < 10 else whole

    def year(self, tokens: Sequence[Token], index: int) -> tuple[float, int] | None:
        """``nineteen eighty four``, ``twenty twelve``, ``two thousand and ten``; not ``two thousand``, an amount."""
        century = self._words.get(tokens[index].norm, 0)
        rest = self._whole(tokens, index + 1) if century in _CENTURIES else None
        if rest and 10 <= rest[0] < 100:
            return 100 * century + rest[0], rest[1]
        whole = self._whole(tokens, index)
        thousand = index + 1 < len(tokens) and tokens[index + 1].norm == "thousand"
        return whole if whole and thousand and whole[0] > 2000 else None

    def several(self, tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
        """The hundred or thousand that "a couple of" counts, and where it ends."""
        place = index + any(token.norm == "of" for token in tokens[index : index + 1])
        value = self._scales.get(tokens[place].norm) if place < len(tokens) else None
        return (value, place + 1) if value else None

    def scale(self, tokens: Sequence[Token]) -> int:
        """The hundred or thousand that an amount ends in, 1 where there is none: 100 for "three hundred euros"."""
        return next((self._scales[token.norm] for token in reversed(tokens) if token.norm in self._scales), 1)

    def _whole(self, tokens: Sequence[Token], index: int) -> tuple[float, int] | None:
        total, place, end = 0, 0, index
        while end < len(tokens):
            norm = tokens[end].norm
            if norm in self._words and (place == 0 or (place >= 20 and place % 10 == 0 and self._words[norm] < 10)):
                place += self._words[norm]
            elif norm in self._words and not total and 0 < place < 10 and self._words[norm] in _TENS:
                place = 100 * place + self._words[norm]
            elif norm in self._scales and (place or self._led(tokens, end)):
                total, place = total + max(place, 1) * self._scales[norm], 0
            elif not (norm == "and" and total and not place and self._rest(tokens, end + 1)):
                break
            end += 1
        return (float(total + place), end) if end > index else None

    def _led(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a scale without a number counts once: "a hundred", "hundred and fifty"."""
        led = index > 0 and tokens[index - 1].norm in self._counting
        after = [token.norm for token in tokens[index + 1 : index + 3]]
        return led or (len(after) == 2 and after[0] == "and" and self._words.get(after[1], 0) > 0)

    def _rest(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether "and" leads to the rest of the number, and not to another one: "a hundred and two hundred"."""
        found = [token.norm for token in tokens[index : index + 3]]
        return bool(found) and found[0] in self._words and not self._scales.keys() & set(found[1:])

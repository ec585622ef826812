"""Numbers in figures and in words, and amounts of a unit: "two and a half hours", "€79", "-28 °C", "a kilo". Pure.

Knows no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from bot.claiming.lists import table
from vectorstore.words import fold

if TYPE_CHECKING:
    from vectorstore.base import Facet

_TOKEN = re.compile(
    r"(?<![\w.,])[-−]?\d[\d,]*(?:\.\d+)?(?!\d)|[$€£¥]|°\s?[A-Za-z]?|[^\W\d_㐀-鿿]+(?:['’][^\W_]+)?|[㐀-鿿]"
)
EXACT = 1e-6
"""What two numbers may differ by and be one, as a part of them."""
_NEAR = re.compile(r"[\s\-–*_]{0,4}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its digits after the point, where it stands, and whether it is written in words.

    An amount has a ``group`` of units and is counted in ``factor`` base units; a bare number has neither.
    """

    value: float
    start: int
    end: int
    decimals: int = 0
    worded: bool = False
    group: str = ""
    factor: float = 1.0

    @property
    def base(self) -> float:
        """The amount in base units."""
        return self.value * self.factor


def same(held: float, said: Number) -> bool:
    """Whether a number in base units is the amount, to as many digits as are said after the point."""
    value = held / said.factor
    return abs(value - said.value) <= EXACT * max(1.0, abs(value)) or (
        said.decimals > 0 and not said.worded and round(value, said.decimals) == said.value
    )


def differs(first: float, second: float, said: Number) -> bool:
    """Whether two numbers in base units lie that far apart."""
    return same(abs(first - second), said)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    number: bool


class Units:
    """The unit words of a language and of a schema."""

    def __init__(self, locale: str, facets: Sequence[Facet] = ()) -> None:
        """A facet whose unit the language does not know counts in that."""
        self.locale = locale
        self._known = _units(locale)
        self._worded_numbers: Mapping[str, float] = table(locale).get("numbers", {})
        parts = table(locale).get("parts", {})
        self._half, self._half_of = frozenset(parts.get("half", ())), frozenset(parts.get("half_of", ()))
        self._articles, self._minus = frozenset(parts.get("article", ())), frozenset(parts.get("minus", ()))
        own = {facet.unit.casefold() for facet in facets if facet.unit} - self._known.keys()
        self._own = {word: (f"unit {unit}", 1.0) for unit in own for word in (unit, f"{unit}s")}

    def of(self, word: str) -> tuple[str, float]:
        """The group of a unit's word and its factor; ``("", 1)`` for a word that is none."""
        return self._known.get(word) or self._own.get(word) or ("", 1.0)

    def of_facet(self, facet: Facet) -> tuple[str, float]:
        """The group in which a facet counts: prices in money and years in years also where no unit is named."""
        unit = self.of(facet.unit.casefold()) if facet.unit else ("", 1.0)
        if unit[0] or facet.role not in ("price", "year"):
            return unit
        return ("currency", 1.0) if facet.role == "price" else ("years", 1.0)

    def amounts(self, text: str) -> Iterator[Number]:
        """Every number of a text, left to right, with its unit where it has one; "1 hour 28 minutes" is one amount."""
        found: Number | None = None
        for number in self._each(text):
            if found and self._continues(text, found, number):
                value = (found.base + number.base) / number.factor
                found = replace(number, value=value, start=found.start)
            else:
                if found:
                    yield found
                found = number
        if found:
            yield found

    def _continues(self, text: str, before: Number, after: Number) -> bool:
        """Whether an amount goes on in a smaller unit."""
        if not before.group or before.group != after.group or before.factor <= after.factor:
            return False
        return fold(text[before.end : after.start]).strip() in ("", "and", ",")

    def _each(self, text: str) -> Iterator[Number]:
        row = [_token(match) for match in _TOKEN.finditer(text)]
        place = 0
        while place < len(row):
            number, after = self._number(text, row, place)
            if number is None:
                place += 1
                continue
            number, place = self._measured(text, row, number, place, after)
            yield number

    def _number(self, text: str, row: Sequence[_Token], place: int) -> tuple[Number | None, int]:
        """The number at a place and the place after it."""
        token = row[place]
        if token.number:
            plain = token.text.replace(",", "").replace("−", "-")
            sign, point = plain.startswith("-"), plain.partition(".")[2]
            if sign and (text[token.start - 1 : token.start] or " ") not in " (“\"'\n*":
                plain, sign = plain[1:], False
            if text[token.end : token.end + 1] == "s":
                return None, place
            return Number(float(plain), token.start, token.end, len(point)), place + 1
        return self._worded(text, row, place)

    def _worded(self, text: str, row: Sequence[_Token], place: int) -> tuple[Number | None, int]:
        """A number in words; "one" counts only before a unit or a larger number, an article only before a unit."""
        known = self._worded_numbers
        first, total, current, at = place, 0.0, 0.0, place
        while at < len(row) and row[at].text in known and (at == first or _beside(text, row, at - 1)):
            value = known[row[at].text]
            if value >= 1000:
                total, current = total + max(current, 1.0) * value, 0.0
            else:
                current = max(current, 1.0) * value if value == 100 else current + value
            at += 1
        if at == first:
            return self._articled(text, row, place)
        if [one.text for one in row[first:at]] == ["one"] and not self._counts(text, row, at):
            return None, place
        return Number(total + current, row[first].start, row[at - 1].end, worded=True), at

    def _articled(self, text: str, row: Sequence[_Token], place: int) -> tuple[Number | None, int]:
        """An article that counts: "half a kilo", "an hour"."""
        held = tuple(one.text for one in row[place : place + 2])
        if " ".join(held) in self._half_of and self._counts(text, row, place + 2):
            return Number(0.5, row[place].start, row[place + 1].end, worded=True), place + 2
        if held[0] in self._articles and self._counts(text, row, place + 1):
            singular = len(held) > 1 and not held[1].endswith("s")
            return (Number(1.0, row[place].start, row[place].end, worded=True), place + 1) if singular else (None, 0)
        return None, place

    def _counts(self, text: str, row: Sequence[_Token], at: int) -> bool:
        """Whether a unit stands at a place, beside the word before it, or a half and a unit."""
        at = self._halved(row, at)
        return 0 < at < len(row) and _beside(text, row, at - 1) and bool(self.of(_unit(row[at].text))[0])

    def _halved(self, row: Sequence[_Token], at: int) -> int:
        """The place after "and a half", if that stands here."""
        return at + 3 if " ".join(one.text for one in row[at : at + 3]) in self._half else at

    def _measured(self, text: str, row: Sequence[_Token], number: Number, place: int, after: int) -> tuple[Number, int]:
        """The number with its unit, which stands before it or after it, and with a half; and the place after it."""
        if place and self.of(row[place - 1].text)[0] == "currency" and _beside(text, row, place - 1):
            return replace(number, group="currency", start=row[place - 1].start), after
        if place and row[place - 1].text in self._minus:
            number = replace(number, value=-number.value, start=row[place - 1].start)
        for at in dict.fromkeys((self._halved(row, after), after)):
            group, factor = self.of(_unit(row[at].text)) if at < len(row) else ("", 1.0)
            if group and _beside(text, row, at - 1):
                last = self._halved(row, at + 1)
                half = 0.5 if at > after or last > at + 1 else 0.0
                made = replace(number, value=number.value + half, end=row[last - 1].end, group=group, factor=factor)
                return made, last
        at = self._halved(row, after)
        return replace(number, value=number.value + (0.5 if at > after else 0.0), end=row[at - 1].end), at


def _token(match: re.Match[str]) -> _Token:
    """A number as it stands, a word folded: folding makes figures of some signs."""
    number = match[0].lstrip("-−")[:1].isdecimal()
    return _Token(match[0] if number else fold(match[0]), match.start(), match.end(), number)


def _beside(text: str, row: Sequence[_Token], place: int) -> bool:
    """Whether nothing but a space or a hyphen stands between a token and the next."""
    return place + 1 < len(row) and _NEAR.fullmatch(text, row[place].end, row[place + 1].start) is not None


def _unit(text: str) -> str:
    return text.replace(" ", "")


@cache
def _units(locale: str) -> Mapping[str, tuple[str, float]]:
    """Every unit word of a language: its group and factor."""
    groups = table(locale).get("units", {})
    return {word: (group, float(factor)) for group, held in groups.items() for word, factor in held.items()}

"""Numbers, amounts with units, years and decades in a message. Knows no facet and no comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spelled import Spelled
from bot.engines.lexical.text import Reading, Token
from bot.engines.lexical.units import Units

_DIGITS = re.compile(r"^\d+(?:[.,]\d+)*$")
_GLUED = re.compile(r"^(\d+(?:\.\d+)?)([^\W\d_]+)(?:(\d{1,2})m?(?:in)?)?$")
_DECADE = re.compile(r"^((?:18|19|20)?)(\d)0s$")
_YEARS = range(1870, 2051)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount at the tokens ``start`` up to ``end``, in base units of its group.

    ``group`` is a unit group, "year" (one or a span of years), or "" for a bare number; ``low == high`` but for spans.
    """

    start: int
    end: int
    low: float
    high: float
    group: str

    @property
    def period(self) -> bool:
        """Whether it spans more than one value."""
        return self.low != self.high


class Quantities:
    """Reads the amounts of a message."""

    def __init__(self, units: Units | None = None) -> None:
        """Take number words and decades from the lexicon, and ``units``: by default those of the language."""
        numbers = table("en.numbers")
        self._unit = (units or Units()).of
        self._negative = frozenset(numbers["negative"]["words"])
        points = [(word, (group, value)) for group, held in numbers["points"].items() for word, value in held.items()]
        self._points = Phrases(points)
        self._spelled = Spelled()
        self._decades: dict[str, int] = numbers["decades"]
        self._parts = Phrases((word, tuple(part)) for word, part in numbers["decade_parts"].items())
        self._periods = Phrases((word, tuple(ends)) for word, ends in numbers["periods"].items())
        articles = numbers["articles"]
        self._ones = frozenset(articles["one"])
        self._uncounted = frozenset(articles["uncounted"])
        self._shares = Phrases(articles["shares"].items())
        self._plus = Phrases(articles["plus"].items())
        self._and = frozenset(articles["and"])
        self._named = Phrases((word, float(value)) for word, value in articles["named"].items())
        self._recent = numbers["recent"]

    def scan(self, reading: Reading, *, newest: float | None) -> list[Quantity]:
        """Every amount, left to right. ``newest`` is the year from which "the last ten years" counts back."""
        found: list[Quantity] = []
        index = 0
        while index < len(reading.tokens):
            quantity = self._at(reading.tokens, index, newest)
            if quantity:
                found.append(quantity)
            index = quantity.end if quantity else index + 1
        return found

    def number(self, tokens: Sequence[Token], index: int) -> tuple[float, int] | None:
        """The number at ``index`` in digits or words, and where it ends."""
        if index >= len(tokens):
            return None
        norm = tokens[index].norm
        if _DIGITS.match(norm):
            return (_value(norm) * 1000, index + 2) if _in_thousands(tokens, index) else (_value(norm), index + 1)
        if norm.endswith("k") and _DIGITS.match(norm[:-1]):
            return _value(norm[:-1]) * 1000, index + 1
        named = self._named.at(tokens, index)
        if named:
            times, end = self._spelled.several(tokens, named.end) or (1, named.end)
            return named.value * times, end
        return self._spelled.number(tokens, index)

    def scale(self, tokens: Sequence[Token], quantity: Quantity) -> int:
        """The hundred or thousand that an amount ends in, 1 where there is none."""
        return self._spelled.scale(tokens[quantity.start : quantity.end])

    def _at(self, tokens: Sequence[Token], index: int, newest: float | None) -> Quantity | None:
        return (
            self._period(tokens, index)
            or self._decade(tokens, index)
            or self._last_years(tokens, index, newest)
            or self._below_zero(tokens, index)
            or self._spelled_year(tokens, index)
            or self._glued(tokens, index)
            or self._party(tokens, index)
            or self._amount(tokens, index)
            or self._point(tokens, index)
        )

    def _period(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        match = self._periods.at(tokens, index)
        if not match:
            return None
        low, high = match.value
        return Quantity(index, match.end, low or float("-inf"), high or float("inf"), "year")

    def _decade(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        part = self._parts.at(tokens, index)
        place = part.end if part else index
        place += place < len(tokens) and tokens[place].text in ("'", "the")
        decade = self._decade_at(tokens, place)
        if decade is None:
            return None
        start, end = decade
        first, last = part.value if part else (0, 9)
        return Quantity(index, end, float(start + first), float(start + last), "year")

    def _decade_at(self, tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
        if index >= len(tokens):
            return None
        norm, end = tokens[index].norm, index + 1
        if end < len(tokens) and tokens[end].norm == "'s" and norm.isdigit():
            norm, end = f"{norm}s", end + 1
        match = _DECADE.match(norm)
        if match:
            century = match[1] or ("20" if match[2] in "01" else "19")
            return int(f"{century}{match[2]}0"), end
        return (self._decades[norm], end) if norm in self._decades else None

    def _last_years(self, tokens: Sequence[Token], index: int, newest: float | None) -> Quantity | None:
        if newest is None or tokens[index].norm not in self._recent["words"]:
            return None
        count, end = self.number(tokens, index + 1) or (1.0, index + 1)
        unit = tokens[end].norm if end < len(tokens) else ""
        if unit not in self._recent["units"] or (end == index + 1 and unit == "years"):
            return None
        years = count * self._recent["units"][unit]
        return Quantity(index, end + 1, newest - years + 1, newest, "year")

    def _below_zero(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        """``-10``, ``minus five``: a dash that follows a word directly is none."""
        dash = tokens[index].text in ("-", "−", "–")
        if index + 1 >= len(tokens) or not (dash or tokens[index].norm in self._negative):
            return None
        glued = tokens[index].end == tokens[index + 1].start
        apart = index == 0 or tokens[index - 1].end < tokens[index].start or not tokens[index - 1].word
        if dash and not (glued and apart):
            return None
        found = self._glued(tokens, index + 1) or self._amount(tokens, index + 1)
        if not found or found.group not in ("", "celsius"):
            return None
        return replace(found, start=index, low=-found.low, high=-found.high)

    def _spelled_year(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        """``nineteen eighty four``."""
        found = self._spelled.year(tokens, index)
        if not found or found[0] not in _YEARS:
            return None
        year, end = found
        united = end < len(tokens) and self._unit(tokens[end].norm)[0]
        return None if united else Quantity(index, end, year, year, "year")

    def _point(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        """An amount with a name of its own: "freezing"."""
        match = self._points.at(tokens, index)
        return Quantity(index, match.end, match.value[1], match.value[1], match.value[0]) if match else None

    def _glued(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        """``2h``, ``90min``, ``1h30``."""
        match = _GLUED.match(tokens[index].norm)
        group, factor = self._unit(match[2]) if match else ("", 1.0)
        if not match or not group:
            return None
        value, group = _celsius(float(match[1]) * factor + float(match[3] or 0), group)
        return self._more(tokens, Quantity(index, index + 1, value, value, group))

    def _amount(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        sign, start = self._unit(tokens[index].norm)[0] == "currency", index
        share = None if self._named.at(tokens, index) else self._shares.at(tokens, index)
        number = (share.value, share.end) if share else self.number(tokens, index + sign)
        if not number and tokens[index].norm in self._ones:
            number = (1.0, index + 1)
            limited = index > 0 and tokens[index - 1].norm in word_set("numbers_limiting")
            if index + 1 >= len(tokens) or not (limited or self._one_of(tokens[index + 1].norm)):
                return None
        if not number:
            return None
        value, end = number
        plus = self._plus.at(tokens, end)
        if plus:
            value, end = value + plus.value, plus.end
        return self._united(tokens, Quantity(start, end, value, value, "currency" if sign else ""))

    def _party(self, tokens: Sequence[Token], index: int) -> Quantity | None:
        """The visitor and those counted beside: "me and two kids"."""
        if tokens[index].norm not in word_set("numbers_me"):
            return None
        alone = Quantity(index, index + 1, 1.0, 1.0, "people")
        place = index + 1
        kin = [token.norm for token in tokens[place + 1 : place + 3]]
        if kin[:1] in (["the"], ["my"]) and set(kin[1:]) & word_set("polarity_whose"):
            alone, place = replace(alone, end=place + 3, low=2.0, high=2.0), place + 3
        joined = place < len(tokens) and tokens[place].norm in self._and
        together = self._with_others(tokens, alone) if joined else alone
        return together if together is not alone else None

    def _one_of(self, word: str) -> bool:
        """Whether "a" before the word counts it: "an hour", but not "a man"."""
        group = self._unit(word)[0]
        counted = group in ("", "people", "years", "days", "celsius") or group.startswith("counted ")
        return not counted and word not in self._uncounted

    def _united(self, tokens: Sequence[Token], quantity: Quantity) -> Quantity | None:
        """With the unit that follows; four digits without one are a year."""
        end = quantity.end
        group, factor = self._unit(tokens[end].norm) if end < len(tokens) else ("", 1.0)
        scale = self._unit(tokens[end + 1].norm)[0] if group == "celsius" and end + 1 < len(tokens) else ""
        end, group = (end + 1, scale) if scale in ("celsius", "fahrenheit") else (end, group)
        if group and (not quantity.group or group == quantity.group):
            value, group = _celsius(quantity.low * factor, group)
            return self._more(tokens, replace(quantity, end=end + 1, low=value, high=value, group=group))
        plain = len(tokens[quantity.start].norm) == 4 and tokens[quantity.start].norm.isdigit()
        if not quantity.group and plain and quantity.low in _YEARS and quantity.end == quantity.start + 1:
            return replace(quantity, group="year")
        return quantity

    def _more(self, tokens: Sequence[Token], quantity: Quantity) -> Quantity:
        """``and a half`` after the unit, the minutes after the hours, the kids after the adults."""
        if quantity.group == "people":
            return self._with_others(tokens, quantity)
        plus = self._plus.at(tokens, quantity.end)
        last = self._unit(tokens[quantity.end - 1].norm)[1]
        if plus:
            value = quantity.low + plus.value * last
            return replace(quantity, end=plus.end, low=value, high=value)
        if last < 60 and not tokens[quantity.end - 1].norm.endswith("h"):
            return quantity
        place = quantity.end + (quantity.end < len(tokens) and tokens[quantity.end].norm == "and")
        rest = self.number(tokens, place)
        if (
            rest
            and rest[0] < 60
            and rest[1] < len(tokens)
            and self._unit(tokens[rest[1]].norm) == (quantity.group, 1.0)
        ):
            value = quantity.low + rest[0]
            return replace(quantity, end=rest[1] + 1, low=value, high=value)
        return quantity

    def _with_others(self, tokens: Sequence[Token], quantity: Quantity) -> Quantity:
        """People counted one kind after the other are one party: "two adults and two kids" are four."""
        place = quantity.end + (quantity.end < len(tokens) and tokens[quantity.end].norm in self._and)
        rest = self.number(tokens, place) if place > quantity.end else None
        if not rest and place > quantity.end and place < len(tokens) and tokens[place].norm in self._ones:
            rest = (1.0, place + 1)
        if not rest or rest[1] >= len(tokens) or self._unit(tokens[rest[1]].norm)[0] != "people":
            return quantity
        value = quantity.low + rest[0]
        return self._with_others(tokens, replace(quantity, end=rest[1] + 1, low=value, high=value))


def _in_thousands(tokens: Sequence[Token], index: int) -> bool:
    """Whether a "k" stands right behind the number: "1.5k"."""
    behind = tokens[index + 1] if index + 1 < len(tokens) else None
    return behind is not None and behind.norm == "k" and behind.start == tokens[index].end


def _celsius(value: float, group: str) -> tuple[float, str]:
    """An amount in the group that facets know: Fahrenheit as Celsius."""
    return (round((value - 32) / 1.8, 1), "celsius") if group == "fahrenheit" else (value, group)


def _value(digits: str) -> float:
    """``1,000`` is a thousand, ``2,5`` two and a half, ``1,250.50`` and ``1.250,50`` are the same."""
    marks = [mark for mark in digits if mark in ",."]
    head, mark, tail = digits.rpartition(marks[-1] if marks else ".")
    lone = marks.count(mark) == 1
    decimal = mark and lone and (len(marks) > 1 or mark == "." or len(tail) != 3)
    whole = re.sub(r"[.,]", "", head if decimal else digits)
    return float(f"{whole}.{tail}") if decimal else float(whole)

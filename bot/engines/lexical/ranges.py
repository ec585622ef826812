"""Amounts and years compared: "under two hours", "after 1990", "between $40 and $60", as constraints on number facets.

Knows no negation; a span says what it would mean when negated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.numbers import Quantities, Quantity
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spans import Span, opposites
from bot.engines.lexical.text import Reading, Token
from bot.engines.lexical.units import Units
from vectorstore.base import Constraint

ABOUT = 0.125
"""How far "about" reaches on either side, as a share of the amount; two years for a year."""
ABOUT_YEARS = 2.0

_SHY = ("years", "days")
"""Units of times and ages too: they measure a facet only beside its name."""
_FLIP = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
Comparator = tuple[str, str]  # (facet or "", operator)


class Ranges:
    """Finds comparisons for the number facets of a schema."""

    def __init__(self, speeches: Mapping[str, Speech], known: Callable[[str], bool]) -> None:
        """Compile the comparison words of the language and of each facet ("older than").

        ``known``: whether a word means something in this catalogue, so that it is no unit of the number before it.
        """
        numbers = table("en.numbers")
        self._known = known
        self._speeches = [speech for speech in speeches.values() if speech.numeric]
        self._year = next((speech for speech in self._speeches if speech.yearly), None)
        self._units = Units(self._speeches)
        self._quantities = Quantities(self._units)
        self._filler = frozenset(word for phrase in table("en.words")["filler"] for word in phrase.split())
        self._stops = frozenset(table("en.words")["stop"])
        self._crowd = Phrases((phrase, True) for phrase in numbers["crowd"]["before"])
        self._of_us = Phrases((phrase, True) for phrase in numbers["crowd"]["behind"])
        self._joins = set(numbers["joins"]["words"])
        between = [(phrase, ("", "between")) for phrase in numbers["before"]["between"]]
        before = {op: phrases for op, phrases in numbers["before"].items() if op != "between"}
        plain = [(phrase, ("", op)) for op, phrases in before.items() for phrase in phrases]
        self._between = Phrases(between)
        self._before = Phrases([*_critiques(self._speeches), *plain])
        self._after = Phrases((phrase, op) for op, phrases in numbers["after"].items() for phrase in phrases)
        self._measures = Phrases((phrase, True) for phrase in numbers["measures"]["words"])
        self._names = Phrases((name, s.name) for s in self._speeches for name in (*s.names, *s.measures))

    def spans(self, reading: Reading, limited: str = "") -> list[Span]:
        """Every comparison in the message. ``limited``: the facet of the amounts said before, if they were of one."""
        newest = self._year.facet.high if self._year else None
        found = self._quantities.scan(reading, newest=newest)
        spans: list[Span] = []
        index = 0
        while index < len(found):
            pair = self._paired(reading, found[index : index + 2])
            quantity, start, ranged = pair or (found[index], found[index].start, False)
            index += 2 if pair else 1
            carried = self._carried(reading.tokens, spans, start)
            counts = not _points(reading.tokens, quantity)
            span = self._span(reading.tokens, quantity, start, ranged, carried, limited) if counts else None
            spans += [span] if span else []
        return spans

    def _carried(self, tokens: Sequence[Token], before: Sequence[Span], start: int) -> str:
        """The comparison that goes on over a list of amounts: "at most 3 kg and 500 euros"."""
        if not before or before[-1].end > start or before[-1].constraints[0].op not in _FLIP:
            return ""
        gap = {token.norm for token in tokens[before[-1].end : start]}
        return before[-1].constraints[0].op if gap and gap <= {"and", ","} else ""

    def _paired(self, reading: Reading, pair: Sequence[Quantity]) -> tuple[Quantity, int, bool] | None:
        """Two amounts as the ends of one range: the range, where its words start, and that it is one."""
        if len(pair) < 2 or not _alike(*pair):
            return None
        first, second = pair
        gap = [token.norm for token in reading.tokens[first.end : second.start] if token.norm not in ("the", "a", "an")]
        opening = self._between.before(reading.tokens, _past_fillers(reading.tokens, first.start))
        periods = first.period and second.period and set(gap) <= {"or", "and", ",", "/", *self._joins}
        glued = reading.slice(first.end - 1, second.start + 1).count("-") == 1 and not gap
        joined = len(gap) == 1 and gap[0] in self._joins and (bool(opening) or gap[0] not in ("and", "or"))
        if not (periods or glued or joined):
            return None
        first = self._shared_scale(reading.tokens, first, second)
        low, high = sorted((min(first.low, second.low), max(first.high, second.high)))
        group = first.group or second.group
        start = opening.start if opening else first.start
        if not group and high < 100 and start and self._dated(reading.tokens, start):
            low, high, group = low + 1900, high + 1900, "year"
        if first.group != second.group and group not in ("", "year"):
            bare = first if not first.group else second
            scale = self._scale(reading.tokens, second if bare is first else first)
            low, high = sorted((bare.low * scale, (second if bare is first else first).low))
        return Quantity(first.start, second.end, low, high, group), start, True

    def _shared_scale(self, tokens: Sequence[Token], first: Quantity, second: Quantity) -> Quantity:
        """The first of two amounts with the hundred that only the second says: "two to three hundred"."""
        scale = self._quantities.scale(tokens, second)
        if scale == 1 or self._quantities.scale(tokens, first) > 1 or first.low * scale >= second.low:
            return first
        return replace(first, low=first.low * scale, high=first.high * scale)

    def _dated(self, tokens: Sequence[Token], start: int) -> bool:
        """Whether two digits stand for years: "made between 68 and 75"."""
        return self._year is not None and tokens[start - 1].norm in word_set("ranges_dated")

    def _scale(self, tokens: Sequence[Token], quantity: Quantity) -> float:
        """Base units per unit of an amount as it was written: 60 for hours."""
        return self._units.of(tokens[quantity.end - 1].norm)[1]

    def _span(
        self, tokens: Sequence[Token], quantity: Quantity, start: int, ranged: bool, carried: str, limited: str
    ) -> Span | None:
        alone = "", "between" if ranged else "", start, quantity.end
        facet, op, start, end = (None if ranged else self._compared(tokens, quantity)) or alone
        quantity, end = self._counted_behind(tokens, quantity, end)
        before, after = self._named(tokens, start), self._named_after(tokens, quantity)
        named = before or after
        compares = bool(named) or op in _FLIP or op in ("~", "between") or quantity.high < 0
        crowd = self._crowded(tokens, quantity, bare=not (compares or ranged))
        if crowd is not None:
            quantity, op, start = replace(quantity, group="people"), "", crowd
        if compares and not (facet or named or quantity.group) and self._foreign(tokens, end):
            return None
        speech = self._speech(quantity, facet or (named[1] if named else ""), compares, limited)
        if speech is None or (quantity.group in _SHY and not (named and named[1] == speech.name)):
            return None
        start = before[0] if before and before[1] == speech.name else start
        end = max(end, after[0]) if after and after[1] == speech.name else end
        measure = self._measures.at(tokens, end)
        end = measure.end if measure and quantity.group not in ("", "year") else end
        op = op or (carried if quantity.group != "year" else "") or self._bare(tokens, quantity, speech)
        constraint = _constraint(speech, op, quantity)
        return Span(start, end, "range", (constraint,), _negated(constraint, speech), facet=speech.name, rank=_rank(op))

    def _counted_behind(self, tokens: Sequence[Token], quantity: Quantity, end: int) -> tuple[Quantity, int]:
        """With the unit that stands behind the comparison: "five or more people"."""
        unit = tokens[end].norm if quantity.end < end < len(tokens) and not quantity.group else ""
        group, factor = self._units.of(unit)
        if not group:
            return quantity, end
        return replace(quantity, low=quantity.low * factor, high=quantity.high * factor, group=group), end + 1

    def _bare(self, tokens: Sequence[Token], quantity: Quantity, speech: Speech) -> str:
        """What an amount means that nothing compares: "a two-person tent" is made for two, "for 2 people" holds two."""
        if quantity.period:
            return "between"
        one = speech.group == "people" and tokens[quantity.end - 1].norm in word_set("ranges_made_for")
        return "=" if one else speech.bare

    def _crowded(self, tokens: Sequence[Token], quantity: Quantity, *, bare: bool) -> int | None:
        """Where the words begin that make a bare number one of people: "a tent for two", "a family of four"."""
        few = bare and not quantity.group and quantity.low in range(1, 13)
        if few and self._of_us.at(tokens, quantity.end):
            return quantity.start
        match = self._crowd.before(tokens, quantity.start) if few else None
        return None if match is None or self._foreign(tokens, quantity.end) else match.start

    def _foreign(self, tokens: Sequence[Token], end: int) -> bool:
        """Whether a number counts something that this catalogue does not hold: "under 20 sprockets"."""
        word = tokens[end].norm if end < len(tokens) else ""
        if not word.isalpha() or len(word) < 2 or word in self._stops or word in self._filler or self._known(word):
            return False
        return not (self._after.at(tokens, end) or self._before.at(tokens, end) or self._names.at(tokens, end))

    def _compared(self, tokens: Sequence[Token], quantity: Quantity) -> tuple[str, str, int, int] | None:
        """Facet, operator and the reach of the comparison words around an amount."""
        start, end, facet, ops = quantity.start, quantity.end, "", []
        while match := self._before.before(tokens, _past_fillers(tokens, start)):
            start = match.start
            facet, op = match.value[0] or facet, match.value[1]
            ops.append(op)
        named = self._named_after(tokens, quantity)
        after = self._after.at(tokens, end) or (self._after.at(tokens, named[0]) if named else None)
        if after and not any(op in _FLIP for op in ops) and not self._swallows(tokens, after.end, after.value):
            ops, end = [*ops, after.value], after.end
        strong = [op for op in ops if op in _FLIP] or [op for op in ops if op == "~"] or ops
        return (facet, strong[-1], start, end) if strong else None

    def _swallows(self, tokens: Sequence[Token], end: int, op: str) -> bool:
        """Whether "up" or "on" after a number belongs to other words: "1990 on my list"."""
        return op == ">=" and tokens[end - 1].norm in ("on", "up") and end < len(tokens) and tokens[end].word

    def _named(self, tokens: Sequence[Token], start: int) -> tuple[int, str] | None:
        """A facet's own name right before the comparison: "runtime under 100"."""
        end = start - (start > 0 and tokens[start - 1].norm in (":", "of", "is", "="))
        match = self._names.before(tokens, end)
        return (match.start, match.value) if match else None

    def _named_after(self, tokens: Sequence[Token], quantity: Quantity) -> tuple[int, str] | None:
        """A facet's own name right after an amount, and where it ends: "5 years of warranty"."""
        start = quantity.end + (quantity.end < len(tokens) and tokens[quantity.end].norm in ("of", "'s"))
        match = self._names.at(tokens, start) if quantity.group != "year" else None
        return (match.end, match.value) if match else None

    def _speech(self, quantity: Quantity, facet: str, compared: bool, limited: str) -> Speech | None:
        """The facet that an amount is about."""
        if quantity.group == "year":
            return self._year
        fitting = [speech for speech in self._speeches if quantity.group and speech.group == quantity.group]
        named = [speech for speech in self._speeches if speech.name == facet and speech is not self._year]
        if quantity.group:
            return next((speech for speech in named if speech in fitting), fitting[0] if fitting else None)
        if named or not compared:
            return named[0] if named else None
        return self._by_size(quantity.high, limited)

    def _by_size(self, value: float, limited: str) -> Speech | None:
        """A compared number without unit: what was ``limited`` before, the price, what its values lie around."""
        plain = [s for s in self._speeches if s.facet.role in ("attribute", "price") and s is not self._year]
        if value < 0:
            plain = [s for s in plain if (s.facet.low or 0.0) < 0]
        priced = [speech for speech in plain if speech.facet.role == "price"]
        bounded = [s for s in plain if s.facet.low is not None]
        inside = [s for s in bounded if (s.facet.low or 0) * 0.8 <= value <= (s.facet.high or 0) * 1.2]
        return next((one for one in inside if one.name == limited), next(iter(priced + inside), None))


def _critiques(speeches: Iterable[Speech]) -> list[tuple[str, Comparator]]:
    """Comparisons such as "older than" and "no older than", with the facet that each is about."""
    found: list[tuple[str, Comparator]] = []
    for speech in speeches:
        for op, phrases in (("<", speech.lower), (">", speech.higher)):
            for phrase in phrases:
                found.append((f"{phrase} than", (speech.name, op)))
                found += [(f"{no} {phrase} than", (speech.name, _FLIP[op])) for no in ("no", "not")]
    return found


def _points(tokens: Sequence[Token], quantity: Quantity) -> bool:
    """Whether a number stands for items: "the first one", "that one", "number six", "three of those"."""
    of, whose = [*(token.norm for token in tokens[quantity.end : quantity.end + 2]), "", ""][:2]
    if of == "of" and whose in word_set("ranges_pointing") and not quantity.group:
        return True
    if quantity.end != quantity.start + 1 or quantity.start == 0:
        return False
    before = tokens[quantity.start - 1].norm
    lone = tokens[quantity.start].norm in ("one", "two", "three")
    return (lone and before in word_set("ranges_pointing")) or before in word_set("ranges_numbering")


def _past_fillers(tokens: Sequence[Token], start: int) -> int:
    while start > 0 and tokens[start - 1].norm in word_set("ranges_fillers"):
        start -= 1
    return start


def _alike(first: Quantity, second: Quantity) -> bool:
    return first.group == second.group or (
        (not first.group or not second.group) and "year" not in (first.group, second.group)
    )


def _constraint(speech: Speech, op: str, quantity: Quantity) -> Constraint:
    low, high = quantity.low / speech.factor, quantity.high / speech.factor
    name = speech.name
    if op == "~":
        return Constraint(name, "between", _around(low, high, year=quantity.group == "year"))
    if op in ("=", "between", "is"):
        if math.isinf(low) or math.isinf(high):
            return Constraint(name, "<=", high) if math.isinf(low) else Constraint(name, ">=", low)
        return Constraint(name, "between", (low, high)) if low != high else Constraint(name, "is", low)
    return Constraint(name, op, high if op in (">", "<=") else low)  # type: ignore[arg-type]


def _around(low: float, high: float, *, year: bool) -> tuple[float, float]:
    """The reach of "about", at round ends: two hours are 105 to 135 minutes."""
    if year:
        return low - ABOUT_YEARS, high + ABOUT_YEARS
    step = 5.0 if low >= 40 else 10 ** math.floor(math.log10(max(low, 1e-6))) / 10
    ends = low * (1 - ABOUT) / step, high * (1 + ABOUT) / step
    return round(math.floor(ends[0] + 0.5) * step, 6), round(math.floor(ends[1] + 0.5) * step, 6)


def _negated(constraint: Constraint, speech: Speech) -> tuple[Constraint, ...]:
    """What a "not" makes of it; a span of years becomes the list of its years."""
    value = constraint.value
    if constraint.op == "between" and speech.yearly and isinstance(value, tuple):
        years: Any = tuple(float(year) for year in range(int(value[0]), int(value[1]) + 1))
        return (Constraint(constraint.facet, "not", years),)
    return opposites((constraint,))


def _rank(op: str) -> int:
    return 1 if op in _FLIP or op == "between" else 0

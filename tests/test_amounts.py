"""Amounts in a message: digits, words, shares, units, thousands."""

from __future__ import annotations

import pytest

from bot.engines.lexical.numbers import Quantities
from bot.engines.lexical.text import read

AMOUNTS = [
    ("less than two and a quarter hours", [("two and a quarter hours", 135, "minutes")]),
    ("three quarters of an hour", [("three quarters of an hour", 45, "minutes")]),
    ("an hour and three quarters", [("an hour and three quarters", 105, "minutes")]),
    ("a litre and a half", [("a litre and a half", 1.5, "litres")]),
    ("about one point five litres", [("one point five litres", 1.5, "litres")]),
    ("half a litre", [("half a litre", 0.5, "litres")]),
    ("a hundred and two hundred bucks", [("hundred", 100, ""), ("two hundred bucks", 200, "currency")]),
    ("forget the hundred and fifty", [("hundred and fifty", 150, "")]),
    ("a hundred and fifty and two hundred", [("hundred and fifty", 150, ""), ("two hundred", 200, "")]),
    ("two thousand and five", [("two thousand and five", 2005, "year")]),
    ("twenty-five hundred", [("twenty-five hundred", 2500, "")]),
    ("1k tops", [("1k", 1000, "")]),
    ("below $1.5k", [("$1.5k", 1500, "currency")]),
    ("two grand max", [("two grand", 2000, "currency")]),
    ("a grand adventure", []),
    ("under a tenner", [("a tenner", 10, "currency")]),
    ("£1,250.50", [("£1,250.50", 1250.5, "currency")]),
    ("1.250,50 euros", [("1.250,50 euros", 1250.5, "currency")]),
    ("2,5 kg", [("2,5 kg", 2.5, "kg")]),
    ("10,000 pages", [("10,000 pages", 10000, "pages")]),
    ("a dozen", [("a dozen", 12, "")]),
    ("half a dozen", [("half a dozen", 6, "")]),
    ("two adults and two kids", [("two adults and two kids", 4, "people")]),
    ("2 adults, a child and three friends", [("2 adults, a child and three friends", 6, "people")]),
    ("two kids and 30 euros", [("two kids", 2, "people"), ("30 euros", 30, "currency")]),
]


@pytest.mark.parametrize(("message", "wanted"), AMOUNTS, ids=[message for message, _ in AMOUNTS])
def test_amounts_are_read_whole(message, wanted):
    """Each with the words it stands in, its value in base units, and the group of its unit."""
    reading = read(message)
    found = [
        (message[reading.tokens[one.start].start : reading.tokens[one.end - 1].end], one.low, one.group)
        for one in Quantities().scan(reading, newest=None)
    ]
    assert found == [(words, float(value), group) for words, value, group in wanted]

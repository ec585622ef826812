"""Dates as comparable numbers: 1 June 2015 is 20150601.0. Pure; knows no facet."""

from __future__ import annotations

import re

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def date_number(text: str) -> float | None:
    """``YYYYMMDD`` of an ISO date, or None for anything else; a missing month or day counts as the first."""
    span = date_span(text)
    return None if span is None else span[0]


def date_span(value: str | float) -> tuple[float, float] | None:
    """The first and last day that ``value`` means: "2015" or 2015 the whole year, "2015-06" the month.

    A number of eight digits is taken as ``YYYYMMDD``. None when it is no date.
    """
    text = f"{value:.0f}" if isinstance(value, (int, float)) else value.strip()[:10]
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if month > 12 or day > 31 or "-00" in text or text.endswith("-0"):
        return None
    low = year * 10000 + (month or 1) * 100 + (day or 1)
    high = year * 10000 + (month or 12) * 100 + (day or 31)
    return float(low), float(high)

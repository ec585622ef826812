"""A cell -> an ISO date: numbers in any order, month names in several languages, times cut off.

Pure; knows no column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from vectorstore.dates import date_number
from vectorstore.words import fold

DateOrder: TypeAlias = Literal["ymd", "dmy", "mdy"]

_ISO = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?")
_PARTS = re.compile(r"(\d{1,4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,4})")
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일])?")
_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|UTC|GMT|[AaPp][Mm]|[+-]\d{2}:?\d{2})?$")
_WEEKDAY = re.compile(r"^[^\W\d]+,\s*")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|\.|er)?\s+)?(?:de\s+)?([^\W\d]{3,10})\.?,?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?:de\s+)?(\d{4})"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier janv enero ene gennaio", "february feb februar fevrier fevr febrero febbraio",
            "march mar marz maerz mars marzo", "april apr avril avr abril abr aprile", "may mai mayo maggio mag",
            "june jun juni juin junio giugno giu", "july jul juli juillet juil julio luglio lug",
            "august aug aout agosto ago", "september sep sept septembre septiembre settembre set",
            "october oct oktober okt octobre octubre ottobre ott", "november nov novembre noviembre",
            "december dec dezember dez decembre diciembre dic dicembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_LONGEST = 40


def date(cell: Any, order: DateOrder = "ymd") -> str | None:
    """``cell`` as an ISO date, or None. ISO is always read; ``order`` says how to read "03/04/2021"."""
    text = _bare(cell)
    if _ISO.fullmatch(text):
        return text if date_number(text) else None
    if east := _EAST.fullmatch(text):
        return _iso(east[1], east[2], east[3])
    if match := _PARTS.fullmatch(text):
        return _ordered(match[1], match[2], match[3], order)
    return _named(text)


def date_order(cells: Iterable[Any]) -> DateOrder:
    """How a column writes its dates, by any part above 12; day first when nothing tells."""
    for cell in cells:
        match = _PARTS.fullmatch(_bare(cell))
        if match is None or len(match[1]) == 4:
            continue
        if int(match[2]) > 12:
            return "mdy"
        if int(match[1]) > 12:
            return "dmy"
    return "dmy"


def _bare(cell: Any) -> str:
    text = str(cell).strip()
    if len(text) > _LONGEST:
        return ""
    return _WEEKDAY.sub("", _TIME.sub("", text)).strip().rstrip("T.")


def _ordered(first: str, second: str, third: str, order: DateOrder) -> str | None:
    if len(first) == 4:
        return _iso(first, second, third)
    day, month = (second, first) if order == "mdy" else (first, second)
    return _iso(third, month, day) if len(third) == 4 else None


def _named(text: str) -> str | None:
    """As in "31 Jan 2024", "January 31, 2024", "31. Dezember 2024" and "May 2020"."""
    match = _NAMED.fullmatch(text)
    month = _MONTHS.get(fold(match[2])) if match else None
    if match is None or month is None or (match[1] and match[3]):
        return None
    return _iso(match[4], str(month), match[1] or match[3])


def _iso(year: str, month: str, day: str | None) -> str | None:
    iso = f"{int(year):04}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    return iso if date_number(iso) else None

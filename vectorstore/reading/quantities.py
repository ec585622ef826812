"""A cell -> a number with its unit: "€ 1.299,00", "2.5 kg", "1h 37m", "20 %". A cell that is none gives None.

Pure; knows no column. Ranges ("10-12") and several numbers are no quantity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeAlias

from vectorstore.reading.units import converted, is_money, known_unit

Decimal: TypeAlias = Literal[".", ","]

_DIGITS = r"\d(?:[\d.,'’\u00a0\u202f ]*\d)?|\.\d+"
_NUMBER = re.compile(rf"(?P<sign>[-+−])?\s*(?P<digits>{_DIGITS})")
_UNIT = re.compile(r"[^\W\d_]{1,12}[²³]?|%|\"|''|″|°[CF]?|km/h")
_ABOUT = re.compile(r"^(~|≈|ca\.?|circa|approx(?:\.|imately)?|about|etwa|env\.|约)\s*", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,4})\s*h(?:ours?|rs?)?\s*(?:(\d{1,2})\s*(?:m(?:in\w*)?)?)?", re.IGNORECASE)
_ISO_TIME = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,5}S)?")
_PART = re.compile(r"(\d{1,9}(?:[.,]\d{1,6})?)\s*([^\W\d_]{1,12}|\"|''|″|')\s*")
_DASHED = re.compile(r"(?<=\d)[.,][-–—](?=\D|$)")
_PLAIN = re.compile(r"\d{1,15}(\.\d{1,15})?")
_POWER = re.compile(r"[-+]?\d+(\.\d+)?[eE][-+]?\d{1,3}")
_NO_UNITS = {"st", "nd", "rd", "th", "d", "k", "x", "er", "e", "s"}
_LONGEST = 60


class Quantity(NamedTuple):
    """A number and the unit that stood with it, "" when none did."""

    value: float
    unit: str


def quantity(cell: Any, decimal: Decimal = ".") -> Quantity | None:
    """``cell`` as a number with an optional currency or unit, or None; ``decimal`` decides where a cell does not."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    if not isinstance(cell, str):
        return Quantity(float(cell), "") if abs(cell) < 1e300 else None
    if _PLAIN.fullmatch(cell) and (decimal == "." or "." not in cell):
        return Quantity(float(cell), "")
    text = _DASHED.sub("", _ABOUT.sub("", cell.strip()))
    if not text or len(text) > _LONGEST:
        return None
    return _time(text) or _measured(text, decimal) or _compound(text)


def convert(found: Quantity, unit: str) -> float | None:
    """``found`` in ``unit``, or None when the two measure different things."""
    return converted(found.value, found.unit, unit)


def decimal_mark(cells: Iterable[Any]) -> Decimal:
    """Which mark these cells use before decimals, seen over the whole column."""
    comma = point = 0
    for cell in cells:
        match = _NUMBER.search(cell[:_LONGEST]) if isinstance(cell, str) else None
        digits = match["digits"] if match else ""
        if "," in digits and "." in digits:
            comma, point = (comma + 9, point) if digits.rfind(",") > digits.rfind(".") else (comma, point + 9)
        elif re.fullmatch(r"\d+,\d{1,2}|\d+,\d{4,}|0,\d+", digits.strip()):
            comma += 1
        elif re.fullmatch(r"\d*\.\d+", digits.strip()):
            point += 1
    return "," if comma > point else "."


def is_range(cell: Any) -> bool:
    """Whether ``cell`` gives two numbers, as "10-12", "10 to 12 kg" or "$5 – $8": no single value."""
    number = r"\D{0,4}\d[\d.,]*\s*\S{0,10}?"
    return isinstance(cell, str) and bool(
        re.fullmatch(rf"{number}\s*(?:[-–—~]|to|bis|à|a)\s*{number}", cell.strip()[:40])
    )


def _time(text: str) -> Quantity | None:
    if hours := _HOURS.fullmatch(text):
        return Quantity(60.0 * int(hours[1]) + int(hours[2] or 0), "minutes")
    if (iso := _ISO_TIME.fullmatch(text)) and (iso[1] or iso[2]):
        return Quantity(60.0 * int(iso[1] or 0) + int(iso[2] or 0), "minutes")
    return None


def _measured(text: str, decimal: Decimal) -> Quantity | None:
    if _POWER.fullmatch(text):
        return Quantity(float(text), "") if math.isfinite(float(text)) else None
    match = _NUMBER.search(text)
    if match is None:
        return None
    before, after = text[: match.start()].strip(), text[match.end() :].strip()
    if text[match.end() :].lower() in _NO_UNITS:
        return None
    negative = match["sign"] in ("-", "−")
    if before in ("-", "−"):
        before, negative = "", True
    unit = _unit(before, after)
    number = _number(match["digits"], decimal)
    if unit is None or number is None:
        return None
    return Quantity(-number if negative else number, unit)


def _unit(before: str, after: str) -> str | None:
    """The unit around a number: a currency before or after it, any unit after it; None when other words stand there."""
    first, last = known_unit(before), known_unit(after)
    if before and after:
        return last if is_money(first) and is_money(last) and converted(1, first, last) else None
    if before:
        return first if is_money(first) else None
    if not after or last:
        return last
    return after if _UNIT.fullmatch(after) else None


def _compound(text: str) -> Quantity | None:
    """As in "2 lb 3 oz", "6 ft 2 in" and "1 hour 5 minutes": parts of one kind, in the unit of the first."""
    parts = _PART.findall(text)
    if len(parts) < 2 or "".join(_PART.split(text)[::3]).strip():
        return None
    unit, total = known_unit(parts[0][1]), 0.0
    for digits, word in parts:
        part = converted(float(digits.replace(",", ".")), known_unit(word) or "?", unit)
        if not unit or is_money(unit) or part is None:
            return None
        total += part
    return Quantity(round(converted(total, unit, "minutes") or total, 6), "minutes" if unit == "h" else unit)


def _number(digits: str, decimal: Decimal) -> float | None:
    """The digits as a number; where the column's mark gives none, the other mark may ("12,99" among "12.99")."""
    plain = re.sub(r"['’\s]", "", digits)
    found = _read(plain, decimal)
    return _read(plain, "," if decimal == "." else ".") if found is None else found


def _read(plain: str, decimal: Decimal) -> float | None:
    thousands = "," if decimal == "." else "."
    whole, mark, rest = plain.rpartition(decimal) if plain.count(decimal) == 1 else (plain, "", "")
    if thousands in rest or (thousands in whole and not re.fullmatch(r"\d{1,3}([.,]\d{2,3})*[.,]\d{3}", whole)):
        return None
    try:
        number = float(f"{whole.replace(thousands, '')}{'.' if mark else ''}{rest}")
    except ValueError:
        return None
    return number if math.isfinite(number) else None

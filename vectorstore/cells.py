"""One cell -> one value: numbers with units, flags, dates, lists. Pure; a cell that does not fit gives None.

Knows no column and no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeAlias

from vectorstore.dates import date_number

Decimal: TypeAlias = Literal[".", ","]
DateOrder: TypeAlias = Literal["ymd", "dmy", "mdy"]

_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_NUMBER = re.compile(r"(?P<sign>[-+−])?\s*(?P<digits>\d(?:[\d.,'’\s]*\d)?|\.\d+)")
_UNIT = re.compile(r"[^\W\d_]{1,12}[²³]?|%|\"|''")
_HOURS = re.compile(r"(\d+)\s*h(?:ours?|rs?)?\s*(?:(\d+)\s*m(?:in\w*)?)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})")
_TRUE = {"true", "yes", "y", "ja", "oui", "si", "sí", "是"}
_NO_UNITS = {"s", "st", "nd", "rd", "th", "d", "k", "x", "er"}
_FALSE = {"false", "no", "n", "nein", "non", "否"}
_SAME_UNITS = {
    "minute": "minutes", "min": "minutes", "mins": "minutes", "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "kgs": "kg", "kilogram": "kg", "kilograms": "kg", "gram": "g", "grams": "g", "lbs": "lb", "pound": "lb",
    "pounds": "lb", "ounce": "oz", "ounces": "oz", "inch": "in", "inches": "in", '"': "in", "''": "in", "liter": "l",
    "liters": "l", "litre": "l", "litres": "l", "meter": "m", "meters": "m", "metre": "m", "metres": "m",
    "centimeter": "cm", "centimeters": "cm", "percent": "%", "dollar": "USD", "dollars": "USD", "euro": "EUR",
    "euros": "EUR", "usd": "USD", "eur": "EUR", "gbp": "GBP", "cny": "CNY", "rmb": "CNY", "jpy": "JPY",
}  # fmt: skip
_SCALES = {
    "g": ("mass", 1.0), "kg": ("mass", 1000.0), "mg": ("mass", 0.001),
    "lb": ("mass", 453.59237), "oz": ("mass", 28.349523),
    "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0), "km": ("length", 1e6),
    "in": ("length", 25.4),
    "ml": ("volume", 1.0), "cl": ("volume", 10.0), "l": ("volume", 1000.0),
    "minutes": ("time", 1.0), "h": ("time", 60.0), "mb": ("data", 1.0), "gb": ("data", 1000.0),
    "tb": ("data", 1e6),
}  # fmt: skip


class Quantity(NamedTuple):
    """A number and the unit that stood with it, "" when none did."""

    value: float
    unit: str


def quantity(cell: Any, decimal: Decimal = ".") -> Quantity | None:
    """``cell`` as a number with an optional currency or unit ("€ 1.299,00", "2.5 kg", "1h 37m"), or None."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    if not isinstance(cell, str):
        return Quantity(float(cell), "") if abs(cell) < 1e300 else None
    text = cell.strip()
    if hours := _HOURS.fullmatch(text):
        return Quantity(60.0 * int(hours[1]) + int(hours[2] or 0), "minutes")
    return _measured(text, decimal)


def convert(found: Quantity, unit: str) -> float | None:
    """``found`` in ``unit``, or None when the two measure different things."""
    if not found.unit or not unit or found.unit == unit:
        return found.value
    source, target = _SCALES.get(found.unit.lower()), _SCALES.get(unit.lower())
    if source is None or target is None or source[0] != target[0]:
        return None
    return round(found.value * source[1] / target[1], 6)


def known_unit(word: str) -> str:
    """The usual spelling of a unit or currency, "" when ``word`` is none."""
    lower = word.lower()
    if lower in _SAME_UNITS:
        return _SAME_UNITS[lower]
    return lower if lower in _SCALES else ""


def decimal_mark(cells: Iterable[Any]) -> Decimal:
    """Which mark these cells use before decimals, seen over the whole column."""
    comma = point = 0
    for cell in cells:
        match = _NUMBER.search(cell) if isinstance(cell, str) else None
        digits = match["digits"] if match else ""
        if "," in digits and "." in digits:
            comma, point = (comma + 9, point) if digits.rfind(",") > digits.rfind(".") else (comma, point + 9)
        elif re.fullmatch(r"\d+,\d{1,2}|\d+,\d{4,}|0,\d+", digits.strip()):
            comma += 1
        elif re.fullmatch(r"\d*\.\d+", digits.strip()):
            point += 1
    return "," if comma > point else "."


def flag(cell: Any) -> bool | None:
    """``cell`` as yes or no, or None."""
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word in _TRUE or word in ("1", "1.0"):
        return True
    return False if word in _FALSE or word in ("0", "0.0") else None


def is_flag_word(cell: Any) -> bool:
    """Whether ``cell`` can only be a flag: true, yes, no..., but not the numbers 0 and 1."""
    return isinstance(cell, bool) or str(cell).strip().lower() in _TRUE | _FALSE


def date(cell: Any, order: DateOrder = "ymd") -> str | None:
    """``cell`` as an ISO date, or None. ISO is always read; ``order`` says how to read "03/04/2021"."""
    text = str(cell).strip()[:10].rstrip("T ")
    if re.fullmatch(r"\d{4}-\d{1,2}(-\d{1,2})?", text):
        return text if date_number(text) else None
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    first, second, third = match.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    else:
        year, (day, month) = third, (first, second) if order != "mdy" else (second, first)
    iso = f"{year:0>4}-{month:0>2}-{day:0>2}"
    return iso if len(year) == 4 and date_number(iso) else None


def date_order(cells: Iterable[Any]) -> DateOrder:
    """How a column writes its dates, by any part above 12; day first when nothing tells."""
    for cell in cells:
        match = _DATE.fullmatch(str(cell).strip()[:10])
        if match is None or len(match[1]) == 4:
            continue
        if int(match[2]) > 12:
            return "mdy"
        if int(match[1]) > 12:
            return "dmy"
    return "dmy"


def several(cell: Any, separator: str = "") -> tuple[str, ...] | None:
    """``cell`` as a list of different texts: a JSON list, or a text cut at ``separator``; None for anything else."""
    if isinstance(cell, list):
        parts = [_name(one) for one in cell]
        if None in parts:
            return None
        return _different(str(part) for part in parts)
    text = word(cell)
    if text is None:
        return None
    return _different(text.split(separator) if separator else [text])


def word(cell: Any) -> str | None:
    """``cell`` as one line of text; whole numbers without their ".0"; None for lists."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, (str, int, float)):
        return " ".join(str(cell).split())
    return None


def _measured(text: str, decimal: Decimal) -> Quantity | None:
    match = _NUMBER.search(text)
    if match is None:
        return None
    before, after = text[: match.start()].strip(), text[match.end() :].strip()
    unit = _CURRENCIES.get(before or after, "") or known_unit(before or after)
    if (before and after) or (before and not unit) or (after and not unit and not _unit_like(after)):
        return None
    number = _number(match["digits"], decimal)
    if number is None:
        return None
    return Quantity(-number if match["sign"] in ("-", "−") else number, unit or after)


def _unit_like(word: str) -> bool:
    """An unknown word may be a unit ("mAh"), but "1990s", "3rd" and "4K" are no quantities."""
    return bool(_UNIT.fullmatch(word)) and word.lower() not in _NO_UNITS


def _number(digits: str, decimal: Decimal) -> float | None:
    plain = re.sub(r"['’\s]", "", digits)
    thousands = "," if decimal == "." else "."
    whole, mark, rest = plain.rpartition(decimal) if plain.count(decimal) == 1 else (plain, "", "")
    if thousands in rest or (thousands in whole and not re.fullmatch(r"\d{1,3}([.,]\d{3})+", whole)):
        return None
    try:
        return float(f"{whole.replace(thousands, '')}{'.' if mark else ''}{rest}")
    except ValueError:
        return None


def _name(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("name", value.get("title", value.get("value")))
    return None if isinstance(value, (dict, list)) or value is None else word(value)


def _different(parts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for part in parts:
        if part.strip():
            found.setdefault(part.strip().casefold(), part.strip())
    return tuple(found.values())

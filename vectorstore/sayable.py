"""What a facet lets a visitor say, as examples for the operator: "under 300 euros", "cheapest", "not horror".

Pure; knows no file. The examples are taken from what the facet holds, so each of them finds something.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from vectorstore.base import Facet

_MONEY = {"USD": "dollars", "EUR": "euros", "GBP": "pounds", "JPY": "yen", "CNY": "yuan", "INR": "rupees"}
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_EXTREMES = {
    "kg": ("lightest", "heaviest"), "g": ("lightest", "heaviest"), "lb": ("lightest", "heaviest"),
    "oz": ("lightest", "heaviest"), "minutes": ("shortest", "longest"), "h": ("shortest", "longest"),
    "mm": ("shortest", "longest"), "cm": ("shortest", "longest"), "m": ("shortest", "longest"),
    "l": ("smallest", "largest"), "ml": ("smallest", "largest"), "in": ("smallest", "largest"),
    "GB": ("smallest", "largest"), "gb": ("smallest", "largest"),
}  # fmt: skip
_LONGEST = 40


def sayable(facet: Facet) -> tuple[str, ...]:
    """Two or three phrases that a visitor can use about ``facet``; none when it holds nothing to ask for."""
    if facet.type == "flag":
        return tuple(_of_flag(facet))
    if facet.type in ("category", "multi"):
        return tuple(_of_values(facet))
    if facet.low is None or facet.high is None:
        return ()
    return tuple(_of_dates(facet) if facet.type == "date" else _of_numbers(facet))


def round_between(low: float, high: float) -> float | None:
    """A round number from the lower middle of a range, strictly inside it; None when there is no room for one."""
    if not low < high or not math.isfinite(high - low):
        return None
    middle = math.sqrt(low * high) if low > 0 and high / low > 4 else low + (high - low) * 0.4
    return _round_near(middle, low, high)


def _round_near(middle: float, low: float, high: float) -> float | None:
    for scale in (1.0, 0.1, 0.01):
        rounded = _rounded(middle, scale)
        if low < rounded < high:
            return rounded
    return None


def _of_flag(facet: Facet) -> Iterator[str]:
    if facet.role == "stock":
        yield "in stock"
        return
    name = _name(facet)
    yield name
    yield f"not {name}"


def _of_values(facet: Facet) -> Iterator[str]:
    """The most frequent values, one of them refused, and a spelling that the operator added."""
    known = [value for value, _ in facet.values if len(value) <= _LONGEST]
    yield from known[:1]
    yield from (f"not {value}" for value in known[1:2])
    values = {value.casefold() for value, _ in facet.values}
    yield from [alias for alias, value in facet.aliases.items() if alias not in values and value.casefold() in values][
        :1
    ]
    if len(known) > 2:
        yield f"{known[0]} or {known[2]}"


def _of_numbers(facet: Facet) -> Iterator[str]:
    if facet.role == "stock":
        yield "in stock"
        return
    if facet.role == "popularity":
        yield "most popular"
        return
    if facet.role == "year":
        yield from _of_years(int(facet.low or 0), int(facet.high or 0))
        return
    middle = round_between(facet.low or 0.0, facet.high or 0.0)
    if middle is None:
        return
    unit, least, most = _unit(facet), *_extremes(facet)
    amount = f"{middle:g}{unit}" if facet.unit == "%" else f"{middle:,g} {unit}".strip()
    if facet.role == "price":
        yield from (f"under {amount}", "cheapest")
    elif _is_rating(facet):
        good = _round_near((facet.low or 0.0) * 0.3 + (facet.high or 0.0) * 0.7, facet.low or 0.0, facet.high or 0.0)
        yield from (f"rated at least {good or middle:g}", most)
    elif facet.unit in ("people", "persons", "person"):
        yield from (f"for {amount}", f"at least {amount}")
    elif facet.unit:
        yield from (f"under {amount}", f"at least {amount}", *([least] if facet.unit in _EXTREMES else []))
    else:
        yield from (f"{_name(facet)} under {amount}", f"{_name(facet)} at least {amount}", most)


def _of_dates(facet: Facet) -> Iterator[str]:
    yield from _of_years(int((facet.low or 0) // 10000), int((facet.high or 0) // 10000))


def _of_years(low: int, high: int) -> Iterator[str]:
    """Decades where the years span some, a year inside them else, and their order."""
    span = high - low
    if span >= 20:
        yield f"from the {(high - min(35, span * 2 // 5)) // 10 * 10}s"
    if high > low:
        yield f"after {high - max(1, min(20, span // 5))}"
        yield "newest"
    else:
        yield f"from {low}"


def _extremes(facet: Facet) -> tuple[str, str]:
    if facet.unit in _EXTREMES:
        return _EXTREMES[facet.unit]
    return f"lowest {_name(facet)}", "highest rated" if _is_rating(facet) else f"highest {_name(facet)}"


def _is_rating(facet: Facet) -> bool:
    return "rating" in facet.name and "count" not in facet.name and not facet.unit


def _unit(facet: Facet) -> str:
    return _MONEY.get(facet.unit, facet.unit)


def _name(facet: Facet) -> str:
    """The label as it stands inside a sentence: "Waterproof" -> "waterproof", "USB-C" stays."""
    label = facet.label or facet.name.replace("_", " ")
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _rounded(number: float, scale: float) -> float:
    """``number`` to a round figure: 1, 1.5, 2... times a power of ten; ``scale`` below 1 keeps more digits."""
    if number == 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(abs(number)))
    if scale < 1.0:
        return round(number / (power * scale)) * (power * scale)
    return math.copysign(min(_STEPS, key=lambda step: abs(step * power - abs(number))) * power, number)

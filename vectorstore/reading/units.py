"""Units and currencies: their spellings, their ISO codes, and how they convert. Data and pure look-ups.

Knows no cell and no column.
"""

from __future__ import annotations

from collections.abc import Mapping

SYMBOLS: Mapping[str, str] = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND",
    "₱": "PHP", "฿": "THB", "₦": "NGN", "元": "CNY", "円": "JPY", "원": "KRW", "US$": "USD", "C$": "CAD", "CA$": "CAD",
    "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "R$": "BRL", "NT$": "TWD", "MX$": "MXN",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "Fr.": "CHF", "Rs": "INR", "Rs.": "INR", "RM": "MYR",
    "人民币": "CNY", "欧元": "EUR", "美元": "USD", "RMB": "CNY", "CN¥": "CNY", "JP¥": "JPY", "руб": "RUB",
    "руб.": "RUB",
}  # fmt: skip
"""Signs that mean one currency."""
SHARED: Mapping[str, tuple[str, ...]] = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP"),
    "¥": ("JPY", "CNY"),
    "￥": ("CNY", "JPY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}
"""Signs that several currencies share, the usual one first."""
CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BGN",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EGP",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "ISK",
        "JPY",
        "KES",
        "KRW",
        "MAD",
        "MXN",
        "MYR",
        "NGN",
        "NOK",
        "NZD",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "TWD",
        "UAH",
        "USD",
        "VND",
        "ZAR",
    ]
)
"""ISO codes of currencies that are read and shown."""
_MONEY_WORDS = {
    "dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "yen": "JPY", "yuan": "CNY", "pln": "PLN",
    "rupees": "INR", "rmb": "CNY", "sfr": "CHF", "sfr.": "CHF",
}  # fmt: skip
_SPELLINGS: Mapping[str, str] = {
    "minutes": "minute min mins minuten minutos minuti 分钟 分鐘 分",
    "h": "hour hours hr hrs std stunde stunden heure heures hora horas ore 小时",
    "s": "sec secs second seconds sekunden",
    "kg": "kgs kilo kilos kilogram kilograms kilogramm 公斤 千克",
    "g": "gr gram grams gramm grammes gramos 克",
    "mg": "milligram milligrams",
    "lb": "lbs pound pounds",
    "oz": "ounce ounces",
    "in": "inch inches zoll \" ″ '' 英寸 pulgadas pouces",
    "ft": "foot feet",
    "m": "meter meters metre metres 米",
    "cm": "centimeter centimeters centimetre centimetres 厘米",
    "mm": "millimeter millimeters millimetre millimetres 毫米",
    "km": "kilometer kilometers kilometre kilometres",
    "mi": "mile miles",
    "l": "liter liters litre litres litro litros 升",
    "ml": "milliliter milliliters millilitre 毫升",
    "cl": "", "dl": "", "gal": "gallon gallons",
    "mAh": "mah", "Wh": "wh", "W": "watt watts", "kW": "kilowatt", "V": "volt volts", "A": "amp amps",
    "Hz": "hz", "kHz": "khz", "MHz": "mhz", "GHz": "ghz",
    "KB": "kb", "MB": "mb", "GB": "gb", "TB": "tb",
    "MP": "megapixel megapixels", "dB": "db", "lm": "lumen lumens", "bar": "bars", "psi": "",
    "°C": "°c ℃ celsius degc", "°F": "°f ℉ fahrenheit degf",
    "%": "percent percentage prozent pct ％",
    "pages": "page pp seiten páginas 页", "people": "person persons personen personnes personas pers 人",
    "days": "day tage jours días", "months": "month monate", "years": "yr yrs jahre",
    "m²": "m2 sqm", "cm²": "cm2", "ft²": "sqft", "km/h": "kmh kph", "mph": "",
    "kcal": "calories cal", "rpm": "", "dpi": "", "ppi": "",
}  # fmt: skip
_KNOWN = {word.casefold(): unit for unit, words in _SPELLINGS.items() for word in (unit, *words.split())}
_SCALES: Mapping[str, tuple[str, float]] = {
    "g": ("mass", 1.0), "kg": ("mass", 1000.0), "mg": ("mass", 0.001),
    "lb": ("mass", 453.59237), "oz": ("mass", 28.349523),
    "mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0), "km": ("length", 1e6),
    "in": ("length", 25.4), "ft": ("length", 304.8), "mi": ("length", 1609344.0),
    "ml": ("volume", 1.0), "cl": ("volume", 10.0), "dl": ("volume", 100.0), "l": ("volume", 1000.0),
    "gal": ("volume", 3785.41), "s": ("time", 1 / 60), "minutes": ("time", 1.0), "h": ("time", 60.0),
    "KB": ("data", 0.001), "MB": ("data", 1.0), "GB": ("data", 1000.0), "TB": ("data", 1e6),
    "W": ("power", 1.0), "kW": ("power", 1000.0),
    "Hz": ("frequency", 1.0), "kHz": ("frequency", 1e3), "MHz": ("frequency", 1e6), "GHz": ("frequency", 1e9),
    "days": ("span", 1.0), "months": ("span", 30.4375), "years": ("span", 365.25),
    "cm²": ("area", 1e-4), "m²": ("area", 1.0), "ft²": ("area", 0.092903), "km/h": ("speed", 1.0),
    "mph": ("speed", 1.609344),
}  # fmt: skip


def known_unit(word: str) -> str:
    """The usual spelling of a unit or the code of a currency, a shared sign as it is; "" when ``word`` is none."""
    bare = word.strip()
    if not bare:
        return ""
    if bare in SYMBOLS:
        return SYMBOLS[bare]
    if bare.upper() in CODES:
        return bare.upper()
    if bare in SHARED or bare.casefold() in SHARED:
        return bare if bare in SHARED else bare.casefold()
    folded = bare.casefold()
    return _MONEY_WORDS.get(folded, "") or _KNOWN.get(folded, "") or _KNOWN.get(folded.rstrip("."), "")


def is_money(unit: str) -> bool:
    """Whether ``unit`` is a currency or the sign of one."""
    return unit in CODES or unit in SHARED


def currency(sign: str) -> str:
    """The currency that a sign means when nothing else tells: "$" is USD; any other unit stays as it is."""
    return SHARED[sign][0] if sign in SHARED else sign


def converted(value: float, unit: str, target: str) -> float | None:
    """``value`` in ``target``, or None when the two units measure different things; "" is any unit."""
    if not unit or not target or unit == target or target in SHARED.get(unit, ()):
        return value
    if (unit, target) in (("°F", "°C"), ("°C", "°F")):
        return round((value - 32) / 1.8, 2) if target == "°C" else round(value * 1.8 + 32, 2)
    source, wanted = _scale(unit), _scale(target)
    if source is None or wanted is None or source[0] != wanted[0]:
        return None
    return round(value * source[1] / wanted[1], 6)


def _scale(unit: str) -> tuple[str, float] | None:
    return _SCALES.get(unit) or _SCALES.get(known_unit(unit))

"""One cell -> one value: flags, lists and words; numbers and dates have files of their own.

Pure; a cell that does not fit gives None. Knows no column and no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vectorstore.reading.date_cells import DateOrder, date, date_order
from vectorstore.reading.quantities import Decimal, Quantity, convert, decimal_mark, quantity

__all__ = [
    "DateOrder",
    "Decimal",
    "Quantity",
    "convert",
    "date",
    "date_order",
    "decimal_mark",
    "flag",
    "is_flag_word",
    "quantity",
    "several",
    "word",
]

_YES = """
true yes y t on ja wahr oui vrai si sí verdadero cierto vero sim verdadeiro tak prawda да есть истина
是 有 真 对 はい あり 예 네 نعم ✓ ✔ ☑ ✅
"""
_NO = """
false no n f off nein falsch non faux falso não nao nie fałsz нет ложь
否 无 無 沒有 没有 假 いいえ なし 아니요 لا ✗ ✘ ☐ ❌
"""
_TRUE, _FALSE = frozenset(_YES.split()), frozenset(_NO.split())
_THERE = frozenset(
    ("in stock", "instock", "in_stock", "available", "on stock", "yes", "auf lager", "lieferbar", "vorrätig",
    "verfügbar",
     "en stock", "disponible", "en existencia", "disponibile", "em estoque", "disponível", "op voorraad",
     "有货", "有貨",
     "现货", "在庫あり", "https://schema.org/instock", "http://schema.org/instock"),
)  # fmt: skip
_GONE = frozenset(
    ("out of stock", "outofstock", "out_of_stock", "sold out", "unavailable", "not available", "discontinued",
     "ausverkauft", "nicht lieferbar", "nicht verfügbar", "nicht auf lager", "épuisé", "rupture de stock",
     "en rupture de stock", "indisponible", "agotado", "sin existencias", "no disponible", "esaurito", "esgotado",
     "uitverkocht", "缺货", "缺貨", "售罄", "无货", "在庫なし", "https://schema.org/outofstock",
     "http://schema.org/outofstock"),
)  # fmt: skip

_WORDS = _TRUE | _FALSE | _THERE | _GONE


def flag(cell: Any) -> bool | None:
    """``cell`` as yes or no, or None."""
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word in _TRUE or word in _THERE or word in ("1", "1.0"):
        return True
    return False if word in _FALSE or word in _GONE or word in ("0", "0.0") else None


def is_flag_word(cell: Any) -> bool:
    """Whether ``cell`` can only be a flag: true, yes, no, sold out..., but not the numbers 0 and 1."""
    return isinstance(cell, bool) or str(cell).strip().lower() in _WORDS


def several(cell: Any, separator: str = "") -> tuple[str, ...] | None:
    """``cell`` as a list of different texts: a list, or a text cut at ``separator``; None for anything else."""
    if isinstance(cell, list):
        parts = [word(_named(one)) for one in cell]
        return None if None in parts else _different(str(part) for part in parts)
    text = word(cell)
    if text is None:
        return None
    return _different(text.split(separator) if separator else [text])


def word(cell: Any) -> str | None:
    """``cell`` as one line of text; whole numbers without their ".0"; None for lists."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, (str, int, float)):
        return " ".join(str(cell).split())
    return None


def _named(value: Any) -> Any:
    """The name of an object, or the value itself."""
    return value.get("name", value.get("title", value.get("value"))) if isinstance(value, dict) else value


def _different(parts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for part in parts:
        if part.strip():
            found.setdefault(part.strip().casefold(), part.strip())
    return tuple(found.values())

"""Which column fills which field of an item (id, title, description, image, url): by header, else by what it holds.

Pure; knows no file and no facet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from vectorstore.plan import Kind
from vectorstore.reading.headers import KEPT_HEADERS, SLOT_HEADERS, role_of
from vectorstore.reading.profiles import Profile, median_words
from vectorstore.reading.quantities import quantity

LONG_TEXT = 12
"""Words: a column whose middle cell is longer holds prose, not values."""
_PICTURE = re.compile(r"\S+\.(jpe?g|png|webp|gif|avif|svg)(\?\S*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"(https?:)?//\S+|www\.\S+|/\S+", re.IGNORECASE)
_RARE = 0.02


def slots_of(profiles: Sequence[Profile]) -> dict[str, Kind]:
    """Source of a column -> the field that it fills."""
    found: dict[str, Kind] = {}
    for kind, headers in SLOT_HEADERS.items():
        named = [one for header in headers for one in profiles if one.key == header and one.source not in found]
        best = next((one for one in named if _fits(one, kind)), None)
        if best is None and kind in ("id", "title"):
            best = next((one for one in named if not one.cells), None)
        if best is not None:
            found[best.source] = kind
    for kind, likely in (("description", _by_prose), ("image", _by_picture), ("url", _by_link), ("title", _by_words)):
        rest = [one for one in profiles if one.source not in found]
        likeliest = max(rest, key=likely, default=None)
        if kind not in found.values() and likeliest is not None and likely(likeliest) > 0:
            found[likeliest.source] = kind
    return found


def is_link(cell: Any) -> bool:
    """Whether a cell is a web address."""
    first = first_of(cell)
    return isinstance(first, str) and bool(re.fullmatch(r"(https?:)?//\S+|www\.\S+", first.strip(), re.IGNORECASE))


def is_picture(cell: Any) -> bool:
    """Whether a cell is the address or file name of a picture."""
    first = first_of(cell)
    return isinstance(first, str) and bool(_PICTURE.fullmatch(first.strip()))


def address(cell: Any, base: str) -> str | None:
    """A picture's or page's address, after ``base`` where the cell gives only a name; None when it gives neither."""
    first = first_of(cell)
    text = first.strip() if isinstance(first, str) else str(first) if isinstance(first, int) and base else ""
    if not text or " " in text:
        return None
    if text.lower().startswith("www."):
        return f"https://{text}"
    if _ADDRESS.fullmatch(text) and not (base and text.startswith("/") and not text.startswith("//")):
        return text
    return f"{base.rstrip('/')}/{text.lstrip('/')}" if base else None


def first_of(cell: Any) -> Any:
    """The first entry of a list, or the cell itself."""
    return (cell[0] if cell else None) if isinstance(cell, list) else cell


def is_rare(profile: Profile) -> bool:
    """Whether so few rows fill a column that it says nothing about the catalogue."""
    return profile.total >= 200 and profile.filled < 50 and profile.filled < _RARE * profile.total


def _fits(profile: Profile, kind: Kind) -> bool:
    """A header alone is not enough: ids differ from row to row, titles and texts are words, links are links."""
    if not profile.cells:
        return False
    if kind == "id":
        full = profile.filled >= 0.8 * profile.total
        return profile.key == "id" or (full and profile.variety > 0.5 and median_words(profile) <= 2)
    if kind in ("image", "url"):
        return not is_rare(profile) and profile.share(_unspaced) > 0.5
    texts = profile.share(lambda cell: isinstance(cell, (str, int, float)) and not isinstance(cell, bool)) > 0.5
    if kind == "title":
        return texts and (profile.key in ("title", "name") or len(profile.cells) < 20 or profile.variety > 0.3)
    return texts and profile.share(quantity) < 0.5 and (len(profile.cells) < 20 or profile.variety > 0.1)


def _unspaced(cell: Any) -> bool:
    first = first_of(cell)
    return isinstance(first, str) and " " not in first.strip()


def _by_prose(profile: Profile) -> float:
    return max(0.0, median_words(profile) - LONG_TEXT) if profile.variety > 0.1 else 0.0


def _by_picture(profile: Profile) -> float:
    return profile.share(lambda cell: is_picture(cell) and is_link(cell)) > 0.8


def _by_link(profile: Profile) -> float:
    return profile.share(lambda cell: is_link(cell) and not is_picture(cell)) > 0.8 and not is_rare(profile)


def _by_words(profile: Profile) -> float:
    """Texts that differ from row to row, made of a few words: the earlier column wins among equals."""
    if profile.key in KEPT_HEADERS or role_of(profile.key) != "attribute" or not profile.cells:
        return 0.0
    worded = profile.share(lambda cell: isinstance(cell, str) and re.search(r"[^\W\d_]{2,}", cell) and len(cell) <= 200)
    named = worded > 0.9 and profile.variety > 0.8 and profile.filled >= 0.9 * profile.total
    spaced = profile.share(lambda cell: isinstance(cell, str) and (" " in cell.strip() or not cell.isascii()))
    return 1.0 + spaced if named and not is_link(profile.cells[0]) and spaced > 0.3 else 0.0

"""One cell as it stands in a file -> a clean one: no HTML, no control characters, no text beyond all need. Pure."""

from __future__ import annotations

import re
from typing import Any

from vectorstore.reading.markup import plain

LONGEST = 20_000
"""Characters of a cell that are kept."""
_BLANK = frozenset(["", "n/a", "#n/a", "<na>", "null", "(null)", "nan", "undefined", "-", "--", "—", "–"])
_LONG = 40
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")
_BROKEN = re.compile(r"[\udc80-\udcff]")
_SURROGATES = re.compile(r"[\ud800-\udbff\udd00-\udfff]")


def clean(value: Any) -> tuple[Any, str]:
    """The cell as plain text, number, flag or list of those, and the rule by which it was cut, "" for none."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        parts = [clean(one)[0] for one in value]
        return [part for part in parts if not is_blank(part)], ""
    return value, ""


def is_blank(value: Any) -> bool:
    """Whether a cell says nothing: empty, null, "n/a", "-", an empty list."""
    if isinstance(value, str):
        return len(value) < _LONG and value.strip().lower() in _BLANK
    return value is None or value == [] or value == {}


def is_broken(value: Any) -> bool:
    """Whether a text holds bytes that were no letters in the file's encoding."""
    return isinstance(value, str) and not value.isascii() and bool(_BROKEN.search(value))


def _text(value: str) -> tuple[str, str]:
    if len(value) <= LONGEST and value.isprintable() and "<" not in value and "&" not in value:
        return value.strip(), ""
    text = _CONTROL.sub("", value) if not value.isprintable() else value
    text = _SURROGATES.sub("", plain(text[: 10 * LONGEST])).strip()
    if len(value) <= LONGEST or (len(text) <= LONGEST and len(value) <= 10 * LONGEST):
        return text, ""
    return text[:LONGEST].rstrip(), f"{len(value)} characters, more than {LONGEST}"

"""What a rendered prompt must keep to beyond its limits: its language, its variables, the marks that are escaped.

Each check returns what is wrong in plain words, or nothing. ``base`` is the wording that was good before. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from prompts.filters import text_of
from prompts.prompt import Alternative

_HAN = re.compile(r"[㐀-鿿]")
_ENGLISH = re.compile(r"(?:\b[a-z]{2,}\b[ ,;:'’-]*){4,}")
_LEFT = re.compile(r"\{\{|\}\}|\{%|%\}|(?<!\w)\$?\{[A-Za-z_][\w.]*\}|%\([a-z_]+\)s|\bundefined\b|\bNoneType\b")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|])")
EVIL = "**x** [y](http://z) <b>`w`"
"""Data that would be markup where nothing escapes it."""
_LIVE = re.compile(r"(?<!\\)\*\*x|(?<!\\)\[y|(?<!\\)<b|(?<!\\)`w")


def language(alternative: Alternative, locale: str) -> str:
    """English in a Chinese wording, Chinese in an English one; other languages are left to their readers."""
    written = " ".join(text for _, text in alternative.written())
    if locale == "en" and (found := _HAN.search(written)):
        return f"an English wording with Chinese in it: {found.group(0)!r}"
    if locale.startswith("zh") and (words := _ENGLISH.search(written)):
        return f"a Chinese wording with English in it: {words.group(0).strip()!r}"
    return ""


def left_over(text: str) -> str:
    """The mark of a variable that nothing was put in for."""
    found = _LEFT.search(text)
    return f"{found.group(0)!r} is left in what is said: {text!r}" if found else ""


def kept(names: Iterator[str], values: Mapping[str, Any], *, text: str, base: str) -> str:
    """An input that must be said, was said by ``base``, and is said no more."""
    for name in names:
        value = values.get(name)
        first = next(iter(value), "") if isinstance(value, (list, tuple)) else value
        said = text_of(first)
        if said and said in bare(base) and said not in bare(text):
            return f"{{{{ {name} }}}} ({said!r}) is not said any more: {text!r}"
    return ""


def escaped(text: str, base: str) -> str:
    """Markup of the data that ``base`` escapes and ``text`` does not."""
    if (found := _LIVE.search(text)) and not _LIVE.search(base):
        return f"data is not escaped any more: {found.group(0)!r} would be markup"
    return ""


def evil(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with every text turned into one that would be markup."""
    return {name: _evil(value) for name, value in values.items()}


def bare(text: str) -> str:
    """A text without the marks that escape Markdown."""
    return _ESCAPED.sub(r"\1", text)


def _evil(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _evil(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_evil(one) for one in value]
    return EVIL if isinstance(value, str) else value

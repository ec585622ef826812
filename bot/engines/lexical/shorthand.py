"""Words as people type them on a phone, written out: "whats smth like it" -> "what's something like it".

Small letters alone: "U" is a certificate, "W" an initial. A letter between two words is taken for what it sounds like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.engines.lexical.lexicon import table

_EDGE_BEFORE = r"(?<![^\s(\"'?!.,;:])"
_EDGE_AFTER = r"(?![^\s)\"'?!.,;:])"
_WORD = r"[a-z][a-z']*"


def written_out(text: str) -> str:
    """The text with its shorthand replaced; offsets are those of what is returned."""
    return _pattern().sub(_said, text) if text else text


def _said(match: re.Match[str]) -> str:
    short = match.group()
    lists = table("en.shorthand")
    if (always := lists["always"].get(short)) is not None:
        return str(always)
    if _next_to(lists["before"].get(short), _first(match.string[match.end() :])):
        return str(lists["before"][short]["say"])
    if _next_to(lists["after"].get(short), _last(match.string[: match.start()])):
        return str(lists["after"][short]["say"])
    if short == "n" and _last(match.string[: match.start()]) and _first(match.string[match.end() :]):
        return str(lists["after"]["n"]["say"])
    return short


def _next_to(entry: Mapping[str, Any] | None, neighbour: str) -> bool:
    return entry is not None and neighbour.removesuffix("'s") in entry["words"]


def _first(text: str) -> str:
    found = re.match(rf"\s+({_WORD})", text)
    return found[1] if found else ""


def _last(text: str) -> str:
    found = re.search(rf"({_WORD})\s+$", text)
    return found[1] if found else ""


@cache
def _pattern() -> re.Pattern[str]:
    lists = table("en.shorthand")
    shorts = sorted({*lists["always"], *lists["before"], *lists["after"]}, key=len, reverse=True)
    return re.compile(_EDGE_BEFORE + "(?:" + "|".join(map(re.escape, shorts)) + ")" + _EDGE_AFTER)

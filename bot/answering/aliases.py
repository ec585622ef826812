"""A question in another language in the service words of English, by a table of terms. Pure; knows no model.

The table of a language is ``aliases.<language>.toml`` beside this file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

_WIDE = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_TABLES = {"zh": "aliases.zh.toml"}


def is_foreign(question: str) -> bool:
    """Whether the question is written in a script that an English help centre cannot hold."""
    return len(_WIDE.findall(question)) * 2 >= max(1, len(re.findall(r"[^\W\d_]", question)))


def in_english(question: str, language: str = "zh") -> str:
    """The English words of the terms that the table knows, in order; "" when it knows no service term.

    Latin words and numbers of the question ("VPN", "4K", "iPhone") are kept as they stand.
    """
    frames, terms = _table(language.partition("-")[0])
    known = {**frames, **terms}
    if not known:
        return ""
    longest = max(map(len, known))
    found, place, meant = [], 0, False
    while place < len(question):
        size = next((n for n in range(longest, 0, -1) if question[place : place + n] in known), 0)
        latin = _LATIN.match(question, place)
        if latin:
            found.append(latin[0])
            meant = meant or not latin[0].isdigit()
        elif size:
            found.append(known[question[place : place + size]])
            meant = meant or question[place : place + size] in terms
        place = latin.end() if latin else place + max(size, 1)
    return " ".join(found) if meant else ""


@lru_cache(maxsize=8)
def _table(language: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    if language not in _TABLES:
        return {}, {}
    read = tomllib.loads(files(__package__).joinpath(_TABLES[language]).read_text("utf-8"))
    return read["frames"], read["terms"]

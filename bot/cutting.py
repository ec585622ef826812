"""Cuts a reply, whole or still coming, into sentences and lines; titles with full stops are not cut. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.naming import Named

if TYPE_CHECKING:
    from bot.grounds import Grounds

_BOUNDARY = re.compile(r"[.!?…]+[\"”’)*_»\]]*(?=\s)|[。！？]+[”’」》]*|\n+")


def sentences(text: str, grounds: Grounds, *, open_end: bool = False) -> list[str]:
    """``text`` cut after each sentence and line, with the space that follows; the join is ``text``.

    With ``open_end`` the last piece is what may yet go on (perhaps nothing).
    """
    named = grounds.titles.find(text, ours=grounds.ours)
    found, start = list[str](), 0
    for mark in _BOUNDARY.finditer(text):
        if mark.start() < start:
            continue
        end = len(text) - len(text[mark.end() :].lstrip())
        if open_end and (end == len(text) or grounds.titles.unfinished(text[: mark.end()], text[end:])):
            break
        if _ends(text, mark, end, named=named, grounds=grounds):
            found.append(text[start:end])
            start = end
    return [*found, text[start:]] if open_end or start < len(text) else found


def _ends(text: str, mark: re.Match[str], end: int, *, named: Sequence[Named], grounds: Grounds) -> bool:
    """Whether a sentence ends at this mark."""
    if mark[0][0] in "\n。！？" or "\n" in text[mark.end() : end]:
        return True
    following = text[end : end + 1]
    if any(one.start < mark.end() < one.end for one in named):
        return False
    if any(one.start < mark.end() == one.end for one in named):
        return following.isupper()
    before = text[: mark.start()].split()
    last = before[-1].casefold().lstrip('("“*_') if before else ""
    listed = re.search(r"(?:^|\n)\s*\d{1,2}$", text[: mark.start()]) is not None
    short = mark[0][0] == "." and (last in grounds.words.abbreviations or (len(last) == 1 and last.isalpha()))
    return not (listed or short or following.islower())


def legible(text: str) -> str:
    """``text`` as any database and tokenizer takes it: halves of a character joined, or replaced where one is lost."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

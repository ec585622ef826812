"""Help pages of public data as passages: Markdown sections under their headings, as the engine reads them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from vectorstore.base import Passage

FEWEST, MOST = 8, 110
"""Words of a passage at least and at most; a longer section is cut between its lines."""
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|^\s*[-*+]\s+", re.MULTILINE)


def passages_of(text: str, page: str) -> Iterator[Passage]:
    """The sections of a page, the long ones in several passages; ids are unique, ``anchor`` is GitHub's."""
    front = _FRONT.match(text)
    declared = re.search(r"^title:\s*(.+)$", front[1], re.MULTILINE) if front else None
    body = text[front.end() :] if front else text
    found = list(_HEADING.finditer(body))
    title = declared[1].strip("\"' ") if declared else found[0][2] if found else page
    trail: list[tuple[int, str]] = []
    seen = Counter[str]()
    for place, match in enumerate(found):
        level, name = len(match[1]), plain(match[2])
        trail = [*[above for above in trail if above[0] < level], (level, name)]
        end = found[place + 1].start() if place + 1 < len(found) else len(body)
        heading = " › ".join(above for rank, above in trail if rank > 1) or title
        for piece in _pieces(plain(body[match.end() : end]).splitlines()):
            anchor = slug(name)
            seen[anchor] += 1
            number = f".{seen[anchor]}" if seen[anchor] > 1 else ""
            yield Passage(f"{page}#{anchor}{number}", page, title, heading, anchor, piece)


def section_of(passage: Passage) -> str:
    """The section that a passage is of, or a piece of."""
    return f"{passage.page}#{passage.anchor}"


def plain(text: str) -> str:
    """Markdown without its markup."""
    return _MARKUP.sub("", _LINK.sub(r"\1", text)).replace("\\", "").strip()


def slug(heading: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _pieces(rows: Iterable[str]) -> Iterator[str]:
    """Lines joined up to `MOST` words; what has fewer than `FEWEST` is no passage."""
    held: list[str] = []
    for row in (row.strip() for row in rows if row.strip()):
        if held and len(" ".join([*held, row]).split()) > MOST:
            yield " ".join(held)
            held = []
        held.append(row)
    if len(" ".join(held).split()) >= FEWEST:
        yield " ".join(held)

"""A plain text -> its title and sections: a short line that stands alone is a heading. Pure."""

from __future__ import annotations

import re

from vectorstore.reading.html_pages import Page
from vectorstore.reading.markdown import Section, slug

_RULE = re.compile(r"[=\-~*_#]{3,}")
_ENDS = (".", "!", "?", ",", ";", "。", "！", "？")
_MOST_WORDS = 10


def text_page(text: str) -> Page:
    """The page of a text file; its title is its first heading, where it begins with one."""
    sections: list[Section] = []
    taken: dict[str, int] = {}
    level, heading, anchor = 0, "", ""
    blocks: list[str] = []
    for block in _blocks(text):
        if not _is_heading(block):
            blocks.append(block)
            continue
        if level or blocks:
            sections.append(Section(level, heading, anchor, tuple(blocks)))
        level, heading, blocks = 2 if sections or level else 1, block.rstrip(": "), []
        anchor = slug(heading)
        taken[anchor] = taken.get(anchor, -1) + 1
        anchor = f"{anchor}-{taken[anchor]}" if taken[anchor] else anchor
    if level or blocks:
        sections.append(Section(level, heading, anchor, tuple(blocks)))
    return Page(next((one.heading for one in sections if one.level == 1), ""), tuple(sections))


def _blocks(text: str) -> list[str]:
    """Paragraphs: what stands between blank lines; a rule of signs parts, too."""
    lines = ["" if _RULE.fullmatch(line.strip()) else line.rstrip() for line in text.split("\n")]
    parts = re.split(r"\n\s*\n", "\n".join(lines))
    return ["\n".join(line.strip() for line in part.strip().split("\n")) for part in parts if part.strip()]


def _is_heading(block: str) -> bool:
    plain = "\n" not in block and not block.endswith(_ENDS[:1] + _ENDS[3:]) and not re.match(r"[-*•\d]", block)
    return plain and len(block) <= 100 and len(block.split()) <= _MOST_WORDS

"""Markdown -> sections of plain text, each under its heading. Lists and tables stay readable, markup goes.

Pure; knows no file, no page address and no length limit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Section:
    """One heading (``level`` 1 to 6; 0: before any heading) and the blocks of text that stand right under it."""

    level: int
    heading: str
    anchor: str
    blocks: tuple[str, ...]


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a page in order; anchors are GitHub's, unique on the page."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    found: list[Section] = []
    taken: dict[str, int] = {}
    level, heading, start = 0, "", 0
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            found.append(_section(level, heading, tokens[start:place], taken))
            level, heading, start = int(token.tag[1]), _inline(tokens[place + 1]), place + 3
    found.append(_section(level, heading, tokens[start:], taken))
    return tuple(section for section in found if section.level or section.blocks)


def slug(heading: str) -> str:
    """GitHub's anchor of a heading: lower case, punctuation gone, spaces to hyphens."""
    text = unicodedata.normalize("NFC", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def _section(level: int, heading: str, tokens: Sequence[Token], taken: dict[str, int]) -> Section:
    anchor = slug(heading)
    if level:
        taken[anchor] = taken.get(anchor, -1) + 1
        anchor = f"{anchor}-{taken[anchor]}" if taken[anchor] else anchor
    return Section(level, heading, anchor, tuple(_blocks(tokens)))


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """One text per paragraph, list, table or code block."""
    start, depth = 0, 0
    for place, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            text = "\n".join(_lines(tokens[start : place + 1])).strip("\n")
            start = place + 1
            if text.strip():
                yield text


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    """The lines of one block: "- " before a list entry, " | " between the cells of a table row."""
    bullets: list[str] = []
    cells: list[str] = []
    opened = False
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            bullets.append("-" if token.type[0] == "b" else "1.")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            bullets.pop()
        elif token.type == "list_item_open":
            opened = True
            if bullets[-1] != "-":
                bullets[-1] = f"{token.info or bullets[-1][:-1]}."
        elif token.type == "tr_close":
            yield " | ".join(cells)
            cells = []
        elif token.type in ("fence", "code_block", "html_block"):
            yield from _raw(token)
        elif token.type == "inline":
            text = _inline(token)
            if _in_table(tokens):
                cells.append(text)
            else:
                yield _indented(text, bullets, opened)
            opened = False


def _indented(text: str, bullets: Sequence[str], opened: bool) -> str:
    if not bullets:
        return text
    indent = "  " * (len(bullets) - 1)
    return f"{indent}{bullets[-1]} {text}" if opened else f"{indent}  {text}"


def _in_table(tokens: Sequence[Token]) -> bool:
    return tokens[0].type == "table_open"


def _raw(token: Token) -> Iterator[str]:
    """Code as it stands; HTML without its tags, comments, scripts and styles."""
    text = token.content
    if token.type == "html_block":
        text = re.sub(r"(?s)<!--.*?-->|<(script|style)\b.*?</\1>", "", text)
        text = unescape(re.sub(r"<[^>]*>", " ", text))
        text = " ".join(text.split())
    if text.strip():
        yield text.rstrip("\n")


def _inline(token: Token) -> str:
    """The words of a line: links and emphasis lose their marks, pictures become their descriptions."""
    parts = []
    for child in token.children or []:
        if child.type == "image":
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
    return " ".join("".join(parts).split())

"""A passage as pieces that can be quoted: sentences, list items and table rows, each with what it needs to be understood.

Pure functions over Markdown text. Knows no question and no index; what a passage says is data and is never obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

PieceKind: TypeAlias = Literal["sentence", "item", "row"]

MOST = 60
"""Pieces of one passage that are looked at; a longer list is cut."""

_ABBREVIATIONS = frozenset("e.g i.e etc u.s u.k no nos st mr mrs ms dr vs approx inc ltd co p.m a.m art sec".split())
_BOUNDARY = re.compile(r"(?<=[.!?…])[\"')\]”’]*\s+(?=[\"'(\[“‘]*[A-Z0-9])|(?<=[。！？])")
_ITEM = re.compile(r"\s*(?:[*+•-]|\d{1,3}[.)])\s+(.*)", re.DOTALL)
_ITEM_START = re.compile(r"\s*(?:[*+•-]|\d{1,3}[.)])\s+\S")
_DEPENDS = re.compile(
    r"(?:it|its|they|their|them|these|those|this|that|he|she|then|otherwise|but|so|and|also|however|there|such|both|"
    r"after that|before that|until then|from there|if not|in that case|if so|at the end|to do so|we can also)\b(?!’|')",
    re.IGNORECASE,
)
_MARKS = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)\s]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"<(?:https?://|mailto:)?([^<>\s]+@[^<>\s]+|[^<>\s]+://[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), ""),
    (re.compile(r"(?<!\\)(\*{1,3}|_{2,3})(?=\S)(.+?)(?<=\S)\1", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w\\])_(?=\S)([^_]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`+([^`]+)`+"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!-])"), r"\1"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One quotable unit of a passage.

    ``depends``: cannot be understood without the piece before it. ``leads``: ends with a colon and introduces the
    items that follow. ``group`` numbers the block it stands in: the items of one list share it, and so does the
    sentence that introduces them.
    """

    text: str
    kind: PieceKind = "sentence"
    group: int = 0
    depends: bool = False
    leads: bool = False


def plain_text(markdown: str) -> str:
    """The words alone: emphasis, links, code marks and HTML tags are taken off, the words between them stay."""
    for pattern, kept in _MARKS:
        markdown = pattern.sub(kept, markdown)
    return markdown


def pieces(markdown: str) -> tuple[Piece, ...]:
    """The pieces of a passage in their order, at most `MOST`; joined they say what it says."""
    found: list[Piece] = []
    group = 0
    for block in _blocks(markdown):
        group += not (_is_item(block) and found and (found[-1].kind == "item" or found[-1].leads))
        for piece in _of_block(block, group):
            found.append(piece)
    return tuple(found[:MOST])


def _blocks(markdown: str) -> Iterator[str]:
    """Paragraphs, single list items and single table rows."""
    lines: list[str] = []
    for line in markdown.splitlines():
        opens = bool(_ITEM_START.match(line)) or line.lstrip().startswith("|")
        if lines and (opens or not line.strip() or lines[0].lstrip().startswith("|")):
            yield "\n".join(lines)
            lines = []
        if line.strip():
            lines.append(line)
    if lines:
        yield "\n".join(lines)


def _of_block(block: str, group: int) -> Iterator[Piece]:
    if block.lstrip().startswith("|"):
        if not re.fullmatch(r"[\s|:-]+", block):
            yield Piece(_squeezed(plain_text(block)), "row", group)
        return
    item = _ITEM.fullmatch(block)
    words = _squeezed(plain_text(item[1] if item else block))
    sentences = [words] if item else _sentences(words)
    for number, sentence in enumerate(sentences):
        kind: PieceKind = "item" if item else "sentence"
        depends = number > 0 and bool(_DEPENDS.match(sentence))
        yield Piece(sentence, kind, group, depends, leads=sentence.endswith(":") and number == len(sentences) - 1)


def _sentences(words: str) -> list[str]:
    """Cut at full stops that end a sentence; "e.g.", "U.S." and initials do not."""
    found, start = [], 0
    for boundary in _BOUNDARY.finditer(words):
        before = words[start : boundary.start()].rstrip("\"')]”’").rstrip(".")
        last = before.split()[-1].lower().lstrip("(\"'“‘[") if before.split() else ""
        if words[boundary.start() - 1] == "." and (last in _ABBREVIATIONS or len(last) == 1):
            continue
        found.append(words[start : boundary.end()].strip())
        start = boundary.end()
    return [sentence for sentence in [*found, words[start:].strip()] if sentence]


def _is_item(block: str) -> bool:
    return bool(_ITEM_START.match(block))


def _squeezed(text: str) -> str:
    return " ".join(text.split())

"""A passage as pieces that can be quoted: sentences, list entries and table rows, and the least that each one needs.

Pure functions over the text of a passage. Knows no question and no index; what a passage says is data, never obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

PieceKind: TypeAlias = Literal["sentence", "entry", "row"]

MOST = 60
"""Pieces of one passage that are looked at; a longer one is cut."""
LONG_ENTRY = 45
"""Words of a list entry beyond which its sentences become pieces of their own."""
ENTRIES = 8
"""Entries that are said with the sentence which introduces them."""
OPENER = 4
"""Words of a first sentence that is only the title of the next."""

_ABBREVIATIONS = frozenset(("approx", "dr", "etc", "inc", "ltd", "mr", "mrs", "ms", "nos", "st", "vs"))
_INITIALS = re.compile(r"[a-z](?:\.[a-z])*")
_BOUNDARY = re.compile(r"(?<=[.!?…])[\"')\]”’]*\s+(?=[\"'(\[“‘]*[A-Z0-9])|(?<=[。！？])")
_ENTRY = re.compile(r"\s*(?:[*+•-]|\d{1,3}[.)])\s+(\S.*)", re.DOTALL)
_DEPENDS = re.compile(
    r"(?:also|after that|at the end|before that|both|but|from there|however|if not|if so|in that case|it|its|"
    r"otherwise|such|that|their|them|then|these|they|this|those|to do so|until then)\b(?!['’])",
    re.IGNORECASE,
)
_MARKS = (
    (re.compile(r"!?\[([^\]]*)\]\((?:\{\{[^{}]*\}\}|[^)\s]*)\)"), r"\1"),
    (re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])(.+?)(?<=[^\s*])\1(?![\w*])", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w\\])(_{1,2})(?=[^\s_])(.+?)(?<=[^\s_])\1(?!\w)", re.DOTALL), r"\2"),
    (re.compile(r"`+([^`]+)`+"), r"\1"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One quotable unit of a passage.

    ``depends``: it leans on the piece before it ("It works for 24 hours."). ``leads``: it ends with a colon and
    introduces the entries that follow. ``group`` numbers its block; a list shares it with the sentence that leads it.
    """

    text: str
    kind: PieceKind = "sentence"
    group: int = 0
    depends: bool = False
    leads: bool = False


def plain_text(text: str) -> str:
    """``text`` without marks of emphasis, links and code: their words stay."""
    for pattern, kept in _MARKS:
        text = pattern.sub(kept, text)
    return text


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a passage in their order, at most `MOST`; together they say what it says."""
    found: list[Piece] = []
    group = 0
    for block in _blocks(text):
        joins = found and _joins(found[-1], block)
        group += 0 if joins else 1
        found.extend(_of_block(block, group))
    return tuple(found[:MOST])


def with_needed(all_pieces: Sequence[Piece], best: int, marks: Sequence[float]) -> tuple[int, ...]:
    """The places that must be said with ``best``, in order: what it leans on, what leads it, what it leads.

    Of a long list the `ENTRIES` with the highest ``marks`` are said.
    """
    first = best
    while first > 0 and all_pieces[first].depends and best - first < 2:
        first -= 1
    needed = set(range(first, best + 1))
    piece = all_pieces[best]
    group = [place for place, other in enumerate(all_pieces) if other.group == piece.group]
    if piece.kind == "row" or (piece.kind == "entry" and all_pieces[group[0]].leads):
        needed.add(group[0])
    elif piece.leads:
        after = [place for place in group if place > best]
        needed |= set(sorted(after, key=lambda place: -marks[place])[:ENTRIES])
    return tuple(sorted(needed))


def said(all_pieces: Sequence[Piece], places: Collection[int]) -> tuple[str, ...]:
    """The chosen pieces as finished sentences in their order; the entries of one list stay together, one to a line."""
    blocks: list[tuple[int, list[Piece]]] = []
    for place in sorted(places):
        piece = all_pieces[place]
        listed = piece.kind != "sentence" and blocks and blocks[-1][0] == piece.group
        if listed:
            blocks[-1][1].append(piece)
        else:
            blocks.append((piece.group if piece.leads or piece.kind != "sentence" else 0, [piece]))
    return tuple("\n".join(_lines(block)) for _, block in blocks)


def _lines(block: Sequence[Piece]) -> Iterator[str]:
    """Entries get their bullets; an entry that stands alone is a sentence."""
    for piece in block:
        yield f"- {piece.text}" if piece.kind == "entry" and len(block) > 1 else piece.text


def _joins(last: Piece, block: str) -> bool:
    """Whether a block goes on with the list or table that ``last`` belongs to."""
    if _ENTRY.fullmatch(block):
        return last.kind == "entry" or last.leads
    return _is_row(block) and last.kind == "row"


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, single list entries and single table rows."""
    held: list[str] = []
    for line in [*text.splitlines(), ""]:
        opens = bool(_ENTRY.fullmatch(line)) or _is_row(line)
        if held and (opens or not line.strip() or _is_row(held[0])):
            yield "\n".join(held)
            held = []
        if line.strip():
            held.append(line)


def _of_block(block: str, group: int) -> Iterator[Piece]:
    if _is_row(block):
        if not re.fullmatch(r"[\s|:-]+", block):
            yield Piece(_squeezed(plain_text(block)), "row", group)
        return
    entry = _ENTRY.fullmatch(block)
    words = _squeezed(plain_text(entry[1] if entry else block))
    whole = entry is not None and len(words.split()) <= LONG_ENTRY
    for number, sentence in enumerate([words] if whole else _with_openers(_sentences(words))):
        depends = number > 0 and bool(_DEPENDS.match(sentence))
        yield Piece(sentence, "entry" if entry else "sentence", group, depends, leads=sentence.endswith(":"))


def _sentences(words: str) -> list[str]:
    """Cut where a full stop ends a sentence; after "e.g.", "U.S." and initials it does not."""
    found, start = [], 0
    for boundary in _BOUNDARY.finditer(words):
        before = words[start : boundary.start()].rstrip("\"')]”’").rstrip(".").rpartition(" ")[2]
        short = before.lower().lstrip("(\"'“‘[")
        if words[boundary.start() - 1] == "." and (
            short in _ABBREVIATIONS or re.fullmatch(r"[a-z](?:\.[a-z])*", short)
        ):
            continue
        found.append(words[start : boundary.end()].strip())
        start = boundary.end()
    return [sentence for sentence in [*found, words[start:].strip()] if sentence]


def _with_openers(sentences: Sequence[str]) -> list[str]:
    """A first sentence of a few words ("Right of access.") is the title of what follows, and goes with it."""
    if len(sentences) > 1 and len(sentences[0].split()) <= OPENER:
        return [f"{sentences[0]} {sentences[1]}", *sentences[2:]]
    return list(sentences)


def _is_row(line: str) -> bool:
    return " | " in line.strip() or line.lstrip().startswith("|")


def _squeezed(text: str) -> str:
    return " ".join(text.split())

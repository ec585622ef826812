"""Messages with their meaning inline: one line of a pattern file, parsed.

``[acts flags] text with {meaning:what} and {meaning:what|words}``, a follow-up as ``> before || [acts] text``. The
format is told in ``patterns/README.md``. Knows no schema and no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bot.engines.reader.sheet import ACTS
from bot.errors import InvalidRequest

VALUES = frozenset({"is", "not", "any", "retract"})
LIMITS = frozenset({"<", "<=", ">", ">=", "=", "~", "from", "to"})
DEGREES = frozenset({"vague<", "vague>", "lower", "higher", "asc", "desc"})
NAMES = frozenset({"drop", "ask"})
ROLES = frozenset({"liked", "rejected", "seen", "mentioned", "missing"})
LITERAL = frozenset({"wish", "unwanted", "question"})
NOUNS = frozenset({"noun", "nouns"})
_LETTERS = {
    **dict.fromkeys(VALUES, "VWXFG"),
    **dict.fromkeys(LIMITS | DEGREES, "NM"),
    **dict.fromkeys(NAMES, "VWXNMFG"),
    **dict.fromkeys(ROLES, "TR"),
}
"""Which letters a meaning may be about."""
_LETTER = re.compile(r"[A-Z]\d?")
_NAME = re.compile(r"\w[\w -]+(?:=.+)?")
_LINE = re.compile(
    r"(?:>\s*(?P<before>.*?)\s*\|\|\s*)?\[(?P<acts>[a-z_, ]+)(?P<flags>(?:\s*\+[a-z_]+)*)\]\s*(?P<text>.+)"
)
_MARK = re.compile(r"\{([^{}|:]+)(?::([^{}|]+))?(?:\|([^{}]+))?\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked place: its meanings ("is", "<", "liked" ...), what it is about ("V2", "genre=horror"), its words.

    ``opposite``: filled with the word for the other end ("!"). ``words`` None: to be filled.
    """

    meanings: tuple[str, ...]
    what: str = ""
    words: str | None = None
    opposite: bool = False

    @property
    def letter(self) -> str:
        """The facet or item that stands for any: "V" of "V2"; empty when it is about nothing."""
        return self.what[:1]

    @property
    def named(self) -> bool:
        """Whether it speaks of one facet of one shop by its name, as "genre=horror" does."""
        return bool(self.what) and not _LETTER.fullmatch(self.what)


Piece: TypeAlias = str | Mark


@dataclass(frozen=True, slots=True)
class Pattern:
    """One message: ``acts`` are acts and flags of `sheet.ACTS`; ``before`` is None for a first message."""

    acts: tuple[str, ...]
    text: tuple[Piece, ...]
    before: tuple[Piece, ...] | None = None
    family: str = ""
    source: str = ""

    @property
    def marks(self) -> list[Mark]:
        """The marks of the message and of what was said before it."""
        return [piece for piece in (*self.text, *(self.before or ())) if isinstance(piece, Mark)]

    @property
    def named(self) -> bool:
        """Whether it speaks of one shop's own facets: it says itself, and is said in no other shop."""
        return any(mark.named for mark in self.marks)


def read_patterns(folder: Path) -> list[Pattern]:
    """Every pattern of ``folder/*.txt``. Raises InvalidRequest naming file, line and what is wrong."""
    found = [pattern for path in sorted(folder.glob("*.txt")) for pattern in of_file(path)]
    for pattern in found:
        if pattern.named:
            raise _wrong(pattern.source, "", "a facet goes by its letter here, by its name only in a file for --rows")
    return found


def of_file(path: Path) -> Iterator[Pattern]:
    """The patterns of one file; the heading over a line is its family, "@" begins no line. Raises InvalidRequest."""
    family = path.stem
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            family = f"{path.stem}/{line.lstrip('# ').strip()}"
        elif line.strip() and not line.startswith("@"):
            yield parse(line.strip(), family=family, source=f"{path.name}:{number}")


def parse(line: str, *, family: str = "", source: str = "") -> Pattern:
    """One line. Raises InvalidRequest."""
    found = _LINE.fullmatch(line)
    if not found:
        raise _wrong(source, line, "it does not begin with [acts]")
    acts = tuple(act.strip() for act in found["acts"].split(",") if act.strip())
    flags = tuple(found["flags"].replace("+", " ").split())
    strange = [act for act in (*acts, *flags) if act not in ACTS]
    if strange:
        raise _wrong(source, line, f"{strange[0]!r} is no act")
    before = _pieces(found["before"], source) if found["before"] is not None else None
    pattern = Pattern((*acts, *flags), _pieces(found["text"], source), before, family, source)
    if pattern.named:
        _check_named(pattern.marks, line, source)
    return pattern


def _pieces(text: str, source: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    place = 0
    for found in _MARK.finditer(text):
        if found.start() > place:
            pieces.append(_plain(text[place : found.start()], text, source))
        pieces.append(_mark(found, source))
        place = found.end()
    rest = text[place:]
    return (*pieces, _plain(rest, text, source)) if rest else tuple(pieces)


def _plain(words: str, text: str, source: str) -> str:
    """Words between marks, which hold no brace."""
    if "{" in words or "}" in words:
        raise _wrong(source, text, "a brace is not closed")
    return words


def _mark(found: re.Match[str], source: str) -> Mark:
    meanings = tuple(found[1].strip().split("+"))
    what, words = (found[2] or "").strip(), found[3]
    mark = Mark(meanings, what.removesuffix("!"), words, what.endswith("!"))
    if any(meaning not in _LETTERS and meaning not in LITERAL | NOUNS for meaning in meanings):
        raise _wrong(source, found[0], f"{found[1]!r} is no meaning")
    if words is None and set(meanings) & LITERAL:
        raise _wrong(source, found[0], "its words are missing")
    for meaning in meanings:
        if letters := _LETTERS.get(meaning):
            _check(mark, meaning, letters, found[0], source)
    return mark


def _check(mark: Mark, meaning: str, letters: str, line: str, source: str) -> None:
    """``mark`` is about something that ``meaning`` can be about. Raises InvalidRequest."""
    if not mark.what:
        raise _wrong(source, line, "it is about nothing")
    if mark.named and (meaning in ROLES or not _NAME.fullmatch(mark.what)):
        raise _wrong(source, line, f"{mark.what!r} is neither a letter nor a facet's name")
    if not mark.named and mark.letter not in letters:
        raise _wrong(source, line, f"{meaning!r} is about one of {', '.join(letters)}, not {mark.what}")


def _check_named(marks: Sequence[Mark], line: str, source: str) -> None:
    """A line with facets' names holds all its words, and no facet by a letter. Raises InvalidRequest."""
    if any(mark.words is None for mark in marks):
        raise _wrong(source, line, "beside a facet's name every mark needs its words")
    if any(mark.what and not mark.named and not set(mark.meanings) & ROLES for mark in marks):
        raise _wrong(source, line, "facets go by their letters or by their names, not by both")


def _wrong(source: str, line: str, why: str) -> InvalidRequest:
    where = f"{source}: {why}" + (f": {line[:120]}" if line else "")
    return InvalidRequest(where, hint="see bot/training/patterns/README.md for the format")

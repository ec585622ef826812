"""An operator's own lines: in the format of the pattern files, general ones and ones about the operator's own facets.

A line with letters is said in any shop, like a pattern. A line with facets' names is a labelled message as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import InvalidRequest
from bot.training.labelling import LabelledTurn
from bot.training.markup import Mark, Pattern, Piece, of_file


@dataclass(frozen=True, slots=True)
class Rows:
    """The lines of one file: those for any shop, and those about facets by name."""

    patterns: tuple[Pattern, ...] = ()
    turns: tuple[LabelledTurn, ...] = ()


def read_rows(path: Path) -> Rows:
    """The lines of ``path``. A line under no heading is a family of its own. Raises InvalidRequest."""
    try:
        lines = [_family(pattern, path) for pattern in of_file(path)]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="give a text file in UTF-8 with --rows") from error
    if not lines:
        raise InvalidRequest(f"{path} holds no line", hint="see bot/training/patterns/README.md for the format")
    return Rows(tuple(line for line in lines if not line.named), tuple(turn_of(line) for line in lines if line.named))


def turn_of(pattern: Pattern) -> LabelledTurn:
    """A line with facets' names as the message that it is."""
    text = ""
    marks: list[tuple[int, int, str]] = []
    for piece in pattern.text:
        start = len(text)
        text += _words(piece)
        if isinstance(piece, Mark):
            meaning = "+".join(piece.meanings) + (f":{piece.what}" if piece.what else "")
            marks.append((start, len(text), meaning))
    before, shown = _said(pattern.before or ()), pattern.before is not None
    return LabelledTurn(pattern.source, pattern.family, pattern.acts, text, tuple(marks), before, shown)


def _family(pattern: Pattern, path: Path) -> Pattern:
    return replace(pattern, family=pattern.source) if pattern.family == path.stem else pattern


def _said(pieces: Sequence[Piece]) -> str:
    return "".join(map(_words, pieces))


def _words(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.words or ""

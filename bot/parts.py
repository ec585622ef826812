"""A description cut into the parts that can be quoted for a wish. Pure; knows no wish."""

from __future__ import annotations

import re

from vectorstore.words import tokens

SHORTEST = 3
"""A part has at least so many words that say something."""
_CUT = re.compile(r"(?<=[.!?…])\s+(?=[\"“‘'(]?[A-Z0-9])|(?<=[。！？；])|;\s+")


def parts(description: str) -> tuple[str, ...]:
    """Sentences, cut at semicolons too, word for word but without their closing marks."""
    found = (piece.strip().rstrip(".;。；").strip() for piece in _CUT.split(description))
    return tuple(piece for piece in found if len(tokens(piece)) >= SHORTEST)

"""Messages that are no sentences: empty, only emoji, code, gibberish. Knows no vocabulary beyond what it is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

from bot.engines.lexical.text import Reading

_CODE = re.compile(
    r"\b(drop|alter|truncate)\s+table\b|\bselect\b.{1,60}\bfrom\b\s+\w+\s*(;|where\b|$)|\binsert\s+into\b|\bdelete\s+from\b|\bunion\s+select\b"
    r"|'\s*or\s+'?1'?\s*=\s*'?1|--\s*$|\{\{.*\}\}|\$\{.*\}|\bfunction\s*\(|javascript:|\bonerror\s*=",
    re.I,
)
_VOWELS = frozenset("aeiouy")
_TAG = re.compile(r"<[a-zA-Z!/][^>]{0,200}>")


def special(message: str, reading: Reading, known: Callable[[str], bool]) -> str:
    """The talk situation of a message without sentences: "empty", "emoji", "gibberish", or "" for an ordinary one.

    ``known`` tells whether a folded word, or two, are of the vocabulary or the language.
    """
    words = [token for token in reading.tokens if token.word]
    if not words:
        return _wordless(message)
    if _CODE.search(reading.lower):
        return "gibberish"
    letters = [token.norm for token in words if token.norm.isalpha()]
    if not letters:
        return "" if len(words) < 3 else "gibberish"
    pairs = [f"{first} {second}" for first, second in pairwise(letters)]
    if any(known(word) or not word.isascii() for word in (*letters, *pairs)):
        return ""
    return "gibberish" if 2 * sum(map(_senseless, letters)) >= len(letters) else ""


def _wordless(message: str) -> str:
    marks = [char for char in message if not char.isspace()]
    if not marks or all(not char.isprintable() for char in marks):
        return "empty"
    if any(unicodedata.category(char) in ("So", "Sk") for char in marks):
        return "emoji"
    return "gibberish" if _TAG.search(message) or len(marks) > 3 else "empty"


def _senseless(word: str) -> bool:
    """Without a natural share of vowels, or with a long run of one kind."""
    if len(word) < 3:
        return True
    vowels = sum(char in _VOWELS for char in word) / len(word)
    return vowels < 0.2 or vowels > 0.8 or bool(re.search(r"[^aeiouy]{5,}|(.)\1{3,}|asdf|qwe|zxc|hjkl|sdfg|dfgh", word))

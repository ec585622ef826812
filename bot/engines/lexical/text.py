"""A message as tokens: cleaned, bounded, folded to lower case without accents, offsets kept.

Knows no vocabulary and no act: what a word means is decided elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 1000
"""Characters of a message that are analysed; the rest changes no intent and would only cost time."""

_TAGS = re.compile(r"<\s*(script|style)\b.*?(</\s*\1\s*>|$)|<!--.*?(-->|$)|</?[a-zA-Z][^<>]{0,200}>", re.DOTALL | re.I)
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "½": " 1/2"}
)
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)+"
    r"|(?:[^\W\d_]\.){2,}|(?<![^\W_])[^\W\d_]\.(?=\s[^\W\d_])"
    r"|[\u3400-\u9fff]+"
    r"|(?:(?![\u3400-\u9fff])[^\W_])+(?:'(?!s\b)(?:(?![\u3400-\u9fff])[^\W_])+)*"
    r"|'s\b"
    r"|\S"
)
_JOINED = re.compile(r"(?<=[^\W_])[-‐‑](?=[^\W_])")
_COUNTRY = frozenset(["US", "U.S.", "U.S"])
"""In capitals a country, else "us"."""
_STOPS = frozenset('.,;:!?()[]{}"\n…–—。，、；：！？（）《》「」')


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark. ``norm`` is folded; ``start``/``end`` are offsets in the reading's text."""

    text: str
    norm: str
    start: int
    end: int

    @property
    def word(self) -> bool:
        """Whether it is a word or number rather than a mark."""
        return self.norm[:1].isalnum() or self.norm == "'s"

    @property
    def stop(self) -> bool:
        """Whether it is a mark that ends a phrase."""
        return self.text in _STOPS

    @property
    def capital(self) -> bool:
        """Whether it starts with a capital letter."""
        return self.text[:1].isupper()


CAREFUL = 80
"""Words up to which typos are looked for; a longer message says the same thing often enough."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A cleaned message and its tokens. ``shouting``: capitals say nothing here (all or nearly all words have them)."""

    text: str
    lower: str
    tokens: tuple[Token, ...]
    shouting: bool

    @property
    def short(self) -> bool:
        """Whether it is short enough to look for typos."""
        return len(self.tokens) <= CAREFUL

    def slice(self, start: int, end: int) -> str:
        """The text of the tokens from ``start`` up to ``end``."""
        if start >= end:
            return ""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def norms(self, start: int, end: int) -> tuple[str, ...]:
        """The folded words from ``start`` up to ``end``, marks left out."""
        return tuple(token.norm for token in self.tokens[max(0, start) : end] if token.word)

    def starts_sentence(self, index: int) -> bool:
        """Whether the token opens a sentence, so that its capital says nothing."""
        return index == 0 or self.tokens[index - 1].text in '.!?…"('


def clean(message: str) -> str:
    """The message without tags and control characters, quotes made plain, spaces single, at most `LONGEST` long."""
    text = unicodedata.normalize("NFKC", message[: 2 * LONGEST].translate(_PLAIN))
    text = _TAGS.sub(" ", text)
    text = "".join(char if char.isprintable() or char.isspace() else " " for char in text)
    return _SPACES.sub(" ", text.translate(_PLAIN)).strip()[:LONGEST]


def fold(text: str) -> str:
    """Lower case without accents, one character for one, so that offsets stay."""
    return text.lower() if text.isascii() else "".join(map(_fold_char, text))


def read(text: str) -> Reading:
    """Cleaned text as tokens."""
    tokens = tuple(_tokens(text))
    words = [token for token in tokens if token.word and token.text[0].isalpha() and len(token.text) > 1]
    capitals = sum(token.capital for token in words)
    shouting = len(words) >= 3 and capitals / len(words) > 0.8
    return Reading(text, fold(text), tokens, shouting)


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """The folded words of a phrase, as tokens see them: ``"Sci-Fi"`` -> ``("sci", "fi")``."""
    return tuple(token.norm for token in _tokens(text) if token.word)


def _tokens(text: str) -> list[Token]:
    joined = {match.start() for match in _JOINED.finditer(text)}
    found = []
    for match in _TOKEN.finditer(text):
        if match.start() in joined:
            continue
        norm = fold(match.group()).strip(".") if match.group()[0].isalnum() else fold(match.group())
        if "." in norm and not norm[0].isdigit():
            norm = norm.replace(".", "")
        norm = "and" if norm == "&" else "usa" if match.group() in _COUNTRY and not text.isupper() else norm
        found.append(Token(match.group(), norm or match.group(), match.start(), match.end()))
    return found


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.lower()
    plain = unicodedata.normalize("NFKD", char)[0]
    low = _LETTERS.get(plain, plain).lower()
    return low[0] if low else char


_LETTERS = {
    "ł": "l",
    "Ł": "l",
    "ø": "o",
    "Ø": "o",
    "đ": "d",
    "ı": "i",
    "ß": "s",
    "æ": "a",
    "œ": "o",
    "ð": "d",
    "þ": "t",
}

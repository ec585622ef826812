"""Text to word tokens for the lexical leg and the hashed embedder; pure, English stemming kept light.

Knows no index. Chinese, Japanese and Korean runs become overlapping pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(r"[぀-ヿ㐀-鿿가-힯]+|[^\W_]+(?:['’][^\W_]+)?")
_CJK = re.compile(r"[぀-ヿ㐀-鿿가-힯]")

_STOP_WORDS = """
a an and are as at be been but by can did do does for from had has have he her him his how i if in into is it its
me my no nor not of on or our she should so some such than that the their them then there these they this those
to too us was we were what when where which who will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that say nothing about an item or a passage."""


def tokens(text: str) -> list[str]:
    """Stemmed lower-case words without accents and stop words, in order; a text of stop words alone keeps them."""
    words = _words(text)
    kept = [word for word in words if word not in STOP_WORDS]
    return [stem(word) for word in (kept or words)]


def all_tokens(text: str) -> list[str]:
    """`tokens` with the stop words: where "no" and "not" matter."""
    return [stem(word) for word in _words(text)]


def fold(text: str) -> str:
    """Lower case, without accents and with plain apostrophes: "Amélie’s" becomes "amelie's"."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c)))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A plural or possessive loses its ending, nothing else: "stories" -> "story", "films" -> "film"."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _words(text: str) -> list[str]:
    return [piece for match in _TOKEN.findall(fold(text)) for piece in _pieces(match)]


def _pieces(token: str) -> list[str]:
    if not _CJK.match(token) or len(token) == 1:
        return [token]
    return [token[i : i + 2] for i in range(len(token) - 1)]

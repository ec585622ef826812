"""Words without their endings, so that "planted" and "plants" are one word. Pure; English, kept light."""

from __future__ import annotations

from functools import lru_cache

from vectorstore.words import stem

_ENDINGS = ("ingly", "edly", "ing", "ed", "est", "er", "ly")
_SHORTEST = 3


@lru_cache(maxsize=65536)
def root(word: str) -> str:
    """The folded word without plural, tense, degree or "-ly": "stopped", "stopping" and "stops" give "stop"."""
    word = stem(word)
    ending = next((one for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= _SHORTEST), "")
    word = word.removesuffix(ending)
    if ending and len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    if len(word) > _SHORTEST and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word

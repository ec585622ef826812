"""Tokens with slots -> the sentence: what stands for each slot is put in, with the article that its sound asks for.

Pure; knows no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.engines.phraser.words import MARK

Tokens = Sequence[tuple[str, bool]]

_VOWEL = re.compile(r"(?!uni|use|usu|uti|ur[aeiou]|euro|eul|one\b|once)(?:[aeiou]|hour|hono|heir|8|11\b|18\b)", re.I)
_ARTICLE = re.compile(r"(?:^|(?<=\s))an?$")
_ALONE = re.compile(r"\bi\b(?!-)")
_OPEN = ("(", "-", "“")


def filled(tokens: Tokens, words: Mapping[str, str]) -> str:
    """The sentence without capital and stop. ``words``: slot -> what stands for it."""
    text, begun = "", 0
    for token, is_slot in tokens:
        if is_slot:
            text = _ARTICLE.sub(_article(words[token]), text[:begun] + _alone(text[begun:]).rstrip())
            text += _joined(text, words[token])
            begun = len(text)
        else:
            text += token.replace(MARK, " ")
    return (text[:begun] + _alone(text[begun:])).strip()


def said(tokens: Tokens) -> list[str]:
    """The words outside of slots, as they were spelled from pieces; "" where a slot stands between them."""
    text = "".join(" | " if is_slot else token.replace(MARK, " ") for token, is_slot in tokens)
    return [word.strip("'-|") for word in re.findall(r"[a-z'-]+|\|", text)]


def _joined(text: str, words: str) -> str:
    """What stands for a slot, as it follows ``text``."""
    return words if not text or text.endswith(_OPEN) else f" {words}"


def _article(words: str) -> str:
    return "an" if _VOWEL.match(words.lstrip("“(")) else "a"


def _alone(text: str) -> str:
    return _ALONE.sub("I", text)

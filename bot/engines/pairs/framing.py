"""A need and a text as the tokens that are read together: `[CLS] scenario need [SEP] text [SEP]`.

The scenario is one of three words of MiniLM's table that no text ever uses. Pure but for the tokenizer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

MOST, NEED = 160, 64
"""Tokens of a pair, and of the need in it; of a longer need the end is kept, of a longer text the beginning."""
SCENARIOS = ("works", "goods", "help")
"""Films, books and music that are liked for what they are; goods for use; questions to a help centre."""
LIKES = 4
"""Titles of liked items that belong to a need: the latest."""
_FIRST, _CLS, _SEP = 1, 101, 102


@dataclass(frozen=True, slots=True)
class Pair:
    """Token ids; the first ``need`` of them, with both marks around, are the need's."""

    ids: tuple[int, ...]
    need: int


def worded(query: str, likes: Sequence[str] = ()) -> str:
    """A need in words: what is asked for, then the titles that the visitor liked, latest last."""
    return f"{query.strip()} Liked: {'; '.join(likes[-LIKES:])}".strip() if likes else query.strip()


class Framer:
    """Makes pairs. ``tokenizer`` neither pads nor cuts."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Use MiniLM's tokenizer."""
        self._tokenizer = tokenizer

    def tokens(self, text: str) -> tuple[int, ...]:
        """The ids of a text, no more than any pair has room for at either end."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return tuple(ids if len(ids) <= 2 * MOST else [*ids[:MOST], *ids[-MOST:]])

    def pair(self, need: Sequence[int], text: Sequence[int], scenario: str) -> Pair:
        """One pair of at most `MOST` tokens."""
        head = (_CLS, _FIRST + SCENARIOS.index(scenario), *need[-NEED:], _SEP)
        return Pair((*head, *text[: MOST - 1 - len(head)], _SEP), len(head))

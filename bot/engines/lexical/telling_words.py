"""Telling words of titles: a word that only one of the items shown has. Knows no roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.pointers import Scene
from bot.engines.lexical.spans import Board, Span, pointing
from bot.engines.lexical.text import Reading, Token, words
from vectorstore.base import Constraint

if TYPE_CHECKING:
    from bot.understanding import Vocabulary


class Telling:
    """Finds telling words of titles: a word that only one of the items shown has."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Look titles up in ``vocabulary``."""
        self._vocabulary = vocabulary
        self._stops = frozenset(table("en.words")["stop"])

    def spans(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """References on free words, and on those that were found to mean a value that they do not name."""
        telling = self._words(scene)
        found = []
        for index, token in enumerate(reading.tokens):
            id_ = telling.get(token.norm)
            capital = token.capital and not reading.starts_sentence(index)
            span = board.at(index)
            free = board.free(index, index + 1) if span is None else self._loose(reading.tokens, index, span)
            if id_ and free and (capital or token.norm not in common_words()):
                found.append(pointing(reading, index, index + 1, (id_,)))
        return found

    def _loose(self, tokens: Sequence[Token], index: int, span: Span) -> bool:
        """Whether a value is only what a lone word of a title implies: "lavender" is a herb."""
        if (
            span.kind != "value"
            or span.end != span.start + 1
            or any(_named(one, tokens[index]) for one in span.constraints)
        ):
            return False
        before, after = tokens[max(0, index - 1)], tokens[index + 1] if index + 1 < len(tokens) else None
        asked = index > 0 and before.norm in word_set("descriptions_asking")
        following = self._stops | word_set("descriptions_verbs") | word_set("descriptions_against")
        return not asked and (after is None or not after.word or after.norm in following)

    def _words(self, scene: Scene) -> dict[str, str]:
        seen: dict[str, str | None] = {}
        for id_ in scene.shown:
            item = self._vocabulary.by_id.get(id_)
            for word in set(words(item.title)) if item else ():
                seen[word] = None if word in seen else id_
        return {word: id_ for word, id_ in seen.items() if id_ and len(word) >= 4 and not word.isdigit()}


def _named(constraint: Constraint, token: Token) -> bool:
    """Whether a word is a value's own name."""
    values = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    return any(
        token.norm.rstrip("s") in words(value)[0:1][0].rstrip("s")
        for value in values
        if isinstance(value, str) and words(value)
    )

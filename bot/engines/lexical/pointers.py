"""References to items that were shown: "the second one", "the first two", "both", "it", "the French one", "Lebowski".

Resolved against the list shown last; a reference beyond it means nothing. Knows no roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.text import Reading, Token, words
from bot.meeting import meets
from bot.types import Mention
from vectorstore.base import Item

if TYPE_CHECKING:
    from bot.understanding import Vocabulary


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be pointed at: the list shown last, in order, and the item that "it" means, None when that is open."""

    shown: tuple[str, ...] = ()
    focus: str | None = None


class Pointers:
    """Finds and resolves references."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Compile ordinals, pronouns and nouns of the language."""
        lists, numbers = table("en.mentions"), table("en.numbers")
        self._vocabulary = vocabulary
        self._ordinals: dict[str, int] = numbers["ordinals"]
        self._counts: dict[str, int] = {word: value for word, value in numbers["words"].items() if 1 < value < 7}
        self._counts |= {str(value): value for value in range(2, 7)}
        self._nouns = Phrases((noun, True) for noun in lists["places"]["nouns"])
        self._numbered = frozenset(lists["places"]["number"])
        self._called, self._called_many = set(lists["places"]["called"]), set(lists["places"]["called_many"])
        self._joining = set(lists["places"]["joining"])
        self._stops = frozenset(table("en.words")["stop"])
        self._middle = Phrases((phrase, True) for phrase in lists["places"]["middle"])
        pronouns = [(phrase, kind) for kind in ("other", "two", "many", "one") for phrase in lists["pronouns"][kind]]
        self._pronouns: Phrases[str] = Phrases(pronouns)
        self._shy = frozenset(lists["pronouns"]["shy"])

    def spans(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """References on free tokens; "the first two" is one span with two mentions, "the fifth one" of three one
        with none of the items.
        """
        found: list[Span] = []
        index = 0
        while index < len(reading.tokens):
            match = self._at(reading.tokens, index, board, scene)
            if match:
                end, ids = match
                found.append(_span(reading, index, end, ids))
            index = match[0] if match else index + 1
        return found

    def pronouns(self, reading: Reading, board: Board) -> Iterator[tuple[int, int, str, bool]]:
        """Pronouns on free tokens: start, end, "one"/"two"/"many", and whether it points only beside a cue."""
        for match in self._pronouns.scan(reading.tokens):
            if board.free(match.start, match.end):
                shy = " ".join(reading.norms(match.start, match.end)) in self._shy
                yield match.start, match.end, match.value, shy

    def described(self, reading: Reading, board: Board, scene: Scene) -> list[tuple[Span, Span]]:
        """Values that point, "the French one", "the one by Carpenter": their span and the reference, where exactly one
        shown item meets it; "the Northlatch ones" are all that do.
        """
        found = []
        for span in board.spans if scene.shown else ():
            start, end, several = self._frame(reading.tokens, span)
            ids = [id_ for id_ in scene.shown if meets(self._vocabulary.by_id.get(id_), span.constraints)]
            if span.constraints and start is not None and (len(ids) == 1 or (several and ids)):
                found.append((span, _span(reading, start, end, ids)))
        return found

    def _frame(self, tokens: Sequence[Token], span: Span) -> tuple[int | None, int, bool]:
        """Where a reference around a value starts (None: there is none) and ends, and whether it is to several."""
        before, after = span.start - 1, span.end
        named = tokens[after].norm if after < len(tokens) else ""
        end = after + (named in self._called or named in self._called_many)
        if before >= 0 and tokens[before].norm in self._joining:
            before -= 1
        if before > 0 and tokens[before].norm in self._called and tokens[before - 1].norm in ("the", "that"):
            return before - 1, after, False
        if span.start > 1 and tokens[span.start - 1].norm in self._counts and named in self._called_many:
            before = span.start - 2
        pointed = span.start > 0 and before >= 0 and tokens[before].norm == "the"
        bare = span.kind == "person" and before == span.start - 1 and named not in ("films", "movies", "books")
        return (before if pointed and (end > after or bare) else None), end, named in self._called_many

    def worded(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """Words that tell one shown item from the others, "the poncho thing": by its title, else by its description."""
        found = []
        for index, token in enumerate(reading.tokens):
            if token.norm not in self._called or not scene.shown or not board.free(index, index + 1):
                continue
            start = index
            while start > 0 and board.free(start - 1, start) and self._telling_word(reading.tokens[start - 1]):
                start -= 1
            asked = [one.norm for one in reading.tokens[start:index]]
            the = start > 0 and reading.tokens[start - 1].norm in ("the", "that")
            ids = self._told_by(asked, scene.shown, whole=the) if asked else ()
            if len(ids) == 1:
                found.append(_span(reading, start - the, index + 1, ids))
        return found

    def _telling_word(self, token: Token) -> bool:
        return token.word and len(token.norm) > 2 and token.norm not in self._stops

    def _told_by(self, asked: Sequence[str], shown: Sequence[str], *, whole: bool) -> tuple[str, ...]:
        """The shown items whose titles have a word like one of ``asked``, else, for the ``whole`` record, its texts."""
        items = [self._vocabulary.by_id[id_] for id_ in shown if id_ in self._vocabulary.by_id]
        by_title = tuple(
            item.id for item in items if any(_like(word, own) for word in asked for own in words(item.title))
        )
        if by_title or not whole:
            return by_title
        return tuple(item.id for item in items if all(_said(word, item) for word in asked))

    def partial(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """A telling word out of the title of one shown item."""
        telling = self._telling(scene)
        found = []
        for index, token in enumerate(reading.tokens):
            id_ = telling.get(token.norm)
            capital = token.capital and not reading.starts_sentence(index)
            if id_ and board.free(index, index + 1) and (capital or token.norm not in common_words()):
                found.append(_span(reading, index, index + 1, (id_,)))
        return found

    def _telling(self, scene: Scene) -> dict[str, str]:
        seen: dict[str, str | None] = {}
        for id_ in scene.shown:
            item = self._vocabulary.by_id.get(id_)
            for word in set(words(item.title)) if item else ():
                seen[word] = None if word in seen else id_
        return {word: id_ for word, id_ in seen.items() if id_ and len(word) >= 4 and not word.isdigit()}

    def _at(
        self, tokens: Sequence[Token], index: int, board: Board, scene: Scene
    ) -> tuple[int, tuple[str, ...]] | None:
        """The reference at ``index``: where it ends and what it means."""
        start = index + (tokens[index].norm == "the")
        if start >= len(tokens) or not board.free(index, start + 1) or not scene.shown:
            return None
        found = self._ordinal(tokens, start, scene) or self._by_number(tokens, start, scene)
        if found:
            return found
        middle = self._middle.at(tokens, index)
        return (middle.end, scene.shown[len(scene.shown) // 2 :][:1]) if middle and len(scene.shown) % 2 else None

    def _ordinal(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        place = self._ordinals.get(tokens[index].norm)
        if place is None:
            return None
        count = self._counts.get(tokens[index + 1].norm) if index + 1 < len(tokens) else None
        if count and place in (1, -1):
            noun = self._nouns.at(tokens, index + 2)
            return (noun.end if noun else index + 2), scene.shown[:count] if place == 1 else scene.shown[-count:]
        noun = self._nouns.at(tokens, index + 1)
        ids = _pick(scene.shown, place)
        if not noun and not (ids and _closes(tokens, index + 1)):
            return None
        return (noun.end if noun else index + 1), ids

    def _by_number(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        """A reference by its number: "number two", "#2"."""
        if tokens[index].norm not in self._numbered or index + 1 >= len(tokens):
            return None
        place = index + 1 + (tokens[index + 1].text == "." and index + 2 < len(tokens))
        norm = tokens[place].norm
        number = int(norm) if norm.isdigit() else table("en.numbers")["words"].get(norm)
        ids = _pick(scene.shown, number) if number else ()
        return (place + 1, ids) if ids else None


def _closes(tokens: Sequence[Token], index: int) -> bool:
    """Whether a bare "the second" is over here."""
    if index >= len(tokens) or not tokens[index].word:
        return True
    return tokens[index].norm in word_set("pointers_after")


def _pick(shown: tuple[str, ...], place: int) -> tuple[str, ...]:
    index = place - 1 if place > 0 else len(shown) + place
    return (shown[index],) if 0 <= index < len(shown) else ()


def _span(reading: Reading, start: int, end: int, ids: Sequence[str]) -> Span:
    text = reading.slice(start, end)
    mentions = tuple(Mention(text, id_, how="reference", confidence=0.95) for id_ in ids or (None,))
    return Span(start, end, "reference", mentions=mentions, rank=2)


def _titled(item: Item, asked: Sequence[str]) -> bool:
    return any(_like(word, own) for word in asked for own in words(item.title))


def _like(word: str, own: str) -> bool:
    """Whether two words have one stem: "squeezy" and "squeeze"."""
    shared = next((n for n, (a, b) in enumerate(zip(word, own, strict=False)) if a != b), min(len(word), len(own)))
    return word == own or shared >= max(4, max(len(word), len(own)) - 2)


def _said(word: str, item: Item) -> bool:
    """Whether an item's description or values say a word."""
    values = [one for value in item.facets.values() for one in (value if isinstance(value, tuple) else (value,))]
    texts = [item.description, *(one for one in values if isinstance(one, str))]
    return any(_like(word, own) for text in texts for own in words(text))

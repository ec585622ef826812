"""What a reply may say: the records of the items that it may name, and the words that evidence and visitor supply.

Built once per reply. Knows no sentence; `claims` asks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.claim_words import ClaimWords, claim_words
from bot.naming import Titles, Values, words
from bot.types import plain
from vectorstore.base import Facet, Item
from vectorstore.words import tokens

if TYPE_CHECKING:
    from bot.types import Brief, Card
    from vectorstore.index import ItemIndex

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])['’]?(\d[\d,]*(?:\.\d+)?)(s?)(?![A-Za-z_]*\d)")


class Grounds:
    """The records and words that sentences are held against."""

    def __init__(
        self,
        index: ItemIndex,
        cards: Sequence[Card],
        *,
        said: Iterable[str] = (),
        allowed: Iterable[str] = (),
        voice: Any = None,
    ) -> None:
        """``said`` are texts that the reply may repeat; ``allowed`` ids that it may name beside the cards.

        A title that ``said`` names may be named too. ``voice`` adds localised values.
        """
        said = list(said)
        self.words: ClaimWords = claim_words(voice.locale if voice is not None else "en")
        self.titles = Titles(index.items.values())
        self.values = Values(index.schema, _spoken(index, voice))
        self.cards = tuple(card.item.id for card in cards)
        named = {one.item_id for text in said for one in self.titles.find(text)}
        self.ours = frozenset([*self.cards, *named, *(id_ for id_ in allowed if id_ in index.items)])
        self._items: Mapping[str, Item] = index.items
        self._facets: Mapping[str, Facet] = {facet.name: facet for facet in index.schema.facets}
        self._card_text = {card.item.id: " ".join(_sentences(card)) for card in cards}
        self._said = frozenset(word for text in said for word in tokens(text)) | {
            word for one in self.words.frame for word in tokens(one)
        }
        self._said_numbers = {number for text in said for number, _ in numbers(text)}
        self._covered = {id_: frozenset(tokens(self._text(id_))) for id_ in self.ours}
        self._names = frozenset(word.key for text in said for word in words(text))

    def holds(self, ids: Sequence[str], facet: str, value: str) -> bool:
        """Whether every one of the items holds the value."""
        return bool(ids) and all(value in _several(self._items[id_].facets.get(facet)) for id_ in ids)

    def lacks(self, ids: Sequence[str], facet: str, value: str) -> bool:
        """Whether every record speaks of the facet and none holds the value."""
        cells = [self._items[id_].facets.get(facet) for id_ in ids]
        return all(cell is not None and value not in _several(cell) for cell in cells)

    def covers(self, ids: Sequence[str], word: str) -> bool:
        """Whether a stemmed word stands in what is known of one of the items, or was said, or says nothing."""
        return word in self._said or any(word in self._covered[id_] for id_ in ids)

    def told(self, ids: Sequence[str], word: str) -> bool:
        """Whether the record or a card of one of the items says the word itself."""
        return any(word in self._covered[id_] for id_ in ids)

    def written(self, ids: Sequence[str], text: str) -> bool:
        """Whether the text stands on a card or in a description of one of the items, letter for letter."""
        return any(text in self._text(id_) for id_ in ids)

    def knows(self, key: str) -> bool:
        """Whether a name's word stands anywhere in the evidence."""
        return key in self._names or any(key in self._covered[id_] for id_ in self.ours)

    def words_known(self, title: str) -> bool:
        """Whether another item's title is one word that the evidence uses as a word ("a Friday night")."""
        held = words(title)
        return len(held) == 1 and self.knows(held[0].key)

    def number(self, ids: Sequence[str], number: float, plural: str) -> bool:
        """Whether a number is in the record of one of the items, was said, or counts the cards."""
        if number in self._said_numbers or (number.is_integer() and 0 <= number <= max(3, len(self.cards))):
            return True
        return any(number in set(self._numbers(id_, plural)) for id_ in ids)

    def _numbers(self, id: str, plural: str) -> Iterator[float]:
        """Every number that the record of an item supports."""
        for name, cell in self._items[id].facets.items():
            if not isinstance(cell, (int, float)) or isinstance(cell, bool):
                continue
            value, facet = float(cell), self._facets.get(name)
            yield value
            if facet is not None and facet.role == "year" and plural:
                yield from (value // 10 * 10, value // 10 * 10 % 100)
            elif facet is not None and facet.unit.startswith("min"):
                yield from (value // 60, value % 60, round(value / 30) / 2)
        yield from (number for number, _ in numbers(f"{self._items[id].title}. {self._text(id)}"))

    def _text(self, id: str) -> str:
        """All that is known of an item, as text."""
        item = self._items[id]
        values = [str(value) for cell in item.facets.values() for value in _several(cell) if not _is_number(value)]
        return " ".join([item.title, item.description, *values, self._card_text.get(id, "")])


def grounds_of(brief: Brief, index: ItemIndex, also: Iterable[str] = ()) -> Grounds:
    """What the reply to a brief may say: its cards, facts and answer, what the visitor said, likes; and ``also``."""
    state, answer = brief.state, brief.answer
    said = [brief.message, state.query, *state.wishes, *_texts(plain(brief.facts)), *also]
    if answer is not None:
        said += [*answer.sentences, *answer.checked, *(passage.text for passage in answer.passages)]
        said += [text for one in answer.citations for text in (one.title, one.heading, one.quote)]
    likes = (*state.likes, *state.last_shown) if brief.task != "explain" else state.likes
    return Grounds(index, brief.cards, said=said, allowed=likes, voice=brief.voice)


def numbers(text: str) -> Iterator[tuple[float, str]]:
    """The numbers of a text, each with the "s" of a decade ("1970s")."""
    for match in _NUMBER.finditer(text):
        yield float(match[1].replace(",", "").rstrip(".")), match[2]


def _sentences(card: Card) -> Iterator[str]:
    """Every sentence and row of a card."""
    yield from (*card.reasons, *card.unmet, *card.details, card.label)
    yield from (f"{label} {value}" for label, value in card.facts)


def _texts(value: Any) -> Iterator[str]:
    """Every text and number inside a brief's facts."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _spoken(index: ItemIndex, voice: Any) -> dict[tuple[str, str], str]:
    """Values in the voice's language, where it differs from the catalogue's."""
    if voice is None or voice.locale.startswith("en"):
        return {}
    facets = [
        facet for facet in index.schema.facets if facet.type in ("category", "multi") and len(facet.values) <= 200
    ]
    pairs = [(facet.name, value) for facet in facets for value, _ in facet.values]
    return {pair: said for pair in pairs if (said := voice.value(*pair)) != pair[1]}


def _several(cell: Any) -> tuple[Any, ...]:
    return cell if isinstance(cell, tuple) else () if cell is None else (cell,)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))

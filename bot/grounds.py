"""What a reply may say: the records of the items that it may name, and the words that evidence and visitor supply.

Built once per reply. Knows no sentence; `claims` and the rules in `claiming` ask it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from bot.claim_words import ClaimWords, claim_words
from bot.claiming.numerals import Number
from bot.claiming.roots import root
from bot.claiming.shortening import title_words, value_words
from bot.claiming.speech import Speech
from bot.claiming.visitor import Visitor, own_words
from bot.meeting import number as number_of
from bot.naming import Word, titles_of, values_of, words
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
        visitor: Iterable[str] | None = None,
        allowed: Iterable[str] = (),
        voice: Any = None,
    ) -> None:
        """``said`` are texts that the reply may repeat; ``allowed`` ids that it may name beside the cards.

        A title that ``said`` names may be named too. ``visitor`` are those of the texts that the visitor said, all of
        them by default. ``voice`` adds localised values.
        """
        said = list(said)
        self.locale: str = voice.locale if voice is not None else "en"
        self.words: ClaimWords = claim_words(self.locale)
        self.titles = titles_of(index)
        self.values = values_of(index, _spoken(index, voice))
        self.facets: Mapping[str, Facet] = {facet.name: facet for facet in index.schema.facets}
        self.speech = Speech(self.facets, self.locale, voice)
        self.cards = tuple(card.item.id for card in cards)
        named = {one.item_id for text in said for one in self.titles.find(text)}
        self.ours = frozenset([*self.cards, *named, *(id_ for id_ in allowed if id_ in index.items)])
        self.frame = _stems(self.words.frame)
        self.said_text = " ".join(said)
        self.said_amounts = tuple(amount for text in said for amount in self.speech.units.amounts(text))
        self._visitor = said if visitor is None else list(visitor)
        self._items: Mapping[str, Item] = index.items
        self._card_text = {card.item.id: " ".join(_sentences(card)) for card in cards}
        self._said = frozenset(word for text in said for word in tokens(text)) | self.frame
        self._said_numbers = {number for text in said for number, _ in numbers(text)}
        self._said_numbers |= {amount.value for amount in self.said_amounts}
        self._covered = {id_: frozenset(tokens(self._text(id_))) for id_ in self.ours}
        self._roots = {id_: frozenset(map(root, held)) for id_, held in self._covered.items()}
        self._said_roots = frozenset(map(root, self._said))
        self._names = frozenset(word.key for text in said for word in words(text))
        self._rows: dict[str, tuple[Word, ...]] = {}
        self._told: dict[str, tuple[Number, ...]] = {}

    @cached_property
    def visitor(self) -> Visitor:
        """The visitor's own words."""
        return own_words(self._visitor, self.speech.units, self.words.negators)

    @cached_property
    def title_words(self) -> Mapping[str, Sequence[tuple[str, tuple[Word, ...], int]]]:
        """The words of the cards' titles, of all titles that may be named where there are no cards."""
        return title_words({id_: self._items[id_].title for id_ in self.cards or sorted(self.ours)})

    @cached_property
    def value_words(self) -> frozenset[str]:
        """The stems of the words of the records' values."""
        return value_words(value for id_ in self.ours for value in self.texts(id_))

    def role(self, name: str) -> Facet | None:
        """The facet that plays a role, or None."""
        return next((facet for facet in self.facets.values() if facet.role == name), None)

    def cell(self, id: str, facet: str) -> Any:
        """What a record holds of a facet, None where it is not filled."""
        return self._items[id].facets.get(facet)

    def base(self, id: str, facet: Facet) -> float | None:
        """The number that a record holds of a facet, in base units of its kind."""
        held = number_of(self.cell(id, facet.name))
        return None if held is None else held * self.speech.units.of_facet(facet)[1]

    def texts(self, id: str, facet: str = "") -> list[str]:
        """The words that a record holds of a facet, or of all."""
        cells = [self.cell(id, facet)] if facet else list(self._items[id].facets.values())
        return [value for cell in cells for value in _several(cell) if isinstance(value, str)]

    def text(self, id: str) -> str:
        """Title and description of an item."""
        return f"{self._items[id].title}. {self._items[id].description}"

    def row(self, id: str) -> tuple[Word, ...]:
        """The words of title and description."""
        if id not in self._rows:
            self._rows[id] = tuple(words(self.text(id)))
        return self._rows[id]

    def amounts_told(self, id: str) -> tuple[Number, ...]:
        """The numbers and amounts in title and description."""
        if id not in self._told:
            self._told[id] = tuple(self.speech.units.amounts(self.text(id)))
        return self._told[id]

    def described(self, id: str, word: str) -> bool:
        """Whether title or description of an item say a stemmed word."""
        return any(one.key == word for one in self.row(id))

    def says(self, word: str) -> bool:
        """Whether a stemmed word was said by the visitor or a frame, or says nothing."""
        return word in self._said

    def holds(self, ids: Sequence[str], facet: str, value: str) -> bool:
        """Whether every one of the items holds the value."""
        return bool(ids) and all(value in _several(self._items[id_].facets.get(facet)) for id_ in ids)

    def lacks(self, ids: Sequence[str], facet: str, value: str) -> bool:
        """Whether every record speaks of the facet and none holds the value."""
        cells = [self._items[id_].facets.get(facet) for id_ in ids]
        return all(cell is not None and value not in _several(cell) for cell in cells)

    def covers(self, ids: Sequence[str], word: str) -> bool:
        """Whether a stemmed word, by its root, stands in what is known of an item, or was said, or says nothing."""
        key = root(word)
        return key in self._said_roots or any(key in self._roots[id_] for id_ in ids)

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
            value, facet = float(cell), self.facets.get(name)
            yield value
            if facet is not None and facet.role == "year" and plural:
                yield from (value // 10 * 10, value // 10 * 10 % 100)
            elif facet is not None and facet.unit.startswith("min"):
                yield from (value // 60, value % 60, round(value / 30) / 2)
        yield from (number for number, _ in numbers(f"{self._items[id].title}. {self._text(id)}"))
        yield from (amount.value for amount in self.amounts_told(id))

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
    own = [brief.message, state.query, *state.wishes]
    for one in state.constraints:
        facet = index.schema.get(one.facet)
        own += [f"{text} {facet.unit if facet else ''}" for text in _texts(plain(one.value))]
    return Grounds(index, brief.cards, said=said, visitor=own, allowed=likes, voice=brief.voice)


@lru_cache(16)
def _stems(frame: frozenset[str]) -> frozenset[str]:
    """The stems of the words of a frame."""
    return frozenset(word for one in frame for word in tokens(one))


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

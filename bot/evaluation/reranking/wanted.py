"""What is asked in the protocol `reranker`, and of which catalogue or help centre: all of it held out of training.

Every kind of need has a tuning part, on which the weight of the trained re-ranker is chosen, and a measured one. Knows
no system and no figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from bot.demo.laying_out import read
from bot.evaluation.asked import OUTDOOR
from bot.evaluation.asked import wishes as written_wishes
from bot.evaluation.datasets import films_help, index_of, questions
from bot.evaluation.datasets import policies as policy_pages
from bot.training.ranking.dialogues import Moment, films, moments
from bot.training.ranking.helping import is_held, manuals
from bot.training.ranking.shelves import Shelf, goods
from bot.training.ranking.wishes import fits, made
from bot.training.splitting import held_out
from bot.types import Need
from vectorstore.base import Facet, Item, Schema
from vectorstore.index import index_in_memory
from vectorstore.records import embed_changed

if TYPE_CHECKING:
    from vectorstore.base import Embedder
    from vectorstore.index import ItemIndex, PassageIndex

Drawn = TypeVar("Drawn")

MOST, VAGUE = 80, 5
"""Needs of one set at most; a made wish that more items answer is too vague to tell anything."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need, the ids that answer it, and the ids of what was liked before."""

    need: Need
    right: frozenset[str]
    likes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Needs for items of one catalogue."""

    name: str
    scenario: str
    index: ItemIndex
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class HelpSet:
    """Questions to one help centre."""

    name: str
    index: PassageIndex
    wanted: tuple[Wanted, ...]
    scenario: str = "help"


def measured(data: Path, embedder: Embedder) -> Iterator[ItemSet | HelpSet]:
    """The sets that figures are reported of. Raises InvalidRequest naming what is missing under ``data``."""
    yield dialogues(data, embedder, tuning=False)
    yield wishes(embedder, tuning=False)
    yield products(data, embedder, tuning=False)
    yield outdoor(embedder)
    yield gear(embedder, tuning=False)
    yield policies(data, embedder, tuning=False)
    yield HelpSet("help: films demo", *_asked(index_of(films_help(), embedder), "films_help", "held-out"))


def tuned(data: Path, embedder: Embedder) -> Iterator[ItemSet | HelpSet]:
    """The sets that weights are chosen on. Raises InvalidRequest naming what is missing under ``data``."""
    yield dialogues(data, embedder, tuning=True)
    yield wishes(embedder, tuning=True)
    yield products(data, embedder, tuning=True)
    yield gear(embedder, tuning=True)
    yield policies(data, embedder, tuning=True)
    yield manual_questions(data, embedder)


def dialogues(data: Path, embedder: Embedder, *, tuning: bool) -> ItemSet:
    """Recommendations that were liked, among all films that any of ReDial's training dialogues speaks of."""
    known = films(data)
    every = list(moments(data, known))
    named = dict.fromkeys(id_ for one in every for id_ in (one.film, *one.liked, *sorted(one.other), *one.disliked))
    held = [one for one in every if held_out(one.dialogue) and held_out(f"tuning {one.dialogue}", 50) == tuning]
    index = _index([known[id_] for id_ in named], embedder)
    return ItemSet("dialogues", "works", index, tuple(_moment(one, known) for one in _sample(held)))


def wishes(embedder: Embedder, *, tuning: bool) -> ItemSet:
    """Written wishes for the films of the demo: the half that tunes elsewhere too, or the other."""
    index = index_in_memory(read("films", embedder), embedder)[0]
    asked = written_wishes(index.items)[0 if tuning else 1]
    return ItemSet("wishes", "works", index, tuple(Wanted(Need(one.text), one.right) for one in asked[:MOST]))


def products(data: Path, embedder: Embedder, *, tuning: bool) -> ItemSet:
    """Wishes made from goods of shelves that were held out."""
    shelves = [shelf for shelf in goods(data) if shelf.held and shelf.tunes == tuning]
    index = _index([item for shelf in shelves for item in shelf.items], embedder)
    return ItemSet("goods", "goods", index, tuple(_made(shelves)))


def outdoor(embedder: Embedder) -> ItemSet:
    """Wishes made from the goods of the demo."""
    index = index_in_memory(read("outdoor", embedder), embedder)[0]
    shelf = Shelf("outdoor demo", "goods", tuple(index.items.values()))
    return ItemSet("goods: outdoor demo", "goods", index, tuple(_made([shelf])))


def gear(embedder: Embedder, *, tuning: bool) -> ItemSet:
    """Written wishes for the goods of the demo: one half tunes, the other measures."""
    index = index_in_memory(read("outdoor", embedder), embedder)[0]
    asked = written_wishes(index.items, OUTDOOR)[0 if tuning else 1]
    return ItemSet("goods: written", "goods", index, tuple(Wanted(Need(one.text), one.right) for one in asked[:MOST]))


def policies(data: Path, embedder: Embedder, *, tuning: bool) -> HelpSet:
    """Written questions about a company's policies: pages that no training saw."""
    index = index_of(policy_pages(data), embedder)
    topics = {one.topic for one in questions("basecamp_policies") if one.split == "tuning"}
    seen = {topic for topic in topics if not is_held(f"policies/{topic}")} if tuning else topics
    split = "tuning" if tuning else "held-out"
    return HelpSet("help: policies", *_asked(index, "basecamp_policies", split, without=seen))


def manual_questions(data: Path, embedder: Embedder) -> HelpSet:
    """The questions that held-out manuals ask and answer themselves, among all passages of held-out manuals."""
    held = [one for one in manuals(data) if is_held(one.passage.page)]
    index = index_of(tuple(dict.fromkeys(one.passage for one in held)), embedder)
    asked = [Wanted(Need(one.question), frozenset([one.passage.id])) for one in held if one.question]
    return HelpSet("help: manuals", index, tuple(_sample(asked)))


def _asked(
    index: PassageIndex, name: str, split: str, *, without: Collection[str] = ()
) -> tuple[PassageIndex, tuple[Wanted, ...]]:
    """Questions of one split that have an answer, none of it on a page ``without``."""
    found = []
    for one in questions(name):
        pages = {section.split("#")[0] for section in one.sections}
        right = [id_ for id_, passage in index.passages.items() if f"{passage.page}#{passage.anchor}" in one.sections]
        if right and one.split == split and not pages.intersection(without):
            found.append(Wanted(Need(one.question), frozenset(right)))
    return index, tuple(_sample(found))


def _moment(one: Moment, known: Mapping[str, Item]) -> Wanted:
    need = Need(one.words, tuple(known[id_].title for id_ in one.liked))
    return Wanted(need, frozenset([one.film]), one.liked)


def _made(shelves: Sequence[Shelf]) -> Iterator[Wanted]:
    """At most `MOST` wishes with all items of their shelf that answer them, always the same ones."""
    random, count = Random(5), 0
    places = [(shelf, row) for shelf in shelves for row in range(len(shelf.items))]
    for shelf, row in random.sample(places, len(places)):
        wish = made(shelf, row, random)
        right = [n for n in range(len(shelf.items)) if fits(shelf, n, wish)] if wish and wish.said else []
        if wish and 0 < len(right) <= VAGUE and count < MOST:
            count += 1
            yield Wanted(Need(wish.need), frozenset(shelf.items[number].id for number in right))


def _sample(found: Sequence[Drawn]) -> list[Drawn]:
    return Random(5).sample(list(found), min(len(found), MOST))


def _index(items: Sequence[Item], embedder: Embedder) -> ItemIndex:
    """A catalogue in memory, its facets as they are."""
    schema = Schema(tuple(_facet(name, items) for name in dict.fromkeys(name for one in items for name in one.facets)))
    records = embed_changed(None, items=tuple(items), passages=(), schema=schema, embedder=embedder)
    return index_in_memory(records, embedder)[0]


def _facet(name: str, items: Sequence[Item]) -> Facet:
    cells = [item.facets[name] for item in items if name in item.facets]
    if isinstance(cells[0], float):
        numbers = [float(cell) for cell in cells if isinstance(cell, float)]
        return Facet(name, "number", "price", low=min(numbers), high=max(numbers))
    return Facet(name, "multi" if isinstance(cells[0], tuple) else "category")

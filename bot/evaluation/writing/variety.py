"""How varied replies are: the share of different pairs of words (distinct-2, Li et al. 2016), names masked.

ReDial's recommenders, people who recommended films to people, are the measure; their words are read from the data
folder. The figure falls with the length of a text, so theirs is taken over as many pairs as ours has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import mean
from typing import TypeAlias

from bot.evaluation.writing.playing import Reply
from bot.naming import Titles
from bot.training.corpora.files import json_rows, json_whole
from vectorstore.index import ItemIndex

_WORD = re.compile(r"\*|[^\W_]+(?:['’][^\W_]+)*")
_QUOTED = re.compile(r"“[^”]*”")
_YEAR = re.compile(r"\s*\((?:19|20)\d\d\)")
DRAWS = 20
MASK = "*"

Names: TypeAlias = dict[str, list[tuple[str, ...]]]
Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Variety:
    """``value`` is distinct-2, 0 to 1, higher is more varied, of so many ``pairs``; ``low`` to ``high``: the draws."""

    value: float
    low: float
    high: float
    pairs: int


class Masker:
    """Puts one mark in the place of each name, the longest that fits; a name of one word must be written large."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: Names = {}
        for name in names:
            words = tuple(word.casefold() for word in _WORD.findall(name))
            if words:
                self._names.setdefault(words[0], []).append(words)
        for held in self._names.values():
            held.sort(key=len, reverse=True)

    def masked(self, words: Sequence[str]) -> list[str]:
        """The words of a text as they are written, names masked."""
        held, found, place = [word.casefold() for word in words], list[str](), 0
        while place < len(held):
            fits = (name for name in self._names.get(held[place], ()) if tuple(held[place : place + len(name)]) == name)
            name = next((name for name in fits if len(name) > 1 or words[place][:1].isupper()), ())
            found.append(MASK if name else words[place])
            place += max(1, len(name))
        return found


def ours(replies: Sequence[Reply], indexes: Mapping[str, ItemIndex], *, quotes: bool = True) -> list[list[str]]:
    """The words of every reply: titles and names of people and makers masked, quoted passages too unless ``quotes``."""
    titles = {name: Titles(index.items.values()) for name, index in indexes.items()}
    maskers = {name: Masker(_people(index)) for name, index in indexes.items()}
    found = list[list[str]]()
    for reply in replies:
        text = reply.text if quotes else _QUOTED.sub(MASK, reply.text)
        for one in reversed(titles[reply.catalog].find(text)):
            text = f"{text[: one.start]} {MASK} {text[one.end :]}"
        words = _WORD.findall(_YEAR.sub("", text.replace("**", "")))
        found.append(_folded(maskers[reply.catalog].masked(words)))
    return found


def theirs(data: Path) -> list[list[str]]:
    """The words of every message of a recommender of ReDial's train split, titles and people masked.

    Raises InvalidRequest when the files are not under ``data``.
    """
    films = json_whole(data, "redial/id2info.json.gz")
    titles = {id_: _YEAR.sub("", film["name"]) for id_, film in films.items()}
    people = {name for film in films.values() for name in (*film["director"], *film["star"]) if " " in name}
    everyone, found = Masker(people), list[list[str]]()
    for row in json_rows(data, "redial/dialogues.jsonl.gz"):
        for turn in row["turns"] if row["split"] == "train" else ():
            if turn["role"] == "recommender":
                named = Masker(titles[id_] for id_ in turn["movie_ids"] if id_ in titles)
                words = _WORD.findall(_YEAR.sub("", turn["text"].replace("%3F", "?")))
                found.append(_folded(everyone.masked(named.masked(words))))
    return found


def variety(texts: Sequence[Sequence[str]], pairs: int, *, seed: int = 0) -> Variety:
    """Distinct-2 over ``pairs`` pairs (all, where there are fewer): the mean of random orders of the texts."""
    random, order, values = Random(seed), list(texts), list[float]()
    total = sum(max(0, len(text) - 1) for text in texts)
    if not total or not pairs:
        return Variety(float("nan"), float("nan"), float("nan"), 0)
    draws = DRAWS if pairs < total else 1
    for _ in range(draws):
        random.shuffle(order)
        values.append(_distinct(order, pairs))
    return Variety(mean(values), min(values), max(values), min(pairs, total))


def count(texts: Iterable[Sequence[str]]) -> int:
    """How many pairs of neighbouring words the texts hold."""
    return sum(max(0, len(text) - 1) for text in texts)


def _distinct(texts: Iterable[Sequence[str]], pairs: int) -> float:
    seen, read = set[Pair](), 0
    for pair in _pairs(texts):
        seen.add(pair)
        read += 1
        if read == pairs:
            break
    return len(seen) / read


def _pairs(texts: Iterable[Sequence[str]]) -> Iterator[Pair]:
    for text in texts:
        yield from pairwise(text)


def _people(index: ItemIndex) -> Iterator[str]:
    """The values of facets that name people or makers."""
    for facet in index.schema.facets:
        if facet.name in ("director", "cast", "brand"):
            yield from (value for value, _ in facet.values)


def _folded(words: Iterable[str]) -> list[str]:
    return [word.casefold() for word in words]

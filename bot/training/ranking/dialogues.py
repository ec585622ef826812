"""Films that people liked after they had said what they like: ReDial's training dialogues, never its test part.

What is known of a film comes from ReDial's own table (genres, director, cast; not its plots) and from the list of films
with a paragraph each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.engines.pairs.framing import worded
from bot.engines.rerank_texts import text_of
from bot.training.corpora.files import json_rows, json_whole
from bot.training.ranking.groups import Group, grouped, mixed
from bot.training.ranking.near import Near
from bot.training.ranking.shelves import sentences, story
from bot.training.splitting import held_out
from vectorstore.base import Item

MESSAGES, NEAREST, LIKES = 3, 30, 0.6
"""Messages that a need is made of; near misses that are drawn from; share of needs that name what was liked."""
_YEAR = re.compile(r"\s*\((\d{4})\)\s*")
_MARK = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Moment:
    """One recommendation that was liked. ``liked`` came before it, ``other`` are no wrong answers, ``disliked`` are.

    All are ids of films; ``dialogue`` names the conversation, which is held out as a whole.
    """

    dialogue: str
    words: str
    film: str
    liked: tuple[str, ...]
    other: frozenset[str]
    disliked: tuple[str, ...]


def films(data: Path) -> dict[str, Item]:
    """What is known of ReDial's films, by id. Raises InvalidRequest."""
    about: dict[tuple[str, int | None], str] = {}
    for row in json_rows(data, "wikipedia_movies/movies.jsonl.gz"):
        if row.get("extract"):
            for year in (int(row["year"]), None):
                about.setdefault((_key(row["title"]), year), row["extract"])
    table = json_whole(data, "redial/id2info.json.gz")
    return {id_: _film(id_, row, about) for id_, row in table.items() if row.get("genre")}


def moments(data: Path, known: Mapping[str, Item]) -> Iterator[Moment]:
    """Every recommendation of a film that was new and liked. Raises InvalidRequest."""
    for dialogue in json_rows(data, "redial/dialogues.jsonl.gz"):
        if dialogue["split"] == "train":
            yield from _moments(dialogue, known)


class Dialogues:
    """Groups of the film that was liked, among those that were not, near misses and films that are as much talked of.

    Half of the rest are drawn as often as people speak of them: else being famous would be all that there is to learn.
    """

    def __init__(self, data: Path) -> None:
        """Read all of it. Raises InvalidRequest."""
        self._items = films(data)
        self._ids = tuple(self._items)
        self._texts = {id_: text_of(item) for id_, item in self._items.items()}
        self._near = Near([self._texts[id_] for id_ in self._ids])
        found = list(moments(data, self._items))
        self.train = [one for one in found if not held_out(one.dialogue)]
        self.held = [one for one in found if held_out(one.dialogue)]
        self._talked = [id_ for one in self.train for id_ in (one.film, *one.liked)] or list(self._ids)

    def group(self, seed: Moment, random: Random, wrong: int) -> Group | None:
        """The film that was liked, and wrong ones; of the films that the dialogue names only those not liked."""
        likes = [self._items[id_].title for id_ in seed.liked] if random.random() < LIKES else []
        need = worded(seed.words, likes)
        alike = self._near.like(random.choice([need, self._facts(seed.film)]), NEAREST)
        talked = [*random.choices(self._talked, k=2 * wrong), *random.choices(self._ids, k=wrong // 2)]
        hated = random.sample(seed.disliked, min(len(seed.disliked), 2))
        named = {*seed.other, *hated}
        near = [id_ for row in alike if (id_ := self._ids[row]) not in named]
        far = [id_ for id_ in talked if id_ not in named]
        texts = [self._texts[id_] for id_ in (*hated, *mixed(near, far, random, wrong - len(hated)))]
        return grouped(need, "works", self._texts[seed.film], texts)

    def _facts(self, film: str) -> str:
        """What a film is known by, without the paragraph about it."""
        item = self._items[film]
        return " ".join(value for values in item.facets.values() if isinstance(values, tuple) for value in values)


def _moments(dialogue: Mapping[str, Any], known: Mapping[str, Item]) -> Iterator[Moment]:
    labels = {**dialogue["recommender_labels"], **dialogue["seeker_labels"]}
    liked = {id_ for id_, label in labels.items() if label["liked"] == 1 and id_ in known}
    disliked = tuple(id_ for id_, label in labels.items() if label["liked"] == 0 and id_ in known)
    before, messages = list[str](), list[str]()
    for turn in dialogue["turns"]:
        if turn["role"] == "seeker":
            messages.append(_YEAR.sub(" ", turn["text"]).strip())
        else:
            words = " ".join(messages[-MESSAGES:])
            for id_ in turn["movie_ids"]:
                if id_ in liked and id_ not in before and labels[id_]["suggested"] == 1 and len(words.split()) > 3:
                    told = tuple(one for one in dict.fromkeys(before) if one in liked)
                    name = f"redial {dialogue['conversation_id']}"
                    yield Moment(name, words, id_, told, frozenset(liked), disliked)
        before += turn["movie_ids"]


def _film(id: str, row: Mapping[str, Any], about: Mapping[tuple[str, int | None], str]) -> Item:
    year = _YEAR.search(row["name"])
    title = _YEAR.sub(" ", row["name"]).strip()
    years = [int(year[1]) + step for step in (0, -1, 1)] if year else [None]
    found = next((about[_key(title), one] for one in years if (_key(title), one) in about), "")
    description = story(found) or sentences(found)[0]
    facets = {"genres": tuple(row["genre"]), "director": tuple(row["director"]), "cast": tuple(row["star"])}
    return Item(id, title, description, {name: values for name, values in facets.items() if values})


def _key(title: str) -> str:
    return _MARK.sub(" ", title.casefold()).strip()


def likes_of(moment: Moment, known: Mapping[str, Item]) -> Sequence[str]:
    """Titles of what was liked before, latest last."""
    return [known[id_].title for id_ in moment.liked]

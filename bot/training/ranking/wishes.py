"""Wishes made from items: facet values, words and pieces of the description, a price limit, said as people ask.

At times the sentence that a wish is taken from is missing in the text, so that meaning has to be matched and not words.
Everything random comes from the given `Random`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from bot.engines.rerank_texts import text_of
from bot.training.ranking.groups import Group, grouped, mixed
from bot.training.ranking.near import words_of
from bot.training.ranking.shelves import Shelf, sentences
from vectorstore.base import Item

SAYINGS: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "wishes.toml").read_text("utf-8"))
NEAREST, PLAIN, MISSING, LEFT = 24, 0.3, 0.5, 8
"""Near misses that are drawn from; share of wishes that are bare words; of sentences that the text then lacks, where so
many words are left."""
_CLAUSE = re.compile(r"[,;:()–—]| - ")
_STOP = frozenset(SAYINGS["stop"].split())
_KINDS = ("style", "category")
_PEOPLE = ("cast", "director", "author", "brand")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: in words, by facet values, by words that must stand in the text; and the sentence it is from."""

    need: str
    asked: Mapping[str, frozenset[str]]
    said: frozenset[str]
    sentence: str = ""


class MadeWishes:
    """Groups of an item that is wished for among others of its shelf."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        """Seeds are items with their shelf."""
        seeds = [(shelf, row) for shelf in shelves for row in range(len(shelf.items))]
        self.train = [seed for seed in seeds if not seed[0].held]
        self.held = [seed for seed in seeds if seed[0].held]

    def group(self, seed: tuple[Shelf, int], random: Random, wrong: int) -> Group | None:
        """The item, and others that do not answer the wish: half of them share words with it."""
        shelf, row = seed
        wish = made(shelf, row, random)
        if wish is None:
            return None
        near = [other for other in shelf.near.like(wish.need, NEAREST) if not fits(shelf, other, wish)]
        far = random.sample(range(len(shelf.items)), min(len(shelf.items), 2 * wrong))
        far = [other for other in far if other != row and not fits(shelf, other, wish)]
        texts = [shelf.texts[other] for other in mixed(near, far, random, wrong)]
        left = without(shelf.items[row], wish.sentence) if wish.sentence and random.random() < MISSING else None
        right = text_of(left) if left and len(left.description.split()) >= LEFT else shelf.texts[row]
        return grouped(wish.need, shelf.scenario, right, texts)


def made(shelf: Shelf, row: int, random: Random) -> Wish | None:
    """A wish that the item answers; None where it holds too little to ask for."""
    item = shelf.items[row]
    asked = _asked(item, random)
    sentence = random.choice(sentences(item.description)) if item.description else ""
    about, phrase = _about(shelf, sentence, item.title, random)
    if not about and not asked:
        return None
    said = frozenset(words_of(about))
    parts = _parts(shelf, item, asked, about, phrase=phrase, random=random)
    return Wish(_said(parts, random), asked, said & shelf.words[row], sentence if about else "")


def fits(shelf: Shelf, row: int, wish: Wish) -> bool:
    """Whether an item has all that is asked: then it is no wrong answer."""
    facets = shelf.items[row].facets
    return wish.said <= shelf.words[row] and all(values <= _values(facets.get(n)) for n, values in wish.asked.items())


def without(item: Item, sentence: str) -> Item:
    """The item, one sentence of its description left out."""
    return replace(item, description=" ".join(item.description.replace(sentence, " ").split()))


def said_with(forms: Sequence[str], what: str, random: Random) -> str:
    """One of the ways to say it."""
    return random.choice(list(forms)).format(what)


def _values(value: Any) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset([str(value)])


def _asked(item: Item, random: Random) -> dict[str, frozenset[str]]:
    """One or two genres, at times a person or a brand; of goods their kind."""
    found = {}
    genres = list(_values(item.facets.get("genres", ())))
    if genres and random.random() < 0.6:
        found["genres"] = frozenset(random.sample(sorted(genres), min(len(genres), random.choice([1, 1, 2]))))
    kinds = [name for name in _KINDS if item.facets.get(name)]
    if kinds and random.random() < 0.75:
        found[kinds[0]] = _values(item.facets[kinds[0]])
    people = [name for name in _PEOPLE if item.facets.get(name)]
    if people and (not item.description or random.random() < 0.25):
        name = random.choice(people)
        found[name] = frozenset([random.choice(sorted(_values(item.facets[name])))])
    return found


def _about(shelf: Shelf, sentence: str, title: str, random: Random) -> tuple[str, bool]:
    """Rare words of a sentence, or a piece of it as it stands; never the item's name."""
    if random.random() < 0.5:
        pieces = [one.split() for one in _CLAUSE.split(sentence.rstrip(".!?")) if len(one.split()) >= 3]
        if pieces:
            piece = random.choice(pieces)
            long = random.randint(3, 9)
            start = random.randint(0, max(0, len(piece) - long))
            return _nameless(" ".join(piece[start : start + long]), title).lower(), True
    words = set(re.findall(r"[a-z]{4,}", sentence)) - _STOP - set(title.casefold().split())
    words = {word for word in words if shelf.near.rarity(words_of(word)[0]) > 0}
    ranked = sorted(words, key=lambda word: (-shelf.near.rarity(words_of(word)[0]), word))
    rare = ranked[: max(4, len(ranked) // 2)]
    chosen = random.sample(rare, min(len(rare), random.randint(1, 3)))
    return random.choice([" and ", " ", ", "]).join(chosen), False


def _nameless(text: str, title: str) -> str:
    return " ".join(text.replace(title, " ").split())


def _parts(
    shelf: Shelf, item: Item, asked: Mapping[str, frozenset[str]], about: str, *, phrase: bool, random: Random
) -> list[tuple[str, str]]:
    """What is asked for, piece by piece: as bare words, and as it is said in a sentence."""
    ways = SAYINGS[shelf.scenario]
    noun = "book" if shelf.name.startswith("books") else random.choice(ways["nouns"])
    kind = next((min(asked[name]) for name in _KINDS if name in asked), noun)
    genres = " ".join(sorted(asked.get("genres", ())))
    whole = f"{genres} {kind}".strip()
    parts = [(genres if kind == noun else whole, _with_article(whole))]
    for name in (one for one in _PEOPLE if one in asked):
        person = min(asked[name])
        parts.append((person, said_with(ways["people"][name], person, random)))
    if about:
        parts.append((about, said_with(ways["phrases" if phrase else "words"], about, random)))
    price = item.facets.get("price")
    if isinstance(price, float) and random.random() < 0.15:
        limit = str(int(price * random.uniform(1.1, 1.8)) + 1)
        parts.append((f"under {limit}", said_with(SAYINGS["limits"], limit, random)))
    return parts


def _with_article(kind: str) -> str:
    """Several things, and "something", take none."""
    if kind.endswith("s") or kind == "something":
        return kind
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def _said(parts: Sequence[tuple[str, str]], random: Random) -> str:
    """Bare words as a search holds them, or a sentence."""
    if random.random() < PLAIN:
        bare = [words for words, _ in parts if words]
        random.shuffle(bare)
        return " ".join(bare).lower()
    text = said_with(SAYINGS["openers"], " ".join(said for _, said in parts), random)
    return text.lower() if random.random() < 0.4 else text[:1].upper() + text[1:]

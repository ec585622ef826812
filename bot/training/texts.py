"""Everything a reader is trained on and judged on, split; draws for training are endless and follow one seed.

What is held out, whole: a fifth of the pattern families, of the shops, of the labelled dialogues and of an operator's
own families, and SGD's development services.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.errors import InvalidRequest
from bot.training.corpora.labelled import labelled
from bot.training.corpora.service import service
from bot.training.corpora.sgd import sgd
from bot.training.corpora.titles import titles
from bot.training.examples import Example
from bot.training.filling import Unsayable
from bot.training.labelling import example, held_values
from bot.training.markup import Pattern, read_patterns
from bot.training.messages import MESSAGES, read_messages
from bot.training.recipe import Recipe
from bot.training.rows import Rows, read_rows
from bot.training.saying import speakable
from bot.training.shops import Shop, pseudo, written
from bot.training.splitting import held_out, split, split_dialogues
from bot.training.turns import Teller

PATTERNS = Path(__file__).parent / "patterns"
MANY = (2, 6, 12)
"""How many values of a facet stand beside those that a written message speaks of: some are nearly what is meant."""
_TITLES = ("The Long Way Home", "Paper Lanterns", "Red Harbour", "Juno 500")
"""Names of items in what is held out."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the text comes from: public ``data`` files, MiniLM in ``model``, an operator's own ``rows``."""

    data: Path
    model: Path
    rows: Path | None = None
    patterns: Path = PATTERNS
    messages: Path = MESSAGES


class Texts:
    """Every source of examples, split. Everything random comes from the recipe's seed."""

    def __init__(self, sources: Sources, recipe: Recipe) -> None:
        """Read all of ``sources``. Raises InvalidRequest naming the file that is missing or the line that is wrong."""
        self._random = random = Random(recipe.seed)
        self._recipe = recipe
        rows = read_rows(sources.rows) if sources.rows else Rows()
        self.train, self.held = split(read_patterns(sources.patterns))
        self.messages, self.held_messages = split(read_messages(sources.messages))
        self.shops = [shop for shop in written() if not held_out(shop.name)]
        self.held_shops = [shop for shop in written() if held_out(shop.name)]
        with _uncollected():
            self._teller = Teller(titles(sources.data), random)
            self.labelled, self.held_labelled = split_dialogues(labelled(sources.data, random))
            self.sgd = [one for one in sgd(sources.data, random) if not held_out(one.source.split(":")[0])]
            self.held_sgd = sgd(sources.data, Random(1), part="dev", most=600)
            self.service = service(sources.data, self.shops, random)
        self.own, self.held_own = split(rows.patterns)
        self.own_turns, self.held_own_turns = split(rows.turns)
        self._own_values = held_values(rows.turns)
        self._check_sayable(rows.patterns)

    def batches(self, size: int) -> Iterator[list[Example]]:
        """Endless batches."""
        draws = self._draws()
        while True:
            chosen = self._random.choices([draw for draw, _ in draws], weights=[share for _, share in draws], k=size)
            yield [draw() for draw in chosen]

    def state(self) -> Any:
        """Where the draws stand, for `restore`."""
        return self._random.getstate()

    def restore(self, state: Any) -> None:
        """Go on drawing from where `state` was taken."""
        self._random.setstate(state)

    def validation(self) -> dict[str, list[Example]]:
        """What is held out: patterns in known and in unknown shops, labelled turns, SGD's development services."""
        teller, random = Teller(_TITLES, Random(3)), Random(5)
        parts = {
            "patterns": list(_told(self.held, self.shops, teller, random)),
            "unknown shops": list(_told(self.held, self.held_shops, teller, random)),
            "messages": [teller.tell(one.pattern, one.scene(), MANY) for one in self.held_messages],
            "labelled": self.held_labelled,
            "sgd": self.held_sgd,
            "own lines": [*_told(self.held_own, self.shops, teller, random), *self._held_turns()],
        }
        return {name: examples for name, examples in parts.items() if examples}

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each source how many are trained on and how many are held out."""
        return {
            "patterns": (len(self.train), len(self.held)),
            "families": (len(_families(self.train)), len(_families(self.held))),
            "messages": (len(self.messages), len(self.held_messages)),
            "shops": (len(self.shops), len(self.held_shops)),
            "labelled": (len(self.labelled), len(self.held_labelled)),
            "sgd": (len(self.sgd), len(self.held_sgd)),
            "service": (len(self.service), 0),
            "own": (len(self.own) + len(self.own_turns), len(self.held_own) + len(self.held_own_turns)),
        }

    def _draws(self) -> list[tuple[Callable[[], Example], float]]:
        """Where an example may come from, and how often; a source without any text is left out."""
        own = [self._own_pattern] * bool(self.own) + [self._own_turn] * bool(self.own_turns)
        rest = 1 - self._recipe.own if own else 1.0
        sources = (self.train, self.labelled, self.sgd, self.service, self.messages)
        any_of = [self._any(examples) for examples in (self.labelled, self.sgd, self.service)]
        draws = (self._pattern, *any_of, self._message)
        found = list(zip(draws, (share * rest for share in self._recipe.shares), strict=True))
        found = [draw for draw, texts in zip(found, sources, strict=True) if texts]
        return found + [(draw, self._recipe.own / len(own)) for draw in own]

    def _held_turns(self) -> list[Example]:
        return [example(turn, self._own_values, Random(5)) for turn in self.held_own_turns]

    def _pattern(self) -> Example:
        return self._said(self.train)

    def _said(self, patterns: Sequence[Pattern]) -> Example:
        """A pattern in a shop, made-up or written; patterns with richer marks are no rarer than others."""
        while True:
            if found := self._once(self._random.choice(patterns)):
                return found

    def _once(self, pattern: Pattern) -> Example | None:
        made_up = self._random.random() < self._recipe.pseudo
        return _say(self._teller, pattern, pseudo(self._random) if made_up else self._random.choice(self.shops))

    def _message(self) -> Example:
        """A written message: as it stands, among many values of its shop, or like a pattern in another one."""
        while True:
            message = self._random.choice(self.messages)
            if self._random.random() >= self._recipe.anywhere:
                return self._teller.tell(message.pattern, message.scene(), MANY)
            if (pattern := message.anywhere()) and (found := self._once(pattern)):
                return found

    def _any(self, examples: Sequence[Example]) -> Callable[[], Example]:
        return lambda: self._random.choice(examples)

    def _own_pattern(self) -> Example:
        return self._said(self.own)

    def _own_turn(self) -> Example:
        """One of the operator's labelled lines, among different facets each time."""
        return example(self._random.choice(self.own_turns), self._own_values, self._random)

    def _check_sayable(self, patterns: Sequence[Pattern]) -> None:
        """Every own pattern can be said in some shop. Raises InvalidRequest."""
        for pattern in patterns:
            if not list(_told([pattern], self.shops, Teller(_TITLES, Random(3)), Random(5))):
                raise InvalidRequest(
                    f"{pattern.source}: no shop that the reader practises in has facets for this line",
                    hint="name the facets and their words, as in {is:genre=horror|scary}",
                )


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage inside: a million small objects that all live on double the time to no use."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _families(lines: Sequence[Pattern]) -> set[str]:
    return {line.family for line in lines}


def _told(patterns: Sequence[Pattern], shops: Sequence[Shop], teller: Teller, random: Random) -> Iterator[Example]:
    """Each pattern once, in a shop that it can be said in; those that no shop can say are left out."""
    for pattern in patterns:
        for shop in random.sample(list(shops), len(shops)):
            if found := _say(teller, pattern, shop):
                yield found
                break


def _say(teller: Teller, pattern: Pattern, shop: Shop) -> Example | None:
    if not speakable(pattern, shop):
        return None
    try:
        return teller.say(pattern, shop)
    except Unsayable:
        return None

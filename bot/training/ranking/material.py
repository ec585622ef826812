"""Everything a re-ranker is trained on and judged on, split; draws for training are endless and follow one seed.

What is held out, whole: dialogues, shelves, help pages, intents, and an operator's queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.errors import InvalidRequest
from bot.training.ranking.dialogues import Dialogues
from bot.training.ranking.groups import Group, Source
from bot.training.ranking.helping import Helping
from bot.training.ranking.intents import Intents
from bot.training.ranking.own import Own, read_rows
from bot.training.ranking.recipe import RankingRecipe
from bot.training.ranking.shelves import goods, works
from bot.training.ranking.wishes import MadeWishes

HELD = 40
"""Groups of each part that measure; more would cost more time than they tell."""
PARTS = ("dialogues", "works", "goods", "help", "intents")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the text comes from: public ``data`` files, MiniLM in ``model``, an operator's own ``rows``."""

    data: Path
    model: Path
    rows: Path | None = None


class Groups:
    """Every source of groups. Everything random comes from the recipe's seed."""

    def __init__(self, sources: Sources, recipe: RankingRecipe) -> None:
        """Read all of ``sources``. Raises InvalidRequest naming the file that is missing or the line that is wrong."""
        own = Own(read_rows(sources.rows)) if sources.rows else None
        self._random, self._recipe = Random(recipe.seed), recipe
        shelves = [MadeWishes(made(sources.data)) for made in (works, goods)]
        parts: tuple[Source[Any], ...] = (
            Dialogues(sources.data), *shelves, Helping(sources.data), Intents(sources.data),
        )  # fmt: skip
        self._parts: dict[str, Source[Any]] = dict(zip(PARTS, parts, strict=True))
        self._shares = dict(zip(PARTS, recipe.shares, strict=True))
        if own is not None:
            self._shares = {name: share * (1 - recipe.own) for name, share in self._shares.items()}
            self._parts, self._shares = self._parts | {"own": own}, self._shares | {"own": recipe.own}
        self._shares = {name: share for name, share in self._shares.items() if self._parts[name].train and share}
        if not self._shares:
            raise InvalidRequest(f"nothing in {sources.data} can be trained on", hint="give more data with --data")

    def batches(self, size: int) -> Iterator[list[Group]]:
        """Endless batches."""
        names, shares = list(self._shares), list(self._shares.values())
        while True:
            yield [self._drawn(name) for name in self._random.choices(names, weights=shares, k=size)]

    def validation(self) -> dict[str, list[Group]]:
        """At most `HELD` groups of every part, always the same ones; single intents are no aim of their own."""
        parts = {name: self._held(part) for name, part in self._parts.items() if name != "intents"}
        return {name: groups for name, groups in parts.items() if groups}

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each source from how much groups grow that are trained on, and that are held out."""
        return {name: (len(part.train), len(part.held)) for name, part in self._parts.items()}

    def state(self) -> Any:
        """Where the draws stand, for `restore`."""
        return self._random.getstate()

    def restore(self, state: Any) -> None:
        """Go on drawing from where `state` was taken."""
        self._random.setstate(state)

    def _drawn(self, name: str) -> Group:
        """A group of one part, or of the next where nothing in it can be asked for."""
        for part in (self._parts[name], *self._parts.values()):
            for _ in range(20 if part.train else 0):
                if group := part.group(self._random.choice(part.train), self._random, self._recipe.wrong):
                    return group
        raise InvalidRequest("no group can be made of what there is", hint="give more data with --data")

    def _held(self, part: Source[Any]) -> list[Group]:
        random = Random(5)
        seeds: Sequence[Any] = random.sample(list(part.held), min(len(part.held), 3 * HELD))
        made = (part.group(seed, random, self._recipe.judged) for seed in seeds)
        return [group for group in made if group][:HELD]

"""Questions that mean the same: one against the name of its intent and two others of it, among other intents.

From the training parts of BANKING77 and CLINC150. A whole intent is held out.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from pathlib import Path
from random import Random

from bot.training.corpora.files import csv_rows, json_whole
from bot.training.ranking.groups import Group, grouped, mixed
from bot.training.ranking.near import Near
from bot.training.splitting import held_out

FEWEST, NEAREST = 3, 12
"""Questions of an intent at least; near misses that are drawn from."""


class Intents:
    """Groups of one question; seeds are (intent, question)."""

    def __init__(self, data: Path) -> None:
        """Read both. Raises InvalidRequest."""
        found = defaultdict[str, list[str]](list)
        for row in csv_rows(data, "banking77/train.csv.gz"):
            found[row["category"]].append(row["text"].strip())
        for text, intent in json_whole(data, "clinc150/data_full.json.gz")["train"]:
            found[intent].append(text)
        self._texts = {name: texts for name, texts in found.items() if len(texts) >= FEWEST}
        seeds = [(name, text) for name, texts in self._texts.items() for text in texts]
        self.train = [seed for seed in seeds if not held_out(seed[0])]
        self.held = [seed for seed in seeds if held_out(seed[0])]

    def group(self, seed: tuple[str, str], random: Random, wrong: int) -> Group | None:
        """The question against its own intent and others, all of the same side of the split."""
        intent, question = seed
        names, near = self._sides[held_out(intent)]
        alike = [name for row in near.like(question, NEAREST) if (name := names[row]) != intent]
        far = [name for name in random.sample(names, min(len(names), 2 * wrong)) if name != intent]
        texts = [self._said(name, "", random) for name in mixed(alike, far, random, wrong)]
        return grouped(question, "help", self._said(intent, question, random), texts)

    @cached_property
    def _sides(self) -> dict[bool, tuple[list[str], Near]]:
        """For both sides of the split the intents and what is asked of each."""
        found = {}
        for side in (False, True):
            names = [name for name in self._texts if held_out(name) == side]
            found[side] = (names, Near([" ".join(self._texts[name]) for name in names]))
        return found

    def _said(self, intent: str, without: str, random: Random) -> str:
        """An intent as a section: its name, and two questions of it."""
        others = [text for text in self._texts[intent] if text != without]
        name = intent.replace("_", " ").capitalize()
        return ". ".join([name, *random.sample(others, 2)])

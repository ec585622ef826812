"""Everything that a phraser is trained on and judged on, split; draws for training are endless and follow one seed.

What is held out, whole: combinations of kinds of cues, and dialogues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from bot.engines.phraser.cues import cue_of, noun_of
from bot.engines.phraser.sheet import PLACES, STYLES, Frame, apart
from bot.errors import InvalidRequest
from bot.training.phrasing.evidence import Visits
from bot.training.phrasing.examples import Example, bare
from bot.training.phrasing.listed import listed
from bot.training.phrasing.pieces import Pieces, read_pieces
from bot.training.phrasing.recipe import PhrasingRecipe
from bot.training.phrasing.spoken import spoken
from bot.training.splitting import held_out
from prompts import Registry

HELD = 120
"""Sentences of each part that measure."""
PARTS = ("told", "listed", "spoken")
WORDINGS = 8
"""Sentences drawn for each visit from which the vocabulary is learned."""
_VARIANTS = 12
_STYLES = (0.4, 0.15, 0.25, 0.2)
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the text comes from: public ``data`` files, and an operator's own pieces in ``rows``."""

    data: Path
    rows: Path | None = None


class Sentences:
    """Every source of sentences. Everything random comes from the recipe's seed."""

    def __init__(self, sources: Sources, recipe: PhrasingRecipe) -> None:
        """Read all of ``sources``. Raises InvalidRequest naming the file that is missing or the line that is wrong."""
        self._pieces = read_pieces()
        self._own = _with_shapes(read_pieces(sources.rows), self._pieces) if sources.rows else None
        self._random, self._recipe = Random(recipe.seed), recipe
        self._spoken, self._held_spoken = _split(spoken(sources.data))
        frames, clauses = _visited(recipe)
        self._frames, self._held_frames = _split(frames)
        self._listed, self._held_listed = _split(clauses)
        if not self._frames:
            raise InvalidRequest("too few visits to draw from", hint="give more with the recipe's visits")

    def batches(self, size: int) -> Iterator[list[Example]]:
        """Endless batches."""
        drawn = {"told": self._told, "listed": self._clauses, "spoken": self._people, "own": self._owned}
        shares = dict(zip(PARTS, self._recipe.shares, strict=True))
        if self._own is not None:
            shares = {name: share * (1 - self._recipe.own) for name, share in shares.items()}
            shares["own"] = self._recipe.own
        while True:
            yield [drawn[name]() for name in self._random.choices(list(shares), list(shares.values()), k=size)]

    def validation(self) -> dict[str, list[Example]]:
        """At most `HELD` sentences of every part, always the same ones."""
        random = Random(5)
        told = (_said(self._pieces, _drawn(one.frame, random), random, one.family) for one in self._held_frames)
        parts = {
            "told": [one for one in told if one is not None],
            "listed": list(self._held_listed),
            "spoken": list(self._held_spoken),
        }
        return {name: random.sample(found, min(HELD, len(found))) for name, found in parts.items() if found}

    def texts(self) -> list[str]:
        """Sentences to learn a vocabulary from."""
        random = Random(3)
        said = [
            self._pieces.sentence(_drawn(one.frame, random), random) for one in self._frames for _ in range(WORDINGS)
        ]
        own = [words for pieces in (self._own,) if pieces for words in _words_of(pieces)]
        return [*filter(None, said), *own, *(one.text for one in (*self._listed, *self._spoken))]

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each source how many are trained on and how many are held out; of pieces all are trained on."""
        own = {"own": (len(self._own), 0)} if self._own is not None else {}
        return {
            "pieces": (len(self._pieces), 0),
            "told": (len(self._frames), len(self._held_frames)),
            "listed": (len(self._listed), len(self._held_listed)),
            "spoken": (len(self._spoken), len(self._held_spoken)),
        } | own

    def state(self) -> Any:
        """Where the draws stand, for `restore`."""
        return self._random.getstate()

    def restore(self, state: Any) -> None:
        """Go on drawing from where `state` was taken."""
        self._random.setstate(state)

    def _told(self, pieces: Pieces | None = None) -> Example:
        """A connected sentence about what somebody might be told."""
        random = self._random
        for _ in range(_TRIES):
            frame = _drawn(random.choice(self._frames).frame, random)
            if (found := _said(pieces or self._pieces, frame, random, "")) is not None:
                return found
        if pieces is None:
            raise InvalidRequest("no sentence can be made of the pieces", hint="see bot/training/phrasing/pieces.txt")
        return self._told()

    def _owned(self) -> Example:
        return self._told(self._own)

    def _clauses(self) -> Example:
        return self._random.choice(self._listed) if self._listed else self._told()

    def _people(self) -> Example:
        """A person's sentence, in their manner or as one of ours."""
        if not self._spoken:
            return self._told()
        found, random = self._random.choice(self._spoken), self._random
        manner, style = random.choice(("spoken", "told")), random.choice(("plain", "warm"))
        place, cues = random.choice(PLACES), random.sample(found.frame.cues, len(found.frame.cues))
        return replace(found, frame=replace(found.frame, cues=tuple(cues), manner=manner, style=style, place=place))


def _visited(recipe: PhrasingRecipe) -> tuple[list[Example], list[Example]]:
    """Frames of visits, without a text, and the same as the prompts' clauses say them."""
    random = Random(recipe.seed)
    visits, frames, clauses = Visits(Registry.load(), random), list[Example](), list[Example]()
    for _ in range(recipe.visits):
        style = random.choices(STYLES, _STYLES)[0]
        speaker, points = visits.visit(style)
        worded = [cue_of(speaker, point) for point in points]
        cues = apart(worded)
        if not cues:
            continue
        frame = Frame(tuple(map(bare, cues)), style, noun=noun_of(speaker))
        frames.append(Example(frame, "", frame.kinds))
        if len(cues) == len(worded):
            variants = [random.randrange(_VARIANTS) for _ in points]
            text = listed(speaker, list(zip(points, cues, strict=True)), variants)
            found = Example(replace(frame, manner="listed", noun="", place=random.choice(PLACES)), text, frame.kinds)
            clauses += [found] if found.whole else []
    return frames, clauses


def _split(found: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """What is trained on and what is held out, by family."""
    held = [held_out(one.family) for one in found]
    train, kept = ([one for one, out in zip(found, held, strict=True) if out == side] for side in (False, True))
    return train, kept


def _drawn(frame: Frame, random: Random) -> Frame:
    """The frame in any style and place; what need not be said is not always offered."""
    cues = tuple(
        replace(
            cue, slots=tuple(slot for slot in cue.slots if slot.due or len(cue.slots) == 1 or random.random() < 0.9)
        )
        for cue in frame.cues
    )
    style = frame.style if len(cues) == 1 or frame.style != "terse" else "plain"
    whole = tuple(cue if cue.slots else old for cue, old in zip(cues, frame.cues, strict=True))
    return replace(frame, cues=whole, style=style, place=random.choice(PLACES))


def _said(pieces: Pieces, frame: Frame, random: Random, family: str) -> Example | None:
    found = Example(frame, pieces.sentence(frame, random), family)
    return found if found.whole else None


def _with_shapes(own: Pieces, shipped: Pieces) -> Pieces:
    """An operator's pieces, with our shapes and small words where they give none; ours say what theirs do not."""
    for kind, found in shipped.cues.items():
        if kind not in own.cues:
            own.cues[kind] = found
    for number, shapes in shipped.shapes.items():
        own.shapes[number] = own.shapes.get(number) or shapes
    for word, found in shipped.words.items():
        own.words[word] = own.words.get(word) or found
    return own


def _words_of(pieces: Pieces) -> Iterator[str]:
    """The words of all pieces."""
    for found in (*pieces.cues.values(), *pieces.words.values()):
        yield from (one.words.replace("[*]", "").replace("I ", "i ") for one in found)

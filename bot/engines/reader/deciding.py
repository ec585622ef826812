"""The heads' logits for one sheet -> what they say of it, with probabilities. Knows no schema and no intent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from bot.engines.reader.framing import Framed
from bot.engines.reader.network import Logits
from bot.engines.reader.sheet import ABOUT, ACTS, OPERATORS, ROLES, TAGS, VERDICTS, CharSpan

BEGINS = [place for place, tag in enumerate(TAGS) if tag[0] == "B"]
INSIDES = [place for place, tag in enumerate(TAGS) if tag[0] == "I"]
NAMES = [TAGS[place][2:] for place in BEGINS]
WISHED = ("wish", "unwanted")
FAINT = 0.3
"""How likely a word is part of a wish, from which on it counts as one: most words of a message are of nothing."""
JOINING = frozenset("'’-")
"""What may stand inside a word."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a number is: of facet number ``facet`` (-1: of none) under ``operator``; ``sure`` is 0 to 1."""

    facet: int
    operator: str
    sure: float


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words of the message that are a wish, an unwanted quality, a question or a missing title; ``sure`` is 0 to 1."""

    span: CharSpan
    name: str
    sure: float


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the message: how likely it is of nothing and of each of `NAMES`, and whether it begins something."""

    span: CharSpan
    named: tuple[float, ...]
    begins: bool

    @property
    def name(self) -> int:
        """The likeliest of `NAMES`, counted from 1, where it is likely enough; 0 for none."""
        best = max(range(1, len(self.named)), key=lambda place: self.named[place])
        enough = FAINT if NAMES[best - 1] in WISHED else self.named[0]
        return best if self.named[best] >= enough else 0


@dataclass(frozen=True, slots=True)
class Told:
    """Probabilities, 0 to 1, in the sheet's own order; ``verdicts`` hold one for each of `VERDICTS`."""

    acts: Mapping[str, float]
    about: tuple[Mapping[str, float], ...]
    verdicts: tuple[Mapping[str, float], ...]
    links: tuple[Link, ...]
    roles: tuple[Mapping[str, float], ...]
    tags: tuple[Tagged, ...]
    wished: tuple[tuple[CharSpan, float], ...] = ()


def told(framed: Framed, logits: Logits) -> Told:
    """What the heads say of the one sheet that ``logits`` are of. Chunks that all speak of the message are averaged."""
    sheet = framed.sheet
    acts = logits.acts.mean(0).sigmoid().tolist()
    about: list[dict[str, float]] = [{} for _ in sheet.facets]
    verdicts: list[dict[str, float]] = [{} for _ in sheet.values]
    shares = logits.about.sigmoid().tolist()
    chances = logits.verdicts.softmax(-1).tolist()
    facets = [facet for chunk in framed.chunks for facet, _, _ in chunk.facets]
    for facet, row in zip(facets, shares, strict=True):
        for name, value in zip(ABOUT, row, strict=True):
            about[facet][name] = max(value, about[facet].get(name, 0.0))
    for (index, _, _), row in zip((value for chunk in framed.chunks for value in chunk.values), chances, strict=True):
        verdicts[index] = dict(zip(VERDICTS, row, strict=True))
    count, mentions = len(framed.numbers), len(framed.mentions)
    links = tuple(_link(framed, logits, place) for place in range(count))
    roles = (
        logits.roles.reshape(len(framed.chunks), mentions, len(ROLES)).mean(0).sigmoid().tolist() if mentions else []
    )
    words = _words(framed, logits)
    return Told(
        dict(zip(ACTS, acts, strict=True)),
        tuple(about),
        tuple(verdicts),
        links,
        tuple(dict(zip(ROLES, row, strict=True)) for row in roles),
        _tagged(words),
        _wished(words),
    )


def _link(framed: Framed, logits: Logits, place: int) -> Link:
    """The best facet of a number over all chunks; "of none" is the mean of what the chunks say."""
    count = len(framed.numbers)
    rows = [chunk * count + place for chunk in range(len(framed.chunks))]
    scores = {-1: float(logits.link[rows, 0].mean())}
    for chunk, row in zip(framed.chunks, rows, strict=True):
        for column, (facet, _, _) in enumerate(chunk.facets, 1):
            scores[facet] = max(scores.get(facet, -1e9), float(logits.link[row, column]))
    top = max(scores.values())
    total = sum(2.718281828 ** (score - top) for score in scores.values())
    best = max(scores, key=lambda facet: scores[facet])
    operators = logits.operators[rows].mean(0).softmax(-1)
    return Link(best, OPERATORS[int(operators.argmax())], float(operators.max()) / total)


def _wished(words: Sequence[Word]) -> tuple[tuple[CharSpan, float], ...]:
    """How likely each word of the message is part of a wish, wanted or not."""
    return tuple((word.span, sum(word.named[NAMES.index(name) + 1] for name in WISHED)) for word in words)


def _words(framed: Framed, logits: Logits) -> list[Word]:
    """The words of the message, each with the mean of what the heads say of its pieces."""
    first, last = framed.chunks[0].message
    chances = logits.tags[:, first:last].mean(0).softmax(-1)
    begins, insides = chances[:, BEGINS], chances[:, INSIDES]
    named = torch.cat([chances[:, :1], begins + insides], -1)
    groups = list[list[int]]()
    for place, (start, _) in enumerate(framed.offsets):
        whole = groups and start == framed.offsets[place - 1][1] and _inside(framed.sheet.message, start)
        groups = [*groups[:-1], [*groups[-1], place]] if whole else [*groups, [place]]
    return [
        Word(
            (framed.offsets[group[0]][0], framed.offsets[group[-1]][1]),
            tuple(named[group].mean(0).tolist()),
            bool(begins[group[0]].max() > 0.5),
        )
        for group in groups
    ]


def _inside(message: str, place: int) -> bool:
    """Whether a character and the one before it belong to one word."""
    return all(one.isalnum() or one in JOINING for one in message[place - 1 : place + 1])


def _tagged(words: Sequence[Word]) -> tuple[Tagged, ...]:
    """Runs of words of one name as characters of the message.

    Beginning and inside count together; a run is cut in two only where a word is likelier to begin one than not.
    """
    found: list[Tagged] = []
    runs = list[tuple[int, list[Word]]]()
    for word in words:
        name = word.name
        if runs and runs[-1][0] == name and not word.begins:
            runs[-1][1].append(word)
        else:
            runs.append((name, [word]))
    for name, run in runs:
        if name:
            sure = sum(word.named[name] for word in run) / len(run)
            found.append(Tagged((run[0].span[0], run[-1].span[1]), NAMES[name - 1], sure))
    return tuple(found)

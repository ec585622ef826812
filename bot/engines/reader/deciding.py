"""The heads' logits for one sheet -> what they say of it, with probabilities. Knows no schema and no intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from bot.engines.reader.framing import Framed
from bot.engines.reader.network import Logits
from bot.engines.reader.sheet import ABOUT, ACTS, OPERATORS, ROLES, TAGS, VERDICTS, CharSpan

BEGINS = [place for place, tag in enumerate(TAGS) if tag[0] == "B"]
INSIDES = [place for place, tag in enumerate(TAGS) if tag[0] == "I"]
NAMES = [TAGS[place][2:] for place in BEGINS]


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
    return Told(
        dict(zip(ACTS, acts, strict=True)),
        tuple(about),
        tuple(verdicts),
        links,
        tuple(dict(zip(ROLES, row, strict=True)) for row in roles),
        _tagged(framed, logits),
        _wished(framed, logits),
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


def _wished(framed: Framed, logits: Logits) -> tuple[tuple[CharSpan, float], ...]:
    """How likely each word piece of the message is part of a wish, wanted or not."""
    first, last = framed.chunks[0].message
    chances = logits.tags[:, first:last].mean(0).softmax(-1)
    columns = [place for place, tag in enumerate(TAGS) if tag[2:] in ("wish", "unwanted")]
    return tuple(zip(framed.offsets, chances[:, columns].sum(-1).tolist(), strict=False))


def _tagged(framed: Framed, logits: Logits) -> tuple[Tagged, ...]:
    """Runs of words of one name as characters of the message.

    Beginning and inside count together; a run is cut in two only where a word is likelier to begin one than not.
    """
    first, last = framed.chunks[0].message
    chances = logits.tags[:, first:last].mean(0).softmax(-1)
    begins, insides = chances[:, BEGINS], chances[:, INSIDES]
    named = torch.cat([chances[:, :1], begins + insides], -1)
    best, fresh = named.argmax(-1).tolist(), begins.max(-1).values > 0.5
    found: list[Tagged] = []
    start = 0
    for place in range(1, len(best) + 1):
        if place < len(best) and best[place] == best[start] and not fresh[place]:
            continue
        if best[start]:
            sure = float(named[start:place, best[start]].mean())
            found.append(Tagged((framed.offsets[start][0], framed.offsets[place - 1][1]), NAMES[best[start] - 1], sure))
        start = place
    return tuple(found)

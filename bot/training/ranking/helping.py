"""Questions to help centres with the passages that answer them: written ones, and made from headings and sentences.

From the pages of the outdoor demo, a retailer's procedures (ABCD), the manuals of outdoor goods with their own
questions, and the tuning half of the project's questions about a company's policies. What protocols measure with is
never read: the held-out half of those questions, the sections that it is about, the help centre of the films demo.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from bot.engines.rerank_texts import text_of
from bot.errors import InvalidRequest
from bot.training.corpora.files import json_whole, lines
from bot.training.ranking.groups import Group, grouped, mixed
from bot.training.ranking.near import Near
from bot.training.ranking.pages import passages_of, section_of
from bot.training.ranking.shelves import sentences
from bot.training.ranking.wishes import MISSING, SAYINGS, said_with
from bot.training.splitting import held_out
from vectorstore.base import Passage

_BOT = Path(__file__).parents[2]
QUESTIONS = _BOT / "evaluation" / "questions" / "basecamp_policies.jsonl"
PAGES = _BOT / "demo" / "outdoor" / "help"
NEAREST, WRITTEN = 16, 0.5
"""Near misses that are drawn from; share of groups that begin with a written question, where there are any."""
POLICIES_HELD = 45
"""Per cent of the tuning topics of the policies that only measure."""
_ASKED = re.compile(r"^\s*\d+\)\s+(.+\?)[ \t]*\n+((?:[ \t]+\S.*\n?)+)", re.MULTILINE)
_STEP = re.compile(r"^(?:step \d+|\d+)[.:)]?\s*", re.IGNORECASE)
_WAYS = re.compile(r"^(?:manage|status|initiate|update)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A written question and the passage that answers it; without a question one is made from the passage.

    ``also`` are other sections that answer, which are no wrong answers.
    """

    passage: Passage
    question: str = ""
    also: frozenset[str] = frozenset()


class Centre:
    """The passages of one side of the split, and which of them share words."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        """Hold each passage once."""
        self.passages = tuple(dict.fromkeys(passages))
        self.page = defaultdict[str, list[int]](list)
        for row, passage in enumerate(self.passages):
            self.page[passage.page].append(row)

    @cached_property
    def near(self) -> Near:
        """Which passages share words with a question."""
        return Near([text_of(passage) for passage in self.passages])


class Helping:
    """Groups of the passage that answers, among others of its page, near misses and any others."""

    def __init__(self, data: Path) -> None:
        """Read all of it. Raises InvalidRequest."""
        found = [*_demo(), *_procedures(data), *manuals(data), *policies(data)]
        self.train = [one for one in found if not is_held(one.passage.page)]
        self.held = [one for one in found if is_held(one.passage.page)]
        self._centres = {held: Centre(one.passage for one in side) for held, side in self._sides().items()}
        self._written = {held: [one for one in side if one.question] for held, side in self._sides().items()}

    def group(self, seed: Asked, random: Random, wrong: int) -> Group | None:
        """A question and its passage among others. Half of the groups take a written question in place of the seed."""
        held = is_held(seed.passage.page)
        if not seed.question and self._written[held] and random.random() < WRITTEN:
            seed = random.choice(self._written[held])
        centre = self._centres[held]
        need, right = (seed.question, seed.passage) if seed.question else _made(seed.passage, random)
        sections = {section_of(seed.passage), *seed.also}
        near = [*centre.near.like(need, NEAREST), *centre.page[seed.passage.page]]
        far = random.sample(range(len(centre.passages)), min(len(centre.passages), 2 * wrong))
        rows = mixed(_other(centre, near, sections), _other(centre, far, sections), random, wrong)
        return grouped(need, "help", text_of(right), [text_of(centre.passages[row]) for row in rows])

    def _sides(self) -> Mapping[bool, Sequence[Asked]]:
        return {False: self.train, True: self.held}


def is_held(page: str) -> bool:
    """Whether a page only measures; of the policies more do than of the rest, since weights are chosen on them."""
    return held_out(page.removeprefix("policies/"), POLICIES_HELD) if page.startswith("policies/") else held_out(page)


def policies(data: Path) -> Iterator[Asked]:
    """The tuning questions about the pages that are their topics, each with the part that holds the fact.

    Nothing is made of these pages' own headings and sentences, and sections that held-out questions are about are not
    read at all. Raises InvalidRequest.
    """
    every = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    rows = [row for row in every if row["split"] == "tuning" and row["sections"]]
    closed = {f"policies/{name}" for row in every if row["split"] != "tuning" for name in row["sections"]}
    topics = sorted({row["topic"] for row in rows})
    pages = {topic: list(passages_of(_page(data, topic), f"policies/{topic}")) for topic in topics}
    for row in rows:
        also = frozenset(f"policies/{name}" for name in row["sections"])
        for passage in (one for topic in topics for one in pages[topic] if section_of(one) in also - closed):
            if any(fact.casefold() in passage.text.casefold() for fact in row["facts"]):
                yield Asked(passage, row["question"], also)


def _other(centre: Centre, rows: Iterable[int], sections: Collection[str]) -> list[int]:
    """Those of other sections, each once."""
    return [row for row in dict.fromkeys(rows) if section_of(centre.passages[row]) not in sections]


def _made(passage: Passage, random: Random) -> tuple[str, Passage]:
    """A question made from the heading or from a sentence, and the passage, at times without either."""
    ways, hidden = SAYINGS["help"], random.random() < MISSING
    heading = _STEP.sub("", passage.heading.split(" › ")[-1]).strip(" :?.")
    if random.random() < 0.6 and heading.casefold() != passage.title.casefold():
        own = heading if random.random() < 0.2 else heading.lower()
        right = replace(passage, heading=passage.title) if hidden else passage
        return said_with(ways["headings"], own, random), right
    sentence = random.choice(sentences(passage.text))
    piece = " ".join(sentence.split()[:14]).strip(" .:;")
    left = " ".join(passage.text.replace(sentence, " ").split())
    right = replace(passage, text=left) if hidden and len(left.split()) > 5 else passage
    return said_with(ways["sentences"], piece.lower() if random.random() < 0.5 else piece, random), right


def _demo() -> Iterator[Asked]:
    for path in sorted(PAGES.glob("*.md")):
        yield from map(Asked, passages_of(path.read_text("utf-8"), f"outdoor/{path.stem}"))


def _page(data: Path, name: str) -> str:
    return "\n".join(lines(data, f"basecamp_policies/{name}/index.md"))


def manuals(data: Path) -> Iterator[Asked]:
    """Sections of the manuals, and the questions that they answer themselves."""
    folder = data / "contoso_outdoor" / "manual_info" / "manuals"
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise InvalidRequest(f"there is no {folder}/*.md", hint="name the folder of public data files with --data")
    for path in paths:
        page, text = f"manuals/{path.stem}", path.read_text("utf-8")
        title = text.splitlines()[1].split(",")[0].strip() if text.count("\n") else page
        found = [replace(one, title=title) for one in passages_of(text, page)]
        yield from (Asked(one) for one in found if one.heading not in ("Reviews", "FAQ"))
        for number, (question, answer) in enumerate(_ASKED.findall(text)):
            told = Passage(f"{page}#faq-{number}", page, title, "FAQ", f"faq-{number}", " ".join(answer.split()))
            yield Asked(told, question.strip())


def _procedures(data: Path) -> Iterator[Asked]:
    """A retailer's procedures, each under its name."""
    for flow, held in json_whole(data, "abcd/guidelines.json").items():
        for name, procedure in held["subflows"].items():
            text = " ".join([*procedure["instructions"], *_actions(procedure)])
            heading = _WAYS.sub("", name) if len(name.split()) > 2 else name
            page = f"procedures/{flow}/{name}"
            yield Asked(Passage(page, page, flow, heading, "", re.sub(r"[\[\]]", "", text)))


def _actions(procedure: Mapping[str, Any]) -> Iterator[str]:
    for action in procedure["actions"]:
        yield action["text"]
        yield from action["subtext"]

"""The questions that ship with the protocols, and the public help centre that some of them are about.

The questions are in our own words and point at sections by page and anchor; ``facts`` are a few words, one of which an
answer must contain. The pages themselves are read from the data folder and never shipped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.errors import InvalidRequest
from vectorstore.help_center import read_help

if TYPE_CHECKING:
    from vectorstore.base import Embedder, Passage
    from vectorstore.index import PassageIndex

_NO_PAGES = ("README", "LICENSE", "index")


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a help centre. ``sections`` (``page#anchor``) answer it; none: nothing there does.

    ``topic`` is the page that answers, or the subject of an unanswerable one: a topic lies in one split as a whole.
    """

    id: str
    split: Literal["tuning", "held-out"]
    topic: str
    question: str
    sections: tuple[str, ...]
    facts: tuple[str, ...]

    def is_cited(self, passages: Sequence[Passage]) -> bool:
        """Whether a section that answers it is among ``passages``."""
        return any(f"{passage.page}#{passage.anchor}" in self.sections for passage in passages)

    def is_right(self, sentences: Sequence[str], passages: Sequence[Passage]) -> bool:
        """Whether a section that answers it is among ``passages`` and a fact among ``sentences``."""
        said = " ".join(sentences).casefold()
        return self.is_cited(passages) and any(fact.casefold() in said for fact in self.facts)


def questions(name: str) -> tuple[Question, ...]:
    """The shipped questions of one help centre: ``basecamp_policies`` or ``films_help``."""
    lines = files(__package__).joinpath("questions", f"{name}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(Question(**{**row, "sections": tuple(row["sections"]), "facts": tuple(row["facts"])}) for row in rows)


def policies(data: Path) -> tuple[Passage, ...]:
    """The policy pages of a real company. Raises InvalidRequest when they are not under ``data``."""
    folder = data / "basecamp_policies"
    if not folder.is_dir():
        raise InvalidRequest(f"{folder} is missing", hint="give the folder of public data files with --data")
    return tuple(passage for passage in read_help(folder) if passage.page not in _NO_PAGES)


def films_help() -> tuple[Passage, ...]:
    """The help centre of the films demo."""
    return read_help(Path(str(files("bot.demo.films").joinpath("help"))))


def index_of(passages: Sequence[Passage], embedder: Embedder) -> PassageIndex:
    """An index of ``passages`` in memory."""
    from vectorstore.base import Schema
    from vectorstore.index import PassageIndex
    from vectorstore.records import embed_changed

    records = embed_changed(None, items=(), passages=passages, schema=Schema(), embedder=embedder)
    return PassageIndex(records, embedder)

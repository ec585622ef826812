"""Naive answering systems to stand beside ours: one whole passage, by cosine or by BM25, with or without a threshold.

A whole passage is right when it is a section that answers and holds the fact: easier than choosing its sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.evaluation.metrics import Judged

if TYPE_CHECKING:
    from bot.evaluation.datasets import Question
    from vectorstore.base import Hit, Passage
    from vectorstore.index import PassageIndex

Search: TypeAlias = "Callable[[PassageIndex, str], list[Hit]]"


@dataclass(frozen=True, slots=True)
class Naive:
    """How a system finds its passage, and whether it answers every question."""

    search: Search
    always: bool = False

    def judge(self, index: PassageIndex, asked: Sequence[Question]) -> list[Judged]:
        """Every question with the passage that would be given; one that finds none scores 0."""
        return [self._judged(index, one) for one in asked]

    def _judged(self, index: PassageIndex, one: Question) -> Judged:
        hits = self.search(index, one.question)
        given: list[Passage] = [index.passages[hit.id] for hit in hits]
        right = one.is_right([passage.text for passage in given], given)
        return Judged(bool(one.sections), right, hits[0].score if hits else 0.0, one.is_cited(given))


def _dense(index: PassageIndex, question: str) -> list[Hit]:
    return index.dense(index.embed(question), 1)


def _bm25(index: PassageIndex, question: str) -> list[Hit]:
    return index.lexical(question, 1)


NAIVE: Mapping[str, Naive] = {
    "top dense passage, always": Naive(_dense, always=True),
    "dense cosine, threshold": Naive(_dense),
    "BM25, threshold": Naive(_bm25),
}

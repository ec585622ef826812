"""A service question -> sentences of the help centre with their sources, or "I do not know" and what was looked at.

Whatever is said stands word for word in a passage; a passage is data, so an instruction inside one is at most quoted.
Knows no conversation, no wording of replies and no hand-over: it says only which topic an answer touches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.answering.aliases import in_english, is_foreign
from bot.answering.calibration import Calibration, shipped
from bot.answering.finding import Chosen, Found, find
from bot.answering.reading import Reader, reader_of
from bot.types import Answer, Citation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.types import Reranker
    from vectorstore.base import Embedder, Passage
    from vectorstore.index import PassageIndex

MOST_CHARACTERS = 1000
"""Characters of a question that are read."""
CHECKED = 3
"""Titles that an abstention names."""


def answer(
    index: PassageIndex,
    question: str,
    *,
    embedder: Embedder,
    reranker: Reranker | None = None,
    calibration: Calibration | None = None,
    language: str = "en",
) -> Answer:
    """At most three sentences from at most three passages, each cited; or an abstention that names what was checked.

    ``calibration`` None takes the shipped one of the embedder. ``confidence`` is the probability, 0 to 1, that the
    answer is right. A question in Chinese is read through a table of service terms, whatever ``language`` says.
    """
    reader = reader_of(index, embedder)
    asked = searchable(question, language)
    found = find(reader, asked, embedder=embedder, reranker=reranker)
    if found.signals is None:
        return Answer(question, abstained=True)
    judge = calibration or shipped(embedder.name)
    confidence = judge.probability(found.signals)
    topic = _topic(reader, asked, found.looked[0])
    if confidence < judge.threshold or not found.chosen:
        near = _first_of_each_page(found.looked)
        titles = tuple(passage.title for passage in near)
        nearest = tuple(map(_section, near))
        return Answer(question, abstained=True, checked=titles, nearest=nearest, topic=topic, confidence=confidence)
    return _said(question, found, topic=topic, confidence=confidence)


def trusted(reranker: Reranker | None) -> Reranker | None:
    """The reranker where it was measured to order passages better, else none."""
    return reranker if getattr(reranker, "reads_help", False) else None


def warm(index: PassageIndex, *, embedder: Embedder) -> None:
    """Read the whole help centre ahead of the first question: about 6 ms a sentence, once."""
    reader = reader_of(index, embedder)
    reader.read(range(len(reader.passages)))
    find(reader, "warm up", embedder=embedder)


def searchable(question: str, language: str = "en") -> str:
    """The words to search for: the question, cut; one in a foreign script in English terms, "" if none is known."""
    asked = " ".join(question[:MOST_CHARACTERS].split())
    if not is_foreign(asked):
        return asked
    return in_english(asked, "zh" if language.startswith("en") else language)


def _said(question: str, found: Found, *, topic: str, confidence: float) -> Answer:
    return Answer(
        question,
        abstained=False,
        sentences=tuple(sentence for part in found.chosen for sentence in part.sentences),
        sources=tuple(number for number, part in enumerate(found.chosen, 1) for _ in part.sentences),
        citations=tuple(map(_citation, found.chosen)),
        passages=tuple(part.passage for part in found.chosen),
        checked=tuple(passage.title for passage in _first_of_each_page(found.looked)),
        topic=topic,
        confidence=confidence,
    )


def _citation(part: Chosen) -> Citation:
    passage = part.passage
    return Citation(passage.id, passage.title, passage.heading, passage.anchor, part.quote, passage.url)


def _section(passage: Passage) -> Citation:
    """A section as a whole: it may be opened, and nothing of it is said."""
    return Citation(passage.id, passage.title, passage.heading, passage.anchor, "", passage.url)


def _first_of_each_page(looked: Sequence[Passage]) -> list[Passage]:
    """The best section of every page that was looked at, best first, at most `CHECKED`."""
    first: dict[str, Passage] = {}
    for passage in looked:
        first.setdefault(passage.title, passage)
    return list(first.values())[:CHECKED]


def _topic(reader: Reader, question: str, best: Passage) -> str:
    """What the page's author declared, else what the question touches, else what the section's heading touches."""
    if best.topic in reader.words.topics:
        return best.topic
    return reader.words.topic(question, best.heading)

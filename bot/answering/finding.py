"""A question -> the passages that may answer it, the sentences worth saying, and signals of how good they are.

Dense and lexical search combined, then the nearest sentences, then a reranker where there is one. Knows no threshold:
whether to answer at all is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.answering.reading import Read, Reader
from bot.answering.sentences import said, with_needed
from vectorstore.exact import top_rows

if TYPE_CHECKING:
    from bot.types import Reranker
    from vectorstore.base import Embedder, Passage

CANDIDATES = 8
SENTENCES = 3
WORDS = 60
"""Further sentences are added while the answer stays below so many words."""
SHORT = 50
"""A passage of at most so many words, and three sentences, is said whole."""
LEXICAL = 0.2
RERANK = 0.1
COVERED = 0.2
SHOWN = 0.08
NEAR_SENTENCE = 0.15
NEAR_PASSAGE = 0.2
UNRELATED = 0.25
"""What a passage that has nothing to do with a question scores: stands in for passages that a small centre lacks."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one passage says to the question: sentences in their order, and the nearest one as the quote."""

    passage: Passage
    sentences: tuple[str, ...]
    quote: str


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search: what could be said, what was looked at (best first), and the signals (`_signals`)."""

    chosen: tuple[Chosen, ...] = ()
    looked: tuple[Passage, ...] = ()
    signals: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its meanings with their weights, its unit vector, and the one without the company's names."""

    text: str
    labels: Mapping[str, float]
    vector: Scores
    nameless: Scores


def find(reader: Reader, question: str, *, embedder: Embedder, reranker: Reranker | None = None) -> Found:
    """Search one help centre. One embedding call for the question, one for sentences that are new."""
    if not reader.passages or not question.strip():
        return Found()
    asked = _asked(reader, question, embedder)
    lexical = reader.lexical.scores(" ".join(asked.labels))
    first = reader.dense(asked.vector) + LEXICAL * lexical / max(float(lexical.max()), 1e-9)
    rows = top_rows(first, CANDIDATES)
    reads = [_marked(reader, asked, read) for read in reader.read([int(row) for row in rows])]
    scores = first[rows] + np.array([float(marks.max(initial=0.0)) for _, marks in reads], np.float32)
    order = np.argsort(-(scores + _reranked(reranker, question, [read for read, _ in reads])), kind="stable")
    ranked = [reads[place] for place in order]
    chosen = _choose(ranked, [float(scores[place]) for place in order])
    signals = _signals(reader, asked, ranked[0][0], chosen, lexical=lexical)
    signals["margin"] = _margin([read.passage.page for read, _ in reads], scores)
    return Found(chosen, tuple(read.passage for read, _ in ranked), signals)


def _asked(reader: Reader, question: str, embedder: Embedder) -> _Asked:
    words = reader.words
    labels = words.concepts(question, question=True) or words.concepts(question)
    plain = words.plain(question).strip() or question
    vectors = embedder.embed(list(dict.fromkeys([plain, reader.nameless(plain)])), kind="query")
    return _Asked(question, {label: reader.rarity(label) for label in labels}, vectors[0], vectors[-1])


def _nearest(read: Read, vector: Scores) -> float:
    """The cosine of the nearest sentence."""
    return float((read.vectors @ vector).max()) if len(read.vectors) else 0.0


def _reranked(reranker: Reranker | None, question: str, reads: Sequence[Read]) -> Scores:
    """The reranker's scores in units of their own spread, weighted; zeros without a reranker."""
    if reranker is None:
        return np.zeros(len(reads), np.float32)
    scores = np.asarray(reranker.score(question, [read.passage for read in reads]), np.float32)
    return np.asarray(RERANK * (scores - scores.mean()) / max(float(scores.std()), 1e-6), np.float32)


def _marked(reader: Reader, asked: _Asked, read: Read) -> tuple[Read, Scores]:
    """A passage and how well each piece answers: cosine, share of the question's meanings, the kind of thing asked."""
    total = max(sum(asked.labels.values()), 1e-9)
    marks = read.vectors @ asked.vector
    for place, (piece, named) in enumerate(zip(read.pieces, read.labels, strict=True)):
        marks[place] += COVERED * sum(w for label, w in asked.labels.items() if label in named) / total
        marks[place] += SHOWN * reader.words.shows(asked.text, piece.text)
    return read, np.asarray(marks, np.float32)


def _choose(ranked: Sequence[tuple[Read, Scores]], scores: Sequence[float]) -> tuple[Chosen, ...]:
    """The best passage's sentences, then the nearest sentence of passages that are almost as good.

    Sections of one page are said in the page's order: "When we refund" before "When we do not".
    """
    found: dict[int, Chosen] = {}
    room, best = SENTENCES, float(max(marks.max(initial=0.0) for _, marks in ranked))
    for (read, marks), score in zip(ranked[:SENTENCES], scores, strict=False):
        near = score >= scores[0] - NEAR_PASSAGE and marks.max(initial=0.0) >= best - NEAR_SENTENCE
        if not read.pieces or (found and not near):
            continue
        chosen = _from_passage(read, marks, most=1 if found else room)
        if len(chosen.sentences) <= room:
            found[read.row] = chosen
            room -= len(chosen.sentences)
    pages = list(dict.fromkeys(chosen.passage.page for chosen in found.values()))
    return tuple(found[row] for row in sorted(found, key=lambda row: (pages.index(found[row].passage.page), row)))


def _from_passage(read: Read, marks: Scores, *, most: int) -> Chosen:
    """The best piece with what it needs, then others that are almost as good, while there is room."""
    best = int(marks.argmax())
    floor = -1.0 if _is_short(read) else float(marks[best]) - NEAR_SENTENCE
    places = set(with_needed(read.pieces, best, marks.tolist()))
    for place in np.argsort(-marks, kind="stable"):
        more = places | set(with_needed(read.pieces, int(place), marks.tolist()))
        if marks[place] >= floor and len(said(read.pieces, more)) <= most and _words(read, more) <= WORDS:
            places = more
    return Chosen(read.passage, said(read.pieces, places), read.pieces[best].text)


def _is_short(read: Read) -> bool:
    """Whether the whole passage can be said."""
    return len(read.pieces) <= SENTENCES and _words(read, set(range(len(read.pieces)))) <= SHORT


def _words(read: Read, places: set[int]) -> int:
    return sum(len(read.pieces[place].text.split()) for place in places)


def _margin(pages: Sequence[str], scores: Scores) -> float:
    """The lead over the fourth passage or over the next page, the larger: sections of one page are no rivals."""
    ordered = sorted([float(score) for score in scores] + [UNRELATED] * 4, reverse=True)
    first = pages[int(scores.argmax())]
    others = [float(score) for page, score in zip(pages, scores, strict=True) if page != first]
    return ordered[0] - min(ordered[3], max(others, default=UNRELATED))


def _signals(
    reader: Reader, asked: _Asked, best: Read, chosen: Sequence[Chosen], *, lexical: Scores
) -> dict[str, float]:
    """Numbers that tell a right answer from a wrong one; none depends on the reranker.

    ``dense``, ``sentence``: cosines of the nameless question with the best passage and its nearest sentence;
    ``lexical``: the best BM25 score per logarithm of the centre's size; ``covered``, ``known``: weighted shares of the
    question's meanings in the best passage and in the whole centre; ``missing``: 1 when the question asks for a kind
    of thing (a price, a place...) that the answer does not show.
    """
    names = {reader.words.label(name) for name in reader.names}
    labels = {label: w for label, w in asked.labels.items() if label not in names} or asked.labels
    total = max(sum(labels.values()), 1e-9)
    text = " ".join(sentence for part in chosen for sentence in part.sentences)
    named = reader.concepts[best.row]
    return {
        "dense": float(reader.dense(asked.nameless)[best.row]),
        "sentence": _nearest(best, asked.nameless),
        "lexical": float(lexical.max()) / float(np.log1p(len(reader.passages))),
        "covered": sum(w for label, w in labels.items() if label in named) / total,
        "known": sum(w for label, w in labels.items() if label in reader.weights) / total,
        "missing": float(reader.words.misses(asked.text, text)),
    }

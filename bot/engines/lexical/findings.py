"""All finders over one message: spans on a board, references resolved, clauses labelled.

The order is the policy: amounts, titles, people and values compete by evidence and length; then references point; then
clauses are cut. Knows no intent; `assembly` makes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engines.lexical.acts import Acts, Ruling
from bot.engines.lexical.amounts import Amounts
from bot.engines.lexical.clauses import Clause, Clauses
from bot.engines.lexical.corrections import Corrections, Corrector
from bot.engines.lexical.descriptions import Descriptions
from bot.engines.lexical.entries import worded
from bot.engines.lexical.facets import Speech, speeches
from bot.engines.lexical.gazetteer import Gazetteer
from bot.engines.lexical.inflection import forms
from bot.engines.lexical.ladders import Ladders
from bot.engines.lexical.lexicon import common_words
from bot.engines.lexical.measuring import Measuring
from bot.engines.lexical.people import People
from bot.engines.lexical.pointers import Pointers, Scene
from bot.engines.lexical.polarity import Negation, Polarity
from bot.engines.lexical.ranges import Ranges
from bot.engines.lexical.roles import Judged, Roles
from bot.engines.lexical.settling import Settler
from bot.engines.lexical.shared import Shared
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.telling_words import Telling
from bot.engines.lexical.text import Reading, words
from bot.engines.lexical.themes import Themes
from bot.engines.lexical.title_makers import Makers
from bot.engines.lexical.title_runs import Runs
from bot.engines.lexical.title_series import Series
from bot.engines.lexical.title_shapes import Shapes
from bot.engines.lexical.title_spans import TitleSpans
from bot.engines.lexical.titles import Titles
from bot.engines.lexical.unpriced import Unpriced
from bot.engines.lexical.wishes import Wishes

if TYPE_CHECKING:
    from bot.understanding import Vocabulary
    from vectorstore.base import Embedder

_QUOTED = 4
_BLANK = "§"
_FIRM = ("title", "reference", "range", "person")
_HELD = ("value", "vague", "flag", "person", "relative", "order")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A clause and the ruling on it."""

    clause: Clause
    ruling: Ruling

    @property
    def content(self) -> bool:
        """Whether the clause may ask for items; otherwise its label says what it is."""
        return not self.ruling.label


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found in one message."""

    reading: Reading
    scene: Scene
    board: Board
    polarity: Polarity
    corrections: Corrections
    judged: tuple[Judged, ...]
    clauses: tuple[Labelled, ...]
    themes: tuple[tuple[int, int], ...]
    doubtful: tuple[Span, ...] = ()
    """Titles for which too little speaks: they are on no board and in no clause."""
    unheld: tuple[str, ...] = ()
    """What the message speaks of and no record holds."""
    asking: tuple[str, ...] = ()
    """The facets that its words would ask about, were they asked of an item."""

    def spans(self, clause: Clause) -> list[Span]:
        """The spans that begin in a clause."""
        return [span for span in self.board.spans if clause.start <= span.start < clause.end]

    def mentions(self, clause: Clause) -> list[Judged]:
        """The judged mentions that begin in a clause."""
        return [judged for judged in self.judged if clause.start <= judged.span.start < clause.end]


class Finders:
    """The finders for one vocabulary, built once."""

    def __init__(self, vocabulary: Vocabulary, embedder: Embedder) -> None:
        """Index the vocabulary and compile the lexicon."""
        self.vocabulary = vocabulary
        self.speeches = speeches(vocabulary.schema)
        shapes = Shapes(vocabulary, self.speeches)
        self.titles = Titles(vocabulary, shapes.models)
        self.people = People(self.speeches, _ordinary(self.speeches))
        self.gazetteer = Gazetteer(self.speeches, self.titles.words | self.people.words, shapes.kinds)
        runs = Runs(vocabulary, shapes.leads if shapes.composed else None)
        series = Series({item.id: item.title for item in vocabulary.items})
        makers = Makers(vocabulary, self.speeches, self.titles)
        self.title_spans = TitleSpans(self.titles, runs, series, makers, self._taken, self._valued)
        self.ladders = Ladders(self.speeches)
        self.amounts = Amounts(vocabulary, self.speeches)
        self.ranges = Ranges(self.speeches, self._means)
        self.unpriced = Unpriced(self.speeches.values())
        self.settler = Settler(vocabulary)
        self.corrector = Corrector(self.speeches)
        self.negation = Negation()
        self._kinds = frozenset(speech.name for speech in self.speeches.values() if speech.kindly)
        self.pointers = Pointers(vocabulary)
        self.descriptions, self.telling = Descriptions(vocabulary, embedder), Telling(vocabulary)
        self.measuring = Measuring(vocabulary, self.speeches)
        self.roles = Roles(self.pointers)
        self.shared = Shared(vocabulary, self.speeches)
        self.clauses = Clauses()
        self.themes = Themes()
        self.wishes = Wishes(self.themes)
        self.acts = Acts(self.speeches, embedder)

    def known(self, word: str) -> bool:
        """Whether a folded word belongs to the language or the catalogue."""
        return (
            word in common_words() or word in self.titles.words or word in self.people.words or word in self.gazetteer
        )

    def find(self, reading: Reading, scene: Scene) -> Findings:
        """Everything in one message."""
        board = Board(len(reading.tokens))
        candidates, themes = self._candidates(reading, scene)
        board.claim(candidates)
        self._refer(reading, board, scene)
        money = [place for place in self.unpriced.places(reading) if board.free(*place)]
        for place in money:
            board.block(*place)
        board.claim(self.measuring.spans(reading, board))
        self.corrector.swap(reading, board)
        clauses = self.clauses.split(reading, board)
        labelled = tuple(Labelled(clause, self._ruling(reading, board, clause, scene)) for clause in clauses)
        for item in labelled:
            self._mask(board, item)
        polarity = self.negation.read(reading, board, themes, self._kinds)
        self.settler.settle(board, scene, [span.start for span in board.spans if polarity.negative(span.start)])
        judged = tuple(self.roles.judge(reading, board, polarity, scene))
        board.claim(self.shared.spans(reading, board, scene))
        corrections = self.corrector.read(reading, board, shown=bool(scene.shown))
        for start, end in (*polarity.cues, *corrections.cues):
            board.block(start, end)
        taken = {place for span in board.spans if span.kind in _FIRM for place in range(span.start, span.end)}
        doubtful = tuple(self.title_spans.doubtful(reading, taken, scene.shown))
        return Findings(
            reading, scene, board, polarity, corrections, judged, labelled, tuple(themes), doubtful,
            unheld=("price",) if money else (), asking=self._asking(reading, clauses, judged),
        )  # fmt: skip

    def _asking(self, reading: Reading, clauses: Sequence[Clause], judged: Sequence[Judged]) -> tuple[str, ...]:
        titles = [one.span for one in judged]
        texts = (
            blanked(reading, clause, [title for title in titles if clause.start <= title.start < clause.end])
            for clause in clauses
        )
        return tuple(dict.fromkeys(facet for text in texts for facet in self.acts.asked(text)))

    def mentioned(self, reading: Reading, scene: Scene) -> list[Judged]:
        """Only the items that a message names or points at: what an earlier message was about."""
        board = Board(len(reading.tokens))
        board.claim(self.title_spans.spans(reading, shown=scene.shown))
        self._refer(reading, board, scene)
        return self.roles.judge(reading, board, Polarity(), scene)

    def limited(self, reading: Reading) -> str:
        """The facet that all amounts of a message are of, if there is one."""
        facets = {span.facet for span in self.ranges.spans(reading)}
        return facets.pop() if len(facets) == 1 else ""

    def _means(self, word: str) -> bool:
        """Whether a word is a value, somebody's name or a word of degree of this catalogue."""
        return self._taken(word) or word in self.amounts

    def _taken(self, phrase: str) -> bool:
        return phrase in self.gazetteer or phrase in self.people

    def _valued(self, phrase: str) -> bool:
        """Whether a phrase is a value or somebody, and not just what a title calls its item."""
        return self.gazetteer.values(phrase) or phrase in self.people

    def _candidates(self, reading: Reading, scene: Scene) -> tuple[list[Span], list[tuple[int, int]]]:
        """The spans that compete for the words, and the themes, inside which values are none."""
        people = self.people.spans(reading)
        named = {index for span in people if span.name > 1 for index in range(span.start, span.end)}
        spans = self.title_spans.spans(reading, named, scene.shown)
        titles = [title for title in spans if not _within_name(title, people)]
        values = self.ladders.bounded(reading, self.gazetteer.spans(reading))
        soft = [*people, *values, *self.amounts.spans(reading)]
        titles = [title for title in titles if not self._describes(reading, title, soft, scene)]
        hard = [*self.ranges.spans(reading, scene.limited), *titles]
        themes = self.themes.ranges(reading, hard + soft)
        flags = {(span.start, span.end) for span in soft if span.kind == "flag"}
        soft = [span for span in soft if span.kind != "value" or (span.start, span.end) not in flags]
        kept = [span for span in soft if not (_inside(span, themes) or self._toned(reading, span))]
        return [*hard, *kept, *self.corrector.drops(reading)], themes

    def _describes(self, reading: Reading, title: Span, soft: Sequence[Span], scene: Scene) -> bool:
        """Whether the words of a title, said in part, only tell values of what is wanted: "vegan boots"."""
        item = self.vocabulary.by_id.get(title.mentions[0].item_id or "")
        whole = item is None or item.id in scene.shown or len(words(item.title)) <= title.end - title.start
        valued = {index for span in soft if span.kind in ("value", "flag") for index in range(span.start, span.end)}
        quoted = title.start > 0 and reading.tokens[title.start - 1].text in "\"'"
        return not (whole or quoted) and set(range(title.start, title.end)) <= valued

    def _toned(self, reading: Reading, span: Span) -> bool:
        """Whether a value is only a shade: "less scary", but not in "the less horror the better"."""
        shade = span.kind == "value" and reading.norms(span.start - 1, span.start) == ("less",)
        return shade and reading.norms(span.start - 2, span.start - 1) != ("the",)

    def _refer(self, reading: Reading, board: Board, scene: Scene) -> None:
        for spans in (self.pointers.spans, self.descriptions.spans, self.telling.spans, self.pointers.others):
            for found in spans(reading, board, scene):
                board.cover(found)

    def _ruling(self, reading: Reading, board: Board, clause: Clause, scene: Scene) -> Ruling:
        titles = [s for s in board.spans if s.kind == "title" and clause.start <= s.start < clause.end]
        quoted = any(span.rank > 3 for span in titles)
        if not quoted and (talk := self.acts.talk(clause.lower)):
            return Ruling(talk, {})
        return self.acts.rule(
            blanked(reading, clause, titles),
            names_item=any(map(_sure, titles)) or _points(reading, board, clause, scene),
            values=_goods(reading, board, clause),
        )

    def _mask(self, board: Board, item: Labelled) -> None:
        """Take a clause of service or small talk off the board, but for the items that a service question points at."""
        if item.content:
            return
        kept = "reference" if item.ruling.label == "support" else None
        for span in [span for span in board.spans if item.clause.start <= span.start < item.clause.end]:
            if span.kind != kept:
                board.remove(span)
        board.block(item.clause.start, item.clause.end)


def _goods(reading: Reading, board: Board, clause: Clause) -> list[tuple[int, int]]:
    """The characters of a clause that name values of the catalogue."""
    offset = reading.tokens[clause.start].start
    spans = [span for span in board.spans if span.kind in ("value", "drop") and clause.start <= span.start < clause.end]
    ends = [(reading.tokens[span.start].start, reading.tokens[span.end - 1].end) for span in spans]
    return [(first - offset, last - offset) for first, last in ends]


def _points(reading: Reading, board: Board, clause: Clause, scene: Scene) -> bool:
    """Whether a clause points at something that was shown."""
    referring = any(span.kind == "reference" and clause.start <= span.start < clause.end for span in board.spans)
    named = any(span.kind == "title" and _sure(span) and span.end <= clause.start for span in board.spans)
    present = bool(scene.shown or scene.focus) or named
    return referring or (present and "it" in reading.norms(clause.start, clause.end))


def _sure(title: Span) -> bool:
    return title.rank > 1 or any(mention.item_id for mention in title.mentions)


def blanked(reading: Reading, clause: Clause, titles: Iterable[Span]) -> str:
    """The folded text of a clause with marks in the place of titles, so that their words raise no rule."""
    offset = reading.tokens[clause.start].start
    text = clause.lower
    for span in sorted(titles, key=lambda span: -span.start):
        first, last = reading.tokens[span.start].start - offset, reading.tokens[span.end - 1].end - offset
        text = text[: max(0, first)] + _BLANK * (last - max(0, first)) + text[last:]
    return text


def _within_name(title: Span, people: Iterable[Span]) -> bool:
    """Whether a title is only a part of somebody's full name: "Akira" in "Akira Kurosawa"."""
    length = title.end - title.start
    return (
        any(p.start <= title.start and title.end <= p.end and length < p.name for p in people) and title.rank < _QUOTED
    )


def _inside(span: Span, ranges: Sequence[tuple[int, int]]) -> bool:
    return span.kind in _HELD and any(start <= span.start < end for start, end in ranges)


def _ordinary(found: Mapping[str, Speech]) -> frozenset[str]:
    """The words of values that are no names, in both numbers."""
    values = (value for speech in found.values() if worded(speech) for value, _ in speech.facet.values)
    return frozenset(form for value in values for word in words(value) for form in forms(word))

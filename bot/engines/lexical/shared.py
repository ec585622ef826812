"""What another item has: "by the same director", "not that brand", "with the cast of Alien", as constraints from that
item's record.

Knows no lexicon beyond the names of the facets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.pointers import Scene
from bot.engines.lexical.spans import Board, Span, opposites
from bot.engines.lexical.text import Reading
from vectorstore.base import Constraint

if TYPE_CHECKING:
    from bot.understanding import Vocabulary


class Shared:
    """Finds attributes borrowed from an item."""

    def __init__(self, vocabulary: Vocabulary, speeches: Mapping[str, Speech]) -> None:
        """Compile the names of the facets that hold words."""
        self._vocabulary = vocabulary
        self._people = [speech.name for speech in speeches.values() if speech.person]
        self._single = {speech.name for speech in speeches.values() if speech.person or speech.facet.type == "category"}
        worded = [speech for speech in speeches.values() if not speech.numeric]
        self._names = Phrases((name, speech.name) for speech in worded for name in speech.names)

    def spans(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """One span per "same director", "that brand" or "director of ..." whose item is known."""
        found = [self._span(reading, board, scene, match) for match in self._names.everywhere(reading.tokens)]
        return [span for span in (*found, *self._persons(reading, board, scene)) if span]

    def _persons(self, reading: Reading, board: Board, scene: Scene) -> Iterator[Span]:
        """Somebody unnamed: "not him again", "stick with her"; the one that all those shown have in common."""
        for index, token in enumerate(reading.tokens):
            before = reading.tokens[index - 1].norm if index else ""
            if token.norm not in ("him", "her") or before not in word_set("shared_persons"):
                continue
            facet = next((name for name in self._people if self._common(name, board, index, scene)), "")
            if facet:
                constraint = Constraint(facet, "is", self._common(facet, board, index, scene))
                yield Span(index, index + 1, "person", (constraint,), opposites((constraint,)), facet=facet)

    def _common(self, facet: str, board: Board, index: int, scene: Scene) -> str:
        """The one value that the item named before has, else the one in focus, else all those shown."""
        named = [m.item_id for span in board.spans if span.end <= index for m in span.mentions if m.item_id]
        ids = named[-1:] or ([scene.focus] if scene.focus else scene.shown)
        held = [self._vocabulary.by_id[id_].facets.get(facet) for id_ in ids if id_ in self._vocabulary.by_id]
        values = [set(value if isinstance(value, tuple) else (value,)) for value in held if value]
        shared = set.intersection(*values) if values and len(values) == len(ids) else set()
        value = next(iter(shared)) if len(shared) == 1 else ""
        return value if isinstance(value, str) else ""

    def _pointed(self, facet: str, board: Board, index: int, scene: Scene) -> Any:
        """What the item that is spoken of has; else the one value that all those shown have."""
        item = self._vocabulary.by_id.get(scene.single or "")
        return item.facets.get(facet) if item else self._common(facet, board, index, scene)

    def _span(self, reading: Reading, board: Board, scene: Scene, match: Found[str]) -> Span | None:
        tokens = reading.tokens
        same = match.start > 0 and tokens[match.start - 1].norm == "same"
        joint = tokens[match.end].norm if match.end < len(tokens) else ""
        after = board.at(match.end + 1) if joint in ("as", "of") and match.end + 1 < len(tokens) else None
        borrowed = (
            after is not None
            and after.mentions
            and (same or tokens[max(0, match.start - 2)].norm in word_set("shared_before"))
        )
        item_id = after.mentions[0].item_id if after and borrowed else scene.focus if same else None
        value = self._vocabulary.by_id[item_id].facets.get(match.value) if item_id else None
        pointed = match.start > 0 and tokens[match.start - 1].norm in word_set("shared_pointing")
        if not borrowed and pointed and match.value in self._single:
            value = self._pointed(match.value, board, match.start, scene)
        if not isinstance(value, (str, tuple)) or not value:
            return None
        values = value if isinstance(value, tuple) else (value,)
        constraint = (
            Constraint(match.value, "any", values) if len(values) > 1 else Constraint(match.value, "is", values[0])
        )
        start = match.start
        while start > 0 and tokens[start - 1].norm in (
            "same",
            "the",
            "by",
            "from",
            "with",
            *word_set("shared_pointing"),
        ):
            start -= 1
        return Span(start, match.end, "value", (constraint,), opposites((constraint,)), facet=match.value)

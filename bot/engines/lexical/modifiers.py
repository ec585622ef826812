"""What follows the head of a phrase that points: "the one by Carpenter", "the two with feathers in". Knows no roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.likeness import Likeness
from bot.engines.lexical.noun_phrases import Frame, Part
from bot.engines.lexical.records import TEXT, Ids, Records
from bot.engines.lexical.spans import Board
from bot.engines.lexical.text import Token

Parts: TypeAlias = Callable[[Sequence[Token], int, Board], Sequence[Part]]
_VALUES = ("value", "person", "flag", "range")


class Modifiers:
    """Finds the items that a modifier singles out. ``parts`` reads the words and findings that begin at a token."""

    def __init__(self, parts: Parts, likeness: Likeness) -> None:
        """Compile the nouns that stand for any item, and the words that begin a modifier."""
        places = table("en.mentions")["places"]
        self._parts, self._likeness = parts, likeness
        self._called, self._many = frozenset(places["called"]), frozenset(places["called_many"])
        self._joining = frozenset(places["joining"])

    def clause(
        self, tokens: Sequence[Token], frame: Frame, board: Board, records: Records
    ) -> tuple[int, int, Ids] | None:
        """What "the one by Carpenter", "the ones that burn wood" or "the two with feathers" means: those that the most
        of its words fit.
        """
        head = tokens[frame.inner].norm
        counted = frame.count is not None and head in self._joining
        joint = frame.inner + (not counted)
        if not frame.the or not (counted or head in self._called | self._many) or joint >= len(tokens):
            return None
        span = board.at(joint)
        if tokens[joint].norm not in self._joining and (span is None or span.kind not in _VALUES):
            return None
        first = joint + (board.at(joint) is None)
        first += first < len(tokens) and tokens[first].norm in word_set("modifiers_subjects")
        parts = self._following(tokens, first, board)
        ids, most = records.best([(part.text, part.span) for part in parts])
        if parts and not most and head in self._called and not any(part.span for part in parts):
            id_ = self._likeness.meant(" ".join(part.text for part in parts), records.items)
            return (frame.start, parts[-1].end, frozenset((id_,))) if id_ else None
        fits = most == len(parts) or (head in self._called and 2 * most >= len(parts))
        several = counted or head in self._many
        if not (parts and fits) or not (len(ids) == 1 or several) or len(ids) != (frame.count or len(ids)):
            return None
        return frame.start, parts[-1].end, ids

    def narrowed(
        self, tokens: Sequence[Token], parts: Sequence[Part], board: Board, records: Records
    ) -> tuple[int, Ids] | None:
        """Where "the Krakauer up the mountain" ends, and which of several it means that its first words are true of."""
        place = parts[-1].end
        if place + 1 >= len(tokens) or tokens[place].norm not in word_set("modifiers_prepositions"):
            return None
        several = records.meant([(part.text, part.span) for part in parts], TEXT)
        if len(several) < 2:
            return None
        behind = self._following(tokens, place + 1, board)
        told = [ids & several for part in behind if (ids := records.meant([(part.text, part.span)], TEXT))]
        found = frozenset.intersection(*told) if told else Ids()
        return (behind[-1].end, found) if len(found) == 1 else None

    def _following(self, tokens: Sequence[Token], place: int, board: Board) -> list[Part]:
        """The words and findings up to where something else begins."""
        parts = list[Part]()
        while place < len(tokens) and tokens[place].word and not self._turns(tokens, place, board):
            found = next(iter(self._parts(tokens, place, board)), None)
            parts += [found] if found else []
            place = found.end if found else place + 1
        return parts

    def _turns(self, tokens: Sequence[Token], place: int, board: Board) -> bool:
        """Whether a modifier ends at a word that begins something else; an "and" may join two of a kind."""
        if tokens[place].norm == "and":
            before, after = board.at(place - 1), board.at(place + 1) if place + 1 < len(tokens) else None
            return not (before and after and before.facet and before.facet == after.facet)
        return tokens[place].norm in word_set("modifiers_turns")

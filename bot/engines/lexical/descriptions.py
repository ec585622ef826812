"""Descriptions that point: "the red one", "the Le Guin", "neither of the leather ones", "cheapest of those".

A noun phrase points where the records of the items shown last tell which it means. Knows no roles, and no nouns but
those that stand for any item.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.likeness import Likeness
from bot.engines.lexical.modifiers import Modifiers
from bot.engines.lexical.noun_phrases import RANKS, Frame, Part
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.pointers import Scene
from bot.engines.lexical.records import TEXT, TITLE, VALUES, Ids, Records
from bot.engines.lexical.spans import Board, Span, pointing
from bot.engines.lexical.text import Reading, Token, words
from vectorstore.base import Embedder

if TYPE_CHECKING:
    from bot.understanding import Vocabulary

_VALUES = ("value", "person", "flag", "range")
_QUOTED = 4
"""The rank of a title that stands in quotation marks."""
_LONGEST = 4
"""Parts of a phrase that are looked at."""


class Descriptions:
    """Finds phrases that describe items shown."""

    def __init__(self, vocabulary: Vocabulary, embedder: Embedder) -> None:
        """Compile determiners and the nouns that stand for any item; ``embedder`` tells what comes near which."""
        places, numbers = table("en.mentions")["places"], table("en.numbers")
        self._vocabulary, self._likeness = vocabulary, Likeness(embedder)
        self._called, self._many = frozenset(places["called"]), frozenset(places["called_many"])
        self._modifiers = Modifiers(self._parts, self._likeness)
        self._among = Phrases((phrase, True) for phrase in places["among"])
        self._counts = {word: value for word, value in numbers["words"].items() if 1 < value < 7}
        self._stops = frozenset(table("en.words")["stop"])

    def spans(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """References, left to right; each may lie over findings that are part of its words."""
        records, page = (self._records(ids) for ids in (scene.shown, (scene.page,) if scene.page else ()))
        if records is None:
            return []
        found, index = list[Span](), 0
        while index < len(reading.tokens):
            match = self._at(reading.tokens, index, board, records)
            if match is None and page is not None and reading.tokens[index].norm == "this":
                match = self._at(reading.tokens, index, board, page)
            if match:
                start, end, ids = match
                shown = dict.fromkeys((*scene.shown, *((scene.page,) if scene.page else ())))
                found.append(pointing(reading, start, end, [id_ for id_ in shown if id_ in ids]))
            index = match[1] if match else index + 1
        return found

    def _records(self, ids: Sequence[str]) -> Records | None:
        """The records of items, None where the catalogue has none of them."""
        items = [self._vocabulary.by_id[id_] for id_ in ids if id_ in self._vocabulary.by_id]
        return Records(items) if items else None

    def _at(self, tokens: Sequence[Token], index: int, board: Board, records: Records) -> tuple[int, int, Ids] | None:
        """The reference that begins at ``index``: where it starts and ends, and what it means."""
        frame = self._frame(tokens, index, board)
        if frame is None:
            return None
        if numbered := self._numbered(tokens, frame, records):
            return numbered
        if clause := self._modifiers.clause(tokens, frame, board, records):
            return clause
        parts = _telling(self._parts(tokens, frame.inner, board))
        for length in range(len(parts), 0, -1):
            end = parts[length - 1].end
            head = tokens[end].norm if end < len(tokens) else ""
            if head in self._called | self._many:
                found = self._headed(tokens, frame, parts[:length], records)
                end += 1
            elif (among := self._among.at(tokens, end)) and not _asked(tokens, index):
                found, end = self._ranked(parts[:length], records), among.end
            else:
                found = self._bare(tokens, frame, parts[:length], records)
            if found:
                return frame.start, end, found
            if frame.the and (narrowed := self._modifiers.narrowed(tokens, parts[:length], board, records)):
                return frame.start, *narrowed
        return self._alike(tokens, frame, parts, records)

    def _alike(
        self, tokens: Sequence[Token], frame: Frame, parts: Sequence[Part], records: Records
    ) -> tuple[int, int, Ids] | None:
        """What a noun means that no record says: "the shark one", "neither the pig nor the robot"."""
        end, before = (parts[-1].end if parts else 0), tokens[frame.start - 1].norm if frame.start else ""
        headed = end < len(tokens) and tokens[end].norm in self._called
        if not (parts and frame.the and (headed or frame.several or before == "nor")) or any(one.span for one in parts):
            return None
        id_ = self._likeness.meant(f"the {' '.join(one.text for one in parts)}", records.items)
        return (frame.start, end + headed, frozenset((id_,))) if id_ else None

    def _frame(self, tokens: Sequence[Token], index: int, board: Board) -> Frame | None:
        """The determiners that a phrase begins with; None where it can be no phrase."""
        place, before = index, tokens[index - 1].norm if index else ""
        several = tokens[place].norm in word_set("descriptions_several") and board.free(place, place + 1)
        place += several
        place += several and place < len(tokens) and tokens[place].norm == "of"
        the = place < len(tokens) and tokens[place].norm in word_set("descriptions_the")
        place += the
        barred = before in word_set("descriptions_not_after") and not (the and before == "no")
        if place >= len(tokens) or (several and not the) or barred:
            return None
        span = board.at(place)
        counted = the and place + 1 < len(tokens) and (span is None or span.end == place + 1)
        count = self._counts.get(tokens[place].norm) if counted else None
        return Frame(index, place + (count is not None), the, several, count)

    def _parts(self, tokens: Sequence[Token], start: int, board: Board) -> list[Part]:
        """The words that may describe, up to a mark, a small word or a noun that stands for any item."""
        parts, place = list[Part](), start
        while place < len(tokens) and len(parts) < _LONGEST:
            span, token = board.at(place), tokens[place]
            if span and span.kind in (*_VALUES, *RANKS) and (span.start == place or not parts):
                end = min(span.end, self._head(tokens, place, span.end))
                text = " ".join(token.norm for token in tokens[place:end] if token.word and token.norm != "'s")
            elif self._double(tokens, place) or (self._telling(token) and self._loose(tokens, span)):
                span, end, text = None, place + 1, token.norm
            elif parts and token.norm == "and" and self._coupled(tokens, place + 1):
                place += 1
                continue
            else:
                break
            parts.append(Part(place, end, text, span))
            place = end
        return parts

    def _partly(self, span: Span) -> bool:
        """Whether words were taken for a part of the title of something, which they need not mean."""
        items = [self._vocabulary.by_id.get(mention.item_id or "") for mention in span.mentions]
        part = all(item is None or len(words(item.title)) > span.end - span.start for item in items)
        return span.kind == "title" and span.rank < _QUOTED and part

    def _coupled(self, tokens: Sequence[Token], place: int) -> bool:
        """Whether one more word describes the same noun: "the red and black one"."""
        head = tokens[place + 1].norm if place + 1 < len(tokens) else ""
        return head in self._called | self._many and self._telling(tokens[place])

    def _double(self, tokens: Sequence[Token], place: int) -> bool:
        """Whether a small word is what something is made of: "the down one"."""
        head = tokens[place + 1].norm if place + 1 < len(tokens) else ""
        return tokens[place].norm in word_set("descriptions_doubles") and head in self._called | self._many

    def _loose(self, tokens: Sequence[Token], span: Span | None) -> bool:
        """Whether words mean nothing else, or are a title that says what something shown is called: "the monk one"."""
        head = tokens[span.end].norm if span and span.end < len(tokens) else ""
        called = span is not None and span.kind == "title" and span.rank < _QUOTED and head in self._called
        return span is None or called or self._partly(span)

    def _head(self, tokens: Sequence[Token], start: int, end: int) -> int:
        """Where a finding ends that runs into the noun: "cheaper one", but not "least one litre"."""
        last = tokens[end - 1].norm
        return end - 1 if end - 1 > start and last in self._called | self._many else end

    def _telling(self, token: Token) -> bool:
        return (
            token.word
            and len(token.norm) > 1
            and token.norm not in self._stops | self._called | self._many
            and not token.norm.isdigit()
        )

    def _headed(self, tokens: Sequence[Token], frame: Frame, parts: Sequence[Part], records: Records) -> Ids:
        """What "the ... one" or "... one" means."""
        end = parts[-1].end
        head, following = tokens[end].norm, tokens[end + 1].norm if end + 1 < len(tokens) else ""
        many, lone = head in self._many or frame.several, head in self._called and not frame.several
        ranks = [part for part in parts if part.rank]
        opens, ends = _opens(tokens, frame.start), following in word_set("descriptions_verbs")
        if not frame.the and (not opens or (ranks and not ends)):
            return frozenset() if ranks else self._counted(frame, parts, records, TITLE, many=many, lone=lone)
        if ranks:
            chosen = any(part.span and part.span.order for part in ranks)
            before = tokens[frame.start - 1].norm if frame.start else ""
            open_ = not _asked(tokens, frame.start)
            wanted = before in word_set("descriptions_choosing") or (
                open_ and (ends or before in word_set("descriptions_questions"))
            )
            return self._ranked(parts, records) if lone and (wanted or not chosen) else frozenset()
        if many and frame.start > 0 and tokens[frame.start - 1].norm in word_set("descriptions_only"):
            return frozenset()
        return self._counted(frame, parts, records, TEXT if frame.the or ends else VALUES, many=many, lone=lone)

    def _numbered(self, tokens: Sequence[Token], frame: Frame, records: Records) -> tuple[int, int, Ids] | None:
        """What "the 589 one" or "the one for 79" means: the only item with that number in its record."""
        place = frame.inner
        if not frame.the or place + 1 >= len(tokens):
            return None
        head = place - (frame.count is not None and tokens[place].norm not in self._many)
        one = self._called if frame.count is None else self._many | set(self._counts)
        if tokens[head].norm in one and tokens[head + 1].norm in ("for", "at", "from"):
            place = head + 2
            end = place + 1 if place < len(tokens) else place
        else:
            end = place + 2 if tokens[place + 1].norm in self._called else place
        number = tokens[place].norm if place < end else ""
        amount = number.replace(".", "", 1)
        ids = records.holding(float(number)) if amount.isdigit() and len(number) > 1 else frozenset()
        if not ids and len(number) == 2 and number.isdigit() and tokens[place - 1].norm == "from":
            ids = records.holding(1900.0 + int(number)) or records.holding(2000.0 + int(number))
        return (frame.start, end, ids) if len(ids) == (frame.count or 1) else None

    def _bare(self, tokens: Sequence[Token], frame: Frame, parts: Sequence[Part], records: Records) -> Ids:
        """What "the red" or "the two Kings" means, whose last word is its noun."""
        end, before = parts[-1].end, tokens[frame.start - 1].norm if frame.start else ""
        if not frame.the:
            theirs = len(parts) == 1 and tokens[end - 1].norm == "'s" and parts[0].person and self._over(tokens, end)
            return self._counted(frame, parts, records, VALUES, many=False, lone=True) if theirs else frozenset()
        if any(part.rank or (part.span and part.span.kind == "range") for part in parts):
            most = len(parts) == 1 and parts[0].span is not None and parts[0].span.order is not None
            said = end < len(tokens) and tokens[end].norm in word_set("descriptions_being")
            said = said and not _asked(tokens, frame.start)
            if said and len(parts) == 1 and not parts[0].rank:
                return self._counted(frame, parts, records, VALUES, many=False, lone=True)
            doing = end < len(tokens) and tokens[end].norm in word_set("descriptions_verbs")
            said = said or (doing and before in word_set("descriptions_questions"))
            told = before in word_set("descriptions_copula") and _how(tokens, frame.start) and _ends(tokens, end)
            return self._ranked(parts, records) if most and (said or told) else frozenset()
        name = not any(part.span for part in parts) and not {part.text for part in parts} <= common_words()
        name = name or (parts[-1].person and self._common(tokens[end]) if end < len(tokens) else name)
        owned = end < len(tokens) and tokens[end].norm in word_set("descriptions_owners")
        deep = owned or frame.several or before in word_set("descriptions_refusing")
        shy = before in word_set("descriptions_places") | word_set("descriptions_dropping")
        shy = shy and not (before == "with" and "compare" in {token.norm for token in tokens[: frame.start]})
        if (shy and not name) or not (name or self._over(tokens, end)):
            return frozenset()
        depth = TEXT if deep else VALUES
        last = parts[-1].text.split()[-1]
        plural = last.endswith("s") and not records.saying(last, depth, exact=True)
        several = plural or frame.several or frame.count is not None
        return self._counted(frame, parts, records, depth, many=several, lone=not several)

    def _over(self, tokens: Sequence[Token], end: int) -> bool:
        """Whether a phrase without a noun of its own is complete."""
        if end >= len(tokens) or not tokens[end].word:
            return True
        return tokens[end].norm in self._stops | word_set("pointers_after") | word_set("descriptions_verbs")

    def _common(self, token: Token) -> bool:
        """Whether a word is an everyday one that names no kind of things."""
        return token.norm in common_words() and not token.norm.endswith("s") and token.norm not in self._called

    def _counted(
        self, frame: Frame, parts: Sequence[Part], records: Records, depth: int, *, many: bool, lone: bool
    ) -> Ids:
        """The items meant, where they are as many as the phrase says."""
        if depth == TITLE and any(part.span for part in parts):
            return frozenset()
        ids = records.meant([(part.text, part.span) for part in parts], depth, first=VALUES if many else TITLE)
        if frame.count is not None:
            return ids if len(ids) == frame.count else frozenset()
        return ids if len(ids) == 1 or (many and not (lone and len(ids) > 2)) else frozenset()

    def _ranked(self, parts: Sequence[Part], records: Records) -> Ids:
        """The item at the end of a scale: "the cheap one", "cheapest of those"."""
        ranks = [part.span for part in parts if part.span and part.rank]
        others = [(part.text, part.span) for part in parts if not part.rank]
        found = records.ranked(ranks[0]) if len(ranks) == 1 else frozenset()
        return found & records.meant(others, TEXT) if others else found


def _telling(parts: Sequence[Part]) -> Sequence[Part]:
    """``parts`` without the words that tell no thing from another, unless there are no others: "the wee purple one"."""
    told = [part for part in parts if part.span is not None or part.text not in word_set("descriptions_idle")]
    return told if told and told[-1:] == parts[-1:] else parts


def _asked(tokens: Sequence[Token], index: int) -> bool:
    """Whether it is asked which one that is: "which is the longest of these?"."""
    place = index - (index > 0 and tokens[index - 1].norm == "the")
    return place > 0 and tokens[place - 1].norm in ("is", "'s", "are", "was", "which", "what", "whats")


def _how(tokens: Sequence[Token], index: int) -> bool:
    """Whether a fact is asked of what follows: "how heavy is the biggest"."""
    start = next((place for place in range(index, 0, -1) if not tokens[place - 1].word), 0)
    return tokens[start].norm in ("how", "where", "who", "when") or tokens[start].norm.startswith("how")


def _ends(tokens: Sequence[Token], end: int) -> bool:
    """Whether a statement is over before a token."""
    return end >= len(tokens) or not tokens[end].word


def _opens(tokens: Sequence[Token], index: int) -> bool:
    """Whether a clause begins here."""
    return index == 0 or not tokens[index - 1].word or tokens[index - 1].norm in word_set("descriptions_openers")

"""References to items that were shown: "the second one", "the first two", "both", "it".

Resolved against the list shown last; a reference beyond it means nothing. Knows no roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.records import VALUES, Records
from bot.engines.lexical.spans import Board, Span, pointing
from bot.engines.lexical.text import Reading, Token

if TYPE_CHECKING:
    from bot.understanding import Vocabulary

_PLACES = {"top": 1, "bottom": -1, "second": 2, "third": 3, "last_but_one": -2, "last_but_two": -3}
"""Where in a list the words for its ends point, counted from 1, or back from -1."""
_SIDES = {1: "from_top", 0: "from_middle", -1: "from_bottom"}


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be pointed at: the list shown last, in order, the item that "it" means, None when that is open, and the
    item whose page the visitor is on, which is then meant. ``limited``: the facet of the amounts in the message before.
    """

    shown: tuple[str, ...] = ()
    focus: str | None = None
    page: str | None = None
    limited: str = ""

    @property
    def single(self) -> str | None:
        """What "it" means."""
        return self.focus or self.page


class Pointers:
    """Finds and resolves references."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Compile ordinals, pronouns and nouns of the language."""
        lists, numbers = table("en.mentions"), table("en.numbers")
        self._by_id = vocabulary.by_id
        self._ordinals: dict[str, int] = numbers["ordinals"]
        self._counts: dict[str, int] = {word: value for word, value in numbers["words"].items() if 1 < value < 7}
        self._counts |= {str(value): value for value in range(2, 7)}
        self._nouns = Phrases((noun, True) for noun in lists["places"]["nouns"])
        self._numbered = frozenset(lists["places"]["number"])
        self._ends = Phrases((phrase, end) for end in ("middle", *_PLACES) for phrase in lists["places"][end])
        self._sides: dict[str, int] = {word: end for end in (1, 0, -1) for word in lists["places"][_SIDES[end]]}
        self._between = Phrases((phrase, True) for phrase in lists["places"]["between"])
        self._excepting: Phrases[bool] = Phrases((phrase, True) for phrase in lists["places"]["excepting"])
        kinds = ("other", "two", "many", "one", "former", "latter", "spurned")
        pronouns = [(phrase, kind) for kind in kinds for phrase in lists["pronouns"][kind]]
        self._pronouns: Phrases[str] = Phrases(pronouns)
        self._shy = frozenset(lists["pronouns"]["shy"])

    def spans(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """References on free tokens; "the first two" is one span with two mentions, "the fifth one" of three one
        with none of the items.
        """
        found: list[Span] = []
        index = 0
        while index < len(reading.tokens):
            match = self._at(reading.tokens, index, board, scene)
            if match:
                end, ids = match
                found.append(pointing(reading, index, end, ids))
            index = match[0] if match else index + 1
        return found

    def others(self, reading: Reading, board: Board, scene: Scene) -> list[Span]:
        """What is left where all but something is meant: "all but the last", "everything except Alien"."""
        found = list[Span]()
        for span in board.spans:
            match = self._excepting.before(reading.tokens, span.start)
            named = {mention.item_id for mention in span.mentions}
            if match and named & set(scene.shown):
                left = [id_ for id_ in scene.shown if id_ not in named]
                found.append(pointing(reading, match.start, span.end, left))
        return found

    def pronouns(self, reading: Reading, board: Board) -> Iterator[tuple[int, int, str, bool]]:
        """Pronouns on free tokens: start, end, "one"/"two"/"many", and whether it points only beside a cue."""
        for match in self._pronouns.scan(reading.tokens):
            if board.free(match.start, match.end):
                shy = " ".join(reading.norms(match.start, match.end)) in self._shy
                yield match.start, match.end, match.value, shy

    def _at(
        self, tokens: Sequence[Token], index: int, board: Board, scene: Scene
    ) -> tuple[int, tuple[str, ...]] | None:
        """The reference at ``index``: where it ends and what it means."""
        start = index + (tokens[index].norm in word_set("pointers_the"))
        if start >= len(tokens) or not scene.shown:
            return None
        if several := self._several(tokens, start, scene) or self._at_end(tokens, index, scene):
            return several
        if not board.free(index, start + 1):
            return None
        found = self._ordinal(tokens, start, scene) or self._by_number(tokens, start, scene)
        found = found or (self._cardinal(tokens, index, scene) if start == index else None)
        return found

    def _several(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        """As many as are said from one end of the list or from its middle: "the top two", "all four"."""
        after = tokens[index + 1].norm if index + 1 < len(tokens) else ""
        side, count = self._sides.get(tokens[index].norm), self._counts.get(after)
        inner = self._counts.get(tokens[index].norm)
        between = self._between.at(tokens, index + 1) if inner else None
        if between:
            side, count, end = 0, inner, between.end
        else:
            noun = self._nouns.at(tokens, index + 2) if count else None
            end = noun.end if noun else index + 2
        if tokens[index].norm == "all" and count == len(scene.shown):
            return end, scene.shown
        if side is None or not count or count >= len(scene.shown) + (side != 0):
            return None
        first = {1: 0, -1: len(scene.shown) - count}.get(side, (len(scene.shown) - count) // 2)
        return (end, scene.shown[first : first + count]) if side or (len(scene.shown) - count) % 2 == 0 else None

    def _at_end(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        """The top, the bottom, places from either of them, and the middle of the list, which has one if it is odd."""
        end = self._ends.at(tokens, index)
        if end and end.value == "middle":
            return (end.end, scene.shown[len(scene.shown) // 2 :][:1]) if len(scene.shown) % 2 else None
        night = end is not None and tokens[end.end - 1].norm == "last" and end.end < len(tokens)
        if end is None or (night and tokens[end.end].norm in word_set("pointers_times")):
            return None
        noun = self._nouns.at(tokens, end.end)
        return noun.end if noun else end.end, _pick(scene.shown, _PLACES[end.value])

    def _ordinal(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        place = self._ordinals.get(tokens[index].norm)
        if place is None:
            return None
        ids = _pick(scene.shown, place)
        noun = self._nouns.at(tokens, index + 1) or (self._own_noun(tokens, index + 1, ids) if ids else None)
        bare = _closes(tokens, index + 1) or self._listed(tokens, index) or self._said(tokens, index)
        if not noun and not (ids and bare):
            return None
        return (noun.end if noun else index + 1), ids

    def _said(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether something is said or asked of what "the second" points at: no noun follows, but a verb."""
        after = tokens[index + 1].norm
        the = index == 0 or not tokens[index - 1].word or tokens[index - 1].norm in word_set("pointers_the")
        if not the or after in word_set("pointers_things") or after.isdigit() or self._counts.get(after):
            return False
        asked = index > 1 and tokens[index - 2].norm in word_set("pointers_asking")
        return asked or after.endswith(("s", "ed", "'d", "'ll")) or after in word_set("pointers_doing")

    def _listed(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a bare ordinal goes on a list of them: "is the first or second longer"."""
        place = index - 1 - (index > 0 and tokens[index - 1].norm == "the")
        return place > 0 and tokens[place].norm in ("and", "or", "nor") and tokens[place - 1].norm in self._ordinals

    def _own_noun(self, tokens: Sequence[Token], index: int, ids: Sequence[str]) -> Found[bool] | None:
        """What the item pointed at is called itself: "that second jacket"."""
        item = self._by_id.get(ids[0])
        if item is None or index < 2 or index >= len(tokens) or tokens[index - 2].norm not in ("the", "that", "this"):
            return None
        said = Records([item]).saying(tokens[index].norm, VALUES)
        return Found(index, index + 1, True) if said else None

    def _cardinal(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        """Places said as bare numbers: "one and three"; "two is closer" at the start of a sentence."""
        numbers, place = [self._number(tokens[index], scene)], index + 1
        while place + 1 < len(tokens) and tokens[place].norm in word_set("pointers_joining"):
            if not (number := self._number(tokens[place + 1], scene)):
                break
            numbers.append(number)
            place += 2
        if None in numbers or len(set(numbers)) < len(numbers):
            return None
        opens = index == 0 or tokens[index - 1].text in ".!?;,"
        being = place < len(tokens) and tokens[place].norm in word_set("pointers_being")
        beside = opens or tokens[index - 1].norm in word_set("pointers_before") | word_set("pointers_asking")
        said = _closes(tokens, place) or tokens[place].norm in word_set("pointers_doing") | word_set("pointers_being")
        listed = len(numbers) > 1 and beside and said
        before = [token.norm for token in tokens[max(0, index - 2) : index]]
        vetoed = before == ["similar", "to"] or (before and before[-1] in word_set("pointers_vetoing"))
        vetoed = vetoed and _closes(tokens, place)
        if not (listed or vetoed or (opens and being and numbers != [1])):
            return None
        return place, tuple(id_ for number in numbers for id_ in _pick(scene.shown, number or 0))

    def _number(self, token: Token, scene: Scene) -> int | None:
        """The place that a number names, None where nothing was shown there."""
        number = int(token.norm) if token.norm.isdigit() else table("en.numbers")["words"].get(token.norm, 0)
        return number if 0 < number <= len(scene.shown) else None

    def _by_number(self, tokens: Sequence[Token], index: int, scene: Scene) -> tuple[int, tuple[str, ...]] | None:
        """A reference by its number: "number two", "#2"."""
        if tokens[index].norm not in self._numbered or index + 1 >= len(tokens):
            return None
        place = index + 1 + (tokens[index + 1].text == "." and index + 2 < len(tokens))
        norm = tokens[place].norm
        number = int(norm) if norm.isdigit() else table("en.numbers")["words"].get(norm)
        ids = _pick(scene.shown, number) if number else ()
        return (place + 1, ids) if ids else None


def _closes(tokens: Sequence[Token], index: int) -> bool:
    """Whether a bare "the second" is over here."""
    if index >= len(tokens) or not tokens[index].word:
        return True
    return tokens[index].norm in word_set("pointers_after")


def _pick(shown: tuple[str, ...], place: int) -> tuple[str, ...]:
    index = place - 1 if place > 0 else len(shown) + place
    return (shown[index],) if 0 <= index < len(shown) else ()

"""What a visitor thinks of the items in a message: liked, seen, rejected or merely mentioned; and what "it" stands for.

Works on the spans of titles and references; knows no catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.opinions import Opinions
from bot.engines.lexical.phrases import Phrases
from bot.engines.lexical.pointers import Pointers, Scene
from bot.engines.lexical.polarity import Polarity
from bot.engines.lexical.spans import Board, Span
from bot.engines.lexical.text import Reading, Token
from bot.types import Mention, Role


@dataclass(frozen=True, slots=True)
class Judged:
    """A mention span with the role of its items; ``said``: the message says so, by the tokens ``cue``."""

    span: Span
    role: Role
    said: bool
    cue: tuple[int, int] = (0, 0)


class Roles:
    """Reads roles off the words around mentions."""

    def __init__(self, pointers: Pointers) -> None:
        """Compile the cues of the language."""
        roles = table("en.mentions")["roles"]
        self._pointers = pointers
        self._spurned = frozenset(table("en.mentions")["pronouns"]["spurned"])
        self._others = frozenset(table("en.mentions")["pronouns"]["other"])
        self._opinions = Opinions()
        self._bare: Phrases[Role] = Phrases((cue, role) for role, cues in roles["bare"].items() for cue in cues)

    def judge(self, reading: Reading, board: Board, polarity: Polarity, scene: Scene) -> list[Judged]:
        """Every mention of the message with its role, pronouns resolved, in order."""
        self._point(reading, board, scene)
        judged: list[Judged] = []
        for span in [span for span in board.spans if span.mentions]:
            judged.append(self._judged(reading, span, polarity, judged))
        judged = _listed_back(reading.tokens, judged)
        judged += self._apart(reading, board, judged)
        for found in judged:
            board.block(_subject(reading.tokens, board, found.cue), found.cue[1])
        return judged or self._implied(reading, board, scene)

    def _apart(self, reading: Reading, board: Board, judged: Sequence[Judged]) -> list[Judged]:
        """What is thought of the one item that the visitor knows, said in a clause of its own: "seen it. Superb"."""
        known = {(mention.item_id, one.role) for one in judged for mention in one.span.mentions}
        if len(known) != 1 or judged[-1].role != "seen" or judged[-1].span.mentions[0].item_id is None:
            return []
        for start, end in _clauses(reading.tokens, judged[-1].span.end):
            role = self._opinions.apart(reading.tokens[start:end])
            if role:
                board.block(start, end)
                return [Judged(judged[-1].span, role, said=True)]
        return []

    def _point(self, reading: Reading, board: Board, scene: Scene) -> None:
        """Claim pronouns that point at something, left to right."""
        for start, end, kind, shy in self._pointers.pronouns(reading, board):
            ids = self._meant(board, start, kind, scene)
            if kind == "many" and set(reading.norms(start, end)) <= word_set("roles_plural"):
                ids = _group(board, start) or ids
            if not ids or (shy and not self._cued(reading.tokens, start, end)) or _goes_on(reading.tokens, start, end):
                continue
            if _of_these(reading.tokens, end, board) or (kind == "two" and _points(board, end)):
                continue
            if kind == "spurned" and (start > 0 or any(token.word for token in reading.tokens[end : end + 1])):
                continue
            text = reading.slice(start, end)
            mentions = tuple(Mention(text, id_, how="reference", confidence=0.85) for id_ in ids)
            board.claim([Span(start, end, "reference", mentions=mentions)])

    def _meant(self, board: Board, start: int, kind: str, scene: Scene) -> tuple[str, ...]:
        """The items that a pronoun stands for: named before in the message, else in focus, else shown."""
        named = [m.item_id for span in board.spans if span.end <= start for m in span.mentions if m.item_id]
        if kind == "one":
            return (named[-1],) if named else (scene.single,) if scene.single else ()
        if kind == "other":
            known = named or [id_ for id_ in scene.shown if id_ == scene.focus] or _named_later(board, start, scene)
            return tuple(id_ for id_ in scene.shown if id_ not in known) if known else ()
        if kind in ("former", "latter"):
            ids = tuple(named[-2:]) if len(named) > 1 else scene.shown
            return ids[:1] if kind == "former" else ids[-1:]
        if kind == "two":
            return tuple(named[-2:]) if len(named) > 1 else scene.shown[:2]
        return scene.shown

    def _cued(self, tokens: Sequence[Token], start: int, end: int) -> bool:
        """Whether a shy pronoun stands beside a word of liking, seeing or refusing."""
        before = self._opinions.right_before(tokens, start)
        if (
            before
            and before.value != "mentioned"
            and not (before.end - before.start == 1 and tokens[before.start].norm in ("not", "no", "without"))
        ):
            liking = tokens[before.start].norm in (
                "like",
                "love",
                "into",
                "take",
                "pick",
                "choose",
                "enjoy",
                "prefer",
                "close",
                "watching",
                "drop",
                "remove",
                "skip",
            )
            return not liking or self._closes(tokens, end)
        after = self._opinions.right_after(tokens, end) if end < len(tokens) else None
        return after is not None and tokens[start].norm not in ("it",)

    def _closes(self, tokens: Sequence[Token], end: int) -> bool:
        """Whether "like that" is complete, rather than "like that sort of film"."""
        return end >= len(tokens) or not tokens[end].word or tokens[end].norm in word_set("roles_closers")

    def _judged(self, reading: Reading, span: Span, polarity: Polarity, earlier: Sequence[Judged]) -> Judged:
        said = " ".join(reading.norms(span.start, span.end))
        refusing = reading.tokens[span.start].norm in word_set("roles_refusing") or said in self._spurned
        if refusing and _asked(reading.tokens, span.end):
            return Judged(span, "mentioned", said=True)
        if refusing:
            return Judged(span, "rejected", said=True, cue=(span.start, span.end))
        cue = self._opinions.of(reading.tokens, span)
        role = cue.value if cue else self._listed_role(reading.tokens, span, earlier)
        place = (cue.start, cue.end) if cue else (0, 0)
        measure = reading.norms(span.start - 1, span.start) in (("as",), ("than",))
        if said in self._others and cue is None and _instead(reading.tokens, span, earlier):
            return Judged(span, "liked", said=True, cue=place)
        if polarity.negative(span.start) and role in (None, "liked") and not measure:
            return Judged(span, "rejected", said=True, cue=place)
        return Judged(span, role or "mentioned", said=role is not None, cue=place)

    def _listed_role(self, tokens: Sequence[Token], span: Span, earlier: Sequence[Judged]) -> Role | None:
        """The role of the item listed before."""
        previous = earlier[-1] if earlier else None
        gap = tokens[previous.span.end : span.start] if previous else ()
        if (
            previous
            and previous.said
            and gap
            and all(token.norm in word_set("roles_listed") | word_set("roles_skipped") for token in gap)
        ):
            return previous.role
        return None

    def _implied(self, reading: Reading, board: Board, scene: Scene) -> list[Judged]:
        """Opinions without an object, "seen it", mean the item in focus; without one they are asked back."""
        if any(span.constraints for span in board.spans):
            return []
        free = [match for match in self._bare.scan(reading.tokens) if board.free(match.start, match.end)]
        matches = [match for match in free if reading.norms(match.end, match.end + 1) != ("to",)]
        if not matches:
            return []
        match = matches[0]
        text, ids = reading.slice(match.start, match.end), (scene.single,) if scene.single else ()
        mentions = tuple(Mention(text, id_, how="reference", confidence=0.75) for id_ in ids)
        span = Span(match.start, match.end, "reference", mentions=mentions)
        board.claim([span])
        return [Judged(span, match.value, said=True)]


def _clauses(tokens: Sequence[Token], place: int) -> list[tuple[int, int]]:
    """The clauses behind a token: from one mark, "and" or "but" to the next."""
    parting = [n for n in range(place, len(tokens)) if not tokens[n].word or tokens[n].norm in ("and", "but", "though")]
    ends = [*parting, len(tokens)]
    return [(start + 1, end) for start, end in pairwise(ends) if end > start + 1]


def _instead(tokens: Sequence[Token], span: Span, earlier: Sequence[Judged]) -> bool:
    """Whether something follows what is refused, with nothing between them: "not the first, the others"."""
    before = earlier[-1] if earlier and earlier[-1].role == "rejected" else None
    return before is not None and [token.norm for token in tokens[before.span.end : span.start]] == [","]


def _points(board: Board, index: int) -> bool:
    """Whether a reference begins at a token: "both the first and the third"."""
    span = board.at(index)
    return span is not None and span.kind == "reference"


def _named_later(board: Board, start: int, scene: Scene) -> list[str]:
    """The shown item that the message goes on to name: "the other three I've seen, so what about Amelie"."""
    later = [m.item_id for span in board.spans if span.start > start for m in span.mentions if m.item_id in scene.shown]
    return [id_ for id_ in later if id_] if len(set(later)) == 1 else []


def _group(board: Board, start: int) -> tuple[str, ...]:
    """The items that "them" stands for where several were pointed at before: "the last two, do they fold?"."""
    before = [span for span in board.spans if span.mentions and span.end <= start]
    ids = tuple(one.item_id for one in before[-1].mentions if one.item_id) if before else ()
    return ids if len(set(ids)) > 1 else ()


def with_role(judged: Judged, role: Role | None = None) -> tuple[Mention, ...]:
    """The mentions of a judged span, carrying its role or another."""
    return tuple(replace(mention, role=role or judged.role) for mention in judged.span.mentions)


def _listed_back(tokens: Sequence[Token], judged: Sequence[Judged]) -> list[Judged]:
    """With the role of a list's last member for those before it: "the second and third look good"."""
    found = list(judged)
    for index in range(len(found) - 2, -1, -1):
        gap = {token.norm for token in tokens[found[index].span.end : found[index + 1].span.start]}
        if not found[index].said and found[index + 1].said and gap and gap <= word_set("roles_listed") | {"the"}:
            found[index] = replace(found[index], role=found[index + 1].role, said=True)
    return found


def _goes_on(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether it is no answer: "neither long nor dull", "not those with subtitles"."""
    norm, after = tokens[start].norm, tokens[end : end + 1]
    open_ = (end == start + 1 and norm in word_set("roles_refusing")) or norm == "not"
    if norm == "neither" and after and (after[0].norm in word_set("pointers_asking") or after[0].norm.endswith("s")):
        return False
    return open_ and any(token.word and token.norm not in word_set("roles_closers") for token in after)


def _of_these(tokens: Sequence[Token], end: int, board: Board) -> bool:
    """Whether what is meant is said right behind: "both of the last two"."""
    place = end + 1 + (end + 1 < len(tokens) and tokens[end + 1].norm == "the")
    span = board.at(place) if place < len(tokens) and tokens[end].norm == "of" else None
    return span is not None and span.kind == "reference"


def _asked(tokens: Sequence[Token], start: int) -> bool:
    """Whether a sentence ends as a question: "none of those in colour?"."""
    return next((token.text for token in tokens[start:] if token.text in (".", "!", "?")), "") == "?"


def _subject(tokens: Sequence[Token], board: Board, cue: tuple[int, int]) -> int:
    """Where the words begin that say whose opinion it is: "my dad and I loved"."""
    start, end = cue
    if start == end or not word_set("roles_verbs") & {token.norm for token in tokens[start:end]}:
        return start
    place = start
    while (
        place > 0
        and tokens[place - 1].word
        and board.free(place - 1, place)
        and tokens[place - 1].norm not in word_set("roles_turns")
    ):
        place -= 1
    return place if {token.norm for token in tokens[place:start]} & word_set("roles_persons") else start

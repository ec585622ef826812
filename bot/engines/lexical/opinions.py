"""Words of liking, seeing and refusing around a mention, and what they say of it. Knows no items and no scene."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span
from bot.engines.lexical.text import Token
from bot.types import Role

_HOLLOW = frozenset({"'s", "i", "which", ",", "-", "that"})
"""May stand between a mention and what is said of it."""


class Opinions:
    """Finds what a message says of a mention."""

    def __init__(self) -> None:
        """Compile the cues of the language."""
        roles = table("en.mentions")["roles"]
        self._before = _phrases(roles["before"])
        self._opening = _phrases(roles["opening"])
        self._after = _phrases(roles["after"])
        self._told: Phrases[Role] = Phrases(
            (f"{subject} {verb}", role)
            for role, verbs in roles["verbs"].items()
            for verb in verbs
            for subject in roles["subjects"]
        )
        self._verdicts, self._alone = _phrases(roles["verdicts"]), _phrases(roles["alone"])
        self._good, self._bad = frozenset(roles["praise"]), frozenset(roles["blame"])

    def of(self, tokens: Sequence[Token], span: Span) -> Found[Role] | None:
        """The cue that decides: a verb before the item, then praise or blame after it, then any other before it."""
        before, after = self.before(tokens, span.start), self.after(tokens, span.end)
        if after and after.value == "liked" and span.start > 0 and tokens[span.start - 1].norm == "than":
            after = None  # "older than these, please"
        if before and after and before.start == before.end:
            return after  # "the last is too heavy, the middle one maybe"
        blamed = after is not None and after.value == "rejected"
        if before and (before.value in ("seen", "rejected") or (before.value == "liked" and not blamed)):
            return before
        return after or before

    def before(self, tokens: Sequence[Token], start: int) -> Found[Role] | None:
        """The cue before a mention, small words between them allowed."""
        place = start
        while place > 0:
            match = self.right_before(tokens, place) or self._opened(tokens, place)
            if match and match.value == "liked" and _supposed(tokens, match.start):
                return Found(match.start, match.end, "mentioned")
            if match or tokens[place - 1].norm not in word_set("roles_skipped"):
                return match or _excessive(tokens, start)
            place -= 1
        return None

    def right_before(self, tokens: Sequence[Token], end: int) -> Found[Role] | None:
        """The cue that stops right before ``end``."""
        return self._before.before(tokens, end)

    def after(self, tokens: Sequence[Token], end: int) -> Found[Role] | None:
        """The cue after a mention; that on a part of it too: "number two's cover puts me off"."""
        place = end = end - (tokens[end - 1].norm == "'s")
        while place < len(tokens):
            match = self.right_after(tokens, place)
            if match or tokens[place].norm not in word_set("roles_skipped") | _HOLLOW:
                break
            place += 1
        else:
            return None
        owned = tokens[end].norm == "'s" and end + 2 < len(tokens)
        return match or (self.right_after(tokens, end + 2) if owned else None)

    def right_after(self, tokens: Sequence[Token], start: int) -> Found[Role] | None:
        """The cue that begins at ``start``."""
        verdict = self._verdicts.at(tokens, start)
        if verdict and (verdict.end >= len(tokens) or not tokens[verdict.end].word):
            return verdict
        found = [self._after.at(tokens, start), self._told.at(tokens, start), self._judged(tokens, start)]
        return max((one for one in found if one), key=lambda one: one.end, default=None)

    def apart(self, tokens: Sequence[Token]) -> Role | None:
        """The verdict that a clause is which names nothing: "it is lovely", "Beautiful film.", "never again"."""
        if found := self._alone.at(tokens, 0):
            return found.value if found.end == len(tokens) else None
        start = next((n for n, token in enumerate(tokens) if token.norm not in word_set("opinions_degrees")), 0)
        about = bool(tokens) and tokens[0].norm in word_set("opinions_subjects")
        judged = self._judged(tokens, 1) if about and len(tokens) > 2 else None
        word = tokens[start].norm if tokens else ""
        if judged or len(tokens) > start + 2 or word not in self._good | self._bad:
            return judged.value if judged and judged.end == len(tokens) else None
        refused = any(token.norm in ("not", "too") for token in tokens[:start])
        return "liked" if (word in self._good) ^ refused else "rejected"

    def _opened(self, tokens: Sequence[Token], end: int) -> Found[Role] | None:
        """A cue that counts only where a statement begins: "got the second already", "ok the compass"."""
        match = self._opening.before(tokens, end)
        if match is None or (match.start and tokens[match.start - 1].norm not in word_set("opinions_openers")):
            return None
        asks = next((token.text for token in tokens[end:] if token.text in (".", "!", "?")), "") == "?"
        return None if asks and match.value == "seen" else match

    def _judged(self, tokens: Sequence[Token], start: int) -> Found[Role] | None:
        """Praise or blame in a sentence: "'s gorgeous", "isn't really nice", "looks too big", "too dear"."""
        bare = tokens[start].norm == "too" and _ends(tokens, start + 2) and _all(tokens, start)
        if not (bare or tokens[start].norm in word_set("opinions_being")):
            return None
        place, no, excess = start + (not bare), tokens[start].norm.endswith("n't"), False
        while place < len(tokens) and tokens[place].norm in word_set("opinions_degrees"):
            no, excess = no ^ (tokens[place].norm == "not"), excess or tokens[place].norm == "too"
            place += 1
        word = tokens[place].norm if place < len(tokens) else ""
        if not word.isalpha() or not (excess or word in self._good | self._bad):
            return None
        good = (word in self._good) ^ no if word in self._good | self._bad else no
        return Found(start, place + 1, "liked" if good else "rejected")


def _phrases(cues: dict[Role, list[str]]) -> Phrases[Role]:
    return Phrases((cue, role) for role, found in cues.items() for cue in found)


def _supposed(tokens: Sequence[Token], start: int) -> bool:
    """Whether it is only supposed: "if I take the second ..."."""
    before = [token.norm for token in tokens[max(0, start - 2) : start + 1]]
    return "if" in before[:2]


def _ends(tokens: Sequence[Token], place: int) -> bool:
    """Whether a statement ends before a place, and there was something in it."""
    said = place <= len(tokens) and tokens[place - 1].norm not in word_set("roles_closers")
    return said and (place == len(tokens) or tokens[place].stop or tokens[place].norm in ("for", "to"))


def _all(tokens: Sequence[Token], end: int) -> bool:
    """Whether several things were pointed at right before: "all of them", "both"."""
    return end > 0 and tokens[end - 1].norm in word_set("opinions_all")


def _excessive(tokens: Sequence[Token], start: int) -> Found[Role] | None:
    """Too much of something, said before what has it: "too gory, that last one"."""
    end = start - (start > 0 and tokens[start - 1].norm == ",")
    if end > 1 and tokens[end - 2].norm == "too" and tokens[end - 1].word:
        return Found(end, end, "rejected")
    return None

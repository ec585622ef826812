"""Two versions of the prompts on the same cases: who does better, and what changed in items, text, tokens and time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median
from threading import Event as Flag
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.assistant import Assistant
from bot.prompting.cases import Case
from bot.prompting.judging import Judged, failures, judge
from bot.prompting.replaying import Outcome, Player

if TYPE_CHECKING:
    from prompts import Registry

Verdict: TypeAlias = Literal["better", "same", "changed", "worse", "broken"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One case under both versions. ``verdict`` is that of ``b`` against ``a``.

    ``better`` and ``worse`` count the checks that hold, ``broken`` a must-check that ``a`` passes and ``b`` does not;
    ``changed`` says something else as well. Only a reader can tell whether a changed reply is nicer.
    """

    case: Case
    a: Outcome
    b: Outcome
    judged_a: tuple[Judged, ...]
    judged_b: tuple[Judged, ...]

    @property
    def verdict(self) -> Verdict:
        """The outcome in a word."""
        must = [{one.check for one in failures(judged, must=True)} for judged in (self.judged_a, self.judged_b)]
        if must[1] - must[0]:
            return "broken"
        wrong = [len(failures(judged)) for judged in (self.judged_a, self.judged_b)]
        if wrong[0] != wrong[1]:
            return "better" if wrong[1] < wrong[0] else "worse"
        return "same" if self.a.said == self.b.said and self.a.items == self.b.items else "changed"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The reply word by word: (``same``, ``gone`` or ``new``, the words), line breaks kept."""
        before, after = (one.said.replace("\n", " \n ").split(" ") for one in (self.a, self.b))
        found: list[tuple[str, str]] = []
        for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag == "equal":
                found.append(("same", " ".join(before[i:j])))
                continue
            found += [("gone", " ".join(before[i:j]))] if j > i else []
            found += [("new", " ".join(after[k:m]))] if m > k else []
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs in figures. Medians of words, tokens and milliseconds, of ``a`` and of ``b``."""

    cases: int
    conversations: int
    counts: dict[Verdict, int]
    items_changed: int
    texts_changed: int
    words: tuple[float, float]
    tokens: tuple[float, float]
    milliseconds: tuple[float, float]
    prompts: tuple[str, ...]

    @property
    def wins(self) -> int:
        """Cases in which ``b`` holds more checks."""
        return self.counts["better"]

    @property
    def losses(self) -> int:
        """Cases in which ``b`` holds fewer, or breaks one that it must hold."""
        return self.counts["worse"] + self.counts["broken"]


def compare(
    assistant: Assistant, cases: Sequence[Case], a: Registry, b: Registry, *, cancel: Flag | None = None
) -> Iterator[Pair]:
    """Each pair as it ends; setting ``cancel`` ends it after a turn. Items come out alike but where prompts decide."""
    player = Player(assistant)
    try:
        for case in cases:
            if cancel is not None and cancel.is_set():
                return
            before, after = player.play(case, a, cancel=cancel), player.play(case, b, cancel=cancel)
            shelf = assistant.shelf(case.catalog)
            judged = judge(case, before, shelf, base=before), judge(case, after, shelf, base=before)
            yield Pair(case, before, after, *judged)
    finally:
        player.close()


def summed(pairs: Sequence[Pair]) -> Comparison:
    """The figures of a comparison. ``prompts`` are those that spoke for ``b`` and never for ``a``."""
    verdicts = [pair.verdict for pair in pairs]
    kinds: tuple[Verdict, ...] = ("better", "same", "changed", "worse", "broken")
    old = {ref for pair in pairs for ref in pair.a.prompts}
    return Comparison(
        cases=len(pairs),
        conversations=len({pair.case.conversation or pair.case.name for pair in pairs}),
        counts={kind: verdicts.count(kind) for kind in kinds},
        items_changed=sum(pair.a.items != pair.b.items for pair in pairs),
        texts_changed=sum(pair.a.said != pair.b.said for pair in pairs),
        words=_medians([(pair.a.words, pair.b.words) for pair in pairs]),
        tokens=_medians([(pair.a.tokens, pair.b.tokens) for pair in pairs]),
        milliseconds=_medians([(pair.a.total, pair.b.total) for pair in pairs]),
        prompts=tuple(sorted({ref for pair in pairs for ref in pair.b.prompts} - old)),
    )


def _medians(values: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if not values:
        return (0.0, 0.0)
    first, second = zip(*values, strict=True)
    return (float(median(first)), float(median(second)))

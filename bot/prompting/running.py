"""A set of cases against one version of the prompts, case by case: whoever iterates shows progress and may stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event as Flag
from typing import TYPE_CHECKING

from bot.assistant import Assistant
from bot.prompting.cases import Case
from bot.prompting.judging import Judged, failures, judge
from bot.prompting.replaying import Outcome, Player

if TYPE_CHECKING:
    from prompts import Registry


@dataclass(frozen=True, slots=True)
class Ran:
    """One case with its reply and its checks."""

    case: Case
    outcome: Outcome
    judged: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        """Whether every must-check holds."""
        return not failures(self.judged, must=True)


def run(
    assistant: Assistant, cases: Sequence[Case], registry: Registry, *, base: Registry, cancel: Flag | None = None
) -> Iterator[Ran]:
    """Each case as it ends; ``base`` is the wording that was good before. Setting ``cancel`` ends it after a turn."""
    player = Player(assistant)
    same = registry.state == base.state
    try:
        for case in cases:
            if cancel is not None and cancel.is_set():
                return
            before = None if same else player.play(case, base, cancel=cancel)
            outcome = player.play(case, registry, cancel=cancel)
            shelf = assistant.shelf(case.catalog)
            yield Ran(case, outcome, judge(case, outcome, shelf, base=before or outcome))
    finally:
        player.close()

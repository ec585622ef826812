"""Watches one turn from the outside: how it ended, how long it took, what went wrong. Never what was said."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import types
from bot.errors import TooBusy
from bot.web.metrics import Metrics

_log = logging.getLogger("bot.web.turns")

_TIMED: Mapping[str, str] = {
    "recommended": "turn_cards_seconds",
    "delta": "turn_first_word_seconds",
    "done": "turn_seconds",
}


@dataclass(slots=True)
class TurnWatch:
    """One turn. Tell it each event, then how it ended."""

    metrics: Metrics
    began: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    acts: tuple[str, ...] = ()
    cards: int = 0
    abstained: bool = False
    handed_over: bool = False
    done: types.Done | None = None
    held: types.Held | None = None

    def see(self, event: types.Event) -> None:
        """Note one event."""
        self.seconds.setdefault(event.name, time.perf_counter() - self.began)
        match event:
            case types.Understood():
                self.acts = event.intent.acts
            case types.Recommended():
                self.cards += len(event.cards)
            case types.Answered():
                self.abstained = self.abstained or event.abstained
            case types.HandedOver():
                self.handed_over = True
            case types.Held():
                self.held = event
            case types.Notice():
                self.notices.append(event.code)
            case types.Done():
                self.done = event

    def end(self, error: BaseException | None = None) -> None:
        """Count the turn and write its line."""
        outcome = self._outcome(error)
        if outcome == "refused":
            self.metrics.count("refused_total", "turn")
            return
        known = self.done or self.held
        catalog = known.catalog if known else "unknown"
        self.metrics.count("turns_total", catalog, outcome)
        if outcome in ("failed", "error"):
            self.metrics.count("errors_total", "turn")
        for name, metric in _TIMED.items():
            if name in self.seconds:
                self.metrics.observe(metric, self.seconds[name])
        if self.abstained:
            self.metrics.count("abstentions_total", catalog)
        if self.handed_over:
            self.metrics.count("hand_overs_total", catalog)
        for code in dict.fromkeys(self.notices):
            self.metrics.count("notices_total", code)
        _log.info("turn %s", outcome, extra={"fields": self._fields(catalog)})

    def _outcome(self, error: BaseException | None) -> str:
        if self.held is not None:
            return "held"
        if self.done is not None:
            return "failed" if "failed" in self.notices else "stopped" if self.done.stopped else "done"
        if isinstance(error, TooBusy):
            return "refused"
        return "error" if isinstance(error, Exception) else "stopped"

    def _fields(self, catalog: str) -> dict[str, Any]:
        """Ids, codes and milliseconds."""
        fields: dict[str, Any] = {"turn": self.done.turn_id if self.done else "", "catalog": catalog}
        fields |= {f"{name}_ms": round(self.seconds[name] * 1000, 1) for name in _TIMED if name in self.seconds}
        fields |= {"acts": list(self.acts), "cards": self.cards, "notices": self.notices}
        return {name: value for name, value in fields.items() if value != []}

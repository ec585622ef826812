"""One turn at work: what it knows so far, what it said, and how long each step took.

A `Turn` lives for one reply and is never shared; what outlives it is a `TurnRecord`, written by memory in one step.
Knows nothing of how items are found or words are chosen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import TYPE_CHECKING, Literal

from bot import types

if TYPE_CHECKING:
    from prompts import Voice

Status = Literal["done", "stopped", "failed", "cut"]


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """What memory keeps of a turn. ``timings`` are milliseconds since its start, ``product_id`` is the page's item,
    ``base`` the state that the turn began with, and ``prompt_state`` the id of the prompts that were in force.
    """

    reply: str
    status: Status
    intent: types.Intent | None
    state: types.DialogueState
    cards: tuple[types.Card, ...]
    events: tuple[types.Event, ...]
    prompts: tuple[str, ...]
    timings: dict[str, float]
    product_id: str = ""
    base: types.DialogueState | None = None
    prompt_state: str = ""


@dataclass(slots=True)
class Turn:
    """The workspace of one reply; handlers read it, replace its state, and append what they showed."""

    id: str
    session_id: str
    shelf: types.Shelf
    voice: Voice
    message: str
    state: types.DialogueState
    history: Sequence[types.Message] = ()
    intent: types.Intent = field(default_factory=lambda: types.Intent(acts=()))
    cancel: Flag = field(default_factory=Flag)
    style: str = "plain"
    visitor: str = ""
    truncated: bool = False
    base: types.DialogueState | None = None
    context: types.PageContext = field(default_factory=types.PageContext)
    cards: tuple[types.Card, ...] = ()
    suggestions: tuple[types.Suggestion, ...] = ()
    events: list[types.Event] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    status: Status = "done"
    _began: float = field(default_factory=time.perf_counter)

    def watch(self, events: Iterator[types.Event]) -> Iterator[types.Event]:
        """Pass ``events`` on, noting each, its time, and how it ended; ends early once ``cancel`` is set."""
        try:
            for event in events:
                self._note(event)
                yield event
                if self.cancel.is_set():
                    self.status = "stopped"
                    return
        except GeneratorExit:
            self.status = "stopped"
            raise
        except Exception:
            self.status = "failed"
            raise

    def record(self) -> TurnRecord:
        """The turn as memory keeps it."""
        self.timings["total"] = self._elapsed()
        return TurnRecord(
            reply="".join(self.pieces),
            status=self.status,
            intent=self.intent,
            state=self.state,
            cards=self.cards,
            events=tuple(event for event in self.events if not isinstance(event, types.Delta | types.Progress)),
            prompts=self.prompts,
            timings=dict(self.timings),
            product_id=self.state.page or "",
            base=self.base,
            prompt_state=self.voice.state,
        )

    @property
    def before(self) -> str:
        """The reply before this one, empty at the first."""
        return next((message.text for message in reversed(self.history) if message.role == "assistant"), "")

    @property
    def speaks_anew(self) -> bool:
        """Whether the visitor speaks this language for the first time here: what holds for all of it is said once."""
        began = self.base.language if self.base else "en"
        return began != self.state.language or not any(message.role == "visitor" for message in self.history)

    @property
    def prompts(self) -> tuple[str, ...]:
        """Every prompt that spoke, to a model or to the visitor, as ``name.locale@version#hash``."""
        return tuple(dict.fromkeys((*self.intent.prompts, *types.refs(self.voice.spoken))))

    def _note(self, event: types.Event) -> None:
        """Remember one event; the first of each kind is timed."""
        if isinstance(event, types.Delta):
            self.pieces.append(event.text)
        self.events.append(event)
        self.timings.setdefault(event.name, self._elapsed())

    def _elapsed(self) -> float:
        """Milliseconds since the turn began."""
        return round((time.perf_counter() - self._began) * 1000, 2)

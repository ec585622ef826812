"""The conversation, on one page: a message goes in, events come out. Read this first.

    message -> understand -> fold into the state -> each act of the message in turn -> suggestions -> done

An `Assistant` holds the shelves, the memory and the prompts; what one act does is in `acts`. It knows no concrete
engine and no web framework.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event as Flag
from threading import Lock
from typing import TYPE_CHECKING

from bot import acts, lookup, types
from bot.errors import InvalidRequest, ShelftalkError, TooBusy, UnknownCatalog
from bot.presence import present
from bot.profile import state_event
from bot.rules import hidden
from bot.state import edit, fold, within
from bot.turn import Turn
from bot.understanding import understand
from prompts import PromptError
from vectorstore.base import Constraint, VectorStoreError

if TYPE_CHECKING:
    from bot.memory import Memory, Session
    from prompts import Registry, Voice

_log = logging.getLogger(__name__)

HEAR_EVERY = 1.0
"""Seconds between two looks for edited prompt files."""

Change = Callable[[types.DialogueState], types.DialogueState]

FAULTS = (ShelftalkError, VectorStoreError, PromptError)
"""What may go wrong within a turn and is told as a notice; anything else is a mistake of ours and is raised."""


class Assistant:
    """Talks with visitors about the catalogues that it was given. Safe to use from several threads.

    ``shelves`` maps a catalogue's name to a function that returns its current `Shelf` (a new generation is picked up at
    the next turn); the first is the default. ``max_message`` bounds a message, in characters.
    """

    def __init__(
        self,
        shelves: Mapping[str, Callable[[], types.Shelf]],
        memory: Memory,
        prompts: Registry,
        *,
        max_message: int = 4000,
        style: str = "plain",
    ) -> None:
        self.memory = memory
        self.prompts = prompts
        self._shelves = dict(shelves)
        self._max_message = max_message
        self._style = style
        self._lock = Lock()
        self._running: dict[str, list[Change]] = {}
        self._heard = time.monotonic()

    @property
    def catalogs(self) -> tuple[str, ...]:
        """The catalogues on offer, the default first."""
        return tuple(self._shelves)

    def shelf(self, catalog: str | None = None) -> types.Shelf:
        """The current shelf of ``catalog`` (None: the default). Raises UnknownCatalog."""
        return self.source(catalog)()

    def source(self, catalog: str | None = None) -> Callable[[], types.Shelf]:
        """What gives the current shelf of ``catalog`` (None: the default). Raises UnknownCatalog."""
        name = catalog or next(iter(self._shelves), "")
        if name not in self._shelves:
            offered = ", ".join(self._shelves) or "none; run `shelftalk ingest items FILE` first"
            raise UnknownCatalog(f"no catalogue is called {name!r}", hint=f"catalogues here: {offered}")
        return self._shelves[name]

    def voice(self, locale: str, catalog: str) -> Voice:
        """The voice that speaks ``locale`` about ``catalog``; edits of the prompt files are heard at once."""
        self._hear_edits()
        return self.prompts.voice(locale, style=self._style, catalog=catalog)

    def open(self, session_id: str | None = None, *, catalog: str | None = None) -> Session:
        """A new session, or the one with that id. Raises UnknownSession and UnknownCatalog."""
        return self.memory.open_session(session_id, catalog=self.shelf(catalog).name)

    def reply(self, session_id: str, message: str, *, cancel: Flag | None = None) -> Iterator[types.Event]:
        """Answer one message. The message is durable before the first event, the turn before `Done`.

        Setting ``cancel``, or closing the iterator, keeps what was said so far and marks it as stopped.

        Raises:
            InvalidRequest: the message is not text.
            UnknownSession: the session does not exist.
            TooBusy: this session is still replying to its last message.
        """
        if not isinstance(message, str) or "\x00" in message:
            raise InvalidRequest("a message must be text", hint="send a string without NUL characters")
        with self._one_at_a_time(session_id) as changes:
            turn = self._begin(self.open(session_id), legible(message), cancel or Flag())
            try:
                yield from turn.watch(self._kept(turn, self._events(turn)))
            except FAULTS as error:
                _log.warning("turn %s failed: %s", turn.id, error)
                yield types.Notice("failed", turn.voice.phrase("notice/degraded", "failed"))
            finally:
                self._finish(turn, changes)
            yield types.Done(
                session_id=turn.session_id,
                turn_id=turn.id,
                catalog=turn.shelf.name,
                timings=turn.timings,
                prompts=turn.prompts,
                stopped=turn.status == "stopped",
            )

    def search(
        self,
        query: str,
        *,
        catalog: str | None = None,
        filters: Sequence[Constraint] = (),
        k: int = 10,
        rerank: bool = True,
    ) -> tuple[types.Card, ...]:
        """Items for a query outside any conversation; filters are never relaxed."""
        shelf = self.shelf(catalog)
        return lookup.search(shelf, self.voice("en", shelf.name), legible(query), filters=filters, k=k, rerank=rerank)

    def answer(self, question: str, *, catalog: str | None = None) -> tuple[types.Answer, str]:
        """A cited answer to a service question outside any conversation, or the abstention, and its words."""
        shelf = self.shelf(catalog)
        return lookup.answer(shelf, self.voice("en", shelf.name), legible(question))

    def feedback(
        self,
        session_id: str,
        kind: types.FeedbackKind,
        *,
        item_id: str | None = None,
        turn_id: str | None = None,
        reason: str = "",
    ) -> types.StateChanged:
        """Record a press and fold it into the state, also in the middle of a reply. Raises InvalidRequest."""
        session = self.open(session_id)
        self.memory.record_feedback(session.id, kind=kind, item_id=item_id, turn_id=turn_id, reason=legible(reason))
        pressed = () if item_id is None else (types.Feedback(item_id, kind, reason),)
        items = self.shelf(session.catalog).items.items
        return self._change(session, lambda state: fold(state, types.Intent(acts=()), feedback=pressed, items=items))

    def edit(self, session_id: str, *, remove: tuple[str, ...]) -> types.StateChanged:
        """Take chips or remembered items off the state, by key."""
        return self._change(self.open(session_id), lambda state: edit(state, remove=remove))

    def profile(self, session_id: str) -> types.StateChanged:
        """What is known about this visitor now."""
        return self._change(self.open(session_id), lambda state: state)

    def _hear_edits(self) -> None:
        """Re-read edited prompt files, at most once a second: looking at all of them takes milliseconds."""
        if time.monotonic() - self._heard > HEAR_EVERY:
            self._heard = time.monotonic()
            self.prompts.refresh()

    def _begin(self, session: Session, message: str, cancel: Flag) -> Turn:
        """Make the message durable and lay out the workspace."""
        shelf = self.shelf(session.catalog)
        return Turn(
            id=self.memory.begin_turn(session.id, message[: self._max_message]),
            session_id=session.id,
            shelf=shelf,
            voice=self.voice(session.state.language, shelf.name),
            message=message[: self._max_message],
            state=within(session.state, shelf.items.items),
            history=self.memory.history(session.id),
            cancel=cancel,
            style=self._style,
            truncated=len(message) > self._max_message,
        )

    def _kept(self, turn: Turn, events: Iterator[types.Event]) -> Iterator[types.Event]:
        """Pass ``events`` on, a notice once; items are on record before they are seen, so that they can be pressed."""
        told = set[str]()
        for event in events:
            if isinstance(event, types.Recommended):
                self.memory.show(turn.id, turn.cards)
            if isinstance(event, types.Notice):
                if event.code in told:
                    continue
                told.add(event.code)
            yield event

    def _events(self, turn: Turn) -> Iterator[types.Event]:
        """Understand, fold, act, suggest."""
        shelf = turn.shelf
        found = understand(shelf.understander, shelf.fallback, turn.history, turn.message, shelf.items.schema)
        turn.intent = present(found, shelf.items.items, hidden(shelf.items, shelf.rules))
        turn.state = fold(turn.state, turn.intent, items=shelf.items.items)
        turn.voice = self.voice(turn.state.language, shelf.name)
        yield types.Understood(turn.intent)
        yield state_event(turn.state, shelf, turn.voice)
        yield from self._notices(turn)
        yield from acts.perform(turn, self.memory)
        if shelf.items.degraded:
            yield types.Notice("exact_search", turn.voice.phrase("notice/degraded", "exact_search"))
        if turn.suggestions:
            yield types.Suggested(turn.suggestions)

    def _notices(self, turn: Turn) -> Iterator[types.Event]:
        """Everything that works less well than it should in this turn, said once each."""
        codes = [*turn.shelf.faults]
        if turn.truncated:
            codes.append("truncated_message")
        if self.memory.ephemeral:
            codes.append("ephemeral")
        if turn.state.language != "en" and not turn.shelf.multilingual:
            codes.append("english_only_descriptions")
        if turn.shelf.understander is not turn.shelf.fallback and "fallback" in turn.intent.engines:
            codes.append("no_model")
        for code in dict.fromkeys(codes):
            yield types.Notice(code, turn.voice.phrase("notice/degraded", code))

    def _finish(self, turn: Turn, changes: list[Change]) -> None:
        """Write the turn and its state in one step, with what the visitor pressed meanwhile."""
        with self._lock:
            for change in changes:
                turn.state = change(turn.state)
            self.memory.finish_turn(turn.id, turn.record())

    def _change(self, session: Session, change: Change) -> types.StateChanged:
        """Apply ``change`` to the saved state, and to a running turn when it ends."""
        with self._lock:
            state = change(self.memory.open_session(session.id, catalog=session.catalog).state)
            self.memory.save_state(session.id, state)
            if session.id in self._running:
                self._running[session.id].append(change)
        return state_event(state, self.shelf(session.catalog), self.voice(state.language, session.catalog))

    @contextmanager
    def _one_at_a_time(self, session_id: str) -> Iterator[list[Change]]:
        """Hold the session for one reply; yields the changes that arrive meanwhile."""
        with self._lock:
            if session_id in self._running:
                raise TooBusy("the last message is still being answered", hint="wait for it, or stop it first")
            self._running[session_id] = []
        try:
            yield self._running[session_id]
        finally:
            with self._lock:
                self._running.pop(session_id, None)


def legible(text: str) -> str:
    """``text`` as any database and tokenizer takes it: halves of a character joined, or replaced where one is lost."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

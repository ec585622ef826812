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

from bot import acts, lookup, pages, types
from bot.cutting import legible
from bot.errors import InvalidRequest, ShelftalkError, TooBusy, UnknownCatalog
from bot.handing_over import held
from bot.presence import present
from bot.profile import state_event
from bot.rules import hidden
from bot.state import edit, fold, on_page, within
from bot.turn import Turn
from bot.understanding import lapse, understand
from prompts import PromptError, heard_by
from vectorstore.base import Constraint, VectorStoreError

if TYPE_CHECKING:
    from bot.memory import Memory, Session
    from prompts import Registry, Voice

_log = logging.getLogger(__name__)

HEAR_EVERY = 1.0
"""Seconds between two looks for edited prompt files."""

Filters = Sequence[Constraint]
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
        self.style = style
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

    def voice(self, locale: str, catalog: str, *, visitor: str = "") -> Voice:
        """The voice that speaks ``locale`` about ``catalog`` to ``visitor``; edits of the prompts are heard at once."""
        self._hear_edits()
        return self.prompts.voice(locale, style=self.style, catalog=catalog, visitor=visitor)

    def open(self, session_id: str | None = None, *, catalog: str | None = None) -> Session:
        """A new session, or the one with that id. Raises UnknownSession and UnknownCatalog."""
        return self.memory.open_session(session_id, catalog=self.shelf(catalog).name)

    def claim(self, session_id: str, subject: str) -> str:
        """Move an anonymous session to a verified visitor, who is known by ``subject``; returns the id that it has now.

        Raises:
            UnknownSession: there is none with that id, or none any more that nobody claimed.
            TooBusy: its last message is still being answered.
        """
        with self._lock:
            self._require_idle(session_id)
            return self.memory.visitors.claim(subject, session_id)

    def reply(
        self,
        session_id: str,
        message: str,
        *,
        cancel: Flag | None = None,
        context: types.PageContext | None = None,
    ) -> Iterator[types.Event]:
        """Answer one message. The message is durable before the first event, the turn before `Done`.

        While a person has the conversation the message is kept for them, and `Held` is the only event.

        Setting ``cancel``, or closing the iterator, keeps what was said so far and marks it as stopped. ``context`` is
        where on the host's site the message was written: "this one" is the item of that page.

        Raises:
            InvalidRequest: the message is not text.
            UnknownSession: the session does not exist.
            TooBusy: this session is still replying to its last message.
        """
        if not isinstance(message, str) or "\x00" in message:
            raise InvalidRequest("a message must be text", hint="send a string without NUL characters")
        with self._one_at_a_time(session_id) as changes:
            session, message = self.open(session_id), legible(message)
            if session.taken and (kept := held(self.memory, session, message[: self._max_message], self.voice)):
                yield kept
                return
            turn = self._begin(session, message, cancel or Flag(), context or types.PageContext())
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
        self, query: str, *, catalog: str | None = None, filters: Filters = (), k: int = 10, rerank: bool = True
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
        """What is known about this visitor now; looking changes nothing."""
        session = self.open(session_id)
        return self._told(session, session.state)

    def _hear_edits(self) -> None:
        """Re-read edited prompt files, at most once a second: looking at all of them takes milliseconds."""
        if time.monotonic() - self._heard > HEAR_EVERY:
            self._heard = time.monotonic()
            self.prompts.refresh()

    def _begin(self, session: Session, message: str, cancel: Flag, context: types.PageContext) -> Turn:
        """Make the message durable and lay out the workspace."""
        shelf = self.shelf(session.catalog)
        product = pages.product(shelf, context)
        return Turn(
            id=self.memory.begin_turn(session.id, message[: self._max_message]),
            session_id=session.id,
            shelf=shelf,
            voice=self.voice(session.state.language, shelf.name, visitor=session.visitor_id),
            message=message[: self._max_message],
            state=on_page(within(session.state, shelf.items.items), product),
            history=pages.followed(self.memory.history(session.id), session.state, product),
            context=context,
            base=session.state,
            visitor=session.visitor_id,
            cancel=cancel,
            style=self.style,
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
        with heard_by(turn.visitor):
            found = understand(shelf.understander, shelf.fallback, turn.history, turn.message, shelf.items.schema)
        turn.intent = present(found, shelf.items.items, hidden(shelf.items, shelf.rules))
        turn.state = fold(turn.state, turn.intent, items=shelf.items.items)
        turn.voice = self.voice(turn.state.language, shelf.name, visitor=turn.visitor)
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
        if turn.state.language != "en" and not turn.shelf.multilingual and turn.speaks_anew:
            codes.append("english_only_descriptions")
        if fault := lapse(turn.intent, alone=turn.shelf.understander is turn.shelf.fallback):
            codes.append(fault)
        if "price" in turn.intent.unheld:
            codes.append("unpriced")
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
            base = self.memory.open_session(session.id, catalog=session.catalog).state
            state = change(base)
            self.memory.save_state(session.id, state, base=base)
            if session.id in self._running:
                self._running[session.id].append(change)
        return self._told(session, state)

    def _told(self, session: Session, state: types.DialogueState) -> types.StateChanged:
        """``state`` in words."""
        voice = self.voice(state.language, session.catalog, visitor=session.visitor_id)
        return state_event(state, self.shelf(session.catalog), voice)

    def _require_idle(self, session_id: str) -> None:
        """Refuse while the session is being answered; the caller holds the lock."""
        if session_id in self._running:
            raise TooBusy("the last message is still being answered", hint="wait for it, or stop it first")

    @contextmanager
    def _one_at_a_time(self, session_id: str) -> Iterator[list[Change]]:
        """Hold the session for one reply; yields the changes that arrive meanwhile."""
        with self._lock:
            self._require_idle(session_id)
            self._running[session_id] = []
        try:
            yield self._running[session_id]
        finally:
            with self._lock:
                self._running.pop(session_id, None)

"""Cases played through the real assistant, with any version of the prompts, beside whoever talks with it meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from bot.assistant import Assistant
from bot.memory import Memory, StoredTurn, open_memory
from bot.memory.rows import now
from bot.prompting.cases import Case
from bot.types import Answered, Card, Clarified, Delta, Done, Event, Notice, PageContext, Recommended
from prompts import speaking

if TYPE_CHECKING:
    from bot.turn import TurnRecord
    from bot.types import Message
    from prompts import Registry

_TOKENS = re.compile(r"[㐀-鿿]|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was replied. ``tokens`` counts words and marks; ``first`` and ``total`` are milliseconds.

    ``failed`` says why there is no proper reply; empty for a good one.
    """

    text: str
    cards: tuple[Card, ...] = ()
    question: str = ""
    citations: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    first: float = 0.0
    total: float = 0.0
    failed: str = ""
    events: tuple[Event, ...] = field(default=(), repr=False)

    @property
    def items(self) -> tuple[str, ...]:
        """The ids on the cards, in order."""
        return tuple(card.item.id for card in self.cards)

    @property
    def said(self) -> str:
        """Everything that a visitor reads: the reply and its question."""
        return f"{self.text}\n\n{self.question}" if self.question else self.text

    @property
    def words(self) -> int:
        """Words, and Chinese characters."""
        return sum(one[0].isalnum() for one in _TOKENS.findall(self.said))

    @property
    def tokens(self) -> int:
        """Words, Chinese characters and marks."""
        return len(_TOKENS.findall(self.said))


class Player:
    """Replays cases over the catalogues of ``assistant``, in a memory of its own. Safe to use beside it."""

    def __init__(self, assistant: Assistant) -> None:
        """Wait until the reranker has read every item: before that, two replays of one turn may rank differently."""
        self._assistant = assistant
        for name in assistant.catalogs:
            shelf = assistant.shelf(name)
            if warm := getattr(shelf.reranker, "warm", None):
                warm(tuple(shelf.items.items.values()))
        self._memory = open_memory("memory")
        self._one = Lock()

    def play(self, case: Case, registry: Registry, *, cancel: Flag | None = None) -> Outcome:
        """The reply to a case as ``registry`` words it. Raises UnknownCatalog."""
        live = self._assistant
        live.shelf(case.catalog)
        with self._one:
            given = _Given(self._memory, case)
            beside = Assistant(
                {name: live.source(name) for name in live.catalogs},
                cast("Memory", given),
                live.prompts,
                style=live.style,
            )
            session = given.begin()
            began = time.perf_counter()
            with speaking(registry):
                context = PageContext(product_id=case.product_id)
                events = list(beside.reply(session, case.message, cancel=cancel, context=context))
            return _outcome(events, (time.perf_counter() - began) * 1000)

    def close(self) -> None:
        """Let the memory go."""
        self._memory.close()


def _outcome(events: Sequence[Event], total: float) -> Outcome:
    """The events of a turn, folded."""
    done = [event for event in events if isinstance(event, Done)]
    notices = [event for event in events if isinstance(event, Notice)]
    cited = [one for event in events if isinstance(event, Answered) for one in (*event.citations, *event.nearest)]
    firm = [one for event in events if isinstance(event, Answered) for one in event.citations]
    asked = [event.question for event in events if isinstance(event, Clarified)]
    failed = [event.message for event in notices if event.code == "failed"]
    return Outcome(
        text="".join(event.text for event in events if isinstance(event, Delta)),
        cards=tuple(card for event in events if isinstance(event, Recommended) for card in event.cards),
        question=asked[-1] if asked else "",
        citations=tuple(one.id for one in firm),
        quotes=tuple(text for one in cited for text in (one.title, one.heading, one.quote)),
        notices=tuple(event.code for event in notices),
        prompts=done[-1].prompts if done else (),
        first=done[-1].timings.get("delta", 0.0) if done else 0.0,
        total=round(total, 2),
        failed=failed[-1] if failed else "" if done else "the turn did not end",
        events=tuple(events),
    )


class _Given:
    """A memory in which a conversation stands as a case has it; what is new is kept in the real one below."""

    ephemeral = False  # no notice about the memory of a replay

    def __init__(self, memory: Memory, case: Case) -> None:
        self._memory, self._case = memory, case
        self._turns: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._memory, name)

    def begin(self) -> str:
        """A new session with the state of the case."""
        session = self._memory.open_session(catalog=self._case.catalog)
        self._memory.save_state(session.id, self._case.state)
        return session.id

    def begin_turn(self, session_id: str, message: str) -> str:
        """The case's own id, which seeds what chance draws."""
        held = self._memory.begin_turn(session_id, message)
        name = self._case.turn or self._case.name
        self._turns[name] = held
        return name

    def show(self, turn_id: str, cards: Sequence[Card]) -> None:
        """As the memory does."""
        self._memory.show(self._turns[turn_id], cards)

    def finish_turn(self, turn_id: str, record: TurnRecord) -> None:
        """As the memory does."""
        self._memory.finish_turn(self._turns[turn_id], record)

    def history(self, session_id: str, *, limit: int = 12) -> tuple[Message, ...]:
        """What was said before, as the case has it."""
        return self._case.history

    def turns(self, session_id: str) -> tuple[StoredTurn, ...]:
        """The cards that were shown before, as far as the case has them."""
        shown: Mapping[str, Any] = {"event": Recommended.name, "data": {"items": list(self._case.shown)}}
        return (StoredTurn("before", "", "", "done", (shown,), now()),)

"""Plays fixed conversations through the product and collects what it replies. Knows no label."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot.assistant import Assistant
from bot.build import build
from bot.demo import NAMES
from bot.errors import InvalidRequest
from bot.settings import Settings
from bot.types import Card, Delta, Recommended

if TYPE_CHECKING:
    from bot.memory import Memory
    from bot.turn import TurnRecord

SCRIPT = Path(__file__).with_name("conversations.toml")


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a visitor says to one demo, message after message."""

    id: str
    catalog: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What was replied at one ``turn``, from 1. ``said`` are the visitor's messages up to this one."""

    conversation: str
    turn: int
    catalog: str
    said: tuple[str, ...]
    text: str
    cards: tuple[Card, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The ids on the cards, in order."""
        return tuple(card.item.id for card in self.cards)


def conversations(path: Path = SCRIPT) -> tuple[Conversation, ...]:
    """The conversations of a file of ``[[conversation]]`` tables. Raises InvalidRequest naming what is wrong."""
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("conversation", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRequest(f"{path.name} cannot be read: {error}", hint="correct the file") from None
    found = tuple(_conversation(row, f"{path.name}, conversation {n}") for n, row in enumerate(rows, 1))
    if not found or len({one.id for one in found}) < len(found):
        raise InvalidRequest(f"{path.name} holds no conversation, or one id twice", hint="correct the file")
    return found


def _conversation(row: Any, place: str) -> Conversation:
    if not isinstance(row, dict) or row.keys() != {"id", "catalog", "says"} or row["catalog"] not in NAMES:
        raise InvalidRequest(f"{place} needs id, says, and a catalog of {', '.join(NAMES)}", hint="correct it")
    says = row["says"]
    if not isinstance(says, list) or not says or not all(isinstance(one, str) and one.strip() for one in says):
        raise InvalidRequest(f"{place} says nothing, or something that is no text", hint="correct it")
    return Conversation(str(row["id"]), row["catalog"], tuple(says))


@contextmanager
def product(settings: Settings | None = None) -> Iterator[Assistant]:
    """The product over both demos in a folder of its own: the default profile, unless ``settings`` say otherwise.

    What chance draws in it depends on the conversation alone, and the reranker has read every item before it is asked.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        chosen = settings or Settings.load(environ={}, data_dir=folder, catalogs=NAMES, memory_url="memory")
        assistant = build(chosen)
        for name in assistant.catalogs:
            shelf = assistant.shelf(name)
            if warm := getattr(shelf.reranker, "warm", None):
                warm(tuple(shelf.items.items.values()))
        yield assistant


def play(assistant: Assistant, script: Sequence[Conversation]) -> Iterator[Reply]:
    """Every reply of every conversation, each conversation in a session of its own."""
    memory = assistant.memory
    try:
        for one in script:
            assistant.memory = cast("Memory", _Numbered(memory, one.id))
            yield from _replies(assistant, one)
    finally:
        assistant.memory = memory


def _replies(assistant: Assistant, conversation: Conversation) -> Iterator[Reply]:
    session = assistant.open(catalog=conversation.catalog)
    for turn, message in enumerate(conversation.says, 1):
        events = list(assistant.reply(session.id, message))
        cards = [card for event in events if isinstance(event, Recommended) for card in event.cards]
        text = "".join(event.text for event in events if isinstance(event, Delta))
        said = conversation.says[:turn]
        yield Reply(conversation.id, turn, conversation.catalog, said, text, tuple(cards))


class _Numbered:
    """A memory whose turns are numbered within the conversation, since their ids seed what chance draws."""

    def __init__(self, memory: Memory, conversation: str) -> None:
        self._memory, self._conversation = memory, conversation
        self._ids: Mapping[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._memory, name)

    def begin_turn(self, session_id: str, message: str) -> str:
        """The number as an id, which stands for the memory's own."""
        name = f"{self._conversation}/{len(self._ids) + 1}"
        self._ids = {**self._ids, name: self._memory.begin_turn(session_id, message)}
        return name

    def show(self, turn_id: str, cards: Sequence[Card]) -> None:
        """What the memory does, by its own id."""
        self._memory.show(self._ids[turn_id], cards)

    def finish_turn(self, turn_id: str, record: TurnRecord) -> None:
        """What the memory does, by its own id."""
        self._memory.finish_turn(self._ids[turn_id], record)

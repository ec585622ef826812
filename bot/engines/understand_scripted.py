"""The scripted understander: fixed intents for known messages, for tests and offline demonstrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.types import Intent, Message
from vectorstore.base import Schema


class ScriptedUnderstander:
    """Answers from a table; any other message is a request whose words are the search text."""

    name = "scripted"

    def __init__(self, intents: Mapping[str, Intent]) -> None:
        """``intents`` maps whole messages, surrounding space ignored, to their intents."""
        self._intents = {message.strip(): intent for message, intent in intents.items()}

    def understand(self, history: Sequence[Message], message: str, schema: Schema) -> Intent:
        """The scripted intent, or a plain request."""
        found = self._intents.get(message.strip())
        return found or Intent(acts=("recommend",), query=" ".join(message.split())[:500], confidence=0.5)

"""The understander with the trained reader: rules find candidates, the reader judges them, the surer source is kept.

The lexical engine reads first and is the floor: what the reader is not sure of stays as the rules had it. Every slot
remembers who decided it. Messages that the reader cannot read (another language, gibberish, harm) are the rules' own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engines.reader.correcting import corrected
from bot.engines.reader.deciding import Told
from bot.engines.reader.proposing import Proposed, Proposer, TokenEmbedder
from bot.engines.reader.trust import Trust
from bot.types import Intent, Mention, Message
from vectorstore.base import Schema

if TYPE_CHECKING:
    from bot.engines.reader.reading import Reader
    from bot.engines.understand_lexical import LexicalUnderstander
    from bot.understanding import Vocabulary


@dataclass(frozen=True, slots=True)
class Heard:
    """The rules' intent, and what the reader was asked and said; without the latter the rules' intent stands."""

    ruled: Intent
    proposed: Proposed | None = None
    told: Told | None = None


class ModelUnderstander:
    """Reads messages by rules and by the trained reader. Safe to use from several threads."""

    name = "reader"

    def __init__(
        self,
        reader: Reader,
        lexical: LexicalUnderstander,
        *,
        vocabulary: Vocabulary,
        embedder: TokenEmbedder,
        trust: Trust | None = None,
    ) -> None:
        """Serve one catalogue; ``embedder`` finds the facet values that come near a message."""
        self._reader = reader
        self._lexical = lexical
        self._proposer = Proposer(vocabulary.schema, embedder)
        self._trust = trust or Trust()

    def understand(self, history: Sequence[Message], message: str, schema: Schema) -> Intent:
        """The intent of one message; never raises on odd text."""
        return self.corrected(self.heard(history, message), self._trust)

    def heard(self, history: Sequence[Message], message: str) -> Heard:
        """What the rules and the reader each say of a message, before anybody decides between them."""
        intent, findings = self._lexical.read(history, message)
        if findings is None or intent.language != "en":
            return Heard(intent)
        before = next((one.text for one in reversed(history) if one.role == "visitor"), "")
        shown = any(one.items for one in history)
        proposed = self._proposer.sheet(findings, before=before, shown=shown)
        return Heard(intent, proposed, self._reader.read(proposed.sheet))

    def corrected(self, heard: Heard, trust: Trust) -> Intent:
        """The rules' intent, slot by slot overruled where the reader is as sure as ``trust`` asks."""
        if heard.proposed is None or heard.told is None:
            return heard.ruled
        return corrected(heard.ruled, heard.proposed, heard.told, link=self._lexical.link, trust=trust)

    def link(self, text: str) -> Mention:
        """The item that a title means, as the lexical engine links it."""
        return self._lexical.link(text)

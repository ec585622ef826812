"""Who reads the messages of a catalogue: a language model, the trained reader, or the rules alone.

What is heavy is loaded once and shared by all catalogues. An explicit choice is obeyed or refused with the remedy; only
``auto`` falls back to the rules, and `Readers.name` says so.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import EngineError
from bot.settings import Settings
from bot.types import Understander
from bot.understanding import Vocabulary

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from bot.engines.reader.proposing import TokenEmbedder
    from bot.engines.reader.reading import Reader
    from bot.engines.understand_lexical import LexicalUnderstander
    from prompts import Registry
    from vectorstore.base import Embedder

_log = logging.getLogger(__name__)


class Readers:
    """Makes the engine in charge of reading, catalogue by catalogue."""

    def __init__(
        self, settings: Settings, prompts: Registry, embedder: Embedder, *, chat: BaseChatModel | None = None
    ) -> None:
        """Load what ``settings`` ask for; ``chat`` is the language model where one is in charge of anything.

        Raises EngineError when the trained reader was chosen and cannot be had.
        """
        self.name = settings.understander_engine
        self._prompts = prompts
        self._chat = chat
        self._tokens: TokenEmbedder | None = None
        self._reader = self._trained(settings, embedder) if self.name == "reader" else None
        if self.name == "reader" and self._reader is None:
            self.name = "lexical"

    def of(self, catalog: str, lexical: LexicalUnderstander, vocabulary: Vocabulary) -> Understander:
        """The engine in charge of ``catalog``; ``lexical`` itself where the rules are."""
        if self._reader is not None and self._tokens is not None:
            from bot.engines.understand_model import ModelUnderstander

            return ModelUnderstander(self._reader, lexical, vocabulary=vocabulary, embedder=self._tokens)
        if self.name != "chat" or self._chat is None:
            return lexical
        from bot.engines.understand_chat import ChatUnderstander

        reader = ChatUnderstander(self._chat, self._prompts, vocabulary=vocabulary, lexical=lexical, catalog=catalog)
        reader.warm()
        return reader

    def _trained(self, settings: Settings, embedder: Embedder) -> Reader | None:
        """The trained reader, or None where ``auto`` has to do without it."""
        from vectorstore.embedders.local import LocalEmbedder

        try:
            if not isinstance(embedder, LocalEmbedder):
                raise EngineError(
                    f"the trained reader needs the embedder `minilm`, and {embedder.name!r} was chosen",
                    hint="leave the embedder away, or choose `lexical` or a language model to read",
                )
            from bot.engines.reader.reading import open_reader

            self._tokens = embedder
            return open_reader(settings.device)
        except EngineError as error:
            if settings.understander == "reader":
                raise
            _log.warning("messages are read by rules alone: %s (%s)", error, error.hint)
            return None

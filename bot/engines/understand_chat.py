"""The understander that asks a language model, with the lexical engine beside it.

The model reads the message against the catalogue's facets, held to a JSON schema where it can be; what it says is
verified and merged with what the lexical engine found. Knows nothing of how models are loaded or reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from bot.engines.chat.asking import Asker
from bot.engines.chat.links import linker
from bot.engines.chat.merging import merged
from bot.engines.chat.reading import Ground, reading
from bot.engines.chat.schema import FEW_VALUES, MOST_FACETS, closed, intent_schema
from bot.engines.lexical.titles import Titles
from bot.errors import EngineError
from bot.types import Intent, Message, Understander, plain, refs
from bot.understanding import Linker, Vocabulary
from prompts import PromptError
from vectorstore.base import Facet, Schema

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from prompts import Registry, Voice

SYSTEM, TURN = "understand/chat", "understand/turn"
RECENT = 6
"""So many messages of the history are read again."""
MOST_VALUES = 600
"""So many values the prompt names in all; each facet with words has its share."""
EXAMPLES = 12
"""So many values are named of a facet that has too many to list."""


class ChatUnderstander:
    """Reads with ``model``. Raises EngineError when it fails, times out or answers nonsense; ``lexical`` never does."""

    def __init__(
        self,
        model: BaseChatModel,
        prompts: Registry,
        *,
        vocabulary: Vocabulary,
        lexical: Understander,
        catalog: str = "",
        max_tokens: int = 512,
    ) -> None:
        """``catalog`` picks the prompt's nouns; ``max_tokens`` bounds the model's reply."""
        self.name = f"chat ({model_name(model)})"
        self.device = str(getattr(model, "device", "") or "")
        self._prompts = prompts
        self._catalog = catalog
        self._vocabulary = vocabulary
        self._lexical = lexical
        self._link = lexical.link if isinstance(lexical, Linker) else linker(Titles(vocabulary))
        self._asker = Asker(model, max_tokens=max_tokens)

    def warm(self) -> None:
        """Let a local model read the fixed part now and not with the first visitor. Raises EngineError."""
        if self._asker.way == "schema":
            schema = self._vocabulary.schema
            voice = self._prompts.voice("en", catalog=self._catalog)
            self._asker.warm(self._messages(voice, (), "", schema, Intent(acts=())), intent_schema(schema))

    def understand(self, history: Sequence[Message], message: str, schema: Schema) -> Intent:
        """The intent of both engines; what is blank, or not safe to answer, needs no model."""
        lexical = self._lexical.understand(history, message, schema)
        if not message.strip() or lexical.sensitive:
            return lexical
        voice = self._prompts.voice("en", catalog=self._catalog)
        asked = self._messages(voice, history, message, schema, lexical)
        said = self._asker.ask(asked, intent_schema(schema), **voice.parameters(SYSTEM))
        ground = Ground(message, schema, self._link, shown=last_shown(history))
        return replace(merged(reading(said, ground), lexical, schema), prompts=refs(voice.spoken))

    def _messages(
        self, voice: Voice, history: Sequence[Message], message: str, schema: Schema, lexical: Intent
    ) -> list[BaseMessage]:
        """The fixed part, which a local model reads once, and the part of this message."""
        shown = [self._vocabulary.by_id[id_].title for id_ in last_shown(history) if id_ in self._vocabulary.by_id]
        try:
            turn = voice.say(
                TURN,
                history=[{"role": one.role, "text": one.text} for one in history if one.text][-RECENT:],
                shown=[{"number": number, "title": title} for number, title in enumerate(shown, start=1)],
                active=[],
                hints=_hints(lexical),
                message=message,
            )
            system = voice.say(SYSTEM, facets=described(schema))
        except PromptError as error:
            raise EngineError(f"the prompt cannot be made: {error}", hint=error.hint) from error
        return [SystemMessage(system), HumanMessage(turn)]


def described(schema: Schema) -> list[dict[str, Any]]:
    """The facets as the prompt file is given them; a long list of values is cut to its most frequent, and "..."."""
    facets = schema.facets[:MOST_FACETS]
    share = MOST_VALUES // max(1, sum(bool(facet.values) for facet in facets))
    return [
        {
            "name": facet.name,
            "type": facet.type,
            "label": facet.label,
            "unit": facet.unit,
            "values": _examples(facet, most=min(FEW_VALUES if closed(facet) else EXAMPLES, share)),
            "low": facet.low,
            "high": facet.high,
        }
        for facet in facets
    ]


def _examples(facet: Facet, *, most: int) -> list[str]:
    """The most frequent values; "..." where there are more."""
    values = [value for value, _ in facet.values]
    return values if len(values) <= most else [*values[:most], "..."]


def last_shown(history: Sequence[Message]) -> tuple[str, ...]:
    """The ids of the latest list that the visitor saw."""
    return next((message.items for message in reversed(history) if message.items), ())


def model_name(model: BaseChatModel) -> str:
    """What a model calls itself."""
    names = (getattr(model, name, None) for name in ("model_name", "model", "name"))
    return next((str(name) for name in names if name), type(model).__name__)


def _hints(lexical: Intent) -> Mapping[str, Any]:
    """What the lexical engine found, for the model to confirm or correct."""
    found = {
        "acts": list(lexical.acts),
        "constraints": [plain(one) for one in lexical.constraints],
        "titles": [mention.text for mention in lexical.mentions if mention.how == "title"],
    }
    return {name: value for name, value in found.items() if value}

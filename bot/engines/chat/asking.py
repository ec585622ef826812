"""Asking any LangChain chat model for one JSON object, in the strictest way that it understands.

The way that works is remembered; a server that refuses a schema is asked in words alone from then on. Whatever fails
comes out as an EngineError. Knows nothing of intents or prompts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bot.engines.chat.json_text import object_in
from bot.errors import EngineError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

_log = logging.getLogger(__name__)

Way: TypeAlias = Literal["schema", "response_format", "structured", "words"]
_REFUSALS = (400, 404, 415, 422, 501)


class Asker:
    """Asks ``model`` for JSON. ``way`` is the one in use."""

    def __init__(self, model: BaseChatModel, *, max_tokens: int) -> None:
        self._model = model
        self._max_tokens = max_tokens
        self.way: Way = first_way(model)

    def ask(self, messages: Sequence[BaseMessage], schema: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The object that the model answers with; ``options`` such as its temperature. Raises EngineError."""
        while True:
            try:
                return self._ask(messages, schema, options)
            except Exception as error:
                if self.way == "words" or not _refused(error):
                    raise failure(error) from error
                _log.warning("no JSON schema with this model, asking in words from now on: %s", error)
                self.way = "words"

    def warm(self, messages: Sequence[BaseMessage], schema: dict[str, Any]) -> None:
        """Have a local model read the prompt and compile the schema, without an answer. Raises EngineError."""
        try:
            self._model.invoke(list(messages), json_schema=schema, max_tokens=1)
        except Exception as error:
            raise failure(error) from error

    def _ask(
        self, messages: Sequence[BaseMessage], schema: dict[str, Any], chosen: Mapping[str, Any]
    ) -> dict[str, Any]:
        """One question, in the way that is in use."""
        if self.way == "structured":
            named = {"title": "Reading", "description": "What one message asks for.", **schema}
            answer = self._model.with_structured_output(named).invoke(list(messages))
            return answer if isinstance(answer, dict) else dict(answer)
        options: dict[str, Any] = {"max_tokens": self._max_tokens, **chosen}
        if self.way == "schema":
            options["json_schema"] = schema
        elif self.way == "response_format":
            named = {"name": "reading", "strict": False, "schema": schema}
            options["response_format"] = {"type": "json_schema", "json_schema": named}
        return object_in(self._model.invoke(list(messages), **options).text)


def first_way(model: BaseChatModel) -> Way:
    """The strictest way that this kind of model may understand."""
    if model._llm_type == "shelftalk-local":
        return "schema"
    if _homes(model) & {"langchain_openai"}:
        return "response_format"
    from langchain_core.language_models import BaseChatModel

    own = type(model).with_structured_output is not BaseChatModel.with_structured_output
    return "structured" if own or type(model).bind_tools is not BaseChatModel.bind_tools else "words"


class Reply:
    """The pieces of text of a model's reply, once. ``cut`` tells at the end whether the last sentence is incomplete.

    Iterating raises EngineError, also in the middle, and when a server hangs up before the reply has ended.
    """

    def __init__(self, model: BaseChatModel, messages: Sequence[BaseMessage], **options: Any) -> None:
        self._model = model
        self._messages = list(messages)
        self._options = options
        self._reason = ""

    @property
    def cut(self) -> bool:
        """Whether the model ran out of tokens."""
        return self._reason == "length"

    def __iter__(self) -> Iterator[str]:
        try:
            for chunk in self._model.stream(self._messages, **self._options):
                self._reason = str(chunk.response_metadata.get("finish_reason") or self._reason)
                if chunk.text:
                    yield chunk.text
        except Exception as error:
            raise failure(error) from error
        if not self._reason and _homes(self._model) & {"langchain_openai"}:
            raise EngineError("the model's server hung up in the middle of a reply", hint="look into the server's log")


def failure(error: Exception) -> EngineError:
    """Whatever a model or its server raised, as our own error."""
    if isinstance(error, EngineError):
        return error
    said = next(iter(str(error).strip().splitlines()), "")
    return EngineError(
        f"the language model failed: {type(error).__name__}: {said[:200]}",
        hint="check the model or its server; replies go on without it",
    )


def _refused(error: Exception) -> bool:
    """Whether the model was reached and would not take the schema."""
    status = getattr(error, "status_code", None)
    return isinstance(error, NotImplementedError) or status in _REFUSALS


def _homes(model: BaseChatModel) -> set[str]:
    """The packages that a model's class comes from."""
    return {base.__module__.partition(".")[0] for base in type(model).__mro__}

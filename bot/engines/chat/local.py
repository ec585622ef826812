"""A local Hugging Face model as a LangChain chat model: streams, stops, cancels, and can be held to a JSON schema.

Causal or encoder-decoder. Errors come out where the reply is read; nothing runs in the background. Knows nothing of
films, prompts or visitors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import torch
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, SystemMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.output_parsers import JsonOutputParser
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from bot.engines.chat.grammar import Grammars
from bot.engines.chat.loading import Loaded, load
from bot.engines.chat.steps import Prefixes
from bot.engines.chat.template import PLAIN_STOP, encode, fixed
from bot.engines.chat.text import pieces
from bot.engines.chat.tokens import Generation, Limits, Turns, begin
from bot.errors import EngineError

_PER_CALL = ("max_tokens", "temperature", "top_p", "seed", "cancel", "json_schema", "response_format")


class LocalChatModel(BaseChatModel):
    """Make one with `LocalChatModel.load`. Safe to use from several threads: they take turns.

    Per call, or through ``bind``: ``stop``, ``max_tokens``, ``temperature``, ``top_p``, ``seed``, ``cancel`` (a
    `threading.Event` that ends the reply early), and ``json_schema`` (or OpenAI's ``response_format``), which makes
    every complete reply valid JSON. ``timeout`` and ``wait`` are seconds. Raises EngineError.
    """

    name: str | None = None
    device: str = "cpu"
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    timeout: float = 60.0
    wait: float = 30.0
    remember_prefixes: bool = True

    _loaded: Loaded = PrivateAttr()
    _prefixes: Prefixes = PrivateAttr()
    _fixed: dict[str, list[int]] = PrivateAttr(default_factory=dict)
    _grammars: Grammars | None = PrivateAttr(default=None)
    _turns: Turns = PrivateAttr(default_factory=Turns)

    @classmethod
    def load(
        cls, folder: Path, *, device: str = "auto", dtype: torch.dtype | None = None, **fields: Any
    ) -> LocalChatModel:
        """The model in ``folder``, with ``fields`` as its defaults. Raises EngineError with the remedy."""
        loaded = load(folder, device=device, dtype=dtype)
        model = cls(name=loaded.name, device=loaded.place, **fields)
        model._loaded = loaded
        model._prefixes = Prefixes(loaded)
        return model

    @property
    def _llm_type(self) -> str:
        return "shelftalk-local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.name, "max_tokens": self.max_tokens, "temperature": self.temperature}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """The join of what `_stream` gives."""
        return generate_from_stream(self._stream(messages, stop=stop, run_manager=run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Text as it is written; the last chunk is empty and says why the reply ended and how long it is."""
        if unknown := kwargs.keys() - set(_PER_CALL):
            raise EngineError(f"a local model takes no {', '.join(sorted(unknown))}", hint=", ".join(_PER_CALL))
        limits, cancel = self._limits(kwargs), kwargs.get("cancel") or Event()
        schema = _schema(kwargs)
        with self._turns.take(wait=limits.wait, cancel=cancel) as running:
            if not running:
                yield _last("cancelled")
                return
            prompt = encode(self._loaded.tokenizer, messages, encoder_decoder=self._loaded.encoder_decoder)
            generation = self._generation(limits, cancel, schema, room=self._room(prompt))
            for text in self._pieces(generation, messages, prompt, stop or []):
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=text))
                if run_manager:
                    run_manager.on_llm_new_token(text, chunk=chunk)
                yield chunk
            yield _last(generation.reason, read=len(prompt), made=generation.made)

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[Any, Any]:
        """Replies as parsed JSON that obeys ``schema``, a JSON schema or a pydantic class."""
        if include_raw:
            raise EngineError("a local model gives no include_raw", hint="bind json_schema and parse the reply")
        if isinstance(schema, Mapping):
            return self.bind(json_schema=dict(schema), **kwargs) | JsonOutputParser()
        model: Any = schema
        obeying: Runnable[Any, Any] = self.bind(json_schema=model.model_json_schema(), **kwargs) | JsonOutputParser()
        checked: Runnable[Any, Any] = obeying | model.model_validate
        return checked

    def _limits(self, kwargs: Mapping[str, Any]) -> Limits:
        """The bounds of one call."""
        chosen = {name: kwargs[name] for name in ("temperature", "top_p", "seed") if kwargs.get(name) is not None}
        defaults = {"temperature": self.temperature, "top_p": self.top_p}
        tokens = int(kwargs.get("max_tokens") or self.max_tokens)
        return Limits(tokens=tokens, seconds=self.timeout, wait=self.wait, **{**defaults, **chosen})

    def _room(self, prompt: Sequence[int]) -> int | None:
        """How many tokens of reply fit after ``prompt``. Raises EngineError when it does not fit itself."""
        context = self._loaded.context
        if context is None:
            return None
        if len(prompt) >= context:
            hint = "choose a model that reads more, or shorten the prompt file"
            raise EngineError(f"the prompt has {len(prompt)} tokens, {self.name} reads {context}", hint=hint)
        return context if self._loaded.encoder_decoder else context - len(prompt)

    def _generation(
        self, limits: Limits, cancel: Event, schema: Mapping[str, Any] | None, *, room: int | None
    ) -> Generation:
        """The loop for one reply, held to ``schema`` if there is one."""
        if room is not None and room < limits.tokens:
            limits = replace(limits, tokens=room)
        if schema is None:
            return Generation(self._loaded, limits, cancel=cancel)
        if self._grammars is None:
            self._grammars = Grammars(self._loaded.tokenizer, vocabulary=self._loaded.vocabulary, eos=self._loaded.eos)
        return Generation(self._loaded, limits, cancel=cancel, mask=self._grammars.mask(schema))

    def _pieces(
        self, generation: Generation, messages: Sequence[BaseMessage], prompt: Sequence[int], stop: Sequence[str]
    ) -> Iterator[str]:
        """The text of one generation; what torch raises comes out as an EngineError."""
        plain = not self._loaded.tokenizer.chat_template and not self._loaded.encoder_decoder
        try:
            steps, rest = begin(self._loaded, self._prefixes, prompt, self._beginning(messages))
            tokens = generation.run(steps, rest)
            yield from pieces(tokens, self._loaded.tokenizer, stops=[*stop, PLAIN_STOP] if plain else stop)
        except (RuntimeError, ValueError, IndexError) as error:
            if "out of memory" in str(error) and self._loaded.device.type == "cuda":
                torch.cuda.empty_cache()
            hint = "see the log; a smaller model or another --device may help"
            raise EngineError(f"{self.name} failed while writing: {error}", hint=hint) from error

    def _beginning(self, messages: Sequence[BaseMessage]) -> list[int]:
        """The ids that all prompts with this system message share; empty where there is none to remember."""
        if not self.remember_prefixes or self._loaded.encoder_decoder or not isinstance(messages[0], SystemMessage):
            return []
        text = messages[0].text
        if text not in self._fixed:
            while len(self._fixed) >= 8:
                self._fixed.pop(next(iter(self._fixed)))
            self._fixed[text] = fixed(self._loaded.tokenizer, messages[0])
        return self._fixed[text]


def _schema(kwargs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The JSON schema of a call, said in either way."""
    found = kwargs.get("json_schema")
    asked = kwargs.get("response_format") or {}
    if found is None and asked.get("type") == "json_schema":
        found = asked["json_schema"]["schema"]
    if found is None and asked.get("type") == "json_object":
        found = {"type": "object"}
    schema: Mapping[str, Any] | None = found
    return schema


def _last(reason: str, *, read: int = 0, made: int = 0) -> ChatGenerationChunk:
    """The chunk that ends a reply: why it ended, how many tokens were read and written."""
    usage = UsageMetadata(input_tokens=read, output_tokens=made, total_tokens=read + made)
    message = AIMessageChunk(content="", usage_metadata=usage, chunk_position="last")
    return ChatGenerationChunk(message=message, generation_info={"finish_reason": reason})

"""JSON schemas as masks over a tokenizer's vocabulary, through llguidance: an invalid token cannot be chosen.

Output is compact (no white space between its parts), so that it is short and bounded. Knows nothing of models, prompts
or what the JSON means.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from llguidance import LLMatcher, LLTokenizer
from llguidance.hf import from_tokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask

from bot.engines.chat.grammar_pieces import Pieces
from bot.errors import EngineError

_COMPACT: Any = {"whitespace_flexible": False, "json_allowed_escapes": '"\\'}
_ELSE = "choose a model with a byte-level tokenizer, or give the reading to another engine (--understander lexical)"


class Grammars:
    """Compiles schemas for one tokenizer (about 1 s at the first, then milliseconds) and keeps the latest ones."""

    def __init__(self, tokenizer: Any, *, vocabulary: int, eos: tuple[int, ...], most: int = 8) -> None:
        self._tokenizer = _tokenizer(tokenizer, vocabulary, eos)
        self._vocabulary = vocabulary
        self._eos = eos
        self._most = most
        self._kept: OrderedDict[str, LLMatcher] = OrderedDict()

    def mask(self, schema: Mapping[str, Any]) -> Mask:
        """A fresh mask for one reply. Raises EngineError for a schema or a tokenizer that cannot work."""
        key = json.dumps(schema)
        if key not in self._kept:
            self._kept[key] = self._compile(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return Mask(self._kept[key].deep_copy(), vocabulary=self._vocabulary, eos=self._eos)

    def _compile(self, schema: str) -> LLMatcher:
        matcher = LLMatcher(self._tokenizer, LLMatcher.grammar_from_json_schema(schema, overrides=_COMPACT))
        if matcher.is_error():
            raise EngineError(f"the JSON schema cannot be followed: {matcher.get_error()}", hint="simplify the schema")
        return matcher


class Mask:
    """What may come next in one reply. ``done`` once the JSON is complete."""

    def __init__(self, matcher: LLMatcher, *, vocabulary: int, eos: tuple[int, ...]) -> None:
        self._matcher = matcher
        self._bits = allocate_token_bitmask(1, vocabulary)
        self._vocabulary = vocabulary
        self._eos = list(eos)

    @property
    def done(self) -> bool:
        """Whether nothing can follow."""
        return bool(self._matcher.is_stopped())

    def forced(self) -> list[int]:
        """Tokens that have to come now, read at once instead of one by one; empty where there is a choice."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        if tokens and not self._matcher.consume_tokens(tokens):
            raise self._fault()
        return tokens

    def apply(self, scores: torch.Tensor) -> torch.Tensor:
        """``scores`` with every token that would break the JSON at minus infinity."""
        fill_next_token_bitmask(self._matcher, self._bits, 0)
        if self._matcher.is_error():
            raise self._fault()
        allowed = np.unpackbits(self._bits[0].view(np.uint8), bitorder="little")[: len(scores)].astype(bool)
        if not self._matcher.is_accepting():
            allowed[[one for one in self._eos if one < len(allowed)]] = False
        if not allowed.any():
            raise EngineError("the model's vocabulary cannot write JSON: a character is missing", hint=_ELSE)
        return scores.masked_fill(~torch.from_numpy(allowed).to(scores.device), float("-inf"))

    def accept(self, token: int) -> list[int]:
        """Take the chosen token; returns those that it forces."""
        if not self._matcher.consume_token(token):
            raise self._fault()
        return [] if self.done else self.forced()

    def _fault(self) -> EngineError:
        """What llguidance says went wrong."""
        return EngineError(f"constrained output failed: {self._matcher.get_error()}", hint=_ELSE)


def _tokenizer(tokenizer: Any, vocabulary: int, eos: tuple[int, ...]) -> LLTokenizer:
    """The vocabulary as llguidance wants it."""
    try:
        return from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(eos) or None)
    except ValueError as error:
        if (pieces := Pieces.of(tokenizer, vocabulary)) is not None:
            return LLTokenizer(pieces, n_vocab=vocabulary, eos_token=list(eos) or None)
        kind = type(tokenizer).__name__
        raise EngineError(f"the tokenizer ({kind}) cannot be held to a JSON schema: {error}", hint=_ELSE) from error
